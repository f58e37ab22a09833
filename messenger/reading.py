"""How far a member has read. Unread counts follow from it; nothing is fanned out."""

from __future__ import annotations

from core import live
from identity.models import Person
from messenger.messages import topic_of
from messenger.models import Chat, Membership


def mark_read(chat: Chat, person: Person, seq: int) -> int:
    """Note that the member has read up to ``seq``; it never goes back. Return the number in force.

    The person's other devices hear of it, and in a direct chat the partner too.
    """
    last = Chat.objects.values_list("last_seq", flat=True).get(pk=chat.pk)
    wanted = max(0, min(seq, last))
    mine = Membership.objects.filter(chat=chat, person=person)
    moved = mine.filter(read_seq__lt=wanted).update(read_seq=wanted)
    if not moved:
        return mine.values_list("read_seq", flat=True).first() or 0
    news = {"chat": chat.public_id, "person": person.public_id, "seq": wanted}
    if chat.kind == Chat.Kind.DIRECT:
        live.publish_on_commit(topic_of(chat), "chat.read", news)
    else:
        live.publish_on_commit(f"person.{person.pk}", "chat.read", news)
    return wanted


def set_muted(chat: Chat, person: Person, *, muted: bool) -> None:
    """Silence a chat for one member, or let it be heard again."""
    Membership.objects.filter(chat=chat, person=person).update(muted=muted)
    news = {"chat": chat.public_id, "muted": muted}
    live.publish_on_commit(f"person.{person.pk}", "chat.muted", news)
