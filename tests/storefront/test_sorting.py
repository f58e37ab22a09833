"""Categories, notes, splits: what a person says of his movements, and what nobody else can."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.problems import InvalidInput
from miniapps.models import App
from storefront.bank import feed, sorting
from storefront.bank.categories import BY_REASON, BY_SHELF, ICONS, Category
from storefront.models import Habit, Part, Remark
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.storefront.conftest import pay
from tests.wallet.conftest import wallet_of
from wallet.models import Account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def purse(mina, maker) -> Account:
    """Mina's wallet after two payments to the same merchant: 125,000 and 300,000 rials."""
    wallet = wallet_of(mina, 1_000_000)
    pay(mina, maker)
    pay(mina, maker, amount=300_000, key="k2", title="چای")
    return wallet


def entries(purse):
    return feed.page_of(purse, purse.person).entries


def categorise(purse, entry, category, *, everywhere=False):
    sorting.categorise(
        account=purse, entry=entry, category=category, everywhere=everywhere, now=timezone.now()
    )


def split(purse, entry, *parts):
    sorting.split(account=purse, entry=entry, parts=parts, now=timezone.now())


def test_every_category_has_a_picture_and_every_rule_a_category():
    assert set(ICONS) == set(Category)
    assert {*BY_REASON.values(), *BY_SHELF.values()} <= set(Category)


def test_a_payment_in_a_mini_app_of_a_cafe_is_taken_for_one(mina, maker):
    app = build.live_app(maker)
    App.objects.filter(pk=app.pk).update(category="food")
    purse = wallet_of(mina, 1_000_000)
    pay(mina, maker, audience=app.public_id)

    paid, filled = entries(purse)

    assert (paid.category, filled.category) == ("cafe", "transfer")
    assert not Remark.objects.exists()


def test_only_this_one_moves(purse):
    newest, older, _filled = entries(purse)

    categorise(purse, newest, "groceries")

    assert [one.category for one in entries(purse)] == ["groceries", older.category, "transfer"]
    assert Remark.objects.count() == 1
    assert not Habit.objects.exists()


def test_all_from_a_counterparty_move_past_and_future(purse, mina, maker):
    categorise(purse, entries(purse)[0], "gifts", everywhere=True)
    pay(mina, maker, key="k3")

    assert [one.category for one in entries(purse)] == ["gifts", "gifts", "gifts", "transfer"]
    assert (Habit.objects.count(), Remark.objects.count()) == (1, 0)


def test_what_was_put_elsewhere_by_itself_stays_there(purse):
    newest, older, _filled = entries(purse)
    categorise(purse, older, "health")

    categorise(purse, newest, "gifts", everywhere=True)

    assert [one.category for one in entries(purse)] == ["gifts", "health", "transfer"]


def test_a_habit_is_one_persons_own(purse, maker):
    categorise(purse, entries(purse)[0], "gifts", everywhere=True)
    other = wallet_of(make_person("رضا"), 1_000_000)
    pay(other.person, maker, key="other")

    assert entries(other)[0].category == "other"


def test_a_split_sums_to_the_amount_and_ends_with_a_category(purse):
    newest = entries(purse)[0]
    split(purse, newest, ("food", 100_000), ("gifts", 200_000))
    assert entries(purse)[0].parts == (("food", 100_000), ("gifts", 200_000))

    categorise(purse, newest, "fun")

    assert (entries(purse)[0].parts, entries(purse)[0].category) == ((), "fun")


@pytest.mark.parametrize(
    "parts",
    [
        [("food", 300_000)],
        [("food", 100_000), ("gifts", 199_999)],
        [("food", 100_000), ("food", 200_000)],
        [("food", 300_001), ("gifts", -1)],
        [("food", 100_000), ("nothing", 200_000)],
        [(name, 1) for name in Category.values[:7]],
    ],
)
def test_a_split_that_does_not_fit_is_refused(purse, parts):
    with pytest.raises(InvalidInput):
        split(purse, entries(purse)[0], *parts)

    assert not Remark.objects.exists()


