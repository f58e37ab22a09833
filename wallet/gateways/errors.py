"""Refusals of gateways, and answers that are none.

Problem
├── Unavailable
│   └── GatewayTimeout     no answer: nothing is known, ask again
├── GatewayUnreadable      an answer without sense: nothing is known either
├── GatewayRefused         the bank refuses the request itself. Members: bank_code
├── GatewayMismatch        the bank confirms something else than was asked. ``verdict``
├── GatewayLacks           this gateway cannot do that. Members: gateway, ability
└── GatewayUnknown         no gateway of this name is configured
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from core.problems import NotFound, Problem, Unavailable

if TYPE_CHECKING:
    from wallet.gateways.interface import Verdict


class GatewayTimeout(Unavailable):
    """The bank gave no answer in time, or the connection broke: the request may have arrived."""

    code = "gateway-timeout"
    title = _("The bank does not answer")
    remedy = _("Nothing is lost: we keep asking the bank and tell you how it ended.")


class GatewayUnreadable(Problem):
    """The bank's answer makes no sense, so it is no verdict. Members: ``why``."""

    code, status = "gateway-unreadable", 502
    title = _("The bank's answer could not be read")
    remedy = _("Nothing is lost: we keep asking the bank and tell you how it ended.")


class GatewayRefused(Problem):
    """The bank refuses the request itself. Members: ``bank_code``."""

    code, status = "gateway-refused", 502
    title = _("The bank refused the request")
    remedy = _("Choose another gateway, or try again later.")


class GatewayMismatch(Problem):
    """The bank confirms another order or amount than was asked for. Members: ``about``.

    ``verdict`` is what the bank said, when it said anything: the money may have to be given back.
    """

    code, status = "gateway-mismatch", 502
    title = _("The bank confirms something else than was asked for")
    remedy = _("Nothing was credited. If money left your account, the bank returns it.")

    def __init__(self, *, verdict: Verdict | None = None, **members: Any) -> None:
        self.verdict = verdict
        super().__init__(**members)


class GatewayLacks(Problem):
    """The gateway cannot do what was asked. Members: ``gateway``, ``ability``."""

    code, status = "gateway-lacks", 409
    title = _("This gateway cannot do that")
    remedy = _("Choose a gateway that can.")


class GatewayUnknown(NotFound):
    """No gateway of this name is configured."""

    code = "gateway-unknown"
    title = _("There is no such gateway")
    remedy = _("Choose one of the gateways that are offered.")
