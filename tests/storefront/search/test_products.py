import pytest
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F
from django.utils import timezone

from core.limits import SEARCH_PAGE_ROWS
from storefront.shops import catalogue, opening
from storefront.shops.models import Category, ProductSearch, Shop, Stock
from storefront.shops.search import refreshing
from storefront.shops.search.products import Wanted, find
from storefront.shops.search.vocabulary import completions, meaning_of
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def titles(text, after="", **wanted):
    return [hit.title for hit in find(meaning_of(text), Wanted(**wanted), after=after).hits]


@pytest.mark.parametrize(
    "typed",
    ["كتاب‌خانة چوبي", "کتابخانه", "کتاب خانه", "کتاب‌خانه", "چوبی کِتابخانه", ";jhfohki", "کتایخانه"],
    ids=["arabic", "joined", "split", "half-space", "harakat", "keyboard", "typo"],
)
def test_a_product_is_found_in_every_spelling_of_its_name(shop, typed):
    make_product(shop, title="کتاب‌خانه چوبی")
    make_product(shop, title="میز چوبی")

    assert titles(typed) == ["کتاب‌خانه چوبی"]


def test_a_joined_query_finds_what_is_written_apart(shop):
    make_product(shop, title="گل فروشی")
    make_product(shop, title="گل‌دان")

    assert titles("گلفروشی") == ["گل فروشی"]


def test_english_on_persian_keys_and_digits_of_three_kinds_are_understood(shop):
    make_product(shop, title="قاب iPhone ۱۵")

    assert titles("هحاخدث ١٥") == ["قاب iPhone ۱۵"]


def test_the_exact_name_stands_before_what_sells_more(shop):
    exact = make_product(shop, title="شال پشمی")
    popular = make_product(shop, title="شال پشمی دست‌باف گلستان")
    refreshing.note_sales({popular.pk: 500, exact.pk: 0}, now=timezone.now())

    assert titles("شال پشمی") == ["شال پشمی", "شال پشمی دست‌باف گلستان"]


def test_what_sells_stands_before_what_does_not_and_the_title_before_the_description(shop):
    quiet = make_product(shop, title="چای هل‌دار", description="بدون اسانس")
    told = make_product(shop, title="قوری", description="برای چای")
    sold = make_product(shop, title="چای لاهیجان بهاره")
    refreshing.note_sales({quiet.pk: 0, told.pk: 0, sold.pk: 40}, now=timezone.now())

    assert titles("چای") == ["چای لاهیجان بهاره", "چای هل‌دار", "قوری"]


def test_a_correction_says_what_was_looked_for_and_can_be_refused(shop):
    make_product(shop, title="کفش ورزشی")

    assert meaning_of("کقش ورزشی").corrected == "کفش ورزشی"
    assert find(meaning_of("کقش ورزشی", exactly=True), Wanted()).hits == []


def test_filters_narrow_by_price_stock_level_city_and_category(shop, mina):
    shoes = Category.objects.get(slug="shoes")
    Shop.objects.filter(pk=shop.pk).update(level=2, city="قم")
    other = make_shop(mina, slug="another")
    make_product(shop, title="کفش چرم", price=900_000, category=shoes)
    make_product(shop, title="کفش کتان", price=400_000, category=shoes)
    make_product(other, title="کفش بند", price=300_000)
    Stock.objects.filter(variant__product__title="کفش کتان").update(reserved=10)

    assert sorted(titles("کفش")) == ["کفش بند", "کفش چرم", "کفش کتان"]
    assert titles("کفش", price_from=350_000, price_to=500_000) == ["کفش کتان"]
    assert sorted(titles("کفش", in_stock=True)) == ["کفش بند", "کفش چرم"]
    assert sorted(titles("کفش", verified=True)) == ["کفش چرم", "کفش کتان"]
    assert sorted(titles("کفش", city="قم")) == ["کفش چرم", "کفش کتان"]
    assert titles("", shelf="clothing", sort="cheap") == ["کفش کتان", "کفش چرم"]
    assert titles("کفش", sort="dear") == ["کفش چرم", "کفش کتان", "کفش بند"]
    assert titles("کفش", sort="new") == ["کفش بند", "کفش کتان", "کفش چرم"]
    assert titles("کفش", shop=other.pk) == ["کفش بند"]


