"""The ways in which the bank can be told to fail, for one order or for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NONE: Final = "none"


@dataclass(frozen=True)
class Failure:
    """One way to fail. ``once``: chosen for one order it strikes once, as a passing fault does."""

    key: str
    fa: str
    on_page: bool = True
    once: bool = False


FAILURES: Final = {
    one.key: one
    for one in (
        Failure(NONE, "بدون خطا"),
        Failure("timeout", "پاسخ تأیید گم می‌شود", once=True),
        Failure("callback-twice", "بازگشت دو بار فرستاده می‌شود"),
        Failure("callback-never", "بازگشت هرگز فرستاده نمی‌شود"),
        Failure("callback-late", "بازگشت دیر می‌رسد"),
        Failure("callback-forged", "بازگشت جعلی: بدون پرداخت می‌گوید پرداخت شد"),
        Failure("wrong-amount", "مبلغ دیگری برداشته می‌شود"),
        Failure("paid-then-cancelled", "پرداخت می‌شود و پیش از تأیید برمی‌گردد"),
        Failure("verified-then-reversed", "پس از تأیید برمی‌گردد"),
        Failure("verify-says-already", "تأیید می‌گوید «پیش‌تر تأیید شده»"),
        Failure("verify-500", "تأیید با خطای ۵۰۰ می‌شکند", once=True),
        Failure("garbage-answer", "پاسخ تأیید خوانا نیست", once=True),
        Failure("payout-fails", "واریز به شبا شکست می‌خورد", on_page=False),
        Failure("payout-hangs", "واریز به شبا بی‌پاسخ می‌ماند", on_page=False),
    )
}


def strikes(key: str) -> int | None:
    """Return how often a failure chosen for one order strikes; None: always."""
    return 1 if FAILURES[key].once else None
