"""Pay links: made with a fixed or an open amount, switched off and on, shown as a QR to print."""

import re

import pytest
from django.utils import timezone

from core.ids import new_id
from core.models import AuditEvent
from tests.miniapps import build
from tests.miniapps.browsing import said, words
from tests.miniapps.test_console_makers import english
from tests.people import make_person
from wallet import accounts, paylinks
from wallet.errors import TooManyPayLinks
from wallet.models import PayLink


@pytest.fixture(autouse=True)
def _no_accounts_of_other_tests():
    accounts._forget()


@pytest.fixture
def client(sara):
    return english(sara)


@pytest.fixture
def place(studio) -> str:
    return f"/console/makers/{studio.public_id}/money/links/"


def make(studio, book: str = "live", amount: int | None = 125_000, **more) -> PayLink:
    given = {"title": "پیشخوان", "key": new_id("frm")} | more
    return paylinks.create(
        maker=studio, book=book, amount=amount, actor=studio.founder, now=timezone.now(), **given
    )


def form(**given: str) -> dict[str, str]:
    return {"title": "پیشخوان", "mode": "live", "key": new_id("frm")} | given


@pytest.mark.parametrize(
    ("given", "rials"),
    [
        ({"amount": "fixed", "toman": "۱۲٬۵۰۰"}, 125_000),
        ({"amount": "open", "toman": "9"}, None),
    ],
)
def test_a_link_is_made_with_a_fixed_or_an_open_amount(client, place, given, rials):
    page = said(client, client.post(place, form(**given)))

    link = PayLink.objects.get()
    assert (link.amount_rials, link.book, link.active) == (rials, "live", True)
    assert f"/pay/l/{link.public_id}" in page


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"), ({"title": "x" * 65}, "title"), ({"title": "a\u202eb"}, "title"),
        ({"toman": ""}, "toman"), ({"toman": "0"}, "toman"), ({"toman": "much"}, "toman"),
    ],
)  # fmt: skip
def test_a_fault_stands_beside_its_field(client, place, given, field):
    answer = client.post(place, form(amount="fixed", toman="5") | given)

    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.content.decode()
    assert not PayLink.objects.exists()


def test_a_test_link_says_so_and_stands_among_test_links(client, place, studio):
    client.post(place, form(title="Rehearsal", mode="test", amount="open"))

    assert PayLink.objects.get().book == "test"
    assert "Rehearsal" not in words(client.get(place))
    assert "Rehearsal" in words(client.get(f"{place}?mode=test"))
    sheet = words(client.get(f"{place}{PayLink.objects.get().public_id}/print/"))
    assert "Test money" in sheet


def test_the_qr_holds_the_address(client, place, studio):
    import qrcode

    link = make(studio)

    page = client.get(f"{place}{link.public_id}/print/").content.decode()

    drawn = set(re.findall(r"M(\d+) (\d+)h1v1h-1z", page))
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(paylinks.address_of(link))
    code.make(fit=True)
    dark = {
        (str(x + 4), str(y + 4))
        for y, line in enumerate(code.modules)
        for x, is_dark in enumerate(line)
        if is_dark
    }
    assert drawn == dark
    assert paylinks.address_of(link) in page


def test_a_link_is_switched_off_and_on(client, place, studio):
    link = make(studio)
    where = f"{place}{link.public_id}/switch/"

    assert "Nobody can pay by this link" in said(client, client.post(where, {"on": "no"}))
    link.refresh_from_db()
    assert not link.active
    assert "can be paid again" in said(client, client.post(where, {"on": "yes"}))
    link.refresh_from_db()
    assert link.active


def test_who_does_not_care_for_money_makes_and_switches_nothing(place, studio, dara, ana):
    link = make(studio)

    for person in (dara, ana):
        client = english(person)
        assert client.get(place).status_code == 200
        assert client.post(place, {"title": "t", "amount": "open"}).status_code == 403
        assert client.post(f"{place}{link.public_id}/switch/", {"on": "no"}).status_code == 403
    link.refresh_from_db()
    assert link.active


def test_the_form_sent_twice_makes_one_link(client, place):
    page = client.get(place).content.decode()
    key = re.search(r'name="key" value="(frm_\w+)"', page)[1]
    wish = form(amount="fixed", toman="12500", key=key)

    places = {client.post(place, wish).headers["Location"] for _press in range(2)}

    assert len(places) == 1
    assert PayLink.objects.count() == 1
    assert AuditEvent.objects.filter(event="wallet.pay_link.created").count() == 1


def test_the_same_form_with_another_amount_is_refused(client, place):
    wish = form(amount="fixed", toman="12500")
    client.post(place, wish)

    answer = client.post(place, wish | {"toman": "12501"})

    assert answer.status_code == 409
    assert "payment-key-reused" in words(answer)
    assert PayLink.objects.count() == 1


@pytest.mark.parametrize("key", ["", "frm_", "x" * 400])
def test_a_form_without_its_key_makes_no_link(client, place, key):
    answer = client.post(place, form(amount="open", key=key))

    assert answer.status_code == 400
    assert not PayLink.objects.exists()


def test_the_key_of_one_maker_is_free_for_another(studio):
    other = build.make_maker(make_person("دیگری"))

    assert make(studio, key="k").pk != make(other, key="k").pk


def test_another_makers_link_is_not_found(client, place):
    other = make(build.make_maker(make_person("دیگری")))

    for then in ("", "print/"):
        assert client.get(f"{place}{other.public_id}/{then}").status_code == 404
    assert client.post(f"{place}{other.public_id}/switch/", {"on": "no"}).status_code == 404


def test_there_are_only_so_many_links_that_are_on(studio, monkeypatch):
    monkeypatch.setattr("wallet.paylinks.PAY_LINKS_MAX", 1)
    link = make(studio)
    with pytest.raises(TooManyPayLinks):
        make(studio)
    make(studio, book="test")

    paylinks.switch(link=link, on=False, actor=studio.founder)
    make(studio)
    with pytest.raises(TooManyPayLinks):
        paylinks.switch(link=link, on=True, actor=studio.founder)
