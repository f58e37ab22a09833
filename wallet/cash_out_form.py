"""The form with which people and makers take money out: asked, repeated to them, then confirmed.

A door shared by the pages of the host and of the console: it reads what was typed, says what is
wrong with it, asks for the PIN, and calls ``payouts.ask`` once for a form.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.limits import PAYOUT_HOLDER_CHARS_MAX, PAYOUT_RIALS_MIN, PAYOUTS_PER_DAY_MAX
from core.problems import InvalidInput, Problem, TooManyRequests
from core.templatetags.ui import clock, digits, jalali, toman
from core.text import is_line
from identity.models import Maker, Person
from wallet import accounts, payouts, pins
from wallet.errors import (
    InsufficientFunds,
    LimitExceeded,
    PinLocked,
    PinNeeded,
    PinNotSet,
    PinWrong,
)
from wallet.gateways import registry
from wallet.gateways.interface import Ability
from wallet.identifiers import BadSheba, Sheba, read_sheba
from wallet.models import Payout
from wallet.money import Rials
from wallet.typed import BadAmount, read_toman

KEY_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")
PAYOUTS_SHOWN: Final = 50
NOTHING: Final = Rials(0)
_FIELDS: Final = {"sheba": 64, "holder": 200, "amount": 40}  # characters looked at

AMOUNT_FAULTS: Final[dict[str, Promise]] = {
    "required": _("Write the amount in toman."),
    "not-digits": _("Write the amount with digits only, such as 50,000."),
    "range": _("This amount is not possible."),
}
SHEBA_FAULTS: Final[dict[str, Promise]] = {
    "not-digits": _("A Sheba is IR and 24 digits, nothing else."),
    "country": _("Only Iranian accounts can be paid to: the number begins with IR."),
    "length": _("A Sheba has 24 digits after IR. Count them once more."),
    "checksum": _("There is a slip in this number. Compare it with your card or bank app."),
}
# The tone of a badge by state: it repeats what the word beside it says.
TONES: Final = {"asked": "info", "sent": "accent", "settled": "good", "failed": "warn"}


@dataclass
class CashOut:
    """One visit of the form: what was typed, what is wrong with it, what it would do."""

    owner: Person | Maker
    actor: Person
    available: Rials
    given: dict[str, str]
    key: str
    faults: dict[str, str] = field(default_factory=dict)
    refusal: str = ""
    needs_pin: str = ""  # set when the next press needs one: ask, or choose (there is none yet)
    status: int = 200
    sheba: Sheba | None = None
    amount: Rials = NOTHING
    made: Payout | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether any gateway pays out at the moment."""
        return bool(registry.able(Ability.PAYOUT))

    @property
    def least_rials(self) -> int:
        """The smallest cash-out."""
        return PAYOUT_RIALS_MIN

    @property
    def most_chars(self) -> int:
        """The longest name of an account's holder."""
        return PAYOUT_HOLDER_CHARS_MAX

    @property
    def may_confirm(self) -> bool:
        """Tell whether the sentence to be confirmed can be shown."""
        return self.sheba is not None and self.amount > 0 and not self.faults

    @property
    def bank(self) -> str:
        """The bank's name in the language of the page."""
        return bank_name(self.sheba) if self.sheba else ""


def begun(*, owner: Person | Maker, actor: Person, holder: str = "") -> CashOut:
    """Return an empty form of its own."""
    purse = accounts.of_person(owner) if isinstance(owner, Person) else accounts.of_maker(owner)
    available = accounts.balance_of(purse).available
    return CashOut(owner, actor, available, {"holder": holder}, key=secrets.token_urlsafe(18))


def read(form: Mapping[str, str], *, owner: Person | Maker, actor: Person) -> CashOut:
    """Read what was typed, with every fault."""
    typed = begun(owner=owner, actor=actor)
    typed.given = {name: form.get(name, "")[:most].strip() for name, most in _FIELDS.items()}
    if KEY_SHAPE.fullmatch(form.get("key", "")):
        typed.key = form["key"]
    try:
        typed.sheba = read_sheba(typed.given["sheba"])
    except BadSheba as wrong:
        typed.faults["sheba"] = sheba_fault(wrong)
    _read_amount(typed)
    holder = typed.given["holder"]
    if not 1 <= len(holder) <= PAYOUT_HOLDER_CHARS_MAX or not is_line(holder):
        typed.faults["holder"] = gettext("Write the name as it stands at the bank.")
    if typed.faults:
        typed.status = InvalidInput.status
    return typed


def _read_amount(typed: CashOut) -> None:
    try:
        typed.amount = read_toman(typed.given["amount"])
    except BadAmount as wrong:
        typed.faults["amount"] = str(AMOUNT_FAULTS[wrong.reason])
        return
    if typed.amount < PAYOUT_RIALS_MIN:
        least = gettext("The smallest cash-out is %(amount)s.")
        typed.faults["amount"] = least % {"amount": toman(PAYOUT_RIALS_MIN)}


def check(typed: CashOut, *, now: datetime) -> None:
    """Look, before the question, whether there is so much and whether a PIN will be needed."""
    if not typed.faults and typed.amount > typed.available:
        words = gettext("You have %(amount)s. Write that or less.")
        typed.faults["amount"] = words % {"amount": toman(typed.available)}
        typed.status = InvalidInput.status
    if typed.faults:
        return
    try:
        pins.require(person=typed.actor, amount=typed.amount, pin="", now=now)
    except PinNeeded:
        typed.needs_pin = "ask"
    except PinNotSet:
        typed.needs_pin = "choose"


