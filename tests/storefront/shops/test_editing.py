from datetime import timedelta

import pytest
from django.utils import timezone

from core.problems import InvalidInput, NotFound
from storefront.shops import catalogue, editing
from storefront.shops.catalogue import VariantWish
from storefront.shops.editing import Edit, Figures
from storefront.shops.errors import ChangedMeanwhile, LastVariant, SkuTaken, StockPromised
from storefront.shops.models import Stock
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def edit_of(product, **changes):
    figures = {
        one.public_id: Figures(price=one.price, on_hand=one.stock.on_hand, was=one.stock.on_hand)
        for one in product.variants.filter(is_sold=True)
    }
    return Edit(**({"title": product.title, "variants": figures} | changes))


def save(product, actor, seen=None, **changes):
    return editing.save(
        product=product, edit=edit_of(product, **changes), actor=actor, now=timezone.now(),
        seen=seen,
    )  # fmt: skip


def coloured(shop):
    return make_product(
        shop,
        variants=[
            VariantWish(price=100, on_hand=4, options={"رنگ": "سبز"}),
            VariantWish(price=200, on_hand=5, options={"رنگ": "آبی"}),
        ],
    )


def sold(product):
    return list(product.variants.filter(is_sold=True).order_by("position"))


def test_words_and_figures_of_a_product_are_saved_together(shop, sara):
    product = make_product(shop, price=100, on_hand=4)
    (one,) = sold(product)
    figures = {one.public_id: Figures(price=90, on_hand=7, was=4, compare_price=100, weight_g=12)}

    save(product, sara, title="شال", tags=["گرم"], variants=figures)

    product.refresh_from_db()
    one.refresh_from_db()
    assert (product.title, product.tags, product.min_price) == ("شال", ["گرم"], 90)
    assert (one.price, one.compare_price, one.weight_g, one.stock.on_hand) == (90, 100, 12, 7)


def test_who_saves_over_a_newer_version_is_told_and_nothing_is_lost(shop, sara):
    product = make_product(shop)
    seen = product.updated_at
    save(product, sara, title="نخست", seen=seen)

    with pytest.raises(ChangedMeanwhile):
        save(product, sara, title="دوم", seen=seen)

    product.refresh_from_db()
    assert product.title == "نخست"


def test_stock_that_an_order_took_meanwhile_is_not_counted_over(shop, sara):
    product = make_product(shop, on_hand=5)
    (one,) = sold(product)
    Stock.objects.filter(pk=one.pk).update(on_hand=3)

    with pytest.raises(ChangedMeanwhile):
        save(product, sara, variants={one.public_id: Figures(price=9, on_hand=6, was=5)})
    with pytest.raises(ChangedMeanwhile):
        catalogue.set_stock(variant=one, on_hand=6, actor=sara, was=5)

    assert Stock.objects.get(pk=one.pk).on_hand == 3


def test_one_bad_figure_saves_nothing_at_all(shop, sara):
    product = coloured(shop)
    first, second = sold(product)
    Stock.objects.filter(pk=second.pk).update(reserved=5)
    figures = {
        first.public_id: Figures(price=150, on_hand=4, was=4),
        second.public_id: Figures(price=250, on_hand=1, was=5),
    }

    with pytest.raises(StockPromised):
        save(product, sara, title="دیگر", variants=figures)

    first.refresh_from_db()
    product.refresh_from_db()
    assert (first.price, product.title) == (100, "زعفران سرگل")


def test_a_variant_of_another_product_is_not_found(shop, sara):
    mine, other = make_product(shop), make_product(shop)

    with pytest.raises(NotFound):
        save(mine, sara, variants=edit_of(other).variants)


def test_a_sku_of_another_product_is_taken(shop, sara):
    make_product(shop, variants=[VariantWish(price=1, sku="A-1")])
    mine = make_product(shop)
    (one,) = sold(mine)

    with pytest.raises(SkuTaken):
        save(mine, sara, variants={one.public_id: Figures(price=1, on_hand=10, was=10, sku="A-1")})


def test_options_make_every_combination_and_keep_what_still_exists(shop, sara):
    product = coloured(shop)
    green = sold(product)[0]
    options = [
        ("رنگ", ["سبز", "سرخ"]),
    ]

    editing.set_options(product=product, options=options, actor=sara, now=timezone.now())

    kept, fresh = sold(product)
    assert (kept, kept.stock.on_hand) == (green, 4)
    assert (fresh.options, fresh.price, fresh.stock.on_hand) == ({"رنگ": "سرخ"}, 100, 0)
    assert product.variants.get(is_sold=False).options == {"رنگ": "آبی"}
    product.refresh_from_db()
    assert product.options == [{"name": "رنگ", "values": ["سبز", "سرخ"]}]


def test_a_choice_that_comes_back_is_the_same_variant_with_its_stock(shop, sara):
    product = coloured(shop)
    blue = sold(product)[1]
    for values in (["سبز"], ["سبز", "آبی"]):
        editing.set_options(
            product=product, options=[("رنگ", values)], actor=sara, now=timezone.now()
        )

    assert sold(product)[1] == blue
    assert blue.stock.on_hand == 5


@pytest.mark.parametrize(
    "options",
    [
        [("رنگ", [])],
        [("رنگ", ["a"]), ("رنگ", ["b"])],
        [("a", ["1"]), ("b", ["1"]), ("c", ["1"]), ("d", ["1"])],
        [("a", [str(n) for n in range(9)]), ("b", [str(n) for n in range(9)])],
    ],
    ids=["empty", "twins", "four", "too-many"],
)
def test_options_that_make_no_sense_change_nothing(shop, sara, options):
    product = coloured(shop)

    with pytest.raises(InvalidInput):
        editing.set_options(product=product, options=options, actor=sara, now=timezone.now())

    assert len(sold(product)) == 2


def test_a_variant_joins_and_leaves_but_never_the_last(shop, sara):
    product, now = coloured(shop), timezone.now()
    wish = VariantWish(price=300, on_hand=1, options={"رنگ": "سرخ"})
    added = editing.add_variant(product=product, wish=wish, actor=sara, now=now)
    product.refresh_from_db()
    assert product.max_price == 300

    for one in (added, sold(product)[1]):
        editing.remove_variant(variant=one, actor=sara, now=now)
    with pytest.raises(LastVariant):
        editing.remove_variant(variant=sold(product)[0], actor=sara, now=now)
    product.refresh_from_db()
    assert product.max_price == 100


def test_a_price_seen_before_somebody_changed_it_is_not_written_over(shop, sara):
    product, now = make_product(shop, price=100), timezone.now()
    (one,) = sold(product)
    catalogue.set_price(variant=one, price=120, compare_price=None, actor=sara, now=now)

    with pytest.raises(ChangedMeanwhile):
        catalogue.set_price(
            variant=one, price=90, compare_price=None, actor=sara, now=now + timedelta(seconds=1),
            was=100,
        )  # fmt: skip
