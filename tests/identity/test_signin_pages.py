"""Signing in and out in a browser, and what the session is worth."""

import itertools
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from identity import devices, senders
from identity.addresses import address_of
from identity.models import Device, Person
from tests.identity.test_signin import Postbox
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db
_numbers = itertools.count(1)


@pytest.fixture
def postbox(monkeypatch) -> Postbox:
    box = Postbox()
    monkeypatch.setattr(senders, "sender", lambda: box)
    return box


@pytest.fixture
def browser() -> Client:
    headers = {"X-Forwarded-For": f"10.2.0.{next(_numbers)}", "Accept-Language": "fa"}
    return Client(
        headers=headers | {"User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Safari/537"}
    )


def walk_in(browser: Client, postbox: Postbox, phone: str, next_path: str = "/"):
    browser.post("/signin/", {"phone": phone, "next": next_path})
    return browser.post("/signin/code/", {"code": postbox.code})


def test_one_walks_in_by_phone_and_code(browser, postbox):
    sara = make_person("سارا")

    asked = browser.post("/signin/", {"phone": sara.phone.replace("+98", "۰"), "next": "/account/"})
    entered = browser.post("/signin/code/", {"code": postbox.code})

    assert (asked.status_code, asked.url) == (302, "/signin/code/")
    assert (entered.status_code, entered.url) == (302, "/account/")
    assert browser.get("/account/").status_code == 200


def test_the_first_time_asks_for_a_name(browser, postbox):
    entered = walk_in(browser, postbox, "09361110001", "/apps/")
    empty = browser.post("/signin/name/", {"first_name": "  "})
    named = browser.post("/signin/name/", {"first_name": "  نا\u200cهید  ", "last_name": "راد"})

    assert entered.url == "/signin/name/"
    assert empty.status_code == 400
    assert named.url == "/apps/"
    assert Person.objects.get(phone="+989361110001").name == "نا\u200cهید راد"


def test_a_wrong_code_tells_how_many_tries_are_left(browser, postbox):
    browser.post("/signin/", {"phone": "09361110002"})
    code = str((int(postbox.code) + 1) % 100_000).zfill(5)

    answer = browser.post("/signin/code/", {"code": code})

    assert answer.status_code == 400
    assert "۴ بار دیگر می‌توانید امتحان کنید" in answer.content.decode()


def test_a_bad_phone_is_explained_where_it_was_typed(browser):
    answer = browser.post("/signin/", {"phone": "0912"})

    assert answer.status_code == 400
    assert "این شمارهٔ تلفن نیست" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_a_phone_to_which_a_code_is_under_way_goes_to_the_code(browser, postbox):
    browser.post("/signin/", {"phone": "09361110003"})
    again = browser.post("/signin/", {"phone": "09361110003"})

    assert again.url == "/signin/code/"
    assert len(postbox.sent) == 1
    assert "data-wait=" in browser.get("/signin/code/").content.decode()


def test_the_code_page_is_fit_for_phones(browser, postbox):
    browser.post("/signin/", {"phone": "09361110004"})

    page = browser.get("/signin/code/").content.decode()

    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    assert 'value="' + postbox.code not in page


def test_without_a_phone_there_is_no_code_to_type(browser):
    assert browser.get("/signin/code/").url == "/signin/"
    assert browser.post("/signin/code/", {"code": "12345"}).url == "/signin/"
    assert browser.post("/signin/code/again/").url == "/signin/"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:evil.example",
     "\t//evil.example", "evil.example", "///evil.example"],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(browser, postbox, target):
    sara = make_person("سارا")

    assert walk_in(browser, postbox, sara.phone, target).url == "/"
    assert browser.get("/signin/", {"next": target}).url == "/"
    assert browser.post("/language/", {"language": "en", "next": target}).url == "/"


def test_the_session_begins_under_a_new_key_and_ends_empty(browser, postbox):
    sara = make_person("سارا")
    browser.post("/signin/", {"phone": sara.phone})
    stranger_key = browser.session.session_key
    browser.post("/signin/code/", {"code": postbox.code})
    key = browser.session.session_key

    left = browser.post("/signout/")

    assert key != stranger_key
    assert left.headers["Clear-Site-Data"] == '"storage"'
    assert not browser.session.exists(key)
    assert not browser.session.exists(stranger_key)
    assert browser.get("/account/").url.startswith("/signin/")
    assert not Device.objects.filter(person=sara).exists()


