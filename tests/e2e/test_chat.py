"""Two people talk, whatever happens to the processes in between."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocketRoute, expect

from config.supervisor.testing import Product
from tests.e2e.people import PHONE, Visits, bubbles, enter_chat, fa, write

pytestmark = pytest.mark.e2e

GROUP, CHANNEL, RECEIPTS = "گروه آزمون", "کافه نارون", "کیف پول"
EACH = 10  # messages of each person while processes are restarted
OLD = 140  # messages of the long chat: three pages
# What browsers say of a server that is away for a moment.
AWAY = r"WebSocket connection to|status of 50[234]|ERR_(CONNECTION|INTERNET|EMPTY|INCOMPLETE)"
NEW_GROUP = f"""
from django.utils import timezone
from identity.models import Person
from messenger import chats
maryam, ali = (Person.objects.get(phone=p) for p in ("+989120001003", "+989120001002"))
chats.create_group(founder=maryam, title="{GROUP}", people=[ali], now=timezone.now())
"""
LONG_CHAT = f"""
from django.utils import timezone
from identity.models import Person
from messenger import chats, messages
from unittest import mock
ali, reza = (Person.objects.get(phone=p) for p in ("+989120001002", "+989120001004"))
now = timezone.now()
chat = chats.create_group(founder=ali, title="گفت‌وگوی بلند", people=[reza], now=now)
with mock.patch("core.rates.hit"):
    for n in range({OLD}):
        messages.send_text(chat=chat, sender=reza, text=f"پیام {{n}}", client_id=f"old-{{n}}", now=now)
