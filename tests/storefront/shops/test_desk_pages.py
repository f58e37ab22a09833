"""The pages of those who open a shop and work in one; another shop's answer 404."""

import io
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from core.limits import STOCK_LOW
from storefront.shops import desk, reporting, staffing, verifying
from storefront.shops.models import Product, Report, Shop, Staff, Stock, Takedown, Verification
from storefront.shops.pages.home import low_stock
from storefront.shops.verifying import Proof
from tests.architecture.permission_matrix import PARAMETER, _with_code, addresses
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop
from tests.storefront.conftest import text_of

pytestmark = pytest.mark.django_db
SIGNED_IN = 2  # queries that ask who is there


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.STORE = settings.PRIVATE_UPLOADS = tmp_path


@pytest.fixture
def shop(sara):
    return make_shop(sara)


@pytest.fixture
def page(sara):
    return signed_in(sara)


@pytest.fixture
def operator_page(omid):
    return _with_code(omid)


def photo():
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "#2a9aa0").save(out, "JPEG")
    out.seek(0)
    out.name = "camera.jpg"
    return out


def test_a_shop_opens_in_five_steps_without_a_script(page):
    page.post("/shops/new/?step=1", {"title": "گلستان", "slug": "golestan_tea", "about": "چای"})
    page.post("/shops/new/?step=2", {"category": "food", "province": "گیلان", "city": "لاهیجان"})
    founded = page.post("/shops/new/?step=3", {"enamad_number": "", "enamad_until": ""})
    assert founded["Location"] == "/shops/desk/golestan_tea/first/"

    first = {"title": "چای بهاره", "price": "۱۲٬۵۰۰ تومان", "stock": "۷", "image": photo()}
    page.post("/shops/desk/golestan_tea/first/", first)
    page.post("/shops/desk/golestan_tea/door/")

    shop = Shop.objects.get(slug="golestan_tea")
    assert (shop.status, shop.city, shop.category.slug) == ("open", "لاهیجان", "food")
    product = Product.objects.get(shop=shop)
    assert (product.status, product.min_price, len(product.cover)) == ("published", 125_000, 64)
    assert product.variants.get().stock.on_hand == 7


def test_a_wrong_address_is_said_at_its_field_and_nothing_typed_is_lost(page, shop):
    answer = page.post("/shops/new/?step=1", {"title": "گلستان دوم", "slug": shop.slug})

    assert answer.status_code == 409
    assert "این نشانی گرفته شده است" in text_of(answer)
    assert "گلستان دوم" in answer.content.decode()
    for slug, said in (
        (shop.slug, "گرفته"),
        ("desk", "گرفته"),
        ("free_one", "آزاد"),
        ("x", "۴ تا"),
    ):
        assert said in text_of(page.get("/shops/new/address/", {"slug": slug}))


def form_of(product, **changes):
    (one,) = product.variants.filter(is_sold=True)
    key = one.public_id
    given = {
        "title": product.title, "seen": product.updated_at.isoformat(),
        "was": f"{key}:{one.stock.on_hand}", f"price-{key}": "120000",
        f"stock-{key}": str(one.stock.on_hand),
    }  # fmt: skip
    return given | {name.replace("KEY", key): value for name, value in changes.items()}


def test_the_editor_takes_prices_in_any_digits_and_saves_all(page, shop):
    product = make_product(shop)
    path = reverse("shop_product", args=[shop.slug, product.public_id])
    changes = {
        "title": "زعفران نگین", "tags": "سوغات، هدیه", "price-KEY": "۱٬۲۵۰٬۰۰۰ تومان",
        "compare-KEY": "1,500,000", "stock-KEY": "۹", "weight-KEY": "٥",
    }  # fmt: skip

    assert page.post(path, form_of(product, **changes)).status_code == 303

    product.refresh_from_db()
    one = product.variants.get()
    assert (product.title, product.tags) == ("زعفران نگین", ["سوغات", "هدیه"])
    assert (one.price, one.compare_price, one.weight_g) == (12_500_000, 15_000_000, 5)
    assert one.stock.on_hand == 9


