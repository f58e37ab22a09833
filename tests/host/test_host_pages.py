"""The host's screens: who sees them, what they hold, what they cost."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from host import chat_apps
from identity import consents
from messenger import chats, messages
from messenger.models import Chat, Message
from miniapps.models import App, ChatApp
from tests.miniapps import build
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(sara, mina) -> Chat:
    group = chats.create_group(
        founder=sara, title="علی (Ali) ۵۰٬۰۰۰+", people=[mina], now=timezone.now()
    )
    messages.send_text(
        chat=group, sender=sara, text="</script><b>سلام", client_id="a", now=timezone.now()
    )
    return group


def boot(answer) -> dict:
    found = re.search(
        r'<script id="boot" type="application/json">(.*?)</script>',
        answer.content.decode(),
        re.DOTALL,
    )
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize(
    "path", ["/", "/chats/cht_00000000000000000000000000/", "/apps/", "/account/"]
)
def test_strangers_are_sent_to_sign_in_and_come_back(path):
    answer = Client().get(path)

    assert (answer.status_code, answer.url) == (302, f"/signin/?next={path}")


def test_the_list_is_in_the_page(group, mina):
    answer = signed_in(mina).get("/")

    page = boot(answer)
    assert page["me"]["id"] == mina.public_id
    assert [chat["title"] for chat in page["chats"]] == ["علی (Ali) ۵۰٬۰۰۰+"]
    assert page["open"] is None
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_chat_is_open_with_its_newest_messages(group, mina):
    page = boot(signed_in(mina).get(f"/chats/{group.public_id}/"))

    assert page["open"]["chat"]["id"] == group.public_id
    assert [m["kind"] for m in page["open"]["page"]["items"]] == ["service", "text"]
    assert page["open"]["page"]["items"][1]["text"] == "</script><b>سلام"


def test_what_people_write_stays_data_in_the_page(group, mina):
    body = signed_in(mina).get(f"/chats/{group.public_id}/").content.decode()

    assert "</script><b>" not in body
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", body)
    assert not re.search(r"\son\w+=|\sstyle=", body)


def test_the_page_lets_nothing_foreign_in(group, mina):
    policy = signed_in(mina).get("/").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_chat_of_others_is_nothing(group):
    answer = signed_in(make_person("غریبه")).get(f"/chats/{group.public_id}/")

    assert answer.status_code == 404
    assert "علی" not in answer.content.decode()


def test_pages_cost_the_same_however_much_there_is(group, sara, django_assert_num_queries):
    def one_more() -> None:
        chat = chats.open_direct(person=sara, other=make_person("کسی"))
        Message.objects.create(chat=chat, seq=1, kind="text", sender=sara, text="سلام")
        Chat.objects.filter(pk=chat.pk).update(last_seq=1)

    client = signed_in(sara)
    one_more()
    with django_assert_num_queries(4):  # the person, the list's three
        client.get("/")
    for _ in range(15):
        one_more()

    with django_assert_num_queries(4):
        client.get("/")
    with django_assert_num_queries(7):  # and: the membership, its last message, the messages
        client.get(f"/chats/{group.public_id}/")


def test_one_without_a_name_is_asked_for_it_first():
    from identity.models import Person

    nameless = Person.objects.create_user(phone="+989370000001")

    assert signed_in(nameless).get("/").url == "/signin/name/"


def test_a_public_channel_shows_itself_and_is_followed_by_a_press(sara, mina):
    channel = chats.create_channel(
        founder=sara, title="کافه نارون", handle="naron", now=timezone.now()
    )
    client = signed_in(mina)

    shown = client.get("/c/naron/")
    followed = client.post("/c/naron/")

    assert "دنبال کردن این کانال" in shown.content.decode()
    assert followed.url == f"/chats/{channel.public_id}/"
    assert Client().get("/c/naron/").status_code == 200
    assert Client().post("/c/naron/").url == "/signin/?next=/c/naron/"
    assert client.get("/c/nothing/").status_code == 404


def test_an_app_link_shows_strangers_the_public_card(cafe):
    body = Client().get(f"/a/{cafe.slug}?startapp=table-7").content.decode()

    assert cafe.name_fa in body
    assert cafe.maker.name in body
    assert f"/signin/?next=%2Fa%2F{cafe.slug}%3Fstartapp%3Dtable-7" in body


def test_an_app_link_opens_the_app_for_those_who_are_in(cafe, mina):
    page = boot(signed_in(mina).get(f"/a/{cafe.public_id}?startapp=table-7"))

    assert page["app"]["app"]["id"] == cafe.public_id
    assert page["app"]["start_param"] == "table-7"


def test_the_public_card_tells_what_the_released_version_may_do(cafe):
    live = build.make_app(cafe.maker)
    build.approved_version(
        live,
        barnamak={
            "network": {"connect": ["https://api.example.ir"]},
            "relaxations": {"popups": "پرداخت در پنجرهٔ بانک"},
        },
        req_permissions=[{"name": "location", "reason": "نزدیک‌ترین شعبه"}],
    )

    body = Client().get(f"/a/{live.slug}").content.decode()

    for told in ("https://api.example.ir", "پرداخت در پنجرهٔ بانک", "نزدیک‌ترین شعبه"):
        assert told in body
    assert "پیش از بار اول از شما می‌پرسیم" in body
    plain = Client().get(f"/a/{cafe.slug}").content.decode()
    assert "نه نامتان را می‌داند و نه شماره‌تان را" in plain


def test_the_card_of_an_app_may_be_asked_for(cafe, mina):
    assert "چه اجازه‌هایی می‌خواهد" in signed_in(mina).get(f"/a/{cafe.slug}?about=1").content.decode()


@pytest.mark.parametrize(
    ("status", "answer"), [("draft", 404), ("in_review", 404), ("suspended", 200), ("banned", 404)]
)
def test_the_world_knows_only_what_was_public(cafe, mina, status, answer):
    App.objects.filter(pk=cafe.pk).update(status=status)

    got = signed_in(mina).get(f"/a/{cafe.slug}")

    assert got.status_code == answer
    assert 'id="boot"' not in got.content.decode()


def test_the_apps_page_lists_live_apps_and_searches(cafe, mina):
    client = signed_in(mina)
    hidden = App.objects.get(pk=cafe.pk)
    assert cafe.name_fa in client.get("/apps/").content.decode()
    assert cafe.name_fa in client.get("/apps/", {"q": cafe.name_fa[:3]}).content.decode()
    assert "برنامکی پیدا نشد" in client.get("/apps/", {"q": "هیچ‌وقت"}).content.decode()

    App.objects.filter(pk=hidden.pk).update(status="unlisted")

    assert cafe.name_fa not in client.get("/apps/").content.decode()


def test_consents_are_seen_and_taken_back(cafe, mina):
    consents.grant(person=mina, audience=cafe.public_id, scope="phone")
    client = signed_in(mina)
    before = client.get("/account/").content.decode()

    client.post("/account/consents/", {"app": cafe.public_id, "scope": "phone"})

    assert cafe.name_fa in before
    assert consents.granted(mina, cafe.public_id) == set()
    assert "هیچ برنامکی چیزی از شما نمی‌داند" in client.get("/account/").content.decode()


def test_a_name_is_changed_and_an_empty_one_refused(mina):
    client = signed_in(mina)

    assert client.post("/account/name/", {"first_name": "مینو"}).status_code == 302
    assert client.post("/account/name/", {"first_name": " "}).status_code == 400
    mina.refresh_from_db()
    assert mina.name == "مینو"


def menu(client: Client, chat: Chat, q: str = "") -> dict:
    return client.get(f"/api/v1/chats/{chat.public_id}/apps", {"q": q}).json()


def test_the_menu_of_a_chat_is_changed_by_its_staff(group, cafe, sara, mina):
    at = f"/api/v1/chats/{group.public_id}/apps"
    hers, minas = signed_in(sara), signed_in(mina)

    refused = minas.post(at, {"app": cafe.slug}, content_type="application/json")
    added = hers.post(at, {"app": cafe.slug}, content_type="application/json")
    shown = menu(minas, group)
    removed = hers.delete(f"{at}/{cafe.public_id}")

    assert (refused.status_code, refused.json()["code"]) == (403, "chat-role-missing")
    assert added.status_code == 204
    assert ([app["slug"] for app in shown["in_chat"]], shown["can_change"]) == ([cafe.slug], False)
    assert removed.status_code == 204
    assert not ChatApp.objects.exists()


def test_the_menu_finds_apps_by_folded_names(group, cafe, sara):
    App.objects.filter(pk=cafe.pk).update(name_fa="کافه‌ی نارون", name_en="Naron")
    client = signed_in(sara)

    for words in ("نارون", "كافه ي نارون", "naron", "NAR"):
        assert [app["id"] for app in menu(client, group, words)["found"]] == [cafe.public_id], words
    assert menu(client, group, "چیزدیگر")["found"] == []


def test_the_menu_has_a_bound(group, cafe, sara, monkeypatch):
    monkeypatch.setattr(chat_apps, "CHAT_APPS_MAX", 0)

    answer = signed_in(sara).post(
        f"/api/v1/chats/{group.public_id}/apps", {"app": cafe.slug}, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "chat-apps-full")


def test_an_app_is_shared_as_a_card(group, cafe, sara):
    answer = signed_in(sara).post(
        f"/api/v1/chats/{group.public_id}/cards",
        {"app": cafe.slug, "text": "منوی امروز", "start_param": "menu", "client_id": "c1"},
        content_type="application/json",
    )

    card = answer.json()["card"]
    assert (answer.status_code, card["kind"], card["version"]) == (201, "miniapp", 1)
    assert card["payload"]["app"] == cafe.public_id
    assert (card["payload"]["text"], card["payload"]["start_param"]) == ("منوی امروز", "menu")


def test_a_wrong_start_parameter_is_refused(group, cafe, sara):
    answer = signed_in(sara).post(
        f"/api/v1/chats/{group.public_id}/cards",
        {"app": cafe.slug, "start_param": "a b"},
        content_type="application/json",
    )

    assert answer.json()["errors"][0]["pointer"] == "#/card/payload/start_param"


def test_no_text_of_a_stranger_breaks_a_page(group, cafe, sara):
    client, chat = signed_in(sara), f"/api/v1/chats/{group.public_id}"

    for path in (
        "/apps/?q=%00", "/a/%00", "/a/" + "x" * 200, "/c/%00/", "/chats/%00/", "/api/v1/channels?q=%00",
        "/api/v1/channels?q=%25", f"{chat}/apps?q=%00", "/api/v1/chats?cursor=%00", "/api/v1/chats/%00",
    ):  # fmt: skip
        assert client.get(path).status_code < 500, path
    for path in (f"{chat}/apps/%00", f"{chat}/members/%00"):
        assert client.delete(path).status_code == 404, path
    for path in ("/account/consents/", "/account/devices/", "/account/name/", "/language/"):
        answer = client.post(
            path, dict.fromkeys(("app", "scope", "device", "first_name", "language"), "\x00")
        )
        assert answer.status_code < 500, path
