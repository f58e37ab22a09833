"""Invoices: what a merchant asks for, until it is paid, withdrawn or too old."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from core.limits import (
    INVOICE_ABOUT_CHARS_MAX,
    INVOICE_LINE_CHARS_MAX,
    INVOICE_LINES_MAX,
    INVOICE_PAYLOAD_BYTES_MAX,
    INVOICE_TITLE_CHARS_MAX,
    INVOICE_TTL,
    INVOICE_TTL_MAX,
    ORDER_REF_CHARS_MAX,
    SWEEP_ROWS,
)
from core.problems import Fault, InvalidInput, NotFound
from core.text import is_line
from identity.models import Maker, Person
from wallet import news
from wallet.errors import InvoiceClosed, InvoiceKeyReused
from wallet.models import Invoice, PayLink, Payment
from wallet.money import Rials, is_amount

PHOTO_URL_CHARS_MAX = 500
# What tells two invoices apart that come with one key.
WRITTEN_ONCE = (
    "maker_id", "book", "audience", "title", "about", "lines", "amount_rials", "order_ref",
    "payload", "photo_url", "recipient_id", "ask_first",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of an invoice; a discount is negative."""

    label: str
    amount_rials: int


@dataclass(frozen=True)
class Asked:
    """What a merchant writes into an invoice. Without lines, the title is the one line."""

    title: str
    amount_rials: int
    about: str = ""
    lines: list[Line] = field(default_factory=list)
    order_ref: str = ""
    payload: str = ""
    photo_url: str = ""
    recipient: Person | None = None
    ask_first: bool = False
    expires_at: datetime | None = None


def create(
    *, maker: Maker, book: str, audience: str, asked: Asked, key: str, now: datetime
) -> Invoice:
    """Write an invoice. ``key`` names the caller and his Idempotency-Key: again gives the first.

    Raises InvalidInput with every fault, InvoiceKeyReused.
    """
    fresh = Invoice(
        book=book,
        maker=maker,
        audience=audience,
        key=key,
        title=asked.title.strip(),
        about=asked.about.strip(),
        lines=[{"label": one.label, "amount_rials": one.amount_rials} for one in asked.lines],
        amount_rials=asked.amount_rials,
        order_ref=asked.order_ref,
        payload=asked.payload,
        photo_url=asked.photo_url,
        recipient=asked.recipient,
        ask_first=asked.ask_first,
        created_at=now,
        expires_at=asked.expires_at or now + INVOICE_TTL,
    )
    if found := faults(asked, now):
        first = _first(fresh)  # what was good then, such as expires_at, is not judged again
        if first is None:
            raise InvalidInput(found)
        return first
    return _saved_once(fresh)


def from_link(*, link: PayLink, amount: Rials | None, key: str, now: datetime) -> Invoice:
    """Write the invoice of one visit to a pay link; ``amount`` where the link leaves it open.

    Raises NotFound for a link that is switched off, InvalidInput, InvoiceKeyReused.
    """
    if not link.active:
        raise NotFound
    asked = Asked(title=link.title, amount_rials=link.amount_rials or amount or 0)
    if found := faults(asked, now):
        raise InvalidInput(found)
    fresh = Invoice(
        book=link.book,
        maker=link.maker,
        link=link,
        key=key,
        title=link.title,
        amount_rials=asked.amount_rials,
        created_at=now,
        expires_at=now + INVOICE_TTL,
    )
    return _saved_once(fresh)


def _saved_once(fresh: Invoice) -> Invoice:
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        first = _first(fresh)
        if first is None:
            raise
        return first
    return fresh


def _first(fresh: Invoice) -> Invoice | None:
    """Return the invoice that this key has made before. Raises InvoiceKeyReused for another one."""
    first = Invoice.objects.filter(key=fresh.key).first()
    if first is not None and any(
        getattr(first, name) != getattr(fresh, name) for name in WRITTEN_ONCE
    ):
        raise InvoiceKeyReused
    return first


@transaction.atomic
def cancel(*, invoice: Invoice, now: datetime) -> Invoice:
    """Withdraw an open invoice; doing it twice changes nothing.

    Raises InvoiceClosed when it is paid, has expired, or is being paid at this moment.
    """
    held = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if held.state == Invoice.State.CANCELLED:
        return held
    if held.state != Invoice.State.OPEN or _is_being_paid(held):
        raise InvoiceClosed(state=held.state)
    return _close(held, Invoice.State.CANCELLED, "invoice.cancelled", now)


