import csv
import io

import pytest
from django.utils import timezone

from core.ids import new_id
from core.problems import InvalidInput
from storefront.shops import catalogue
from storefront.shops.errors import ImportNotReady, ImportUnreadable
from storefront.shops.imports import applying, beginning, checking, failed, reading
from storefront.shops.imports.findings import RULES
from storefront.shops.models import Import, Product, Shop, Staff, Stock, Variant
from tests.shopping import make_product, make_shop
from tests.storefront.shops.importing import (
    HEAD,
    applied,
    begun,
    bomb,
    checked,
    codes,
    csv_of,
    imported,
    undone,
    worked,
    written,
    xlsx_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def snapshot():
    """Everything an import may write, as the tables hold it."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Shop, Product, Variant, Stock, Staff)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1256", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_whatever_its_letters_and_its_delimiter(tmp_path, encoding, delimiter):
    data = csv_of(("a1", "قوري مسي", "۱۲۵۰۰", 3), delimiter=delimiter, encoding="utf-8").decode()
    path = written(tmp_path, data.translate(str.maketrans("ی۱۲۵۰", "ي1250")).encode(encoding)
                   if encoding == "cp1256" else data.encode(encoding))  # fmt: skip

    shape = reading.shape_of(path)

    assert [cell.replace("ي", "ی") for cell in shape.headers] == HEAD
    assert next(reading.body_of(path, shape)).cells[1] == "قوري مسي"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file-empty"),
        (b"\r\n ,\r\n", "file-empty"),
        (b"a,b\x00\n", "not-text"),
        ("é,ü,ö,ñ\n".encode("latin-1"), "encoding-unknown"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "excel-old"),
        (b"PK\x03\x04" + b"0" * 600, "excel-broken"),
        (b"a,b\n" + b"x" * 70_000, "line-long"),
        (b'a,b\n"' + b"x\n" * 70_000, "quotes-open"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_its_reason(sara, shop, data, reason):
    with pytest.raises(ImportUnreadable) as refused:
        begun(sara, data, shop=shop)

    assert refused.value.members == {"reason": reason}
    assert not Import.objects.exists()


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = written(tmp_path, bomb())

    with pytest.raises(reading.Unreadable, match="excel-bomb"):
        reading.shape_of(path)


def test_a_line_of_a_gigabyte_is_refused_by_its_size_alone(tmp_path):
    path = tmp_path / "line"
    with path.open("wb") as file:
        file.truncate(1024**3)

    with pytest.raises(reading.Unreadable, match="file-large"):
        reading.shape_of(path)


@pytest.mark.parametrize(
    ("text", "unit", "read"),
    [
        ("۱۲٬۵۰۰ تومان", "toman", (125_000, "")),
        ("١٢٥٠٠", "toman", (125_000, "")),
        ("12,500", "rial", (12_500, "")),
        ("12500.0", "toman", (125_000, "")),
        ("۱۲٬۵۰۰ ريال", "rial", (12_500, "")),
        ("۱۲٬۵۰۰ ریال", "toman", (0, "price-unit")),
        ("۱۲.۵", "toman", (0, "price-bad")),
        ("رایگان", "toman", (0, "price-bad")),
        ("0", "toman", (0, "price-range")),
        ("-5", "toman", (0, "price-bad")),
    ],
)
def test_a_price_is_read_as_people_write_it_and_never_guessed(text, unit, read):
    assert checking.price(text, unit) == read


def test_the_unit_of_prices_must_be_chosen(sara, shop):
    batch = begun(sara, csv_of(("a1", "قوری", 12500, 3)), shop=shop)

    with pytest.raises(InvalidInput) as refused:
        beginning.choose(batch=batch, columns={"title": 1, "price": 2}, unit="", publish=False,
                         actor=sara, now=timezone.now())  # fmt: skip

    assert [fault.pointer for fault in refused.value.faults] == ["#/unit"]


def test_a_dry_run_writes_nothing_and_says_what_would_happen(sara, shop):
    make_product(shop, variants=[catalogue.VariantWish(price=10, sku="a1")])
    before = snapshot()

    batch = checked(sara, csv_of(("a1", "", 12500, 3), ("a2", "قوری", 9000, 1)), shop=shop)

    assert batch.state == "checked"
    assert snapshot() == before
    assert list(batch.rows.order_by("number").values_list("result", flat=True)) == [
        "update", "insert",
    ]  # fmt: skip


def test_products_are_written_with_their_variants_prices_and_stock(sara, shop):
    head = ["کد", "کد مادر", "عنوان", "قیمت", "قیمت قبل", "موجودی", "وزن", "دسته", "برچسب", "گزینه"]
    data = xlsx_of(
        ("k-s", "kashi", "کاسه", 125000, "۱۵۰٬۰۰۰", 4, 300, "سفال و سرامیک", "لعابی، دستی", "رنگ: سبز"),
        ("k-b", "kashi", "", 130000, None, 2, 300, "", "", "رنگ: آبی"),
        ("z-1", "", "زعفران", 90000.0, None, 0, 5, "Saffron and spices", "", ""),
        head=head,
    )  # fmt: skip

    batch = imported(sara, data, shop=shop, publish=True)

    assert (batch.state, batch.rows_applied, batch.rows_bad) == ("done", 3, 0)
    bowl = Product.objects.get(title="کاسه")
    assert (bowl.min_price, bowl.max_price, bowl.status) == (1_250_000, 1_300_000, "published")
    assert bowl.options == [{"name": "رنگ", "values": ["سبز", "آبی"]}]
    assert (bowl.tags, bowl.category.slug) == (["لعابی", "دستی"], "pottery")
    green = bowl.variants.get(sku="k-s")
    assert (green.compare_price, green.weight_g, green.stock.on_hand) == (1_500_000, 300, 4)


def test_the_same_file_again_changes_nothing(sara, shop):
    data = csv_of(("a1", "قوری", 12500, 3), ("", "سماور", 90000, 1))
    imported(sara, data, shop=shop)
    before = snapshot()

    again = imported(sara, data, shop=shop)

    assert snapshot() == before
    assert set(again.rows.values_list("result", flat=True)) == {"same"}


def test_a_cell_that_is_empty_leaves_what_is_there(sara, shop):
    imported(sara, csv_of(("a1", "قوری", 12500, 3)), shop=shop)

    imported(sara, csv_of(("a1", "", "", 7)), shop=shop)

    one = Variant.objects.select_related("product", "stock").get(sku="a1")
    assert (one.product.title, one.price, one.stock.on_hand) == ("قوری", 125_000, 7)


HEAD_ALL = [*HEAD, "کد مادر", "قیمت قبل", "وزن", "دسته", "برچسب", "گزینه", "عکس"]


def row_of(sku, title="قوری", price="12500", stock="3", **more):
    names = ("group", "compare", "weight", "category", "tags", "options", "pictures")
    return [sku, title, price, stock, *(more.get(name, "") for name in names)]


FINDINGS = {
    "title-missing": [row_of("n1", title="")],
    "text-long": [row_of("n1", title="ق" * 200)],
    "price-missing": [row_of("n1", price="")],
    "price-bad": [row_of("n1", price="زیاد")],
    "price-unit": [row_of("n1", price="۱۲۰۰۰ ریال")],
    "price-range": [row_of("n1", price="99999999999999")],
    "compare-low": [row_of("n1", compare="10")],
    "stock-bad": [row_of("n1", stock="چند")],
    "stock-range": [row_of("n1", stock="9000000")],
    "weight-bad": [row_of("n1", weight="سبک")],
    "sku-twice": [row_of("n1"), row_of("n1")],
    "category-unknown": [row_of("n1", category="ناشناس")],
    "tags-many": [row_of("n1", tags="؛".join(f"ب{n}" for n in range(20)))],
    "options-bad": [row_of("n1", options="سبز")],
    "options-many": [row_of("n1", options="a: 1; b: 2; c: 3; d: 4")],
    "options-differ": [row_of("n1", group="g", options="a: 1"), row_of("n2", group="g")],
    "variants-alike": [row_of("n1", group="g", options="a: 1"), row_of("n2", group="g", options="a: 1")],
    "variants-many": [row_of(f"n{n}", group="g", options=f"a: {n}") for n in range(61)],
    "pictures-many": [row_of("n1", pictures=" ".join(f"{n}.jpg" for n in range(20)))],
}  # fmt: skip


@pytest.mark.parametrize("code", FINDINGS)
def test_a_row_is_told_what_is_wrong_with_it(sara, shop, code):
    batch = checked(sara, csv_of(*FINDINGS[code], head=HEAD_ALL), shop=shop)

    (told,) = codes(batch).values()
    assert told == [code]
    bad = RULES[code].severity == "error"
    assert batch.rows.filter(state="bad").count() == batch.rows_bad == (1 if bad else 0)


def test_a_formula_is_not_believed(sara, shop):
    batch = checked(sara, xlsx_of(("a1", "قوری", "=1+1", 3)), shop=shop)

    assert codes(batch) == {2: ["cell-formula"]}


def test_a_shop_that_is_full_takes_no_more(sara, shop, monkeypatch):
    monkeypatch.setattr(applying, "PRODUCTS_PER_SHOP_MAX", 1)

    batch = imported(sara, csv_of(("a1", "قوری", 1, 1), ("a2", "سماور", 1, 1)), shop=shop)

    assert codes(batch) == {3: ["products-many"]}
    assert Product.objects.count() == 1


def test_stock_never_falls_below_what_orders_were_promised(sara, shop):
    make_product(shop, variants=[catalogue.VariantWish(price=10, sku="a1", on_hand=5)])
    Stock.objects.update(reserved=4)

    batch = imported(sara, csv_of(("a1", "", 12500, 3)), shop=shop)

    assert codes(batch) == {2: ["stock-promised"]}
    assert (Stock.objects.get().on_hand, Variant.objects.get().price) == (5, 125_000)


def test_the_rows_that_failed_come_back_with_their_reasons_and_without_formulas(sara, shop):
    data = csv_of(("a1", '"=HYPERLINK(""http://x"")"', "زیاد", 3), ("a2", "سماور", 1, 1))
    batch = imported(sara, data, shop=shop)

    rows = list(csv.reader(io.StringIO("".join(failed.as_csv(batch)).removeprefix("\ufeff"))))

    assert rows[0] == [*HEAD, "اشکال"]
    assert len(rows) == 2
    assert rows[1][1].startswith("'=HYPERLINK")
    assert str(RULES["price-bad"].title) in rows[1][4]


def test_undo_takes_back_what_nobody_has_touched(sara, shop):
    make_product(shop, variants=[catalogue.VariantWish(price=10, sku="old", on_hand=5)])
    before = [row | {"updated_at": None} for row in Product.objects.values()]
    stock = list(Stock.objects.values())
    batch = imported(sara, csv_of(("old", "نام تازه", 12500, 9), ("a2", "سماور", 1, 1)), shop=shop)

    undone(batch, sara)

    assert batch.state == "undone"
    assert [row | {"updated_at": None} for row in Product.objects.values()] == before
    assert list(Stock.objects.values()) == stock
    assert Variant.objects.get().price == 10


def test_undo_keeps_what_was_priced_or_ordered_since(sara, shop):
    rows = [("a1", "قوری", 1, 5), ("a2", "سماور", 1, 5), ("a3", "سینی", 1, 5)]
    batch = imported(sara, csv_of(*rows), shop=shop)
    variant = Variant.objects.get(sku="a1")
    catalogue.set_price(
        variant=variant, price=99, compare_price=None, actor=sara, now=timezone.now()
    )
    Stock.objects.filter(variant__sku="a2").update(reserved=1)

    undone(batch, sara)

    assert set(Variant.objects.values_list("sku", flat=True)) == {"a1", "a2"}
    assert dict(batch.rows.values_list("key", "state")) == {
        "a1": "kept", "a2": "kept", "a3": "undone",
    }  # fmt: skip


def test_undo_is_over_after_a_day(sara, shop):
    batch = imported(sara, csv_of(("a1", "قوری", 1, 5)), shop=shop)

    with pytest.raises(ImportNotReady):
        beginning.undo(batch=batch, actor=sara, now=batch.ended_at + beginning.IMPORT_UNDO_WITHIN)


SHOP_HEAD = ["نشانی", "نام فروشگاه", "موبایل", "نام مالک", "شهر"]


def test_shops_are_opened_with_their_owners_and_only_once(omid):
    data = csv_of(("golbarg", "گلبرگ", "۰۹۱۲۳۴۵۶۷۸۹", "نرگس", "قم"),
                  ("senobar", "صنوبر", 9123456780, "یاس", "یزد"), head=SHOP_HEAD)  # fmt: skip
    imported(omid, data, publish=True)
    shop = Shop.objects.get(slug="golbarg")
    assert (shop.title, shop.city, shop.status) == ("گلبرگ", "قم", "open")
    assert shop.staff.get().person.phone == "+989123456789"
    before = snapshot()

    again = imported(omid, data, publish=True)

    assert snapshot() == before
    assert set(again.rows.values_list("result", flat=True)) == {"same"}


SHOP_FINDINGS = {
    "slug-missing": [("", "گلبرگ", "09123456789", "", "")],
    "slug-bad": [("گلبرگ", "گلبرگ", "09123456789", "", "")],
    "slug-twice": [("golbarg", "گلبرگ", "09123456789", "", "")] * 2,
    "phone-bad": [("golbarg", "گلبرگ", "123", "", "")],
}


@pytest.mark.parametrize("code", SHOP_FINDINGS)
def test_a_row_of_a_shop_is_told_what_is_wrong_with_it(omid, code):
    batch = checked(omid, csv_of(*SHOP_FINDINGS[code], head=SHOP_HEAD))

    assert list(codes(batch).values()) == [[code]]


def test_an_address_of_somebody_else_and_a_full_owner_fail_alone(omid, sara, monkeypatch):
    make_shop(sara, slug="golbarg")
    monkeypatch.setattr("storefront.shops.opening.SHOPS_PER_MAKER_MAX", 1)
    rows = [("golbarg", "گلبرگ", "09123456789", "", ""), ("senobar", "صنوبر", "09123456789", "", ""),
            ("senobar2", "صنوبر", "09123456789", "", "")]  # fmt: skip

    batch = imported(omid, csv_of(*rows, head=SHOP_HEAD))

    assert codes(batch) == {2: ["slug-taken"], 4: ["owner-full"]}
    assert Shop.objects.filter(slug="senobar").exists()


def test_undo_of_shops_keeps_the_one_that_sells_already(omid):
    rows = [
        ("golbarg", "گلبرگ", "09123456789", "", ""),
        ("senobar", "صنوبر", "09123456780", "", ""),
    ]
    batch = imported(omid, csv_of(*rows, head=SHOP_HEAD))
    make_product(Shop.objects.get(slug="senobar"))

    undone(batch, omid)

    assert list(Shop.objects.values_list("slug", flat=True)) == ["senobar"]


def test_an_import_that_comes_again_or_out_of_turn_does_nothing(sara, shop):
    batch = imported(sara, csv_of(("a1", "قوری", 1, 5)), shop=shop)
    before = snapshot()

    worked(batch)
    with pytest.raises(ImportNotReady):
        applied(batch, sara)

    assert snapshot() == before
    with pytest.raises(beginning.NotFound):
        beginning.import_of(shop, new_id("imp"))
