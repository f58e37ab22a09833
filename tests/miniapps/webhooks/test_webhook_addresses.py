"""Where a webhook may go. Each line is an attack, or an honest address."""

from ipaddress import ip_address

import pytest
from django.core.checks import run_checks
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core.problems import InvalidInput
from miniapps.models import WebhookAttempt, WebhookEndpoint
from miniapps.webhooks import addresses, endpoints, signing
from miniapps.webhooks.calling import Call
from tests.miniapps.build import NOW
from tests.miniapps.webhooks.receiver import answers, internet, listening, names

Outcome = WebhookAttempt.Outcome

INNER = [
    "127.0.0.1", "127.8.8.8", "0.1.2.3", "10.0.0.1", "10.255.255.254", "172.16.0.1",
    "0.0.0.0",  # noqa: S104  # no server binds to it here
    "172.31.255.254", "192.168.0.1", "169.254.169.254", "100.64.0.1", "100.127.255.254",
    "192.0.0.1", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.19.255.254", "198.51.100.7",
    "203.0.113.7", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
    "2001::1", "2001:0:7f00:1::", "2001:20::1", "2001:db8::1", "fe80::1", "fe80::1%1", "fec0::1",
    "fc00::1", "fd12:3456::1", "ff02::1", "100::1", "5f00::1", "3fff::1", "4000::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "5.200.200.200", "100.63.255.255", "100.128.0.1", "172.15.0.1",
    "172.32.0.1", "192.0.1.1", "169.253.0.1", "2a00:1450:4001::1", "2606:4700:4700::1111",
]  # fmt: skip


@pytest.mark.parametrize("text", INNER)
def test_an_address_inside_is_not_public(text):
    assert not addresses.is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_an_address_of_the_internet_is_public(text):
    assert addresses.is_public(ip_address(text))


@given(st.ip_addresses())
def test_our_list_permits_nothing_that_python_calls_private(address):
    if addresses.is_public(address):
        assert address.is_global
        assert not address.is_multicast


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://hooks.naron.ir", "https://hooks.naron.ir/"),
        ("HTTPS://Hooks.NARON.ir:443/a/B?c=d", "https://hooks.naron.ir/a/B?c=d"),
        ("https://hooks.naron.ir:8443/", "https://hooks.naron.ir:8443/"),
        ("https://hooks.naron.ir./", "https://hooks.naron.ir/"),
        ("https://کافه.ایران/x", "https://xn--mgb6csa30b.xn--mgba3a4f16a/x"),
        ("https://xn--mgba3a4f16a.example.ir/%D8%B3", "https://xn--mgba3a4f16a.example.ir/%D8%B3"),
        ("https://a-b.c1.co/;x=(1)~", "https://a-b.c1.co/;x=(1)~"),
    ],
)
def test_an_honest_address_is_kept_in_one_spelling(settings, given_url, kept):
    settings.WEBHOOKS_ALLOW_LOCAL = False

    assert addresses.read(given_url).url == kept


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "url"),
        ("hooks.naron.ir", "url"),
        ("//hooks.naron.ir/", "url"),
        ("https:///x", "host"),
        ("https://hooks.naron.ir/#top", "url"),
        ("https://hooks.naron.ir\\@127.0.0.1/", "url"),
        ("https://hooks.naron.ir/\\..", "url"),
        ("https://hooks.naron.ir/a b", "url"),
        ("https://hooks.naron.ir/\r\nHost: x", "url"),
        ("https://hooks.naron.ir/\n", "url"),
        ("https://hooks\t.naron.ir/", "url"),
        ("https://hooks.naron.ir/سفارش", "url"),
        ("http://hooks.naron.ir/", "scheme"),
        ("ftp://hooks.naron.ir/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://hooks.naron.ir/", "scheme"),
        ("wss://hooks.naron.ir/", "scheme"),
        ("http://127.0.0.1:8000/", "scheme"),
        ("http://localhost:8000/", "scheme"),
        ("https://user@hooks.naron.ir/", "userinfo"),
        ("https://user:word@hooks.naron.ir/", "userinfo"),
        ("https://hooks.naron.ir:443@127.0.0.1/", "userinfo"),
        ("https://@hooks.naron.ir/", "userinfo"),
        ("https://127.0.0.1/", "literal"),
        ("https://8.8.8.8/", "literal"),
        ("https://127.1/", "literal"),
        ("https://2130706433/", "literal"),
        ("https://0x7f000001/", "literal"),
        ("https://0x7f.1/", "literal"),
        ("https://0177.0.0.1/", "literal"),
        ("https://127.0.0.1./", "literal"),
        ("https://naron.ir.0x/", "literal"),
        ("https://１２７.０.０.１/", "literal"),
        ("https://①②⑦.⓪.⓪.①/", "literal"),
        ("https://127。0。0。1/", "literal"),
        ("https://[::1]/", "literal"),
        ("https://[::ffff:127.0.0.1]:443/", "literal"),
        ("https://%31%32%37.0.0.1/", "host"),
        ("https://hooks.naron.ir%00.example/", "host"),
        ("https://localhost/", "host"),
        ("https://LOCALHOST/", "host"),
        ("https://x.localhost/", "host"),
        ("https://ｌｏｃａｌｈｏｓｔ/", "host"),
        ("https://printer.local/", "host"),
        ("https://db.internal/", "host"),
        ("https://1.0.0.127.in-addr.arpa/", "host"),
        ("https://naron/", "host"),
        ("https://-naron.ir/", "host"),
        ("https://na_ron.ir/", "host"),
        ("https://naron..ir/", "host"),
        (f"https://{'a' * 64}.ir/", "host"),
        ("https://hooks.naron.ir:80/", "port"),
        ("https://hooks.naron.ir:22/", "port"),
        ("https://hooks.naron.ir:0/", "port"),
        ("https://hooks.naron.ir:99999/", "port"),
        ("https://hooks.naron.ir:443:443/", "host"),
        ("https://hooks.naron.ir:/", "host"),
        ("https://hooks.naron.ir:+443/", "host"),
        (f"https://hooks.naron.ir/{'a' * 255}", "long"),
        (f"https://کافه.ایران/{'a' * 226}", "long"),
    ],
)
def test_a_dishonest_address_is_refused_by_its_text(settings, url, code):
    settings.WEBHOOKS_ALLOW_LOCAL = False

    with pytest.raises(InvalidInput) as refusal:
        addresses.read(url)

    (fault,) = refusal.value.faults
    assert (fault.pointer, fault.code) == ("#/url", code)


