"""Who is in a chat, who may do what there, and what the list of chats shows."""

import pytest
from django.utils import timezone

from core.problems import InvalidInput, NotFound
from messenger import access, chats, headcount, listing, messages, reading
from messenger.errors import (
    CannotWrite,
    ChatRoleMissing,
    GroupFull,
    HandleTaken,
    LastChatOwner,
    NotInDirect,
)
from messenger.models import Chat, Membership, Message
from tests.messenger.conftest import say
from tests.people import make_person

NOW = timezone.now


def lines(chat: Chat) -> list[str]:
    return [m.text for m in Message.objects.filter(chat=chat, kind="service").order_by("seq")]


def test_a_direct_chat_is_the_same_from_both_sides(sara, mina):
    chat = chats.open_direct(person=sara, other=mina)

    assert chats.open_direct(person=mina, other=sara).pk == chat.pk
    assert Membership.objects.filter(chat=chat).count() == chat.members_count == 2


def test_a_direct_chat_with_oneself_is_a_notebook(sara):
    chat = chats.open_direct(person=sara, other=sara)
    say(chat, sara, "نان بخرم")

    assert Membership.objects.filter(chat=chat).count() == 1
    assert listing.chats_of(sara).chats[0]["is_self"] is True


def test_strangers_and_wrong_ids_meet_the_same_refusal(talk, dara):
    for chat_id in (talk.public_id, "cht_" + "0" * 26, "cht_x", "", "x\x00", str(talk.pk)):
        with pytest.raises(NotFound):
            access.chat_of(dara, chat_id)


def test_only_the_staff_of_a_channel_writes(channel, sara, mina):
    chats.join(channel=channel, person=mina)

    assert access.chat_of(sara, channel.public_id, right="write") == channel
    with pytest.raises(CannotWrite):
        access.chat_of(mina, channel.public_id, right="write")


def test_managing_a_chat_needs_its_staff(group, talk, sara, mina):
    assert access.chat_of(sara, group.public_id, right="manage") == group
    with pytest.raises(ChatRoleMissing):
        access.chat_of(mina, group.public_id, right="manage")
    with pytest.raises(NotInDirect):
        access.chat_of(mina, talk.public_id, right="manage")


def test_a_public_channel_is_joined_by_its_handle(channel, mina):
    chats.join(channel=access.public_channel("@Naron "), person=mina)
    chats.join(channel=channel, person=mina)

    assert headcount.exactly(channel) == 2
    assert access.membership_of(mina, channel.public_id).role == "member"


def test_a_private_channel_cannot_be_joined(sara, mina):
    private = chats.create_channel(founder=sara, title="خصوصی", now=NOW())

    with pytest.raises(NotFound):
        chats.join(channel=private, person=mina)


def test_a_group_cannot_be_joined_as_a_channel(group):
    with pytest.raises(NotFound):
        chats.join(channel=group, person=make_person("غریبه"))


def test_what_was_said_before_one_came_is_not_unread(group, sara):
    say(group, sara, "پیش از آمدن")
    late = make_person("دیرآمده")

    chats.add_member(chat=group, person=late, actor=sara, now=NOW())

    page = listing.chats_of(late)
    assert page.chats[0]["unread"] == 1  # only the line that tells of the coming


@pytest.mark.parametrize("handle", ["abc", "1abc", "a-bc", "کافه", "a" * 33, "ab cd", "a.bcd"])
def test_a_handle_has_a_plain_shape(sara, handle):
    with pytest.raises(InvalidInput):
        chats.create_channel(founder=sara, title="کانال", handle=handle, now=NOW())


def test_a_handle_belongs_to_one_channel_in_any_case(channel, mina):
    with pytest.raises(HandleTaken):
        chats.create_channel(founder=mina, title="دیگری", handle="@NARON", now=NOW())

    assert not Chat.objects.filter(title="دیگری").exists()


def test_a_group_has_a_bound(group, sara, monkeypatch):
    monkeypatch.setattr(chats, "GROUP_MEMBERS_MAX", 3)

    with pytest.raises(GroupFull):
        chats.add_member(chat=group, person=make_person("چهارمی"), actor=sara, now=NOW())


def test_the_last_owner_stays_while_there_are_members(group, sara, mina, dara):
    with pytest.raises(LastChatOwner):
        chats.leave(chat=group, person=sara, now=NOW())
    with pytest.raises(LastChatOwner):
        chats.set_role(chat=group, person=sara, role="member", actor=sara)

    chats.set_role(chat=group, person=mina, role="owner", actor=sara)
    chats.leave(chat=group, person=sara, now=NOW())
    chats.remove_member(chat=group, person=dara, actor=mina, now=NOW())
    chats.leave(chat=group, person=mina, now=NOW())

    group.refresh_from_db()
    assert group.members_count == 0


