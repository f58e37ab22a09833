"""How the review queue stands: the numbers a member of staff sees first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.models import Person
from miniapps.models import Submission

State = Submission.State


@dataclass(frozen=True)
class Number:
    """How many cases there are of one kind; ``queue`` is the filter that lists them."""

    title: str | Promise
    count: int
    queue: str
    tone: str = ""


def standing(person: Person, *, now: datetime) -> list[Number]:
    """Return the numbers, by one query."""
    waiting = Q(state__in=[State.QUEUED, State.CLAIMED])
    counted = Submission.objects.aggregate(
        waiting=Count("pk", filter=waiting),
        late=Count("pk", filter=waiting & Q(due_at__lt=now)),
        free=Count("pk", filter=Q(state=State.QUEUED)),
        mine=Count("pk", filter=Q(state=State.CLAIMED, claimed_by=person)),
        maker=Count("pk", filter=Q(state=State.CHANGES_REQUESTED)),
    )
    return [
        Number(_("Waiting and in review"), counted["waiting"], "waiting"),
        Number(_("Past their due date"), counted["late"], "waiting", "bad" * (counted["late"] > 0)),
        Number(_("Nobody has taken it"), counted["free"], "free"),
        Number(_("Taken by me"), counted["mine"], "mine"),
        Number(_("With the maker"), counted["maker"], "maker"),
    ]
