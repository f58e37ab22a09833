import itertools

import pytest
from django.utils import timezone

from messenger import chats, messages
from messenger.models import Chat, Message
from tests.people import *  # noqa: F403

_ids = itertools.count(1)


def say(chat: Chat, sender, text: str, client_id: str | None = None) -> Message:
    """Send one text."""
    return messages.send_text(
        chat=chat,
        sender=sender,
        text=text,
        client_id=client_id or f"test-{next(_ids)}",
        now=timezone.now(),
    )


@pytest.fixture
def talk(sara, mina) -> Chat:
    """The direct chat of Sara and Mina."""
    return chats.open_direct(person=sara, other=mina)


@pytest.fixture
def group(sara, mina, dara) -> Chat:
    """Sara's group with Mina and Dara."""
    return chats.create_group(
        founder=sara, title="کوه جمعه", people=[mina, dara], now=timezone.now()
    )


@pytest.fixture
def channel(sara) -> Chat:
    """Sara's public channel @naron."""
    return chats.create_channel(
        founder=sara, title="کافه نارون", handle="naron", now=timezone.now()
    )