def confirm(typed: CashOut, *, pin: str, now: datetime) -> None:
    """Take the PIN and ask for the payout: ``made`` is it, or ``refusal`` says why not."""
    owner = "person" if isinstance(typed.owner, Person) else "maker"
    key = f"{owner}:{typed.owner.pk}:{typed.key}"
    wish = payouts.Wish(
        sheba=typed.given["sheba"], holder=typed.given["holder"], amount=typed.amount
    )
    try:
        pins.require(person=typed.actor, amount=typed.amount, pin=pin, now=now)
        typed.made = payouts.ask(owner=typed.owner, wish=wish, key=key, actor=typed.actor, now=now)
    except Problem as problem:
        typed.status, typed.refusal = problem.status, refusal_words(problem)
        if isinstance(problem, PinNeeded | PinWrong | PinLocked):
            typed.needs_pin = "ask"
            typed.faults = {"pin": typed.refusal}
            typed.refusal = ""
        if isinstance(problem, PinNotSet):
            typed.needs_pin, typed.refusal = "choose", ""


def refusal_words(problem: Problem) -> str:
    """Say what happened and what to do, with the numbers of this case."""
    members = problem.members
    match problem:
        case PinNeeded():
            words = gettext("Enter your wallet PIN.")
        case PinWrong():
            left = int(members["tries_left"])
            tries = ngettext(
                "The PIN was not right. You can try %(n)s more time before you have to wait.",
                "The PIN was not right. You can try %(n)s more times before you have to wait.",
                left,
            )
            words = tries % {"n": digits(left)}
        case PinLocked():
            wait = _span(int(members["retry_after_s"]))
            words = gettext("Too many wrong PINs. Try again in %(wait)s.") % {"wait": wait}
        case InsufficientFunds():
            words = gettext("There is not enough money in the wallet. Nothing was taken.")
        case LimitExceeded():
            words = _limit_words(members)
        case TooManyRequests():
            most = digits(PAYOUTS_PER_DAY_MAX)
            day = gettext("At most %(n)s cash-outs go in one day. Try again tomorrow.")
            words = day % {"n": most}
        case _:
            words = f"{problem.title}. {problem.detail or problem.remedy}"
    return words


def _limit_words(members: dict[str, Any]) -> str:
    limit = toman(members["limit_rials"])
    if members["period"] == "transaction":
        return gettext("At most %(limit)s can go at once. Write less.") % {"limit": limit}
    left = toman(max(0, members["limit_rials"] - members["spent_rials"]))
    frees_at = parse_datetime(members["frees_at"] or "")
    since = f"{jalali(frees_at)} {clock(frees_at)}"
    words = {
        "day": _("Of today's limit of %(limit)s, %(left)s is left. It is whole again %(at)s."),
        "month": _(
            "Of this month's limit of %(limit)s, %(left)s is left. It is whole again %(at)s."
        ),
    }
    return str(words[members["period"]]) % {"limit": limit, "left": left, "at": since}


def _span(seconds: int) -> str:
    minutes = -(-seconds // 60)
    hours = -(-minutes // 60)
    if minutes > 90:  # noqa: PLR2004  # from here on nobody counts minutes
        return digits(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    return digits(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})


def sheba_fault(wrong: BadSheba) -> str:
    """Return in words what is wrong with a Sheba."""
    return str(SHEBA_FAULTS[wrong.reason])


def bank_name(sheba: Sheba) -> str:
    """Return the name of a Sheba's bank, in the language of the page."""
    if sheba.bank is None:
        return gettext("a bank we do not know")
    return sheba.bank.fa if (get_language() or "").startswith("fa") else sheba.bank.en


def rows_of(owner: Person | Maker) -> list[dict[str, Any]]:
    """Return the newest payouts of an owner, as the list shows them: one query."""
    mine = {"person": owner} if isinstance(owner, Person) else {"maker": owner}
    return [shown(row) for row in Payout.objects.filter(**mine).order_by("-pk")[:PAYOUTS_SHOWN]]


def shown(row: Payout) -> dict[str, Any]:
    """Return what pages say of a payout; the Sheba is masked."""
    sheba = read_sheba(row.sheba)
    return {
        "row": row,
        "bank": bank_name(sheba),
        "masked": sheba.masked,
        "tone": TONES[row.state],
        "is_over": row.state in (Payout.State.SETTLED, Payout.State.FAILED),
        "steps": _steps(row),
    }


def _steps(row: Payout) -> list[dict[str, str]]:
    state = row.state
    sent = {"asked": "here"}.get(state, "done")
    end = {"settled": "done", "failed": "failed", "sent": "here"}.get(state, "ahead")
    asked_at = f"{jalali(row.created_at)} {clock(row.created_at)}"
    ended_at = f"{jalali(row.closed_at)} {clock(row.closed_at)}" if row.closed_at else ""
    last = gettext("Not accepted by the bank") if state == "failed" else gettext("In the account")
    steps = [
        {"title": gettext("Asked for"), "text": asked_at, "state": "done"},
        {"title": gettext("Sent to the bank"), "text": "", "state": sent},
        {"title": last, "text": ended_at, "state": end},
    ]
    if state == "failed":
        back = gettext("The money is back in the wallet")
        steps.append({"title": back, "text": ended_at, "state": "done"})
    return steps
