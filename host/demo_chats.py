"""The demo's chats: a few days of talk in which the mini-apps have a place."""

from __future__ import annotations

from datetime import datetime, timedelta

from identity.models import Person
from messenger import chats, messages
from messenger.models import Chat, Message
from miniapps.models import App, ChatApp

Line = tuple[str, str]  # who, what

FRIENDS: list[Line] = [
    ("maryam", "سلام بچه‌ها، جمعه کوه می‌آیید؟"),
    ("ali", "من هستم. ساعت ۶ صبح، میدان تجریش"),
    ("reza", "OK, I'm in. ناهار با من"),
    ("maryam", "پس خرج‌ها را در دُنگ بنویسیم که آخرش گیج نشویم"),
    ("ali", "عالی. بلیت تله‌کابین را من خریدم: ۳۶۰٬۰۰۰ تومان"),
    ("reza", "من هم نان و پنیر و گردو گرفتم، ۴۱۵٬۰۰۰ تومان"),
]
DIRECT: list[Line] = [
    ("sara", "سلام علی جان، نسخهٔ تازهٔ دانا آماده است. امتیازت را می‌زنی؟"),
    ("ali", "سلام! الان باز می‌کنم"),
    ("sara", "اگر جایی گیر کردی بگو کدام سؤال بود."),
    ("ali", "سؤال پایتخت‌ها سخت بود، ولی ۱۱۵۰ گرفتم."),
]
CHANNEL: list[Line] = [
    ("sara", "به کانال کافه نارون خوش آمدید. هر روز ۸ تا ۲۲ باز هستیم."),
    ("sara", "کیک هویج این هفته با گردوی تویسرکان."),
    ("sara", "از امروز می‌توانید پیش از آمدن سفارش بدهید؛ سر ساعت آماده است."),
]


def load(people: dict[str, Person], apps: dict[str, App], *, now: datetime) -> None:
    """Make the chats once; a second call changes nothing."""
    if Chat.objects.filter(handle="cafe_naron").exists():
        return
    _friends(people, apps, now)
    direct = chats.open_direct(person=people["ali"], other=people["sara"])
    _talk(direct, people, DIRECT, now - timedelta(hours=5))
    _card(direct, people["sara"], apps["quiz"], "امتیازت را از همین‌جا ببین", now)
    _channel(people, apps, now)


def _friends(people: dict[str, Person], apps: dict[str, App], now: datetime) -> None:
    group = chats.create_group(
        founder=people["maryam"],
        title="کوه جمعه‌ها",
        people=[people["ali"], people["reza"]],
        now=now,
    )
    _talk(group, people, FRIENDS, now - timedelta(days=2, hours=3))
    ChatApp.objects.get_or_create(
        chat=group, app=apps["dong"], defaults={"added_by": people["maryam"]}
    )
    _card(group, people["maryam"], apps["dong"], "خرج کوه این هفته", now)


def _channel(people: dict[str, Person], apps: dict[str, App], now: datetime) -> None:
    channel = chats.create_channel(
        founder=people["sara"],
        title="کافه نارون",
        handle="cafe_naron",
        about="قهوه، کیک، گفت‌وگو",
        now=now,
    )
    for key in ("ali", "maryam", "reza"):
        chats.join(channel=channel, person=people[key])
    _talk(channel, people, CHANNEL, now - timedelta(days=1, hours=2))
    ChatApp.objects.get_or_create(
        chat=channel, app=apps["cafe"], defaults={"added_by": people["sara"]}
    )
    _card(channel, people["sara"], apps["cafe"], "منوی امروز و سفارش", now)


def _talk(chat: Chat, people: dict[str, Person], lines: list[Line], start: datetime) -> None:
    """Send the lines and give each its time in the story, a few minutes apart."""
    for place, (who, text) in enumerate(lines):
        message = messages.send_text(
            chat=chat,
            sender=people[who],
            text=text,
            client_id=f"demo-{chat.public_id}-{place}",
            now=start,
        )
        at = start + timedelta(minutes=4 * place)
        Message.objects.filter(pk=message.pk).update(created_at=at)


def _card(chat: Chat, sender: Person, app: App, text: str, now: datetime) -> None:
    payload = {
        "app": app.public_id,
        "name": app.name_fa,
        "name_en": app.name_en,
        "icon": app.icon,
        "text": text,
    }
    messages.post_card(
        chat=chat,
        sender=sender,
        kind="miniapp",
        version=1,
        payload=payload,
        client_id=f"demo-card-{chat.public_id}",
        now=now,
    )
