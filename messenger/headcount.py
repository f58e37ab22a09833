"""How many follow a channel, without a row that everybody who comes would have to wait for.

Coming to and going from a channel appends a ``MemberDelta``; nothing locks or changes the chat's
row. ``fold`` adds what has gathered to ``Chat.members_count`` every few seconds, a chat at a time.
Between two folds ``Chat.members_count`` is a little old; ``exactly`` is right at any moment.
"""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction

from core.limits import MEMBER_DELTAS_FOLDED_MAX, MEMBER_FOLD_CHATS_MAX
from messenger.models import Chat

# In one statement: what two people at once cannot both do, and no count without a membership.
_ENTER: Final = """
with come as (
  insert into messenger_membership (chat_id, person_id, role, read_seq, joined_at, muted)
  select id, %(person)s, 'member', last_seq, statement_timestamp(), false
    from messenger_chat where id = %(chat)s and kind = 'channel'
  on conflict (chat_id, person_id) do nothing
  returning chat_id)
insert into messenger_memberdelta (chat_id, delta) select chat_id, 1 from come
"""
_GO: Final = """
with gone as (
  delete from messenger_membership
   where chat_id = %(chat)s and person_id = %(person)s and role = any(%(roles)s)
  returning chat_id)
insert into messenger_memberdelta (chat_id, delta) select chat_id, -1 from gone
"""
# The next chat after a key that has something to fold: an index is walked in leaps.
_NEXT: Final = """
select chat_id from messenger_memberdelta where chat_id > %s order by chat_id limit 1
"""
_FOLD: Final = """
with taken as (
  delete from messenger_memberdelta where id in (
    select id from messenger_memberdelta where chat_id = %(chat)s
     order by id limit %(most)s for update skip locked)
  returning delta)
update messenger_chat
   set members_count = members_count + (select coalesce(sum(delta), 0) from taken)
 where id = %(chat)s and exists (select from taken)
"""
_EXACTLY: Final = """
select members_count + (select coalesce(sum(delta), 0)::bigint
                          from messenger_memberdelta where chat_id = c.id)
  from messenger_chat c where id = %s
"""


def enter(chat_key: int, person_key: int) -> bool:
    """Make the person a follower of a channel; False if he is one already."""
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, {"chat": chat_key, "person": person_key})
        return bool(cursor.rowcount == 1)


def go(chat_key: int, person_key: int, *, roles: list[str]) -> bool:
    """Take the person out of a channel if he has one of these roles there; False if not."""
    with connection.cursor() as cursor:
        cursor.execute(_GO, {"chat": chat_key, "person": person_key, "roles": roles})
        return bool(cursor.rowcount == 1)


def fold() -> int:
    """Add up what has gathered, the chats in rising order; return how many chats were counted.

    Two folds at once share the rows out between them; none is counted twice.
    """
    folded, chat_key = 0, 0
    while folded < MEMBER_FOLD_CHATS_MAX:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_NEXT, [chat_key])
            found = cursor.fetchone()
            if found is None:
                return folded
            chat_key = found[0]
            cursor.execute(_FOLD, {"chat": chat_key, "most": MEMBER_DELTAS_FOLDED_MAX})
        folded += 1
    return folded


def exactly(chat: Chat) -> int:
    """Return how many are in the chat now, folded or not, in one snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(_EXACTLY, [chat.pk])
        found = cursor.fetchone()
    return int(found[0]) if found else 0
