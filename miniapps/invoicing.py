"""An app asks for money: its invoices are of its maker, and only its own people are named."""

from __future__ import annotations

from datetime import datetime

from core import rates
from core.limits import INVOICES_PER_MINUTE_MAX
from identity.models import Person
from miniapps.models import App, AppPerson
from miniapps.states import APP
from wallet import invoices
from wallet.invoices import Asked
from wallet.models import Invoice


def ask(*, app: App, book: str, asked: Asked, key: str, now: datetime) -> Invoice:
    """Write an invoice of this app; ``key`` names the caller and his Idempotency-Key.

    What was written before the answer was lost is found again, whatever has changed meanwhile.
    Raises, the first that applies: AppStateForbids, TooManyRequests, InvalidInput with every
    fault, InvoiceKeyReused.
    """
    if not Invoice.objects.filter(key=key).exists():
        APP.after("charge", app.status)
        rates.hit("invoices", app.public_id, limit=INVOICES_PER_MINUTE_MAX, period_s=60)
    return invoices.create(
        maker=app.maker, book=book, audience=app.public_id, asked=asked, key=key, now=now
    )


def person_named(app: App, name: str | int) -> Person | None:
    """Return the person whom this app knows by a pairwise string or number, or None."""
    people = AppPerson.objects.select_related("person").filter(app=app)
    known = people.filter(**{"number" if isinstance(name, int) else "sub": name}).first()
    return None if known is None or not known.person.is_active else known.person
