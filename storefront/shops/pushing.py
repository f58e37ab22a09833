"""Telling people of a post: one row that walks the followers by key, never a row for each.

This product has no transport to a closed phone. Who is told is who has the messenger open: news on
his own topic, drawn over whatever he looks at. For everybody else the post is what it always was,
an unread number in the list of chats. A step reads so many followers, asks which of them listen,
writes down the few who are told and where it has come, commits, and only then tells them: a worker
killed in the middle goes on where the row says, and nobody is told twice.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Final

from django.db import connection, transaction

from core import live
from core.limits import NUDGE_CHUNK_ROWS, NUDGE_KEEP, NUDGE_RUN_S, NUDGES_PER_PERSON_DAY_MAX
from messenger.models import Membership
from storefront.shops import quiet
from storefront.shops.models import Nudge, Post, Push

# Two pushes at once could each find room for one: the persons' rows are locked, in one order.
_TELL: Final = """
with people as (
  select id from identity_person where id = any(%(people)s) and is_active
   order by id for no key update),
room as (
  select p.id from people p
   where (select count(*) from shops_nudge n
           where n.person_id = p.id and n.at >= %(day)s) < %(most)s)
insert into shops_nudge (person_id, post_id, at) select id, %(post)s, %(now)s from room order by id
on conflict (post_id, person_id) do nothing
returning person_id
"""


def go_on(*, now: datetime) -> int:
    """Go on with the pushes that are due, for a bounded time; return how many people were told."""
    told, ends = 0, time.monotonic() + NUDGE_RUN_S
    due = Push.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)
    for key in list(due):
        step: int | None = 0
        while step is not None and time.monotonic() < ends:
            step = one_step(key, now=now)
            told += step or 0
    return told


@transaction.atomic
def one_step(key: int, *, now: datetime) -> int | None:
    """Look at the next followers; return how many are told, None when there is nothing to do.

    A push that somebody else works on, that is over, or that must wait for the morning, is left.
    """
    rows = Push.objects.select_for_update(of=("self",), skip_locked=True)
    push = rows.select_related("post__shop__channel").filter(pk=key, due_at__lte=now).first()
    if push is None:
        return None
    post = push.post
    if quiet.is_quiet(now):
        push.due_at = quiet.heard_at(now)
        push.save(update_fields=["due_at"])
        return None
    followers = Membership.objects.filter(
        chat=post.shop.channel_id, person__gt=push.cursor, muted=False
    ).order_by("person_id")
    people = list(followers.values_list("person_id", flat=True)[:NUDGE_CHUNK_ROWS])
    told = _tell(post, people, now) if post.shop.is_open else []
    push.told += len(told)
    push.cursor = people[-1] if people else push.cursor
    is_over = len(people) < NUDGE_CHUNK_ROWS or not post.shop.is_open
    push.due_at = None if is_over else push.due_at
    push.save(update_fields=["cursor", "told", "due_at"])
    return None if is_over and not told else len(told)


def _tell(post: Post, people: list[int], now: datetime) -> list[int]:
    """Write down who is told, within his daily bound over all shops, and tell him afterwards."""
    here = live.listening([f"person.{key}" for key in people])
    wanted = [key for key in people if f"person.{key}" in here and key != post.author_id]
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _TELL,
            {
                "people": wanted, "post": post.pk, "now": now, "day": quiet.day_of(now),
                "most": NUDGES_PER_PERSON_DAY_MAX,
            },
        )  # fmt: skip
        told = [row[0] for row in cursor.fetchall()]
    news = {
        "chat": post.shop.channel.public_id,
        "shop": post.shop.title,
        "text": post.text[:120],
    }
    for key in told:
        live.publish_on_commit(f"person.{key}", "shop.post", news)
    return told


def forget_old(*, now: datetime) -> int:
    """Delete who was told of what some days ago."""
    gone, _rows = Nudge.objects.filter(at__lt=now - NUDGE_KEEP).delete()
    return gone
