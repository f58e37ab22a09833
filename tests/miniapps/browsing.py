"""People in front of a browser: signed in, staff with their second factor, and what a page says."""

import html
import re
from contextlib import contextmanager

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from identity.models import Person
from tests.people import signed_in


def at_the_desk(person: Person) -> Client:
    """A member of staff who has signed in with password and code."""
    client = signed_in(person)
    device, _made = TOTPDevice.objects.get_or_create(user=person, name="test")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def words(answer) -> str:
    """The text of a page, one space between words, without the marks of direction."""
    text = re.sub(
        r"<script\b.*?</script>|<template\b.*?</template>",
        " ",
        answer.content.decode(),
        flags=re.DOTALL,
    )
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", re.sub(r"[\u2066-\u2069]", "", text))


def said(client: Client, answer) -> str:
    """The page that a step leads to."""
    assert answer.status_code in (302, 303), words(answer)[:400]
    return words(client.get(answer["Location"]))


@contextmanager
def counted():
    """Count the queries of a block: ``with counted() as count: …; count()``."""
    with CaptureQueriesContext(connection) as captured:
        yield lambda: len(captured)