def test_the_database_itself_refuses_parts_that_do_not_sum(purse):
    split(purse, entries(purse)[0], ("food", 100_000), ("gifts", 200_000))

    with pytest.raises(IntegrityError, match="sum to its amount"), transaction.atomic():
        Part.objects.filter(category="food").update(amount_rials=99_999)
    with pytest.raises(IntegrityError, match="sum to its amount"), transaction.atomic():
        Part.objects.filter(category="food").delete()


def test_the_database_itself_refuses_a_remark_about_nothing(purse):
    with pytest.raises(IntegrityError, match="movement of its account"):
        Remark.objects.create(account=purse, seq=10**6, note="x", changed_at=timezone.now())


def test_what_says_nothing_any_more_leaves_no_row(purse):
    newest = entries(purse)[0]
    sorting.write_note(account=purse, entry=newest, text="  تولد\nسارا ", now=timezone.now())
    assert entries(purse)[0].note == "تولد سارا"

    sorting.write_note(account=purse, entry=newest, text=" ", now=timezone.now())

    assert not Remark.objects.exists()


def test_many_taps_at_once_leave_one_remark_that_is_whole(purse):
    newest = entries(purse)[0]

    def tap(number):
        try:
            split(purse, newest, ("food", 100_000 + number), ("gifts", 200_000 - number))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(tap, range(8)))

    assert Remark.objects.count() == 1
    assert sum(amount for _name, amount in entries(purse)[0].parts) == 300_000


# --- its page -------------------------------------------------------------------------------
def address(purse, step=""):
    return f"/wallet/moves/{entries(purse)[0].transfer}/{step}"


def test_the_page_of_a_movement_tells_all_of_it(browser, purse, maker):
    page = browser.get(address(purse)).content.decode()

    assert maker.name in page
    assert "چای" in page
    assert "/wallet/payments/pay_" in page


def test_a_category_a_note_and_a_split_are_kept_from_the_page(browser, purse):
    for step, form in (
        ("category/", {"category": "fun", "scope": "one"}),
        ("note/", {"note": "برای مهمانی"}),
        ("split/", {"part_category": ["food", "gifts", ""], "part_amount": ["۱۰٬۰۰۰", "", ""]}),
    ):
        for _tap in range(2):
            answer = browser.post(address(purse, step), form)
            assert (answer.status_code, answer["location"]) == (303, address(purse))

    kept = entries(purse)[0]
    assert (kept.own_category, kept.note) == ("fun", "برای مهمانی")
    assert kept.parts == (("food", 100_000), ("gifts", 200_000))
    browser.post(address(purse, "split/"), {"undo": "1"})
    assert entries(purse)[0].parts == ()


@pytest.mark.parametrize(
    ("step", "form"),
    [
        ("category/", {"category": "nothing"}),
        ("category/", {}),
        ("note/", {"note": "ن" * 201}),
        ("split/", {"part_category": ["food", "gifts"], "part_amount": ["", ""]}),
        ("split/", {"part_category": ["food", "gifts"], "part_amount": ["۱۰٬۰۰۰", "x"]}),
        ("split/", {"part_category": ["food", "gifts"], "part_amount": ["۹۹۹٬۰۰۰", ""]}),
    ],
)
def test_a_fault_is_said_on_the_page_and_nothing_is_kept(browser, purse, step, form):
    answer = browser.post(address(purse, step), form)

    assert answer.status_code == 400
    assert "field__error" in answer.content.decode()
    assert not Remark.objects.exists()


@pytest.mark.parametrize("step", ["category/", "note/", "split/"])
def test_another_persons_movement_is_not_there(purse, step):
    stranger = make_person("رضا")
    wallet_of(stranger, 10)
    theirs = signed_in(stranger)

    assert theirs.get(address(purse)).status_code == 404
    assert theirs.post(address(purse, step), {"category": "fun", "note": "x"}).status_code == 404
    assert not Remark.objects.exists()
