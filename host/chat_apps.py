"""Mini-apps in a chat: which ones its menu offers, and posting one as a card."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core import audit, live
from core.ids import is_id
from core.limits import CHAT_APPS_MAX
from core.problems import Conflict, NotFound
from core.text import fold
from host.cards import MINIAPP
from identity.models import Person
from messenger import messages
from messenger.models import Chat, Message
from miniapps import preparing
from miniapps.access import launchable_app
from miniapps.models import App, ChatApp

RECENT_MAX = 8
FOUND_MAX = 24
OPEN_STATES = (App.Status.LIVE, App.Status.UNLISTED)


class ChatAppsFull(Conflict):
    """The chat's menu holds as many apps as it may. Members: ``most``."""

    code = "chat-apps-full"
    title = _("The menu of this chat is full")
    remedy = _("Take an app out first.")


class AppDocument(TypedDict):
    """An app as the menu and its public card show it."""

    id: str
    slug: str
    name: str
    name_fa: str
    name_en: str
    about: str
    icon: str
    maker: str
    verified: bool


def app_document(app: App) -> AppDocument:
    """Return one app; its maker should be loaded."""
    return {
        "id": app.public_id,
        "slug": app.slug,
        "name": app.name,
        "name_fa": app.name_fa,
        "name_en": app.name_en,
        "about": app.about,
        "icon": app.icon,
        "maker": app.maker.name,
        "verified": app.maker.verified_at is not None,
    }


def apps_in(chat: Chat) -> QuerySet[App]:
    """Return the apps that the chat's staff put into its menu, the oldest first."""
    rows = App.objects.filter(in_chats__chat=chat, status__in=OPEN_STATES)
    return rows.select_related("maker").order_by("in_chats__pk")


def recent_apps(person: Person) -> QuerySet[App]:
    """Return the apps the person opened last."""
    rows = App.objects.filter(people__person=person, status__in=OPEN_STATES)
    return rows.select_related("maker").order_by("-people__last_opened_at")[:RECENT_MAX]


def find_apps(text: str) -> list[App]:
    """Return listed apps whose name or slug holds the text; without one, the newest."""
    rows = App.objects.filter(status=App.Status.LIVE).select_related("maker").order_by("-pk")
    words = fold(text.replace("\x00", ""))
    if not words:
        return list(rows[:FOUND_MAX])
    plain = text.replace("\x00", "").strip()
    named = Q(name_fa__icontains=plain) | Q(name_en__icontains=plain) | Q(slug__icontains=words)
    exact = list(rows.filter(named)[:FOUND_MAX])
    if exact:
        return exact
    # The spelling may differ by an Arabic letter or a half-space: compare what both fold to.
    return [app for app in rows[:500] if words in fold(f"{app.name_fa} {app.name_en}")][:FOUND_MAX]


@transaction.atomic
def put_into(*, chat: Chat, app: App, actor: Person) -> None:
    """Offer the app in the chat's menu; doing it twice changes nothing. Raises ChatAppsFull."""
    Chat.objects.select_for_update(no_key=True).get(pk=chat.pk)
    if ChatApp.objects.filter(chat=chat, app=app).exists():
        return
    if ChatApp.objects.filter(chat=chat).count() >= CHAT_APPS_MAX:
        raise ChatAppsFull(most=CHAT_APPS_MAX)
    ChatApp.objects.create(chat=chat, app=app, added_by=actor)
    audit.record("host.chat_app.added", by=actor, of=chat, app=app.public_id)
    live.publish_on_commit(messages.topic_of(chat), "chat.apps_changed", {"chat": chat.public_id})


@transaction.atomic
def take_out(*, chat: Chat, app_id: str, actor: Person) -> None:
    """Take an app out of the chat's menu. Raises NotFound."""
    if not is_id(app_id, "app"):
        raise NotFound
    gone, _counts = ChatApp.objects.filter(chat=chat, app__public_id=app_id).delete()
    if not gone:
        raise NotFound
    audit.record("host.chat_app.removed", by=actor, of=chat, app=app_id)
    live.publish_on_commit(messages.topic_of(chat), "chat.apps_changed", {"chat": chat.public_id})


@transaction.atomic
def share_prepared(
    *, chat: Chat, sender: Person, message_id: str, client_id: str, now: datetime
) -> Message:
    """Post what an app prepared for the sender, as he was shown it.

    The caller has asked ``access``. Raises PreparedMessageGone, AppUnavailable, and as
    ``messages.post_card``.
    """
    prepared = preparing.take(sender, message_id, now=now)
    app = launchable_app(sender, prepared.app_person.app.public_id)
    return share(
        chat=chat, sender=sender, app=app, text=prepared.text, start_param=prepared.start_param,
        client_id=client_id, now=now,
    )  # fmt: skip


def share(
    *,
    chat: Chat,
    sender: Person,
    app: App,
    text: str,
    start_param: str,
    client_id: str,
    now: datetime,
) -> Message:
    """Post the app's card into a chat. The caller has asked ``access`` for the right to write.

    Raises as ``messages.post_card``.
    """
    payload = {
        "app": app.public_id,
        "name": app.name_fa,
        "name_en": app.name_en,
        "icon": app.icon,
        "text": text.strip(),
        "start_param": start_param,
    }
    return messages.post_card(
        chat=chat,
        sender=sender,
        kind=MINIAPP.name,
        version=MINIAPP.version,
        payload=payload,
        client_id=client_id,
        now=now,
    )