def test_signing_out_needs_a_press_not_a_visit(browser, postbox):
    walk_in(browser, postbox, make_person("سارا").phone)

    assert browser.get("/signout/").status_code == 200
    assert browser.get("/account/").status_code == 200


def test_forms_of_other_sites_do_nothing(postbox):
    browser = Client(enforce_csrf_checks=True)

    for path in (
        "/signin/",
        "/signin/code/",
        "/signout/",
        "/language/",
        "/account/name/",
        "/account/devices/",
    ):
        assert browser.post(path, {"phone": "09361110005"}).status_code == 403
    assert postbox.sent == []


def test_the_cookie_is_for_the_server_only(browser, postbox):
    walk_in(browser, postbox, make_person("سارا").phone)

    cookie = browser.cookies["session"]

    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"


def test_the_language_is_kept_for_the_person_and_the_browser(browser, postbox):
    sara = make_person("سارا")
    walk_in(browser, postbox, sara.phone)

    browser.post("/language/", {"language": "en", "next": "/account/"})

    sara.refresh_from_db()
    assert sara.language == "en"
    assert 'lang="en"' in browser.get("/account/").content.decode()


def test_other_devices_are_seen_and_signed_out(browser, postbox):
    sara = make_person("سارا")
    other = Client(
        headers={
            "X-Forwarded-For": "10.3.0.9",
            "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/128.0",
        }
    )
    walk_in(other, postbox, sara.phone)
    walk_in(browser, postbox, sara.phone)

    page = browser.get("/account/").content.decode()
    for told in ("Firefox · Windows", "Chrome · Android", "10.3.0.9"):
        assert told in page
    browser.post("/account/devices/", {"device": "others"})

    assert other.get("/account/").status_code == 302
    assert browser.get("/account/").status_code == 200


def test_a_device_of_somebody_else_cannot_be_signed_out(browser, postbox):
    mina = make_person("مینا")
    hers = Client(headers={"X-Forwarded-For": "10.3.0.10"})
    walk_in(hers, postbox, mina.phone)
    walk_in(browser, postbox, make_person("سارا").phone)

    browser.post("/account/devices/", {"device": Device.objects.get(person=mina).public_id})

    assert hers.get("/account/").status_code == 200


def test_a_person_whose_account_is_closed_is_out_at_once(browser, postbox):
    sara = make_person("سارا")
    walk_in(browser, postbox, sara.phone)

    Person.objects.filter(pk=sara.pk).update(is_active=False)

    assert browser.get("/account/").url.startswith("/signin/")


def test_devices_of_long_ago_are_not_listed():
    sara = make_person("سارا")
    devices.note(person=sara, session_key="k" * 32, user_agent="", address="10.0.0.1")

    assert devices.devices_of(sara, now=timezone.now()).count() == 1
    assert devices.devices_of(sara, now=timezone.now() + timedelta(days=61)).count() == 0


@pytest.mark.parametrize(
    ("proxies", "forwarded", "peer", "found"),
    [
        (1, "203.0.113.7", "127.0.0.1", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "127.0.0.1", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.2", "127.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "198.51.100.1", "198.51.100.1"),
        (0, "6.6.6.6", "198.51.100.1", "198.51.100.1"),
        (1, "nonsense", "198.51.100.1", "198.51.100.1"),
        (1, "", "", "unknown"),
        (1, "2001:db8:0::7", None, "2001:db8::7"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings, proxies, forwarded, peer, found):
    settings.AXES_IPWARE_PROXY_COUNT = proxies

    assert address_of({"X-Forwarded-For": forwarded}, peer) == found


def test_asking_for_the_headers_alone_signs_nobody_out():
    client = signed_in(make_person("علی"))

    assert client.head("/signout/").status_code == 200
    assert client.get("/account/").status_code == 200
