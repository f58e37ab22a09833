"""Limits of levels and fees of makers: changed in the admin, with a reason, in force at once."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.models import AuditEvent
from tests.miniapps import build
from tests.miniapps.browsing import said, words
from tests.miniapps.money_build import paid
from tests.wallet.conftest import wallet_of
from tests.wallet.test_books_in_admin import english
from tests.wallet.test_orders_in_admin import naron_cafe
from wallet import invoices, payments, terms
from wallet.errors import LimitExceeded
from wallet.invoices import Asked
from wallet.models import MerchantTerms, Payment, SpendingLimit
from wallet.payments import Wish
from wallet.typed import BadAmount, read_percent

LIMITS, TERMS = "/admin/wallet/spendinglimit/", "/admin/wallet/merchantterms/"
GOOD = {"transaction_rials": "3,000,000", "day_rials": "۵٬۰۰۰٬۰۰۰", "month_rials": "30000000",
        "reason": "شورای ریسک، جلسهٔ ۱۲"}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def naron():
    return naron_cafe()


@pytest.fixture
def app(naron):
    return build.make_app(naron)


def pay(app, payer, rials: int, key: str) -> Payment:
    now = timezone.now()
    invoice = invoices.create(
        maker=app.maker, book="live", audience=app.public_id, key=key,
        asked=Asked(title="قهوه", amount_rials=rials), now=now,
    )  # fmt: skip
    held = payments.authorise(invoice=invoice, wish=Wish(payer=payer, key=key), now=now)
    return payments.capture(payment=held, now=now)


# --- limits of levels ------------------------------------------------------------------------


def test_a_new_limit_counts_for_the_very_next_payment(vida, sara, app):
    wallet_of(sara, 100_000_000)
    with pytest.raises(LimitExceeded):
        pay(app, sara, 25_000_000, "a")

    client = english(vida)
    page = said(client, client.post(f"{LIMITS}phone/set/", GOOD))

    assert "The limits are changed" in page
    assert pay(app, sara, 25_000_000, "b").state == "captured"
    with pytest.raises(LimitExceeded) as refused:
        pay(app, sara, 26_000_000, "c")
    assert refused.value.members["period"] == "day"


def test_the_audit_trail_says_what_it_was_what_it_is_and_why(vida):
    english(vida).post(f"{LIMITS}phone/set/", GOOD)

    event = AuditEvent.objects.get(event="wallet.spending_limit.changed")
    assert (event.actor, event.subject_id) == (vida, "phone")
    assert event.facts == {
        "reason": "شورای ریسک، جلسهٔ ۱۲",
        "before": {"transaction_rials": 20_000_000, "day_rials": 50_000_000,
                   "month_rials": 300_000_000},
        "after": {"transaction_rials": 30_000_000, "day_rials": 50_000_000,
                  "month_rials": 300_000_000},
    }  # fmt: skip


def test_the_same_limits_again_leave_no_trace(vida):
    english(vida).post(f"{LIMITS}phone/set/", GOOD)
    english(vida).post(f"{LIMITS}phone/set/", GOOD)

    assert AuditEvent.objects.filter(event="wallet.spending_limit.changed").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"transaction_rials": "-5"}, "transaction_rials"),
        ({"transaction_rials": ""}, "transaction_rials"),
        ({"transaction_rials": "0"}, "transaction_rials"),
        ({"transaction_rials": "5000001"}, "day_rials"),
        ({"day_rials": "30000001"}, "month_rials"),
        ({"month_rials": "9" * 15}, "month_rials"),
        ({"month_rials": "12.5"}, "month_rials"),
    ],
)  # fmt: skip
def test_a_limit_that_makes_no_sense_is_refused_beside_its_field(vida, given, field):
    before = list(SpendingLimit.objects.order_by("level").values_list())

    answer = english(vida).post(f"{LIMITS}phone/set/", GOOD | given)

    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.content.decode()
    assert list(SpendingLimit.objects.order_by("level").values_list()) == before


def test_without_a_reason_no_limit_changes(vida):
    answer = english(vida).post(f"{LIMITS}national_5Fcode/set/", GOOD | {"reason": " "})

    assert answer.status_code == 409
    assert "reason-missing" in words(answer)
    assert SpendingLimit.objects.get(level="national_code").transaction_rials == 100_000_000


@pytest.mark.parametrize("role", ["omid", "saman"])
def test_operators_and_support_read_limits_and_change_none(role, request):
    client = english(request.getfixturevalue(role))

    page = client.get(f"{LIMITS}phone/change/")

    assert client.get(LIMITS).status_code == 200
    assert "2,000,000" in words(page)
    assert "<textarea" not in page.content.decode()
    assert client.post(f"{LIMITS}phone/set/", GOOD).status_code == 403
    assert SpendingLimit.objects.get(level="phone").transaction_rials == 20_000_000


def test_reviewers_see_neither_limits_nor_terms(reza, naron):
    MerchantTerms.objects.create(maker=naron, fee_basis_points=50, fee_max_rials=10_000)

    for place in (LIMITS, TERMS, f"{LIMITS}phone/change/"):
        assert english(reza).get(place).status_code == 403


def test_postgresql_refuses_limits_out_of_order_too():
    wrong = SpendingLimit(level="phone", transaction_rials=10, day_rials=9, month_rials=8)

    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.save()


# --- terms of makers -------------------------------------------------------------------------


def agreed(client, naron, **given):
    wish = {"maker": naron.public_id, "percent": "۰٫۵", "most": "1,000", "reason": "قرارداد ۷"}
    return client.post(f"{TERMS}agree/", wish | given)


def test_new_terms_count_for_the_very_next_payment_and_for_no_earlier_one(vida, naron, app):
    earlier = paid(app, 1_000_000)

    client = english(vida)
    page = said(client, agreed(client, naron))

    assert "The terms are in force" in page
    assert "0.5%" in page
    assert paid(app, 1_000_000).fee_rials == 5_000
    assert paid(app, 10_000_000).fee_rials == 10_000  # 1,000 toman at most
    earlier.refresh_from_db()
    assert earlier.fee_rials == 10_000


def test_terms_are_changed_and_ended_and_each_step_is_told_to_the_audit_trail(vida, naron, app):
    client = english(vida)
    agreed(client, naron)
    agreed(client, naron, percent="2")
    place = f"{TERMS}{MerchantTerms.objects.get().pk}/end/"
    asked = words(client.get(place))
    done = said(client, client.post(place, {"reason": "قرارداد تمام شد"}))

    assert f"«{naron.name}»" in asked
    assert "pays the house's fee again" in done
    assert paid(app, 1_000_000).fee_rials == 10_000
    first, second, third = AuditEvent.objects.filter(event__startswith="wallet.merchant_terms.")[
        ::-1
    ]
    half = {"fee_basis_points": 50, "fee_max_rials": 10_000}
    assert (first.subject_id, first.facts["before"], first.facts["after"]) == (
        naron.public_id, None, half,
    )  # fmt: skip
    assert second.facts["before"] == half
    assert third.facts == {
        "reason": "قرارداد تمام شد", "before": half | {"fee_basis_points": 200},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"percent": "-1"}, "percent"), ({"percent": "11"}, "percent"), ({"percent": ""}, "percent"),
        ({"percent": "0.125"}, "percent"), ({"most": "0"}, "most"), ({"most": "-1"}, "most"),
        ({"maker": "mkr_x"}, "maker"),
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused_beside_their_field(vida, naron, given, field):
    answer = agreed(english(vida), naron, **given)

    assert answer.status_code == 400
    assert f'id="{field}-error"' in answer.content.decode()
    assert not MerchantTerms.objects.exists()


def test_nobody_sets_the_terms_of_his_own_maker(vida):
    own = build.make_maker(vida)

    answer = agreed(english(vida), own)

    assert answer.status_code == 403
    assert "account-is-yours" in words(answer)
    assert not MerchantTerms.objects.exists()


@pytest.mark.parametrize("role", ["omid", "saman"])
def test_operators_and_support_read_terms_and_change_none(naron, role, request):
    row = MerchantTerms.objects.create(maker=naron, fee_basis_points=50, fee_max_rials=10_000)
    client = english(request.getfixturevalue(role))

    assert "0.5%" in words(client.get(f"{TERMS}{row.pk}/change/"))
    assert client.get(TERMS, {"q": "نارون"}).content.decode().count(naron.public_id) == 1
    assert agreed(client, naron).status_code == 403
    assert client.post(f"{TERMS}{row.pk}/end/", {"reason": "x"}).status_code == 403
    assert MerchantTerms.objects.get().fee_basis_points == 50


def test_ending_what_is_over_changes_nothing(vida, naron):
    terms.end(maker=naron, actor=vida, reason="x")

    assert not AuditEvent.objects.filter(event="wallet.merchant_terms.ended").exists()


@pytest.mark.parametrize(
    ("text", "points"),
    [("1", 100), ("۰٫۷۵٪", 75), ("0.5%", 50), ("٠/٢٥", 25), ("10", 1_000), (" 0 ", 0)],
)
def test_a_share_is_read_in_percent(text, points):
    assert read_percent(text) == points


@pytest.mark.parametrize("text", ["", "-1", "1e2", "0.125", "1..2", "x", "1" * 50, "1000"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(BadAmount):
        read_percent(text)
