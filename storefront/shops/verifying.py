"""Levels of a shop: what each may do, how one is asked for and decided, how it ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import BinaryIO, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core import audit
from core.limits import (
    APPEAL_CHARS_MAX,
    NUDGING_POSTS_PER_DAY_MAX,
    SHOP_HELD_RIALS_PER_DAY_MAX,
    SHOP_PAYOUT_DELAYS,
)
from core.problems import Fault, InvalidInput
from core.text import latin_digits
from identity.models import Person
from messenger import wording
from miniapps.storage import Store
from storefront.shops import pictures
from storefront.shops.errors import DecidedAlready
from storefront.shops.models import Shop, Verification

State = Verification.State
Level = Shop.Level
ASKED: Final = (Level.IDENTITY, Level.ENAMAD)  # the last level is given by an audit, not asked for
ENAMAD_NUMBER = re.compile(r"[0-9]{5,12}")
SWEEP_ROWS: Final = 500  # shops one sweep takes down a level


@dataclass(frozen=True)
class Caps:
    """What a shop of a level may do: the limits that orders and posts are held to."""

    held_per_day_rials: int
    nudges_per_day: int
    payout_delay: timedelta


@dataclass(frozen=True)
class Proof:
    """What a shop sends to prove itself."""

    level: int
    enamad_number: str = ""
    enamad_until: date | None = None
    document: BinaryIO | None = None


def caps(level: int) -> Caps:
    """Return what a shop of this level may do."""
    return Caps(
        held_per_day_rials=SHOP_HELD_RIALS_PER_DAY_MAX[level],
        nudges_per_day=NUDGING_POSTS_PER_DAY_MAX[level],
        payout_delay=SHOP_PAYOUT_DELAYS[level],
    )


def documents() -> Store:
    """Return where documents are kept: only operators read them."""
    return Store(settings.PRIVATE_UPLOADS / "documents")


@transaction.atomic
def ask(*, shop: Shop, proof: Proof, actor: Person, now: datetime) -> Verification:
    """Ask for a level; an older request that waits is replaced.

    Raises InvalidInput, PictureRefused.
    """
    number = _checked(proof, timezone.localdate(now))
    digest = ""
    if proof.document is not None:
        digest = documents().put([pictures.redrawn(proof.document)])
    Shop.objects.select_for_update(of=("self",)).get(pk=shop.pk)
    waiting = Verification.objects.filter(shop=shop, state=State.WAITING)
    waiting.update(state=State.REPLACED)
    made = Verification.objects.create(
        shop=shop,
        level=proof.level,
        enamad_number=number,
        enamad_until=proof.enamad_until if number else None,
        document=digest,
        asked_by=actor,
        asked_at=now,
    )
    audit.record("shops.verification.asked", by=actor, of=made, level=proof.level)
    return made


def _checked(proof: Proof, today: date) -> str:
    faults = []
    number = latin_digits(proof.enamad_number).strip()
    if proof.level not in ASKED:
        faults.append(Fault("#/level", "must be 1 or 2", "choice"))
    if number and not ENAMAD_NUMBER.fullmatch(number):
        faults.append(Fault("#/enamad_number", "must be 5 to 12 digits", "shape"))
    if number and (proof.enamad_until is None or proof.enamad_until <= today):
        faults.append(Fault("#/enamad_until", "must be a day to come", "past"))
    if proof.level == Level.ENAMAD and not number and proof.document is None:
        faults.append(Fault("#/enamad_number", "or a licence is needed", "required"))
    if proof.level == Level.IDENTITY and proof.document is None:
        faults.append(Fault("#/document", "is required", "required"))
    if faults:
        raise InvalidInput(faults)
    return number


@transaction.atomic
def decide(
    *, verification: Verification, accept: bool, answer: str, actor: Person, now: datetime
) -> Verification:
    """Accept or refuse a request; a refusal needs a reason. Raises InvalidInput, DecidedAlready."""
    answer = wording.one_line(answer, pointer="#/answer", most=APPEAL_CHARS_MAX, needed=not accept)
    shop = Shop.objects.select_for_update(of=("self",)).get(pk=verification.shop_id)
    row = Verification.objects.select_for_update(of=("self",)).get(pk=verification.pk)
    if row.state != State.WAITING:
        raise DecidedAlready(state=row.state)
    row.state = State.ACCEPTED if accept else State.REFUSED
    row.answer, row.decided_by, row.decided_at = answer, actor, now
    row.save(update_fields=["state", "answer", "decided_by", "decided_at"])
    if accept:
        before, shop.level = shop.level, max(shop.level, row.level)
        if row.enamad_number:
            shop.enamad_number, shop.enamad_until = row.enamad_number, row.enamad_until
        shop.save(update_fields=["level", "enamad_number", "enamad_until"])
        audit.record("shops.shop.level_set", by=actor, of=shop, was=before, level=shop.level)
    audit.record(f"shops.verification.{row.state}", by=actor, of=row, answer=answer)
    return row


@transaction.atomic
def downgrade_expired(*, now: datetime) -> int:
    """Take the level of e-namad from the shops whose e-namad has ended; return how many."""
    today = timezone.localdate(now)
    rows = list(
        Shop.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(enamad_until__lt=today, level__gte=Level.ENAMAD)
        .order_by("pk")[:SWEEP_ROWS]
    )
    for shop in rows:
        before, shop.level = shop.level, Level.IDENTITY
        shop.save(update_fields=["level"])
        audit.record(
            "shops.shop.level_ended", by=None, of=shop, was=before,
            enamad_until=str(shop.enamad_until),
        )  # fmt: skip
    return len(rows)
