"""Ids that mean something to one app only.

A person's number (< 2^52, so that code written for Telegram accepts it) and string are drawn at
the first launch and kept; a chat's are made from the platform's secret, because an app has far
more chats than it ever stores.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from django.conf import settings
from django.db import IntegrityError, transaction

from core.ids import ALPHABET
from identity.models import Person
from messenger.models import Chat
from miniapps.models import App, AppPerson

NUMBER_FROM, NUMBER_BELOW = 10**9, 2**52
SUB_CHARS = 26


def person_in(app: App, person: Person, *, preview: bool = False) -> AppPerson:
    """Return the person as this app (or its preview) knows him; drawn at the first time."""
    mine = AppPerson.objects.filter(app=app, person=person, preview=preview)
    known = mine.first()
    while known is None:
        number = NUMBER_FROM + secrets.randbelow(NUMBER_BELOW - NUMBER_FROM)
        sub = "".join(secrets.choice(ALPHABET) for _ in range(SUB_CHARS))
        try:
            with transaction.atomic():
                known = AppPerson.objects.create(
                    app=app, person=person, preview=preview, number=number, sub=sub
                )
        except IntegrityError:
            # Either a twin request was quicker or the number is taken: look again, then draw again.
            known = mine.first()
    return known


def chat_number(app: App, chat: Chat) -> int:
    """Return the chat as a signed 64-bit number (Telegram's ``chat_instance``)."""
    return int.from_bytes(_seal(app, chat)[:8], signed=True)


def chat_string(app: App, chat: Chat) -> str:
    """Return the chat as a string for tokens."""
    number = int.from_bytes(_seal(app, chat)[8:24])
    return "".join(ALPHABET[number >> shift & 31] for shift in range(0, 125, 5))


def _seal(app: App, chat: Chat) -> bytes:
    text = f"chat {app.public_id} {chat.public_id}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), text, hashlib.sha256)
