"""The gateways of development: our sandbox, in both dialects and as the bank of payouts.

The keys are the sandbox's own and known to everybody; a test holds them equal on both sides.
"""

from __future__ import annotations

from typing import Any, Final

REPORT_PATH: Final = "/control/settlements"


def rows(url: str) -> dict[str, dict[str, Any]]:
    """Return WALLET_GATEWAYS for a sandbox at this address."""
    return {
        "sandbox": {
            "class": "wallet.gateways.sadad.Sadad",
            "titles": {"fa": "درگاه آزمایشی سداد", "en": "Sandbox, as Sadad"},
            "base_url": url,
            "merchant_id": "000000140000001",
            "terminal_id": "24000001",
            "key": "YmFybmFtYWstc2FuZGJveC1rZXktMjRi",
            "sandbox": True,
            "options": {
                "inquire_path": "/vpg/api/v0/Advice/Inquiry",
                "reverse_path": "/vpg/api/v0/Advice/Reverse",
                "report_path": REPORT_PATH,
            },
        },
        "sandbox-zibal": {
            "class": "wallet.gateways.zibal.Zibal",
            "titles": {"fa": "درگاه آزمایشی زیبال", "en": "Sandbox, as Zibal"},
            "base_url": url,
            "merchant_id": "zibal",
            "sandbox": True,
            "options": {"report_path": REPORT_PATH},
        },
        "sandbox-payouts": {
            "class": "wallet.gateways.payouts.ShebaPayouts",
            "titles": {"fa": "واریز آزمایشی به شبا", "en": "Sandbox payouts"},
            "base_url": url,
            "key": "sandbox-payout-key",
            "sandbox": True,
            "options": {"report_path": REPORT_PATH},
        },
    }
