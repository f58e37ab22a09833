"""Refusals of the messenger floor.

    Problem
    ├── InvalidInput    (text, card, title, handle: faults by pointer)
    ├── NotAllowed
    │   ├── CannotWrite         only the channel's staff writes there
    │   └── ChatRoleMissing     changing a chat needs an owner or an admin
    └── Conflict
        ├── ClientIdReused, HandleTaken, LastChatOwner
        └── GroupFull(most), NotInDirect

A stranger to a chat meets NotFound and nothing else.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict, NotAllowed


class CannotWrite(NotAllowed):
    """The person reads this chat but may not write in it."""

    code = "cannot-write"
    title = _("Only the staff of this channel writes here")
    remedy = _("Ask an owner of the channel to make you an admin.")


class ChatRoleMissing(NotAllowed):
    """The step needs an owner or an admin of the chat. Members: ``needs``."""

    code = "chat-role-missing"
    title = _("Your role in this chat does not allow this")
    remedy = _("Ask an owner of the chat.")


class ClientIdReused(Conflict):
    """The client id was used in this chat for another message."""

    code = "client-id-reused"
    title = _("This client_id was used for another message")
    remedy = _("Send a new client_id with a new message.")


class HandleTaken(Conflict):
    """Another channel has this handle."""

    code = "handle-taken"
    title = _("This address is taken")
    remedy = _("Choose another one.")


class LastChatOwner(Conflict):
    """A group or channel keeps at least one owner while it has members."""

    code = "last-chat-owner"
    title = _("The last owner cannot leave")
    remedy = _("Make somebody else an owner first.")


class GroupFull(Conflict):
    """The group has as many members as it may. Members: ``most``."""

    code = "group-full"
    title = _("This group is full")
    remedy = _("A channel has no bound on its members.")


class NotInDirect(Conflict):
    """A direct chat has two people and nothing to manage."""

    code = "not-in-direct"
    title = _("This does not exist in a direct chat")
    remedy = _("Create a group instead.")
