"""axe finds nothing serious on the storefront's pages, in Persian, in light and dark."""

from collections.abc import Sequence

import pytest
from playwright.sync_api import ViewportSize, expect

from config.supervisor.testing import Product
from tests.e2e.people import DESK, PHONE, Visits
from tests.e2e.test_accessibility import check

pytestmark = pytest.mark.e2e

# What the pages need to have something on them: a cart, an order under way, goods, a file.
THINGS = """
import io
from django.utils import timezone
from identity.models import Person
from storefront.orders import addresses, carts, moving, placing
from storefront.orders.models import ShippingRate
from storefront.orders.moving import Asked
from storefront.orders.placing import Wish
from storefront.shops.imports import beginning, columns
from storefront.shops.models import Product, Shop
now = timezone.now()
reza = Person.objects.get(phone="+989120001004")
shop = Shop.objects.get(slug="naghsh_baft")
sara = shop.maker.founder
goods = Product.objects.get(shop=shop, title__startswith="جوراب")
home = addresses.add(person=reza, now=now, given={
    "name": "رضا", "phone": "09120001004", "province": "تهران", "city": "تهران",
    "line": "خیابان ولیعصر، پلاک ۱۲", "postal_code": "1939614357"})
def put():
    variant = goods.variants.order_by("position").first()
    carts.add(person=reza, shop=shop, variant_id=variant.public_id, quantity=1, now=now)
put()
way = ShippingRate.objects.get(shop=shop, kind="post")
wish = Wish(key="axe", rate_id=way.public_id, address_id=home.public_id)
order = placing.place(person=reza, shop=shop, wish=wish, now=now)
moving.step(order=order, asked=Asked("accept", "shop", sara), now=now)
put()
file = io.BytesIO("عنوان,قیمت,موجودی\\nگلیم,گران,۲\\nکوسن,۹۰۰۰۰,۳\\n".encode())
batch = beginning.begin(kind="products", shop=shop, file=file, name="goods.csv", actor=sara, now=now)
beginning.choose(batch=batch, columns=columns.guess("products", batch.headers), unit="toman",
                 publish=False, actor=sara, now=now)
print(goods.public_id, order.public_id, batch.public_id)
"""
BUYER = (
    "/showcase/", "/showcase/search/?q=زعفران", "/apps/cafe-naron/", "/shops/naghsh_baft/",
    "/shops/naghsh_baft/{goods}/", "/cart/naghsh_baft/", "/cart/naghsh_baft/checkout/",
    "/orders/{order}/", "/wallet/", "/wallet/months/", "/wallet/services/",
)  # fmt: skip
SELLER = (
    "/shops/desk/naghsh_baft/", "/shops/desk/naghsh_baft/products/{goods}/",
    "/shops/desk/naghsh_baft/posts/new/", "/shops/desk/naghsh_baft/numbers/",
    "/shops/desk/naghsh_baft/standing/", "/orders/in/naghsh_baft/terms/",
    "/imports/in/naghsh_baft/{batch}/",
)  # fmt: skip
# Every pair of colours has a test of its own; dark pages are looked at where pictures and charts
# stand on grounds of their own.
IN_THE_DARK = (
    "/showcase/", "/shops/naghsh_baft/{goods}/", "/orders/{order}/", "/wallet/months/",
    "/shops/desk/naghsh_baft/numbers/", "/imports/in/naghsh_baft/{batch}/",
)  # fmt: skip


@pytest.fixture(scope="module")
def things(product: Product) -> dict[str, str]:
    """Public ids of what stands on the pages."""
    said = product.manage("shell", "-v", "0", "-c", THINGS).strip().splitlines()[-1]
    return dict(zip(("goods", "order", "batch"), said.split(), strict=True))


LOOKS = [("light", PHONE, (*BUYER, *SELLER)), ("dark", DESK, IN_THE_DARK)]


@pytest.mark.parametrize(("scheme", "screen", "paths"), LOOKS, ids=["light-phone", "dark-desk"])
def test_buying_selling_and_my_bank(
    visits: Visits, things: dict[str, str], scheme: str, screen: ViewportSize, paths: Sequence[str]
) -> None:
    how = {"scheme": scheme, "screen": screen, "bypass_csp": True}
    windows = {who: visits.open(who, "/account/", **how) for who in ("reza", "sara")}
    for path in paths:
        page = windows["sara" if path in SELLER else "reza"]
        page.goto(path.format(**things))
        if "batch" in path:
            expect(page.locator("#import-state")).to_have_attribute("data-state", "checked")
        check(page)


def test_strangers_at_the_showcase(visits: Visits) -> None:
    check(visits.open("", "/showcase/", bypass_csp=True))
