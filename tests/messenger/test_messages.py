"""A message is written once, has the next number, and is found again by it."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from core.limits import MESSAGE_CHARS_MAX
from core.problems import InvalidInput, NotFound
from messenger import cards, chats, messages
from messenger.errors import ClientIdReused
from messenger.models import Chat, Membership, Message
from tests.messenger.conftest import say
from tests.people import make_person


def numbers(page: messages.Page) -> list[int]:
    return [message.seq for message in page.messages]


def test_messages_are_numbered_from_one_without_holes(talk, sara, mina):
    sent = [say(talk, sara, "سلام"), say(talk, mina, "سلام"), say(talk, sara, "خوبی؟")]

    assert [message.seq for message in sent] == [1, 2, 3]
    talk.refresh_from_db()
    assert talk.last_seq == 3


def test_the_same_message_sent_again_is_found_not_doubled(talk, sara):
    first = say(talk, sara, "یک بار", "once")
    again = say(talk, sara, "یک بار", "once")

    assert again.pk == first.pk
    assert Message.objects.filter(chat=talk).count() == 1


def test_the_same_client_id_with_another_text_is_refused(talk, sara):
    say(talk, sara, "یک", "once")

    with pytest.raises(ClientIdReused):
        say(talk, sara, "دو", "once")

    assert Message.objects.filter(chat=talk).count() == 1


def test_two_people_may_use_the_same_client_id(talk, sara, mina):
    assert say(talk, sara, "الف", "same").seq == 1
    assert say(talk, mina, "ب", "same").seq == 2


def test_a_message_is_one_row_whatever_the_size_of_the_chat(channel, sara):
    for place in range(50):
        chats.join(channel=channel, person=make_person(f"p{place}"))
    rows = Message.objects.count()

    say(channel, sara, "نوشتهٔ تازه")

    assert Message.objects.count() == rows + 1


def test_sending_costs_the_same_in_a_large_chat(channel, sara, django_assert_num_queries):
    for place in range(30):
        chats.join(channel=channel, person=make_person(f"p{place}"))

    # savepoint pair, lock, look for the twin, insert, number, own reading
    with django_assert_num_queries(7):
        say(channel, sara, "نوشته")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "blank"),
        (" \n\t ", "blank"),
        ("\x00\x07", "blank"),
        ("x" * (MESSAGE_CHARS_MAX + 1), "max_length"),
    ],
)
def test_an_empty_or_too_long_text_is_refused(talk, sara, text, code):
    with pytest.raises(InvalidInput) as refused:
        say(talk, sara, text)

    assert [fault.code for fault in refused.value.faults] == [code]
    assert not Message.objects.filter(chat=talk).exists()


def test_a_text_keeps_its_lines_and_half_spaces_but_no_controls(talk, sara):
    assert say(talk, sara, " می\u200cروم\r\nبعد\x07 ").text == "می\u200cروم\nبعد"


@pytest.mark.parametrize("client_id", ["", "a b", "ن", "x" * 65, "a/b"])
def test_a_client_id_is_a_plain_word(talk, sara, client_id):
    with pytest.raises(InvalidInput):
        messages.send_text(
            chat=talk, sender=sara, text="سلام", client_id=client_id, now=timezone.now()
        )


def test_history_pages_by_number_in_both_directions(talk, sara):
    for place in range(1, 13):
        say(talk, sara, f"پیام {place}")

    newest = messages.history(talk, limit=5)
    older = messages.history(talk, before=newest.messages[0].seq, limit=5)
    oldest = messages.history(talk, before=older.messages[0].seq, limit=5)
    missed = messages.history(talk, after=9, limit=2)
    rest = messages.history(talk, after=missed.messages[-1].seq, limit=2)

    assert numbers(newest) == [8, 9, 10, 11, 12]
    assert numbers(older) == [3, 4, 5, 6, 7]
    assert (numbers(oldest), oldest.more) == ([1, 2], False)
    assert (numbers(missed), missed.more) == ([10, 11], True)
    assert (numbers(rest), rest.more) == ([12], False)


def test_whoever_writes_has_read(talk, sara, mina):
    say(talk, sara, "یک")
    say(talk, sara, "دو")

    say(talk, mina, "سه")

    assert Membership.objects.get(chat=talk, person=mina).read_seq == 3
    assert Membership.objects.get(chat=talk, person=sara).read_seq == 2


@pytest.mark.django_db(transaction=True)
def test_twins_sent_at_the_same_moment_are_one_message():
    sara, mina = make_person("سارا"), make_person("مینا")
    talk = chats.open_direct(person=sara, other=mina)
    barrier, found = threading.Barrier(4), []

    def send(client_id: str) -> None:
        try:
            barrier.wait(10)
            found.append(say(talk, sara, "هم‌زمان", client_id).seq)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(name,)) for name in ("a", "a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(set(found)) == [1, 2, 3]
    assert len(found) == 4
    assert Message.objects.filter(chat=talk).count() == 3


@pytest.mark.django_db(transaction=True)
def test_news_leaves_after_the_commit_only(monkeypatch):
    sara, mina = make_person("سارا"), make_person("مینا")
    talk = chats.open_direct(person=sara, other=mina)
    told = []
    monkeypatch.setattr("core.live._publish", lambda *news: told.append(news))

    message = say(talk, sara, "سلام")

    assert [(topic, event) for topic, event, _data in told] == [(f"chat.{talk.pk}", "message.new")]
    assert told[0][2]["seq"] == message.seq
    assert told[0][2]["text"] == "سلام"
    assert sara.phone not in str(told)


def a_kind(name: str, version: int = 1) -> cards.CardKind:
    def validate(payload):
        if "total" not in payload:
            raise InvalidInput([])
        return {"total": payload["total"]}

    return cards.CardKind(name=name, version=version, validate=validate)


@pytest.fixture
def bill(monkeypatch) -> cards.CardKind:
    kind = a_kind("bill")
    monkeypatch.setattr(cards, "_KINDS", {"bill": kind})
    return kind


def post(talk: Chat, sara, **changes) -> Message:
    wanted = {"kind": "bill", "version": 1, "payload": {"total": 5}, "client_id": "card"} | changes
    return messages.post_card(chat=talk, sender=sara, now=timezone.now(), **wanted)


@pytest.mark.usefixtures("bill")
def test_a_card_is_kept_as_its_validator_returns_it(talk, sara):
    message = post(talk, sara, payload={"total": 5, "more": "dropped"})

    assert (message.kind, message.card_kind, message.card) == ("card", "bill", {"total": 5})


@pytest.mark.usefixtures("bill")
@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "unknown"},
        {"version": 2},
        {"payload": []},
        {"payload": {}},
        {"payload": {"total": "x" * 9000}},
    ],
)
def test_a_card_that_is_not_right_is_refused(talk, sara, wrong):
    with pytest.raises(InvalidInput):
        post(talk, sara, **wrong)

    assert not Message.objects.filter(chat=talk).exists()


@pytest.mark.usefixtures("bill")
def test_an_updated_card_keeps_its_place_and_counts_its_revisions(talk, sara):
    message = post(talk, sara)

    changed = messages.update_card(
        message_id=message.pk, version=1, payload={"total": 9}, now=timezone.now()
    )

    assert (changed.seq, changed.revision, changed.card) == (message.seq, 1, {"total": 9})


def test_a_text_is_no_card_to_update(talk, sara):
    message = say(talk, sara, "متن")

    with pytest.raises(NotFound):
        messages.update_card(message_id=message.pk, version=1, payload={}, now=timezone.now())


def test_a_kind_cannot_be_registered_twice_with_another_meaning(bill):
    cards.register(bill)

    with pytest.raises(ValueError, match="twice"):
        cards.register(a_kind("bill", version=2))
