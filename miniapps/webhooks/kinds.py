"""What can be told to a maker's server: the closed list, in one place.

A new kind is a line here and a heading in docs/reference/webhooks.md; a test compares the two.
Floors above enter theirs in ``AppConfig.ready``; this floor never imports them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Kind:
    """One kind of event, or of question, and how it is called on a page."""

    title: str | Promise
    is_retried: bool = True
    # Asked while a person waits, answered at once, never queued: an endpoint must name it.
    is_question: bool = False
    # About the maker, not one of his apps: sent to each address of any of them that names it, so
    # that the server of one app learns nothing of the rest unasked and nothing comes twice.
    is_of_maker: bool = False


TRIAL: Final = "webhook.test"

KINDS: Final[dict[str, Kind]] = {  # in the order of the lists that people see
    "payment.held": Kind(_("A payment is set aside")),
    "payment.captured": Kind(_("A payment is made")),
    "payment.declined": Kind(_("A payment was declined")),
    "payment.expired": Kind(_("A payment expired")),
    "payment.refunded": Kind(_("A payment was refunded")),
    "payment.pre_checkout": Kind(_("May this payment be made?"), is_question=True),
    "invoice.expired": Kind(_("An invoice expired")),
    "invoice.cancelled": Kind(_("An invoice was cancelled")),
    "payout.settled": Kind(_("A payout arrived"), is_of_maker=True),
    "payout.failed": Kind(_("A payout failed"), is_of_maker=True),
    TRIAL: Kind(_("Test event"), is_retried=False),
}


def register(kinds: dict[str, Kind]) -> None:
    """Enter kinds of a floor above; entering one again takes its place."""
    KINDS.update(kinds)


def choices() -> list[str]:
    """Return what an endpoint may ask for; a test event goes to the endpoint it was made for."""
    return [name for name in KINDS if name != TRIAL]


def events() -> list[str]:
    """Return the kinds that are told, and not asked."""
    return [name for name, kind in KINDS.items() if not kind.is_question]


def questions() -> list[str]:
    """Return the kinds that are asked while a person waits."""
    return [name for name, kind in KINDS.items() if kind.is_question]


def wants(kinds: list[str], kind: str) -> bool:
    """Tell whether an endpoint with this list is sent events of this kind."""
    if kinds:
        return kind in kinds
    return not KINDS[kind].is_question and not KINDS[kind].is_of_maker
