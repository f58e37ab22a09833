"""Invoices, payments, top-ups and cash-outs in the admin: found, read, never written."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from identity import makers
from identity.models import Maker
from tests.miniapps import build
from tests.miniapps.browsing import counted, words
from tests.miniapps.money_build import given_back, held_payment, paid
from tests.people import make_person
from tests.wallet.test_books_in_admin import english
from wallet import accounts, invoices, paylinks
from wallet.models import Payout, TopUp

LISTS = {
    name: f"/admin/wallet/{name}/" for name in ("invoice", "payment", "topup", "payout")
}  # fmt: skip
SHEBA = "IR820540102680020817909002"

pytestmark = pytest.mark.django_db
_numbers = iter(range(1_000, 10**6))


@pytest.fixture
def desk(omid):
    return english(omid)


@pytest.fixture
def app():
    return build.make_app(naron_cafe())


def naron_cafe() -> Maker:
    return makers.found(
        person=make_person("نارون"), kind=Maker.Kind.ORGANISATION, name="کافه نارون"
    )


def top_up(person, **more) -> TopUp:
    number, now = next(_numbers), timezone.now()
    given = {"gateway": "sandbox", "amount_rials": 250_000, "state": "open", "ask_at": now,
             "created_at": now} | more  # fmt: skip
    accounts.platform("gateway", name=given["gateway"])
    return TopUp.objects.create(number=number, person=person, key=f"t{number}", **given)


def payout(owner, **more) -> Payout:
    number, now = next(_numbers), timezone.now()
    mine = {"maker": owner} if hasattr(owner, "founder") else {"person": owner}
    given = {"gateway": "sandbox-payouts", "sheba": SHEBA, "holder": "سارا", "state": "sent",
             "amount_rials": 400_000, "ask_at": now, "created_at": now} | mine | more  # fmt: skip
    asker = getattr(owner, "founder", owner)
    slot = accounts.platform("payouts").pk
    return Payout.objects.create(
        number=number, asked_by=asker, key=f"o{number}", slot_id=slot, **given
    )


def one_of(name: str, app):
    payer = make_person("مشتری")
    if name == "topup":
        return top_up(payer)
    if name == "payout":
        return payout(payer)
    made = paid(app, payer=payer)
    return made.invoice if name == "invoice" else made


def ids(page, prefix: str) -> set[str]:
    return set(re.findall(rf"<code[^>]*>({prefix}_[0-9a-z]{{26}})", page.content.decode()))


@pytest.mark.parametrize("name", LISTS)
def test_nobody_writes_them_not_even_a_superuser(app, zahra, name):
    row = one_of(name, app)
    model = type(row)
    client, before = english(zahra), list(model.objects.order_by("pk").values_list())

    assert client.get(f"{LISTS[name]}{row.pk}/change/").status_code == 200
    for path in (f"{row.pk}/change/", f"{row.pk}/delete/", "add/"):
        assert client.post(LISTS[name] + path, {"state": "paid"}).status_code == 403
    assert list(model.objects.order_by("pk").values_list()) == before


@pytest.mark.parametrize("name", LISTS)
def test_who_reads_the_books_reads_them_and_reviewers_do_not(app, name, request):
    row = one_of(name, app)

    for role, status in {"omid": 200, "saman": 200, "vida": 200, "reza": 403}.items():
        client = english(request.getfixturevalue(role))
        assert client.get(LISTS[name]).status_code == status
        assert client.get(f"{LISTS[name]}{row.pk}/change/").status_code == status


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_many_is_never_counted_and_skips_nothing(desk, app, name):
    one_of(name, app)
    desk.get(LISTS[name])
    with counted() as few:
        desk.get(LISTS[name])
    for _ in range(6):
        one_of(name, build.make_app(build.make_maker(make_person())))
    with CaptureQueriesContext(connection) as many:
        assert desk.get(LISTS[name]).status_code == 200

    assert len(many) == few()
    desk.get(f"{LISTS[name]}?before=100000000")
    slow = [one for one in many.captured_queries if re.search(r"COUNT\(|OFFSET", one["sql"])]
    assert slow == []


@pytest.mark.parametrize("name", LISTS)
def test_a_page_costs_the_same_for_many_transfers(desk, app, name):
    row = one_of(name, app)
    place = f"{LISTS[name]}{row.pk}/change/"
    desk.get(place)
    with counted() as few:
        desk.get(place)
    if name == "payment":
        for _ in range(5):
            given_back(row, 1_000)
    with counted() as many:
        desk.get(place)

    assert many() == few()


def test_a_list_is_paged_by_key(desk, sara):
    for _ in range(53):
        top_up(sara)

    first = desk.get(LISTS["topup"])
    older = re.search(r'href="(\?before=\d+)"', first.content.decode())[1]
    second = desk.get(LISTS["topup"] + older)

    assert (len(ids(first, "top")), len(ids(second, "top"))) == (50, 3)
    assert not ids(first, "top") & ids(second, "top")


def test_a_payment_is_found_by_what_belongs_to_it(desk, app):
    payer = make_person("مشتری")
    wanted = paid(app, payer=payer, order_ref="میز ۱۲")
    refund = given_back(wanted, 50_000)
    paid(build.make_app(build.make_maker(make_person())), order_ref="میز ۱۳")
    spelled = f"۰{payer.phone.removeprefix('+98')}"

    for text in (wanted.public_id, wanted.invoice.public_id, refund.public_id, app.public_id,
                 spelled, "میز 12", "میز ۱۲", "نارون"):  # fmt: skip
        assert ids(desk.get(LISTS["payment"], {"q": text}), "pay") == {wanted.public_id}, text
    assert ids(desk.get(LISTS["payment"], {"q": "میز"}), "pay") == set()


def test_an_invoice_is_found_by_its_payment_its_link_and_its_reference(desk, app):
    founder, now = app.maker.founder, timezone.now()
    link = paylinks.create(
        maker=app.maker, book="live", title="صندوق", amount=50_000, key="k", actor=founder,
        now=now,
    )  # fmt: skip
    through_link = invoices.from_link(link=link, amount=None, key="k", now=now)
    payment = paid(app, order_ref="A-7")

    def found(text: str) -> set[str]:
        return ids(desk.get(LISTS["invoice"], {"q": text}), "inv")

    assert found(link.public_id) == {through_link.public_id}
    assert found(payment.public_id) == found("A-7") == {payment.invoice.public_id}
    assert found("کافه") == {through_link.public_id, payment.invoice.public_id}


def test_top_ups_and_cash_outs_are_found_as_the_bank_names_them(desk, app, sara, omid):
    came, went = top_up(sara, receipt="77001", state="credited"), payout(app.maker)
    top_up(omid), payout(omid)

    for text in ("77001", "۷۷۰۰۱", str(came.number), sara.phone):
        assert ids(desk.get(LISTS["topup"], {"q": text}), "top") == {came.public_id}, text
    for text in (str(went.number), "نارون", went.public_id):
        assert ids(desk.get(LISTS["payout"], {"q": text}), "out") == {went.public_id}, text


def test_lists_are_filtered_by_state_gateway_and_book(desk, app, sara):
    kept = top_up(sara, gateway="sandbox-zibal")
    top_up(sara)
    top_up(sara, gateway="sandbox-zibal", state="failed")
    test = held_payment(app, book="test")
    paid(app)

    page = desk.get(LISTS["topup"], {"gateway": "sandbox-zibal", "state__exact": "open"})
    assert ids(page, "top") == {kept.public_id}
    page = desk.get(LISTS["payment"], {"book__exact": "test"})
    assert ids(page, "pay") == {test.public_id}
    assert "Test money" in words(page)


def test_what_waits_too_long_has_its_age_in_red(desk, sara):
    now = timezone.now()
    late = payout(sara, created_at=now - timedelta(days=4))
    payout(sara, created_at=now - timedelta(hours=2))
    payout(sara, created_at=now - timedelta(days=9), state="settled")

    page = desk.get(LISTS["payout"]).content.decode()

    red = re.findall(r'badge--bad">([^<]*)', page)
    assert red == ["4 days"]
    assert "2 hours" in page
    assert "9 days" not in page
    assert late.public_id in page


def test_a_payment_shows_its_refunds_and_every_transfer_with_a_link(desk, app):
    payment = paid(app, 200_000, payer=make_person("مشتری"))
    refund = given_back(payment, 50_000, "یک فنجان کم بود")

    page = desk.get(f"{LISTS['payment']}{payment.pk}/change/")

    said = words(page)
    assert refund.public_id in said
    assert "یک فنجان کم بود" in said
    for reason in ("Payment · Held", "Payment · Captured", "Settlement", "Fee", "Refund"):
        assert reason in said
    links = set(re.findall(r"/admin/wallet/transfer/(\d+)/change/", page.content.decode()))
    assert len(links) == 6  # hold, capture, settlement, fee, refund, the fee's share of it


def test_a_cash_out_hides_the_middle_of_the_sheba_and_of_the_phone(desk, sara):
    row = payout(sara)

    for page in (desk.get(LISTS["payout"]), desk.get(f"{LISTS['payout']}{row.pk}/change/")):
        assert SHEBA not in page.content.decode()
        assert sara.phone[3:] not in page.content.decode()
        assert "9002" in page.content.decode()


def test_a_treasurer_goes_from_a_top_up_to_its_correction(vida, sara):
    row = top_up(sara)

    page = english(vida).get(f"{LISTS['topup']}{row.pk}/change/").content.decode()

    assert f'/correction/propose/?about={row.public_id}"' in page


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("key", ["999999", "0", "x", "1" * 30])
def test_what_is_not_there_is_not_found(desk, name, key):
    assert desk.get(f"{LISTS[name]}{key}/change/").status_code == 404


@pytest.mark.parametrize("text", ["%", "x" * 400, "9" * 25, "inv_"])
@pytest.mark.parametrize("name", LISTS)
def test_a_strange_search_finds_nothing_and_breaks_nothing(desk, app, name, text):
    one_of(name, app)

    assert desk.get(LISTS[name], {"q": text}).status_code == 200