def test_an_admin_removes_members_but_no_staff(group, sara, mina, dara):
    chats.set_role(chat=group, person=mina, role="admin", actor=sara)

    with pytest.raises(ChatRoleMissing):
        chats.remove_member(chat=group, person=sara, actor=mina, now=NOW())
    chats.remove_member(chat=group, person=dara, actor=mina, now=NOW())

    with pytest.raises(NotFound):
        access.chat_of(dara, group.public_id)


def test_roles_are_given_by_owners_only(group, mina, dara):
    with pytest.raises(ChatRoleMissing):
        chats.set_role(chat=group, person=dara, role="admin", actor=mina)


def test_nobody_leaves_a_direct_chat(talk, mina):
    with pytest.raises(NotInDirect):
        chats.leave(chat=talk, person=mina, now=NOW())


def test_the_group_tells_who_came_and_went_and_its_new_name(group, sara, dara):
    chats.edit(chat=group, actor=sara, title="کوه شنبه", now=NOW())
    chats.leave(chat=group, person=dara, now=NOW())

    assert [line.split('"')[3] for line in lines(group)] == [
        "group-created",
        "renamed",
        "member-left",
    ]


def test_a_channel_does_not_tell_who_follows_it(channel, mina):
    chats.join(channel=channel, person=mina)
    chats.leave(chat=channel, person=mina, now=NOW())

    assert len(lines(channel)) == 1


def test_unread_follows_from_numbers_and_never_goes_back(talk, sara, mina):
    for place in range(3):
        say(talk, sara, f"{place}")

    assert listing.chats_of(mina).chats[0]["unread"] == 3
    assert reading.mark_read(talk, mina, 2) == 2
    assert reading.mark_read(talk, mina, 1) == 2
    assert listing.chats_of(mina).chats[0]["unread"] == 1
    assert reading.mark_read(talk, mina, 99) == 3
    assert listing.chats_of(mina).chats[0]["unread"] == 0
    assert listing.chats_of(sara).chats[0]["partner"]["read_seq"] == 3


def test_a_direct_chat_without_a_word_is_in_nobodys_list(talk, sara, mina):
    assert listing.chats_of(sara).chats == listing.chats_of(mina).chats == []


def test_the_list_shows_the_newest_talk_first_page_by_page(sara):
    made = []
    for place in range(5):
        chat = chats.open_direct(person=sara, other=make_person(f"n{place}"))
        say(chat, sara, f"پیام {place}")
        made.append(chat.public_id)
    same_moment = Chat.objects.get(public_id=made[2]).last_message_at
    Chat.objects.filter(public_id=made[3]).update(last_message_at=same_moment)

    first = listing.chats_of(sara, limit=2)
    second = listing.chats_of(sara, cursor=first.next_cursor or "", limit=2)
    third = listing.chats_of(sara, cursor=second.next_cursor or "", limit=2)

    found = [chat["id"] for page in (first, second, third) for chat in page.chats]
    assert sorted(found) == sorted(made)
    assert found[0] == made[4]
    assert third.next_cursor is None


@pytest.mark.parametrize(
    "cursor", ["x", "1.cht_x", ".", "-5.cht_" + "0" * 26, "9" * 20 + ".cht_" + "0" * 26]
)
def test_a_cursor_that_no_answer_gave_is_refused(sara, cursor):
    with pytest.raises(InvalidInput):
        listing.chats_of(sara, cursor=cursor)


def test_the_list_takes_three_queries_whatever_it_holds(
    sara, group, channel, django_assert_num_queries
):
    for place in range(12):
        chat = chats.open_direct(person=sara, other=make_person(f"n{place}"))
        say(chat, sara, "سلام")

    with django_assert_num_queries(3):
        page = listing.chats_of(sara)

    assert len(page.chats) == 14


def test_history_takes_one_query_with_its_senders(group, sara, mina, django_assert_num_queries):
    for place in range(20):
        say(group, (sara, mina)[place % 2], f"{place}")

    with django_assert_num_queries(1):
        page = messages.history(group)
        assert {m.sender.first_name for m in page.messages} == {"سارا", "مینا"}


def test_contacts_are_the_people_one_talks_with_by_name(sara, mina, dara, ana):
    for other in (mina, dara):
        chats.open_direct(person=sara, other=other)

    assert [someone.first_name for someone in listing.contacts_of(sara)] == ["دارا", "مینا"]


def test_public_channels_are_found_by_the_beginning_of_the_handle(channel, sara):
    chats.create_channel(founder=sara, title="پنهان", now=NOW())

    assert [found.handle for found in listing.public_channels("@Nar")] == ["naron"]
    assert listing.public_channels("aron") == listing.public_channels("") == []
    assert listing.public_channels("%") == []