def test_a_clash_shows_what_stands_there_and_keeps_what_was_typed(page, shop):
    product = make_product(shop)
    path = reverse("shop_product", args=[shop.slug, product.public_id])
    mine = form_of(product, title="نام من")
    page.post(path, form_of(product, title="نام دیگری"))

    answer = page.post(path, mine)

    assert answer.status_code == 409
    assert 'value="نام من"' in answer.content.decode()
    assert "کسی این را عوض کرده" in text_of(answer)
    assert "نام دیگری" in text_of(answer)
    again = re.search(r'name="seen" value="([^"]+)"', answer.content.decode())[1]
    assert page.post(path, mine | {"seen": again}).status_code == 303


def test_the_list_finds_every_spelling_and_prices_in_place(page, shop):
    product = make_product(shop, title="كيف چرمي")
    make_product(shop, title="شال")
    path = reverse("shop_products", args=[shop.slug])
    assert "شال" not in text_of(page.get(path, {"q": "کیف چرمی"}))
    key = product.variants.get().public_id

    quick = reverse("shop_product_quick", args=[shop.slug, product.public_id])
    page.post(quick, {f"price-{key}": "۹۰", f"was-price-{key}": "1200000", f"stock-{key}": "۳",
                      f"was-stock-{key}": "10"})  # fmt: skip

    one = product.variants.get()
    assert (one.price, one.stock.on_hand) == (900, 3)
    page.post(quick, {f"stock-{key}": "8", f"was-stock-{key}": "10"})
    assert product.variants.get().stock.on_hand == 3


def test_pictures_are_added_put_in_order_and_taken_out(page, shop):
    product = make_product(shop)
    args = [shop.slug, product.public_id]
    page.post(reverse("shop_product_pictures", args=args), {"image": photo()})
    (place,) = product.pictures.all()
    order = reverse("shop_pictures_order", args=args)

    page.post(order, {f"alt-{place.pk}": "زعفران در قوطی"})
    place.refresh_from_db()
    assert place.alt == "زعفران در قوطی"
    assert page.post(order, {"move": "999:out"}).status_code == 404

    page.post(order, {"move": f"{place.pk}:out"})
    product.refresh_from_db()
    assert product.cover == ""


def test_a_suspended_shop_sees_why_and_appeals_once(page, shop, omid):
    taken = reporting.take_down(
        shop=shop, product=None, reason="fraud", text="کالا نمی‌فرستد", actor=omid,
        now=timezone.now(),
    )  # fmt: skip
    assert "کالا نمی‌فرستد" in text_of(page.get(reverse("shop_desk", args=[shop.slug])))

    appeal = reverse("shop_appeal", args=[shop.slug, taken.public_id])
    for text in ("فرستاده‌ایم", "باز هم"):
        page.post(appeal, {"text": text})

    taken.refresh_from_db()
    assert (taken.state, taken.appeal) == ("appealed", "فرستاده‌ایم")


@pytest.mark.parametrize(
    ("name", "most"),
    [("shop_desk", 4), ("shop_products", 4), ("shop_staff", 2), ("shop_settings", 3),
     ("shop_standing", 3)],
)  # fmt: skip
def test_pages_of_a_desk_ask_the_database_seldom_whatever_is_there(page, shop, name, most):
    for number in range(5):
        make_product(shop, title=f"کالا {number}", on_hand=2)
    panels = len(desk.panels_for("owner")) * 2 if name == "shop_desk" else 0

    with CaptureQueriesContext(connection) as asked:
        assert page.get(reverse(name, args=[shop.slug])).status_code == 200

    assert len(asked) <= SIGNED_IN + most + panels


def addresses_of_shops():
    """Every address of a desk that names a shop, from the URL map."""
    desks = ("/shops/desk/<str:shop_name>/", "/imports/in/<str:shop_name>/")
    return [one for one in addresses() if one.startswith(desks)]


def filled(address, parts):
    return PARAMETER.sub(lambda match: parts.get(match[1], "nothing"), address)


def test_every_page_of_a_shop_answers_404_to_a_stranger_and_to_another_shops_staff(
    shop, sara, mina, omid
):
    product, now = make_product(shop), timezone.now()
    taken = reporting.take_down(
        shop=shop, product=product, reason="fake", text="بدل", actor=omid, now=now
    )
    other = make_shop(mina, slug="another")
    parts = {"shop_name": shop.slug, "product_id": product.public_id, "person_id": sara.public_id,
             "takedown_id": taken.public_id}  # fmt: skip
    named = addresses_of_shops()
    assert len(named) >= 20
    theirs, stranger = signed_in(mina), signed_in(make_person("غریبه"))

    for address in named:
        path = filled(address, parts)
        for who in (theirs, stranger):
            codes = {who.get(path).status_code, who.post(path).status_code}
            assert 404 in codes <= {404, 405}, path
        if len(PARAMETER.findall(address)) > 1:  # the own shop, with what belongs to the other
            path = filled(address, parts | {"shop_name": other.slug})
            codes = {theirs.get(path).status_code, theirs.post(path).status_code}
            assert 404 in codes <= {404, 405}, path