@given(st.text(max_size=80).map(lambda text: f"https://{text}"))
def test_whatever_is_written_is_read_or_refused_and_reading_twice_changes_nothing(url):
    try:
        target = addresses.read(url)
    except InvalidInput:
        return
    assert addresses.read(target.url) == target
    assert target.host.isascii()
    assert target.host.rpartition(".")[2][0].isalpha()


# --- what the name means --------------------------------------------------------------------
@pytest.mark.parametrize("address", [one for one in INNER if "%" not in one])
def test_a_name_that_leads_inside_is_refused_when_added(cafe, sara, address):
    with names(hooks_naron_ir=[address]), pytest.raises(InvalidInput) as refusal:
        endpoints.add(app=cafe, actor=sara, url="https://hooks.naron.ir/", mode="live", now=NOW)

    assert [fault.code for fault in refusal.value.faults] == ["private"]
    assert not WebhookEndpoint.objects.exists()


def test_a_name_nobody_knows_is_refused_when_added(cafe, sara):
    with names(), pytest.raises(InvalidInput) as refusal:
        endpoints.add(app=cafe, actor=sara, url="https://nobody.naron.ir/", mode="live", now=NOW)

    assert [fault.code for fault in refusal.value.faults] == ["unresolved"]


def call(url: str):
    _secret, sealed = signing.new_secret()
    endpoint = WebhookEndpoint(url=url, mode="live", secret_sealed=sealed)
    return Call(url, "evt_1", "{}", timezone.now(), endpoint).make(timeout_s=2)


@pytest.mark.parametrize("address", [one for one in INNER if "%" not in one])
def test_a_name_that_leads_inside_at_the_time_of_the_call_is_not_called(address):
    with names(hooks_naron_ir=[address]), internet() as made:
        answer = call("https://hooks.naron.ir/")

    assert answer.outcome == Outcome.ADDRESS
    assert answer.status_class is None
    assert made == []


def test_one_inner_address_among_public_ones_is_enough_to_refuse():
    with names(hooks_naron_ir=["8.8.8.8", "10.0.0.1"]), internet() as made:
        answer = call("https://hooks.naron.ir/")

    assert (answer.outcome, made) == (Outcome.ADDRESS, [])


def test_a_name_that_turns_inward_after_it_was_added_is_not_called(cafe, sara):
    with names(hooks_naron_ir=[["8.8.8.8"], ["127.0.0.1"]]), internet() as made:
        endpoint, _secret = endpoints.add(
            app=cafe, actor=sara, url="https://hooks.naron.ir/", mode="live", now=NOW
        )
        answer = call(endpoint.url)

    assert (answer.outcome, made) == (Outcome.ADDRESS, [])


def test_the_address_that_was_checked_is_the_one_that_is_called():
    """Rebinding: the second answer of the name server would lead inside, but nobody asks twice."""
    with (
        listening(answers()) as inside,
        names(hooks_naron_ir=[["8.8.8.8"], ["127.0.0.1"]]) as asked,
        internet(a8_8_8_8=inside.port) as made,
    ):
        call("https://hooks.naron.ir/")

    assert asked.asked == ["hooks.naron.ir"]
    assert made == [("8.8.8.8", 443)]


# --- a maker's own desk ---------------------------------------------------------------------
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5000/hooks", "http://localhost:5000/hooks", "http://LOCALHOST/"]
)
def test_local_addresses_are_read_where_the_setting_permits_them(settings, url):
    settings.WEBHOOKS_ALLOW_LOCAL = True

    assert addresses.read(url).is_local


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:5000/", "http://10.0.0.1/", "http://127.1:5000/", "http://[::1]:5000/",
        "http://hooks.naron.ir/", "http://x.localhost:5000/", "http://user@localhost/",
        "http://0.0.0.0:5000/", "https://localhost/", "http://localhost:99999/",
    ],
)  # fmt: skip
def test_the_setting_permits_nothing_else(settings, url):
    settings.WEBHOOKS_ALLOW_LOCAL = True

    with pytest.raises(InvalidInput):
        addresses.read(url)


def test_a_localhost_that_leads_elsewhere_is_not_called(settings):
    settings.WEBHOOKS_ALLOW_LOCAL = True
    with names(localhost=["10.0.0.1"]), internet() as made:
        answer = call("http://localhost:5000/")

    assert (answer.outcome, made) == (Outcome.ADDRESS, [])


def test_a_local_address_is_not_called_once_the_setting_is_off(settings, server):
    settings.WEBHOOKS_ALLOW_LOCAL = False

    assert call(server.url).outcome == Outcome.ADDRESS
    assert server.requests == []


@pytest.mark.parametrize(("debug", "found"), [(False, ["core.E004"]), (True, [])])
def test_the_system_check_refuses_the_setting_outside_development(settings, debug, found):
    settings.WEBHOOKS_ALLOW_LOCAL, settings.DEBUG = True, debug

    errors = [one.id for one in run_checks(tags=["security"]) if one.id == "core.E004"]

    assert errors == found
