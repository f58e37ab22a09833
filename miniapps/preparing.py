"""Messages that an app's server prepares and a person shares: no app writes by itself.

The server names one of its people and gets an id; the page hands the id to the host, the person
sees the words, chooses a chat and sends it as his own. It is good once, and for a day.
"""

from __future__ import annotations

from datetime import datetime

from core import rates
from core.ids import is_id
from core.limits import PREPARED_MESSAGE_LIVES, PREPARED_MESSAGES_PER_MINUTE_MAX
from core.problems import Fault, InvalidInput
from identity.models import Person
from miniapps.errors import PreparedMessageGone
from miniapps.models import App, AppPerson, PreparedMessage
from miniapps.states import APP


def prepare(
    *, app: App, name: str | int, text: str, start_param: str, now: datetime
) -> PreparedMessage:
    """Keep words for the person whom this app knows by a ``sub`` or a number.

    Raises, the first that applies: AppStateForbids, TooManyRequests, InvalidInput.
    """
    APP.after("prepare", app.status)
    rates.hit("prepared", app.public_id, limit=PREPARED_MESSAGES_PER_MINUTE_MAX, period_s=60)
    known = AppPerson.objects.filter(
        app=app, person__is_active=True, **{"number" if isinstance(name, int) else "sub": name}
    ).first()
    if known is None:
        raise InvalidInput([Fault("#/user", "is no person of this app", "unknown")])
    until = now + PREPARED_MESSAGE_LIVES
    return PreparedMessage.objects.create(
        app_person=known, text=text, start_param=start_param, expires_at=until
    )


def of_person(person: Person, message_id: str, *, now: datetime) -> PreparedMessage:
    """Return what was prepared for the person, with its app. Raises PreparedMessageGone.

    Somebody else's, an expired one and one that was sent answer alike.
    """
    rows = PreparedMessage.objects.select_related("app_person__app__maker").filter(
        app_person__person=person, sent_at=None, expires_at__gt=now
    )
    found = rows.filter(public_id=message_id).first() if is_id(message_id, "prp") else None
    if found is None:
        raise PreparedMessageGone
    return found


def take(person: Person, message_id: str, *, now: datetime) -> PreparedMessage:
    """Mark the message as sent and return it; only one of two at once gets it.

    Raises PreparedMessageGone.
    """
    found = of_person(person, message_id, now=now)
    if not PreparedMessage.objects.filter(pk=found.pk, sent_at=None).update(sent_at=now):
        raise PreparedMessageGone
    return found


def forget_old(*, now: datetime) -> int:
    """Delete what can no longer be sent; return how many."""
    gone, _per_model = PreparedMessage.objects.filter(expires_at__lte=now).delete()
    return gone
