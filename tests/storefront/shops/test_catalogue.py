import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.problems import InvalidInput
from storefront.shops import catalogue
from storefront.shops.catalogue import ProductWish, VariantWish
from storefront.shops.errors import ProductStateForbids, SkuTaken, StockPromised, TooManyProducts
from storefront.shops.models import Product, Shop, Stock, Variant
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def test_a_product_has_its_variants_and_their_stock(shop):
    product = make_product(
        shop,
        variants=[
            VariantWish(price=900_000, on_hand=3, options={"وزن": "نیم مثقال"}),
            VariantWish(price=1_700_000, on_hand=2, options={"وزن": "یک مثقال"}),
        ],
    )

    assert (product.min_price, product.max_price) == (900_000, 1_700_000)
    assert product.options == [{"name": "وزن", "values": ["نیم مثقال", "یک مثقال"]}]
    assert [one.stock.free for one in product.variants.order_by("position")] == [3, 2]


def test_every_fault_of_a_product_is_named_at_once(shop, sara):
    wish = ProductWish(
        title=" ", variants=[VariantWish(price=0, on_hand=-1, compare_price=0)], tags=["الف" * 30]
    )

    with pytest.raises(InvalidInput) as refusal:
        catalogue.add_product(shop=shop, wish=wish, actor=sara, now=timezone.now())

    assert [fault.pointer for fault in refusal.value.faults] == [
        "#/title", "#/tags/0", "#/variants/0/price", "#/variants/0/on_hand",
        "#/variants/0/compare_price",
    ]  # fmt: skip
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    "variants",
    [
        [],
        [VariantWish(price=1, options={"رنگ": "سبز"}), VariantWish(price=1)],
        [VariantWish(price=1, options={"رنگ": "سبز"}), VariantWish(price=2, options={"رنگ": "سبز"})],
        [VariantWish(price=1, options={"a": "1", "b": "1", "c": "1", "d": "1"})],
        [VariantWish(price=1, sku="A", options={"r": "1"}),
         VariantWish(price=1, sku="A", options={"r": "2"})],
    ],
    ids=["none", "uneven", "twins", "four-options", "one-sku"],
)  # fmt: skip
def test_variants_differ_by_their_options(shop, variants):
    with pytest.raises(InvalidInput):
        catalogue.checked(ProductWish(title="شال", variants=variants))


def test_a_sku_is_once_in_a_shop_but_not_in_the_world(shop, mina):
    make_product(shop, variants=[VariantWish(price=1, sku="Z-۱")])
    other = make_shop(mina, slug="another")
    make_product(other, variants=[VariantWish(price=1, sku="Z-1")])

    with pytest.raises(SkuTaken) as refusal:
        make_product(shop, variants=[VariantWish(price=1, sku="Z-1")])

    assert refusal.value.members == {"sku": "Z-1"}


def test_a_price_changes_what_the_product_says_and_the_version_of_the_catalogue(shop, sara):
    product = make_product(shop, price=500_000)
    before = Shop.objects.get(pk=shop.pk).catalogue_version

    catalogue.set_price(
        variant=product.variants.get(), price=450_000, compare_price=500_000, actor=sara,
        now=timezone.now(),
    )  # fmt: skip

    product.refresh_from_db()
    assert (product.min_price, product.max_price) == (450_000, 450_000)
    assert Shop.objects.get(pk=shop.pk).catalogue_version == before + 1


def test_stock_never_falls_below_what_was_promised(shop, sara):
    variant = make_product(shop, on_hand=5).variants.get()
    Stock.objects.filter(pk=variant.pk).update(reserved=3)

    with pytest.raises(StockPromised) as refusal:
        catalogue.set_stock(variant=variant, on_hand=2, actor=sara)
    assert refusal.value.members == {"reserved": 3}

    assert catalogue.set_stock(variant=variant, on_hand=3, actor=sara).free == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Stock.objects.filter(pk=variant.pk).update(reserved=4)


def test_nothing_is_published_that_is_not_sold(shop, sara):
    product = make_product(shop, published=False)
    product.variants.update(is_sold=False)

    with pytest.raises(ProductStateForbids):
        catalogue.set_status(product=product, status="published", actor=sara, now=timezone.now())


def test_a_shop_has_so_many_products_and_no_more(shop, monkeypatch):
    monkeypatch.setattr(catalogue, "PRODUCTS_PER_SHOP_MAX", 1)
    make_product(shop)

    with pytest.raises(TooManyProducts):
        make_product(shop)


def test_the_database_keeps_a_variant_in_the_shop_of_its_product(shop, mina):
    product = make_product(shop)
    other = make_shop(mina, slug="another")

    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    with pytest.raises(IntegrityError), transaction.atomic():
        Variant.objects.filter(product=product).update(shop=other)
