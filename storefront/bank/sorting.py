"""What a person says of his movements: a category, a note, a split.

Saying it twice changes nothing. Whatever is said of one account waits its turn, so that two taps
cannot each write half of it. A remark in which nothing is said any more goes away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from core.limits import BANK_NOTE_CHARS_MAX, BANK_PARTS_MAX
from core.locks import one_at_a_time
from core.problems import Fault, InvalidInput
from storefront.bank.categories import Category
from storefront.bank.feed import Entry
from storefront.models import Habit, Part, Remark
from wallet.models import Account

PARTS_MIN = 2


@transaction.atomic
def categorise(
    *, account: Account, entry: Entry, category: str, everywhere: bool, now: datetime
) -> None:
    """Put one movement, or everything from its counterparty, under a category; a split ends.

    ``everywhere`` covers past and future but leaves what was put elsewhere by itself. Raises
    InvalidInput.
    """
    _check_category(category, "#/category")
    _one_at_a_time(account)
    if everywhere:
        Habit.objects.update_or_create(
            account=account,
            counterparty=entry.counterparty,
            defaults={"category": category, "changed_at": now},
        )
    own = "" if everywhere else category
    _say(account, entry, now, category=own, parts=[])


@transaction.atomic
def write_note(*, account: Account, entry: Entry, text: str, now: datetime) -> None:
    """Keep a note on one movement; an empty one takes it away. Raises InvalidInput."""
    note = " ".join(text.split())
    if len(note) > BANK_NOTE_CHARS_MAX:
        detail = f"must have at most {BANK_NOTE_CHARS_MAX} characters"
        raise InvalidInput([Fault("#/note", detail, "max_length")])
    _one_at_a_time(account)
    _say(account, entry, now, note=note)


@transaction.atomic
def split(
    *, account: Account, entry: Entry, parts: Sequence[tuple[str, int]], now: datetime
) -> None:
    """Divide one movement over categories that sum to its amount; no parts undo it.

    Raises InvalidInput: too few or too many parts, a category twice or unknown, an amount below
    one rial, a sum that is not the amount.
    """
    faults = _faults_of(parts, abs(entry.amount_rials)) if parts else []
    if faults:
        raise InvalidInput(faults)
    _one_at_a_time(account)
    _say(account, entry, now, parts=parts)


def _faults_of(parts: Sequence[tuple[str, int]], whole: int) -> list[Fault]:
    if not PARTS_MIN <= len(parts) <= BANK_PARTS_MAX:
        detail = f"must have {PARTS_MIN} to {BANK_PARTS_MAX} parts"
        return [Fault("#/parts", detail, "count")]
    faults = []
    for place, (category, amount) in enumerate(parts):
        if category not in Category.values:
            detail = "must be one of the categories"
            faults.append(Fault(f"#/parts/{place}/category", detail, "choice"))
        if amount < 1:
            detail = "must be at least one rial"
            faults.append(Fault(f"#/parts/{place}/amount_rials", detail, "amount"))
    if len({category for category, _amount in parts}) < len(parts):
        faults.append(Fault("#/parts", "must name each category once", "unique"))
    if not faults and sum(amount for _category, amount in parts) != whole:
        faults.append(Fault("#/parts", "must sum to the amount", "sum"))
    return faults


def _check_category(category: str, pointer: str) -> None:
    if category not in Category.values:
        raise InvalidInput([Fault(pointer, "must be one of the categories", "choice")])


def _one_at_a_time(account: Account) -> None:
    one_at_a_time(f"bank.remarks.{account.pk}")


def _say(
    account: Account,
    entry: Entry,
    now: datetime,
    *,
    category: str | None = None,
    note: str | None = None,
    parts: Sequence[tuple[str, int]] | None = None,
) -> None:
    """Write what is given of a remark, and let go of one that says nothing any more."""
    known = Remark.objects.filter(account=account, seq=entry.seq).first()
    remark = known or Remark(account=account, seq=entry.seq)
    had = (
        []
        if known is None
        else [(part.category, part.amount_rials) for part in remark.parts.order_by("pk")]
    )
    kept = had if parts is None else list(parts)
    remark.category = remark.category if category is None else category
    remark.note = remark.note if note is None else note
    remark.changed_at = now
    if not (remark.category or remark.note or kept):
        if known is not None:
            remark.delete()
        return
    remark.save()
    if kept != had:
        remark.parts.all().delete()
        Part.objects.bulk_create(
            Part(remark=remark, category=name, amount_rials=amount) for name, amount in kept
        )