@pytest.mark.parametrize("sort", ["relevance", "new", "sold", "cheap", "dear"])
def test_the_pages_hold_every_match_once(shop, sort):
    made = [make_product(shop, title=f"شمع {n}", price=1000 + n % 7) for n in range(60)]
    sold = {one.pk: (0, 12, 120)[n % 3] for n, one in enumerate(made)}
    refreshing.note_sales(sold, now=timezone.now())
    ProductSearch.objects.filter(sold=0).update(tier=0)

    after, seen = "", []
    for _page in range(10):
        found = find(meaning_of("شمع"), Wanted(sort=sort), after=after)
        seen += [hit.public_id for hit in found.hits]
        after = found.next
        if not after:
            break

    assert len(seen) == len(set(seen)) == 60
    if sort == "cheap":
        assert [p.min_price for p in sorted(made, key=lambda p: seen.index(p.public_id))] == sorted(
            p.min_price for p in made
        )


def test_a_page_that_was_not_given_by_us_is_the_first(shop):
    make_product(shop, title="شمع")

    assert titles("شمع", after="[2,2,1,1]:forged") == ["شمع"]


def test_a_search_is_two_queries_however_much_it_finds(shop, django_assert_num_queries):
    for n in range(SEARCH_PAGE_ROWS + 3):
        make_product(shop, title=f"سفال لعابی {n}")

    with django_assert_num_queries(2):
        assert len(titles("سفال لعابی")) == SEARCH_PAGE_ROWS


def test_drafts_archived_products_and_closed_shops_are_not_found(shop, sara):
    now = timezone.now()
    make_product(shop, title="نبات", published=False)
    gone = make_product(shop, title="نبات زعفرانی")
    assert titles("نبات") == ["نبات زعفرانی"]

    catalogue.set_status(product=gone, status="archived", actor=sara, now=now)
    assert titles("نبات") == []

    catalogue.set_status(product=gone, status="published", actor=sara, now=now)
    opening.step(shop=shop, name="close", actor=sara)
    assert titles("نبات") == []


def test_tiers_climb_and_fall_with_a_distance_between(shop):
    product = make_product(shop)
    old = timezone.now() + timezone.timedelta(days=30)

    def tier(sold):
        refreshing.note_sales({product.pk: sold}, now=old)
        return ProductSearch.objects.get(pk=product.pk).tier

    assert [tier(n) for n in (0, 1, 3, 8, 6, 5, 100, 45, 44, 0)] == [0, 1, 3, 5, 5, 4, 7, 7, 6, 0]


def test_the_first_page_is_that_of_the_full_ranking_though_tiers_are_looked_through(shop):
    made = [make_product(shop, title=f"شمع {n}", description="شمع " * (n % 3)) for n in range(90)]
    sold = {one.pk: (0, 1, 2, 3, 5, 9, 20, 80)[n % 8] for n, one in enumerate(made)}
    refreshing.note_sales(sold, now=timezone.now() + timezone.timedelta(days=30))

    found = find(meaning_of("شمع"), Wanted())

    assert [hit.public_id for hit in found.hits] == [
        one.product.public_id
        for one in ProductSearch.objects.select_related("product")
        .annotate(fits=SearchRank(F("tsv"), SearchQuery("شمع", config="simple")) * F("quality"))
        .order_by("-fits", "-product_id")[:SEARCH_PAGE_ROWS]
    ]
    assert find(meaning_of("شمع"), Wanted(), after=found.next).hits[0] not in found.hits


@pytest.mark.parametrize(
    "typed", ["' | 'a", "\\", "':*", "a & !b", "<->", "%", "\x00شمع", "()", "🕯", "-", "a" * 5000]
)
def test_nothing_that_is_typed_is_read_as_a_language(shop, typed):
    make_product(shop, title="شمع")

    assert titles(typed) in ([], ["شمع"])
    assert completions(typed, most=5) == []


def test_a_word_is_completed_by_what_is_written_most(shop):
    for title in ("زعفران", "زعفران نگین", "زعتر"):
        make_product(shop, title=title)
    refreshing.count_words()

    assert completions("چای زع", most=5) == ["چای زعفران", "چای زعتر"]


def test_words_that_nobody_writes_any_more_are_forgotten(shop, sara):
    gone = make_product(shop, title="گلاب قمصر")
    catalogue.set_status(product=gone, status="archived", actor=sara, now=timezone.now())

    assert refreshing.count_words() == 0
