"""What a maker's books say: the balance, which payments and refunds, what each day brought.

Reading only. Live and test money never meet in one answer: every question names its book.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Count, F, Model, QuerySet, Sum
from django.db.models.functions import TruncDate

from core.ids import is_id
from core.problems import NotFound
from core.text import latin_digits, persian_digits
from identity.models import Maker
from wallet.accounts import Balance
from wallet.models import Account, Invoice, Payment, Refund
from wallet.money import Rials
from wallet.spending import TEHRAN

Row = TypeVar("Row", Payment, Refund)


@dataclass(frozen=True)
class Wanted:
    """Which payments or refunds: a book, an app, a state, a text, days (both ends count)."""

    book: str = "live"
    audience: str = ""
    state: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def is_filtered(self) -> bool:
        """Whether more is asked than a book."""
        return bool(self.audience or self.state or self.text or self.since or self.until)

    def as_facts(self) -> dict[str, Any]:
        """Return it as JSON, for a job."""
        days = {
            name: day.isoformat() for name in ("since", "until") if (day := getattr(self, name))
        }
        return {
            "book": self.book, "audience": self.audience, "state": self.state, "text": self.text,
        } | days  # fmt: skip

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Wanted:
        """Return what ``as_facts`` wrote."""
        since, until = (
            date.fromisoformat(facts[name]) if name in facts else None
            for name in ("since", "until")
        )
        texts = {name: str(facts[name]) for name in ("book", "audience", "state", "text")}
        return cls(**texts, since=since, until=until)


@dataclass(frozen=True)
class Day:
    """What one day brought to a maker, in rials."""

    day: date
    payments: int = 0
    paid: int = 0
    fees: int = 0
    refunds: int = 0
    refunded: int = 0
    fees_back: int = 0

    @property
    def net(self) -> int:
        """What the day added to the maker's wallet; less than nothing on a day of refunds."""
        return self.paid - self.fees - self.refunded + self.fees_back


def balance(maker: Maker, book: str) -> Balance:
    """Return what the maker's wallet holds over all its rows; nothing if it has none yet."""
    found = Account.objects.filter(maker=maker, book=book).aggregate(
        posted=Sum(F("credits_posted") - F("debits_posted"), default=0),
        held=Sum("debits_pending", default=0),
    )
    return Balance(Rials(found["posted"]), Rials(found["held"]))


def payments(maker: Maker, wanted: Wanted) -> QuerySet[Payment]:
    """Return the maker's payments that are wanted, in no order yet."""
    rows = Payment.objects.filter(maker=maker, book=wanted.book)
    if wanted.audience:
        rows = rows.filter(audience=wanted.audience)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.text:
        rows = _with_text(maker, rows, wanted.text)
    return _within(rows, "created_at", wanted)


def refunds(maker: Maker, wanted: Wanted) -> QuerySet[Refund]:
    """Return the refunds that are wanted; a state is not asked of them."""
    rows = Refund.objects.filter(payment__maker=maker, payment__book=wanted.book)
    if wanted.audience:
        rows = rows.filter(payment__audience=wanted.audience)
    if wanted.text:
        name = _id_in(wanted.text)
        of = Payment.objects.filter(maker=maker, book=wanted.book)
        if is_id(name, "rfd"):
            rows = rows.filter(public_id=name)
        else:
            rows = rows.filter(payment__in=_with_text(maker, of, wanted.text))
    return _within(rows, "created_at", wanted)


def _with_text(maker: Maker, rows: QuerySet[Payment], text: str) -> QuerySet[Payment]:
    """Keep what an id or an order reference names; digits may be Persian or Latin on both sides."""
    name = _id_in(text)
    if is_id(name, "pay"):
        return rows.filter(public_id=name)
    if is_id(name, "rfd"):
        return rows.filter(refunds__public_id=name)
    named = Invoice.objects.filter(maker=maker)
    if is_id(name, "inv"):
        return rows.filter(invoice__in=named.filter(public_id=name))
    if is_id(name, "lnk"):
        return rows.filter(invoice__in=named.filter(link__public_id=name))
    spellings = {text, latin_digits(text), persian_digits(text)}
    return rows.filter(invoice__in=named.filter(order_ref__in=spellings))


def _id_in(text: str) -> str:
    return latin_digits(text).lower()


def _within(rows: QuerySet[Row], column: str, wanted: Wanted) -> QuerySet[Row]:
    if wanted.since is not None:
        rows = rows.filter(**{f"{column}__gte": start_of(wanted.since)})
    if wanted.until is not None:
        rows = rows.filter(**{f"{column}__lt": start_of(wanted.until + timedelta(days=1))})
    return rows


def start_of(day: date) -> datetime:
    """Return when a day begins in Tehran."""
    return datetime.combine(day, time.min, TEHRAN)


def page_of(rows: QuerySet[Any], *, before: str, size: int) -> tuple[list[Any], bool]:
    """Return the newest ``size`` rows older than the row with the public id ``before``.

    Also whether there are more. One query; an id that is not among the maker's gives nothing.
    """
    if before:
        model: type[Model] = rows.model
        known = model._default_manager.filter(public_id=before)  # noqa: SLF001  (Django's own name)
        rows = rows.filter(pk__lt=known.values("pk")[:1])
    found = list(rows.order_by("-pk")[: size + 1])
    return found[:size], len(found) > size


def days(maker: Maker, wanted: Wanted) -> list[Day]:
    """Return what each day brought, the newest first, days without money left out: two queries.

    A payment belongs to the day it was captured, a refund to the day it was made.
    """
    whole = Wanted(wanted.book, wanted.audience)
    paid = payments(maker, whole).filter(state=Payment.State.CAPTURED)
    captured = _by_day(paid, "closed_at", wanted)
    found: dict[date, dict[str, int]] = {}
    for row in captured.annotate(
        n=Count("pk"), paid=Sum("amount_rials"), fees=Sum("fee_rials")
    ).order_by("day"):
        found.setdefault(row["day"], {}).update(
            payments=row["n"], paid=row["paid"], fees=row["fees"]
        )
    back = _by_day(refunds(maker, whole), "created_at", wanted)
    for row in back.annotate(
        n=Count("pk"), back=Sum("amount_rials"), fees=Sum("fee_refunded_rials")
    ).order_by("day"):
        found.setdefault(row["day"], {}).update(
            refunds=row["n"], refunded=row["back"], fees_back=row["fees"]
        )
    return [Day(day, **found[day]) for day in sorted(found, reverse=True)]


def _by_day(rows: QuerySet[Row], column: str, wanted: Wanted) -> Any:
    kept = _within(rows, column, wanted)
    return kept.annotate(day=TruncDate(column, tzinfo=TEHRAN)).values("day")


def total(rows: list[Day], first: date) -> Day:
    """Return the sum of days, as a day."""
    sums = {
        name: sum(getattr(row, name) for row in rows)
        for name in ("payments", "paid", "fees", "refunds", "refunded", "fees_back")
    }
    return Day(first, **sums)


def payment_of(maker: Maker, payment_id: str) -> Payment:
    """Return a payment of this maker, with its invoice. Raises NotFound."""
    rows = Payment.objects.select_related("invoice", "invoice__link", "maker", "payer")
    found = rows.filter(maker=maker, public_id=payment_id).first()
    if found is None or not is_id(payment_id, "pay"):
        raise NotFound
    return found
