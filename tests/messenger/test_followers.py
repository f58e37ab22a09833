"""Channels of very many followers: nobody who comes or goes waits, and the number stays right."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.problems import NotFound
from messenger import chats, headcount, listing
from messenger.errors import LastChatOwner
from messenger.models import Chat, MemberDelta, Membership
from tests.messenger.conftest import say
from tests.people import make_person, signed_in

NOW = timezone.now


def test_coming_and_going_writes_nothing_into_the_row_of_the_channel(channel, mina):
    with CaptureQueriesContext(connection) as asked:
        chats.join(channel=channel, person=mina)
        chats.leave(chat=channel, person=mina, now=NOW())

    statements = " ".join(query["sql"].lower() for query in asked)
    assert "update" not in statements.replace("for update", "locked")
    assert "locked" not in statements.replace("for no key update", "locked")
    assert list(MemberDelta.objects.order_by("pk").values_list("delta", flat=True)) == [1, -1]


def test_the_number_is_right_before_and_after_it_is_folded(channel, mina, dara):
    chats.join(channel=channel, person=mina)
    chats.join(channel=channel, person=dara)
    chats.leave(chat=channel, person=mina, now=NOW())
    before = headcount.exactly(channel)

    assert headcount.fold() == 1

    channel.refresh_from_db()
    assert before == headcount.exactly(channel) == channel.members_count == 2
    assert headcount.fold() == 0


def test_a_second_join_and_a_second_leave_are_not_counted(channel, mina):
    chats.join(channel=channel, person=mina)
    chats.join(channel=channel, person=mina)
    chats.leave(chat=channel, person=mina, now=NOW())
    with pytest.raises(NotFound):
        chats.leave(chat=channel, person=mina, now=NOW())

    assert headcount.exactly(channel) == 1


def test_the_last_owner_of_a_channel_stays_while_somebody_follows(channel, sara, mina):
    chats.join(channel=channel, person=mina)
    with pytest.raises(LastChatOwner):
        chats.leave(chat=channel, person=sara, now=NOW())

    chats.leave(chat=channel, person=mina, now=NOW())
    chats.leave(chat=channel, person=sara, now=NOW())

    assert headcount.exactly(channel) == 0


@pytest.mark.django_db(transaction=True)
def test_people_join_while_a_post_holds_the_row_of_the_channel(channel, mina):
    joined = threading.Event()

    def join() -> None:
        try:
            chats.join(channel=channel, person=mina)
            joined.set()
        finally:
            connection.close()

    with transaction.atomic():
        Chat.objects.select_for_update(no_key=True).get(pk=channel.pk)
        other = threading.Thread(target=join)
        other.start()
        other.join(timeout=10)
        came = joined.is_set()

    other.join()
    assert came


@pytest.mark.django_db(transaction=True)
def test_two_folds_at_once_count_everybody_once(channel):
    people = [make_person(f"پیرو {n}") for n in range(12)]
    for person in people:
        chats.join(channel=channel, person=person)

    def fold() -> None:
        try:
            headcount.fold()
        finally:
            connection.close()

    folds = [threading.Thread(target=fold) for _ in range(4)]
    for one in folds:
        one.start()
    for one in folds:
        one.join()

    channel.refresh_from_db()
    assert channel.members_count == 13
    assert not MemberDelta.objects.exists()


def test_my_channels_with_what_is_unread_take_two_queries(channel, sara, mina, dara):
    other = chats.create_channel(founder=sara, title="گلستان", handle="golestan", now=NOW())
    for one in (channel, other):
        chats.join(channel=one, person=mina)
    chats.open_direct(person=mina, other=dara)
    say(channel, sara, "تازه رسید")
    say(channel, sara, "و یکی دیگر")

    with CaptureQueriesContext(connection) as asked:
        page = listing.channels_of(mina, limit=1)
    rest = listing.channels_of(mina, cursor=page.next_cursor, limit=5)

    assert len(asked) == 2
    assert [(one["title"], one["unread"]) for one in page.chats] == [("کافه نارون", 2)]
    assert [one["title"] for one in rest.chats] == ["گلستان"]
    assert signed_in(mina).get("/api/v1/chats?kind=channel").json()["items"][1]["unread"] == 0


def test_a_post_writes_two_rows_whatever_the_number_of_followers(channel, sara):
    for number in range(5):
        chats.join(channel=channel, person=make_person(f"پیرو {number}"))
    read = list(Membership.objects.filter(chat=channel).exclude(person=sara).values("read_seq"))

    with CaptureQueriesContext(connection) as asked:
        say(channel, sara, "پست")

    written = [q["sql"] for q in asked if q["sql"].split()[0].lower() in {"insert", "update"}]
    assert len(written) == 3  # the message, the channel's last number, how far its writer has read
    assert read == list(
        Membership.objects.filter(chat=channel).exclude(person=sara).values("read_seq")
    )
