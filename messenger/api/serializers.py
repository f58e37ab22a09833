"""What goes over the wire of the chats API: requests are strict, answers are described."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.api.strict import StrictSerializer, Text, Whole, YesNo
from core.limits import CHAT_TITLE_CHARS_MAX, MESSAGE_CHARS_MAX
from messenger.models import Chat, Membership, Message
from messenger.wording import ABOUT_CHARS_MAX

MEMBERS_AT_ONCE_MAX = 100
SEQ_MAX = 2**53 - 1


class NewChat(StrictSerializer):
    """A chat to open: ``direct`` needs ``phone``; ``group`` and ``channel`` need ``title``."""

    kind = serializers.ChoiceField(choices=Chat.Kind.choices)
    phone = Text(required=False, max_length=32, help_text="direct: any usual spelling")
    title = Text(required=False, max_length=CHAT_TITLE_CHARS_MAX)
    about = Text(required=False, max_length=ABOUT_CHARS_MAX, allow_blank=True)
    handle = Text(
        required=False,
        max_length=33,
        allow_blank=True,
        help_text="channel: its public address; without one the channel is private",
    )
    people = serializers.ListField(
        child=Text(max_length=32), required=False, max_length=MEMBERS_AT_ONCE_MAX,
        help_text="group: public ids of people one has a direct chat with",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what the kind needs."""
        needed = "phone" if attrs["kind"] == Chat.Kind.DIRECT else "title"
        if needed not in attrs:
            fault = serializers.ErrorDetail("is needed for this kind", code="required")
            raise serializers.ValidationError({needed: [fault]})
        return attrs


class ChatChange(StrictSerializer):
    """New words of a group or channel; what is missing stays."""

    title = Text(required=False, max_length=CHAT_TITLE_CHARS_MAX)
    about = Text(required=False, max_length=ABOUT_CHARS_MAX, allow_blank=True)
    handle = Text(required=False, max_length=33, allow_blank=True)
    muted = YesNo(required=False, help_text="one's own, not the chat's")


class NewMessage(StrictSerializer):
    """A text to send."""

    text = Text(max_length=MESSAGE_CHARS_MAX, trim_whitespace=False)
    client_id = Text(
        required=False,
        max_length=64,
        help_text="The sender's own id: sending it again gives the first message, not a second",
    )


class ReadUpTo(StrictSerializer):
    """How far one has read."""

    seq = Whole(min_value=0, max_value=SEQ_MAX)


class NewMember(StrictSerializer):
    """Somebody to bring in: by public id or by phone, exactly one of them."""

    person = Text(required=False, max_length=32)
    phone = Text(required=False, max_length=32)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Take one of the two."""
        if len(attrs) != 1:
            fault = serializers.ErrorDetail("give either person or phone", code="one_of")
            raise serializers.ValidationError({"person": [fault]})
        return attrs


class MemberChange(StrictSerializer):
    """A member's new role."""

    role = serializers.ChoiceField(choices=Membership.Role.choices)


class JoinChannel(StrictSerializer):
    """A public channel to follow."""

    handle = Text(max_length=33)


class PersonAnswer(serializers.Serializer[Any]):
    """Somebody as others see him."""

    id = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class PartnerAnswer(PersonAnswer):
    """The other person of a direct chat."""

    read_seq = serializers.IntegerField()


class CardAnswer(serializers.Serializer[Any]):
    """A card."""

    kind = serializers.CharField()
    version = serializers.IntegerField()
    payload = serializers.DictField()


class MessageAnswer(serializers.Serializer[Any]):
    """One message."""

    chat = serializers.CharField()
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Message.Kind.choices)
    sender = PersonAnswer(allow_null=True)
    client_id = serializers.CharField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    card = CardAnswer(allow_null=True)
    service = serializers.DictField(child=serializers.CharField(), allow_null=True)
    revision = serializers.IntegerField()
    sent_at = serializers.DateTimeField()


class ChatAnswer(serializers.Serializer[Any]):
    """A chat as one member sees it."""

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Chat.Kind.choices)
    title = serializers.CharField(allow_blank=True)
    about = serializers.CharField(allow_blank=True)
    handle = serializers.CharField(allow_null=True)
    is_self = serializers.BooleanField()
    partner = PartnerAnswer(allow_null=True)
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    muted = serializers.BooleanField()
    can_write = serializers.BooleanField()
    can_manage = serializers.BooleanField()
    members_count = serializers.IntegerField()
    last_seq = serializers.IntegerField()
    read_seq = serializers.IntegerField()
    unread = serializers.IntegerField()
    last_message_at = serializers.DateTimeField()
    last_message = MessageAnswer(allow_null=True)


class ChatPageAnswer(serializers.Serializer[Any]):
    """One page of chats, the newest talk first."""

    items = ChatAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class MessagePageAnswer(serializers.Serializer[Any]):
    """Messages in rising order; ``more`` in the direction that was asked."""

    items = MessageAnswer(many=True)
    more = serializers.BooleanField()


class ReadAnswer(serializers.Serializer[Any]):
    """The number in force."""

    seq = serializers.IntegerField()


class MemberAnswer(serializers.Serializer[Any]):
    """A member and his role."""

    person = PersonAnswer()
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class MemberPageAnswer(serializers.Serializer[Any]):
    """One page of members, who came to the house last first."""

    items = MemberAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PeopleAnswer(serializers.Serializer[Any]):
    """People one knows."""

    items = PersonAnswer(many=True)


class ChannelAnswer(serializers.Serializer[Any]):
    """A public channel as strangers see it."""

    id = serializers.CharField()
    handle = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField(allow_blank=True)
    members_count = serializers.IntegerField()


class ChannelsAnswer(serializers.Serializer[Any]):
    """Public channels that were found."""

    items = ChannelAnswer(many=True)