@pytest.mark.parametrize(
    ("role", "closed"),
    [("clerk", {"products", "settings"}), ("content", {"settings"}), ("manager", set())],
)
def test_a_role_opens_its_pages_and_no_others(shop, sara, mina, role, closed):
    staffing.appoint(shop=shop, phone=mina.phone, role=role, actor=sara, now=timezone.now())
    theirs = signed_in(mina)

    for part in ("", "products/", "settings/", "staff/", "standing/"):
        answer = theirs.get(f"/shops/desk/{shop.slug}/{part}")
        assert answer.status_code == (403 if part.strip("/") in closed else 200), part
    added = theirs.post(f"/shops/desk/{shop.slug}/staff/add/", {"phone": sara.phone, "role": role})
    assert added.status_code == 403
    assert Staff.objects.filter(shop=shop).count() == 2


def test_people_report_a_shop_and_an_operator_decides_in_the_admin(shop, mina, operator_page):
    signed_in(mina).post(f"/shops/report/{shop.slug}/", {"reason": "fake", "text": "بدل است"})
    report = Report.objects.get()
    path = reverse("admin:shops_report_change", args=[report.pk])
    assert "بدل است" in text_of(operator_page.get(path))

    operator_page.post(path, {"step": "shop", "reason": "fake", "text": "کالای بدل"})
    taken = Takedown.objects.get()
    assert (taken.text, taken.shop.status) == ("کالای بدل", "suspended")

    lift = reverse("admin:shops_takedown_change", args=[taken.pk])
    operator_page.post(lift, {"step": "lift", "answer": "اشتباه ما بود"})
    taken.refresh_from_db()
    assert (taken.state, taken.answer) == ("lifted", "اشتباه ما بود")


def test_a_document_is_seen_by_who_decides_and_by_nobody_else(shop, sara, page, operator_page):
    asked = verifying.ask(
        shop=shop, proof=Proof(level=1, document=photo()), actor=sara, now=timezone.now()
    )
    path = reverse("admin:shop_document", args=[asked.pk])

    assert page.get(path).status_code == 302
    assert page.get(f"/pictures/{asked.document}-large.webp").status_code == 404
    answer = operator_page.get(path)
    assert b"".join(answer.streaming_content)[:4] == b"RIFF"
    assert answer["Content-Type"] == "image/webp"
    assert "no-store" in answer["Cache-Control"]

    change = reverse("admin:shops_verification_change", args=[asked.pk])
    operator_page.post(change, {"step": "accept", "answer": ""})
    assert Verification.objects.get().state == "accepted"
    shop.refresh_from_db()
    assert shop.level == 1


@pytest.mark.parametrize("on_hand", [0, STOCK_LOW, STOCK_LOW + 1])
def test_what_runs_out_is_known_from_the_first_stock_to_the_last_sale(sara, on_hand):
    shop = make_shop(sara)
    product = make_product(shop, title="گلاب", on_hand=on_hand)
    assert [one["free"] for one in low_stock(shop)] == [on_hand][: on_hand <= STOCK_LOW]

    Stock.objects.filter(variant__product=product).update(on_hand=9)
    assert low_stock(shop) == []
    Stock.objects.filter(variant__product=product).update(reserved=8)
    assert [one["free"] for one in low_stock(shop)] == [1]
    Stock.objects.filter(variant__product=product).update(reserved=9)
    assert [one["free"] for one in low_stock(shop)] == [0]
    Stock.objects.all().delete()
    assert low_stock(shop) == []


def test_the_emptiest_stands_first_and_drafts_and_other_shops_do_not(sara, mina):
    shop = make_shop(sara)
    for on_hand in (3, 1, 2):
        make_product(shop, title=f"شمع {on_hand}", on_hand=on_hand)
    make_product(shop, title="پیش‌نویس", on_hand=0, published=False)
    make_product(make_shop(mina, slug="another"), on_hand=0)

    assert [one["product"].title for one in low_stock(shop)] == ["شمع 1", "شمع 2", "شمع 3"]