def expire_due(*, now: datetime) -> int:
    """End open invoices whose time is over; return how many. Those being paid wait."""
    due = Invoice.objects.filter(state=Invoice.State.OPEN, expires_at__lte=now).order_by("pk")
    return sum(_expire(pk, now) for pk in due.values_list("pk", flat=True)[:SWEEP_ROWS])


@transaction.atomic
def _expire(pk: int, now: datetime) -> bool:
    held = (
        Invoice.objects.select_for_update(skip_locked=True)
        .filter(pk=pk, state=Invoice.State.OPEN, expires_at__lte=now)
        .first()
    )
    if held is None or _is_being_paid(held):
        return False
    _close(held, Invoice.State.EXPIRED, "invoice.expired", now)
    return True


def _is_being_paid(invoice: Invoice) -> bool:
    return invoice.payments.filter(state=Payment.State.HELD).exists()


def _close(held: Invoice, state: str, kind: str, now: datetime) -> Invoice:
    held.state, held.closed_at = state, now
    held.save(update_fields=["state", "closed_at"])
    news.of_invoice(held, kind, now=now)
    return held


def faults(asked: Asked, now: datetime) -> list[Fault]:
    """Return everything that is wrong with what a merchant has written, by pointer."""
    found = []
    if not 1 <= len(asked.title.strip()) <= INVOICE_TITLE_CHARS_MAX:
        detail = f"must have 1 to {INVOICE_TITLE_CHARS_MAX} characters"
        found.append(Fault("#/title", detail, "length"))
    if not is_amount(asked.amount_rials):
        found.append(Fault("#/amount_rials", "must be an integer of 1 to 2^53-1", "amount"))
    found += _long(asked)
    found += _unprintable(asked)
    found += _line_faults(asked)
    if asked.photo_url and not _is_https(asked.photo_url):
        found.append(Fault("#/photo_url", "must be an https address", "url"))
    if asked.expires_at is not None and not now < asked.expires_at <= now + INVOICE_TTL_MAX:
        detail = f"must be in the future, at most {INVOICE_TTL_MAX.days} days from now"
        found.append(Fault("#/expires_at", detail, "range"))
    return found


def _long(asked: Asked) -> list[Fault]:
    bounds = {
        "description": (len(asked.about), INVOICE_ABOUT_CHARS_MAX, "characters"),
        "order_ref": (len(asked.order_ref), ORDER_REF_CHARS_MAX, "characters"),
        "payload": (len(asked.payload.encode()), INVOICE_PAYLOAD_BYTES_MAX, "bytes"),
        "photo_url": (len(asked.photo_url), PHOTO_URL_CHARS_MAX, "characters"),
    }
    return [
        Fault(f"#/{name}", f"must have at most {most} {unit}", "max_length")
        for name, (length, most, unit) in bounds.items()
        if length > most
    ]


def _unprintable(asked: Asked) -> list[Fault]:
    """Return what holds characters that a payer, or a search, could not see."""
    texts = {"title": asked.title.strip(), "order_ref": asked.order_ref}
    texts |= {f"description/{n}": line for n, line in enumerate(asked.about.strip().splitlines())}
    texts |= {f"lines/{n}/label": line.label.strip() for n, line in enumerate(asked.lines)}
    bad = {name.partition("/")[0] if name.startswith("description") else name
           for name, text in texts.items() if not is_line(text)}  # fmt: skip
    detail = "holds a character that is not allowed"
    return [Fault(f"#/{name}", detail, "characters") for name in sorted(bad)]


def _line_faults(asked: Asked) -> list[Fault]:
    if not asked.lines:
        return []
    faults = []
    if len(asked.lines) > INVOICE_LINES_MAX:
        faults.append(Fault("#/lines", f"must be at most {INVOICE_LINES_MAX}", "max_length"))
    for place, line in enumerate(asked.lines):
        if not 1 <= len(line.label.strip()) <= INVOICE_LINE_CHARS_MAX:
            detail = f"must have 1 to {INVOICE_LINE_CHARS_MAX} characters"
            faults.append(Fault(f"#/lines/{place}/label", detail, "length"))
        if not is_amount(abs(line.amount_rials)):
            detail = "must be a whole number of rials, not 0"
            faults.append(Fault(f"#/lines/{place}/amount_rials", detail, "amount"))
    if sum(line.amount_rials for line in asked.lines) != asked.amount_rials:
        faults.append(Fault("#/amount_rials", "must be the sum of the lines", "sum"))
    return faults


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and url.isprintable()
