"""What can be told to a maker's server: the closed list, in one place.

A new kind is a line here and a heading in docs/reference/webhooks.md; a test compares the two.
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

KINDS: Final[dict[str, Kind]] = {
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
# What an endpoint may ask for; a test event goes to the endpoint it was made for.
CHOICES: Final = tuple(name for name in KINDS if name != TRIAL)
EVENTS: Final = tuple(name for name, kind in KINDS.items() if not kind.is_question)
QUESTIONS: Final = tuple(name for name, kind in KINDS.items() if kind.is_question)


def wants(kinds: list[str], kind: str) -> bool:
    """Tell whether an endpoint with this list is sent events of this kind."""
    return kind in kinds if kinds else kind in EVENTS and not KINDS[kind].is_of_maker
