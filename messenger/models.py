"""Chats, members, messages.

A message is one row whatever the size of the chat. Its place is its sequence number in the chat;
what a member has not read is ``chat.last_seq - membership.read_seq``, never a row per member.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import CHAT_TITLE_CHARS_MAX, MESSAGE_CHARS_MAX


class Chat(models.Model):
    """A direct chat, a group or a channel."""

    class Kind(models.TextChoices):
        """Who may write: both, all members, the channel's staff."""

        DIRECT = "direct", _("Direct")
        GROUP = "group", _("Group")
        CHANNEL = "channel", _("Channel")

    public_id = PublicIdField(prefix="cht")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=CHAT_TITLE_CHARS_MAX, default="", blank=True)
    about = models.CharField(_("about"), max_length=500, default="", blank=True)
    handle = models.CharField(_("handle"), max_length=32, null=True, blank=True, unique=True)
    direct_key = models.CharField(max_length=41, null=True, unique=True)  # noqa: DJ001  (NULL: not direct)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_seq = models.BigIntegerField(default=0)
    last_message_at = models.DateTimeField(auto_now_add=True)
    members_count = models.BigIntegerField(_("members"), default=0)

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["direct", "group", "channel"]), name="chat_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="direct", direct_key__isnull=False)
                | models.Q(direct_key=None) & ~models.Q(kind="direct"),
                name="chat_direct_key",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.title or self.public_id


class Membership(models.Model):
    """A person in a chat: role, how far he has read, where he came in."""

    class Role(models.TextChoices):
        """Owners and admins write in channels and change groups."""

        OWNER = "owner", _("Owner")
        ADMIN = "admin", _("Admin")
        MEMBER = "member", _("Member")

    id = models.BigAutoField(primary_key=True)
    # The constraint below begins with the chat and the covering index with the person: an index of
    # each foreign key besides would be a third and a fourth that thirteen million rows carry.
    chat = models.ForeignKey(
        Chat, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="memberships",
        db_index=False,
    )
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    read_seq = models.BigIntegerField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)
    muted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chat", "person"], name="member_once"),
        ]
        indexes = [
            models.Index(fields=["person"], include=["chat", "read_seq"], name="member_of"),
            # A handful of rows: asking for the owners must not walk a million followers.
            models.Index(
                fields=["chat"],
                name="member_staff",
                condition=models.Q(role__in=["owner", "admin"]),
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} in {self.chat_id}"


class MemberDelta(models.Model):
    """Somebody came to a channel (+1) or went (−1); folded into ``Chat.members_count`` soon.

    No foreign key in the database: its check would touch the chat's row at every coming.
    """

    id = models.BigAutoField(primary_key=True)
    chat = models.ForeignKey(
        Chat, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    delta = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["chat", "id"], name="member_delta_of")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.delta:+d} in {self.chat_id}"


class Message(models.Model):
    """One message: a text, a card that an upper floor owns, or a service line."""

    class Kind(models.TextChoices):
        """What a message carries."""

        TEXT = "text", _("Text")
        CARD = "card", _("Card")
        SERVICE = "service", _("Service")

    id = models.BigAutoField(primary_key=True)
    chat = models.ForeignKey(
        Chat, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    client_id = models.CharField(max_length=64, null=True)  # noqa: DJ001  (NULL: not sent by a client)
    text = models.CharField(max_length=MESSAGE_CHARS_MAX, default="")
    card_kind = models.CharField(max_length=32, default="")
    card_version = models.PositiveSmallIntegerField(default=0)
    card = models.JSONField[Any](null=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chat", "seq"], name="message_place_once"),
            models.UniqueConstraint(
                fields=["chat", "sender", "client_id"],
                condition=models.Q(client_id__isnull=False),
                name="message_sent_once",
            ),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="message_seq_positive"),
            models.CheckConstraint(
                condition=models.Q(kind="card", card__isnull=False) & ~models.Q(card_kind="")
                | ~models.Q(kind="card") & models.Q(card=None),
                name="message_card_whole",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.chat_id}/{self.seq}"
