"""Pay links: a merchant's standing address and QR, with a fixed amount or one the payer says."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from core import audit
from core.ids import is_id
from core.limits import INVOICE_TITLE_CHARS_MAX, PAY_LINKS_MAX
from core.problems import Fault, InvalidInput, NotFound
from core.text import is_line
from identity.models import Maker, Person
from wallet.errors import InvoiceKeyReused, TooManyPayLinks
from wallet.models import Account, PayLink
from wallet.money import Rials, is_amount


@transaction.atomic
def create(
    *,
    maker: Maker,
    book: str,
    title: str,
    amount: Rials | None,
    key: str,
    actor: Person,
    now: datetime,
) -> PayLink:
    """Make a link. ``amount`` None lets each payer say how much.

    ``key`` names the form, within this maker: the same again gives the first link. Raises, the
    first that applies: InvalidInput with every fault, InvoiceKeyReused, TooManyPayLinks.
    """
    title = title.strip()
    if faults := _faults(title, amount):
        raise InvalidInput(faults)
    assert book in Account.Book.values
    Maker.objects.select_for_update(no_key=True).get(pk=maker.pk)
    whole_key = f"{maker.public_id}:{key}"
    first = PayLink.objects.filter(key=whole_key).first()
    if first is not None:
        if (first.book, first.title, first.amount_rials) != (book, title, amount):
            raise InvoiceKeyReused
        return first
    if PayLink.objects.filter(maker=maker, book=book, active=True).count() >= PAY_LINKS_MAX:
        raise TooManyPayLinks(most=PAY_LINKS_MAX)
    made = PayLink.objects.create(
        maker=maker, book=book, key=whole_key, title=title, amount_rials=amount, created_by=actor,
        created_at=now,
    )  # fmt: skip
    audit.record("wallet.pay_link.created", by=actor, of=made, amount_rials=amount)
    return made


@transaction.atomic
def switch(*, link: PayLink, on: bool, actor: Person) -> PayLink:
    """Switch a link off, or on again; doing it twice changes nothing.

    Invoices that were made through it before can still be paid. Raises TooManyPayLinks.
    """
    Maker.objects.select_for_update(no_key=True).get(pk=link.maker_id)
    held = PayLink.objects.select_for_update().get(pk=link.pk)
    if held.active == on:
        return held
    others = PayLink.objects.filter(maker=held.maker_id, book=held.book, active=True)
    if on and others.count() >= PAY_LINKS_MAX:
        raise TooManyPayLinks(most=PAY_LINKS_MAX)
    held.active = on
    held.save(update_fields=["active"])
    audit.record(f"wallet.pay_link.switched_{'on' if on else 'off'}", by=actor, of=held)
    return held


def link_of(maker: Maker, link_id: str) -> PayLink:
    """Return a link of this maker. Raises NotFound."""
    rows = PayLink.objects.filter(maker=maker, public_id=link_id)
    found = rows.first() if is_id(link_id, "lnk") else None
    if found is None:
        raise NotFound
    return found


def address_of(link: PayLink) -> str:
    """Return the address that the QR holds, which the host answers."""
    return f"{settings.ORIGIN}/pay/l/{link.public_id}"


def _faults(title: str, amount: Rials | None) -> list[Fault]:
    faults = []
    if not 1 <= len(title) <= INVOICE_TITLE_CHARS_MAX:
        detail = f"must have 1 to {INVOICE_TITLE_CHARS_MAX} characters"
        faults.append(Fault("#/title", detail, "length"))
    elif not is_line(title):
        faults.append(Fault("#/title", "holds a character that is not allowed", "characters"))
    if amount is not None and not is_amount(amount):
        faults.append(Fault("#/amount", "must be an integer of 1 to 2^53-1", "amount"))
    return faults