print(chat.public_id)
"""


@pytest.fixture(scope="module", autouse=True)
def group(product: Product) -> None:
    """A group for these tests alone: the demo's own keeps its card before people's eyes."""
    product.manage("shell", "-v", "0", "-c", NEW_GROUP)


def read_all(page: Page, title: str) -> None:
    """Open a chat and look at its end until nothing in it counts as unread."""
    enter_chat(page, title)
    expect(bubbles(page).last).to_be_attached()
    page.locator("#chat-pane .wall").evaluate("wall => { wall.scrollTop = wall.scrollHeight; }")
    named = page.locator(".row__title", has_text=title)  # a receipt names shops, too
    row = page.locator("#chat-list a").filter(has=named)
    expect(row.locator(".count")).to_have_count(0)


def said(page: Page, mark: str) -> list[str]:
    return [text for text in bubbles(page).all_inner_texts() if text.startswith(mark)]


def test_nothing_is_lost_or_doubled_while_processes_are_restarted(
    visits: Visits, product: Product
) -> None:
    visits.forgive(AWAY)
    ali, maryam = visits.open("ali"), visits.open("maryam")
    for page in (ali, maryam):
        enter_chat(page, GROUP)

    for turn in range(EACH):
        write(ali, f"گفتار ali {turn}")
        write(maryam, f"گفتار maryam {turn}")
        if turn == EACH // 3:
            product.restart("sockets")
        if turn == EACH * 2 // 3:
            product.restart("host")

    for page in (ali, maryam):
        last = bubbles(page).get_by_text(re.compile(rf"^گفتار \w+ {EACH - 1}$"))
        expect(last).to_have_count(2, timeout=60_000)
        expect(page.locator(".message--pending, .message--failed")).to_have_count(0)
    seen = said(ali, "گفتار")
    assert seen == said(maryam, "گفتار")
    assert sorted(seen) == sorted(
        f"گفتار {who} {n}" for who in ("ali", "maryam") for n in range(EACH)
    )
    for who in ("ali", "maryam"):
        own = [text for text in seen if who in text]
        assert own == [f"گفتار {who} {n}" for n in range(EACH)]
    ali.reload()
    expect(bubbles(ali).last).to_be_visible()
    assert said(ali, "گفتار") == seen


def cut_off(context: BrowserContext) -> list[WebSocketRoute]:
    """Let sockets through while the list that is returned has not been cut; then refuse them."""
    open_sockets: list[WebSocketRoute] = []

    def route(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        open_sockets.append(socket)

    context.route_web_socket(re.compile(r"/ws/$"), route)
    return open_sockets


def test_a_lost_connection_is_told_and_what_waits_is_sent_later(visits: Visits) -> None:
    visits.forgive(AWAY)
    maryam = visits.open("maryam")
    enter_chat(maryam, GROUP)
    ali = visits.open("ali", "/account/")
    sockets = cut_off(ali.context)
    ali.goto("/")
    enter_chat(ali, GROUP)
    expect(ali.locator("#live-banner")).to_be_hidden()

    ali.context.set_offline(True)
    for socket in sockets:
        socket.close()
    write(ali, "از تونل")
    ali.get_by_role("button", name=fa("Back"), exact=True).click()
    banner = ali.locator("#live-banner")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text(fa("No connection. Messages wait and are sent by themselves."))
    enter_chat(ali, GROUP)
    expect(ali.locator(".message--pending")).to_contain_text("از تونل")
    write(maryam, "کجا هستی؟")
    expect(bubbles(maryam).last).to_have_text("کجا هستی؟")
    ali.context.set_offline(False)

    expect(bubbles(ali).get_by_text("کجا هستی؟")).to_have_count(1)
    expect(bubbles(ali).last).to_have_text("از تونل")
    expect(bubbles(maryam).last).to_have_text("از تونل")
    expect(ali.locator(".message--pending")).to_have_count(0)
    ali.get_by_role("button", name=fa("Back"), exact=True).click()
    expect(banner).to_be_hidden()


def test_unread_messages_are_counted_until_they_are_seen(visits: Visits) -> None:
    ali, maryam = visits.open("ali"), visits.open("maryam")
    row = maryam.locator("#chat-list a", has_text=GROUP)
    expect(row).to_be_visible()
    for title in (CHANNEL, GROUP, RECEIPTS):
        read_all(maryam, title)
        maryam.get_by_role("button", name=fa("Back"), exact=True).click()
        expect(row).to_be_visible()

    enter_chat(ali, GROUP)
    for text in ("یک", "دو", "سه"):
        write(ali, text)
    expect(row.locator(".count")).to_have_text(re.compile("^۳"))
    expect(row).to_contain_text("سه")
    expect(maryam).to_have_title(re.compile("^\\(۳\\)"))
    expect(maryam.locator("#chat-list a").first).to_contain_text(GROUP)

    row.click()
    expect(maryam.locator("#unread-line")).to_be_visible()
    expect(row.locator(".count")).to_have_count(0)
    maryam.get_by_role("button", name=fa("Back"), exact=True).click()
    expect(maryam).not_to_have_title(re.compile("^\\("))
    maryam.reload()
    expect(row).to_be_visible()
    expect(row.locator(".count")).to_have_count(0)


def test_a_read_message_is_marked_in_a_direct_chat(visits: Visits) -> None:
    sara, ali = visits.open("sara"), visits.open("ali")
    enter_chat(ali, "سارا کریمی")
    write(ali, "سلام سارا")
    own = ali.locator("#chat-pane .message--own").last
    expect(own).to_contain_text("سلام سارا")
    expect(own.get_by_role("img", name=fa("Sent"), exact=True)).to_be_visible()

    enter_chat(sara, "علی رضایی")

    expect(own.get_by_role("img", name=fa("Read"), exact=True)).to_be_visible()


def test_older_messages_come_by_scrolling(visits: Visits, product: Product) -> None:
    chat = product.manage("shell", "-v", "0", "-c", LONG_CHAT).split()[-1]
    ali = visits.open("ali", f"/chats/{chat}/", screen=PHONE)
    expect(bubbles(ali).last).to_be_visible()
    assert bubbles(ali).count() < OLD

    wall = ali.locator("#chat-pane .wall")
    for _ in range(OLD):
        before = bubbles(ali).count()
        wall.evaluate("wall => { wall.scrollTop = 0; }")
        if before == OLD:
            break
        expect(bubbles(ali)).not_to_have_count(before)

    assert bubbles(ali).all_inner_texts() == [f"پیام {n}" for n in range(OLD)]
