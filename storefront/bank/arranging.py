"""Arranging My Bank: pin, take away, move by one place, or go back to the usual.

Doing a thing twice is as good as once, but for a move: two taps move by two places. Whatever is
arranged for one person waits its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction

from core.ids import is_id
from core.limits import BANK_TILES_MAX
from core.locks import one_at_a_time
from core.problems import NotFound
from identity.models import Person
from miniapps.models import App
from storefront.bank import tiles
from storefront.bank.tiles import OPEN_STATES, SERVICES
from storefront.errors import BoardFull
from storefront.models import Board


def _pin(keys: list[str], key: str) -> None:
    if key in keys:
        return
    if not _may_be_opened(key):
        raise NotFound
    if len(keys) >= BANK_TILES_MAX:
        raise BoardFull(most=BANK_TILES_MAX)
    keys.append(key)


def _unpin(keys: list[str], key: str) -> None:
    if key in keys:
        keys.remove(key)


def _earlier(keys: list[str], key: str) -> None:
    _move(keys, key, -1)


def _later(keys: list[str], key: str) -> None:
    _move(keys, key, 1)


ACTS: Final[dict[str, Callable[[list[str], str], None]]] = {
    "pin": _pin,
    "unpin": _unpin,
    "earlier": _earlier,
    "later": _later,
}


@transaction.atomic
def arrange(*, person: Person, act: str, key: str, now: datetime) -> None:
    """Do one thing to a person's pins. Raises NotFound (what nobody can pin), BoardFull."""
    if act not in ACTS:
        raise NotFound
    one_at_a_time(f"bank.board.{person.pk}")
    keys = [one.key for one in tiles.pinned(person)]  # what cannot be opened any more goes away
    before = list(keys)
    ACTS[act](keys, key)
    if keys == before:
        return
    Board.objects.update_or_create(person=person, defaults={"keys": keys, "changed_at": now})


@transaction.atomic
def forget(*, person: Person) -> None:
    """Go back to the usual services."""
    one_at_a_time(f"bank.board.{person.pk}")
    Board.objects.filter(person=person).delete()


def _move(keys: list[str], key: str, step: int) -> None:
    """Change places with the neighbour; at the end nothing changes."""
    if key not in keys:
        raise NotFound
    place = keys.index(key)
    other = place + step
    if 0 <= other < len(keys):
        keys[place], keys[other] = keys[other], keys[place]


def _may_be_opened(key: str) -> bool:
    if key in SERVICES:
        return True
    return is_id(key, "app") and App.objects.filter(public_id=key, status__in=OPEN_STATES).exists()
