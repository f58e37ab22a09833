"""What has happened before a picture is taken: versions with findings, cases in the queue.

Each function runs inside the product, by the same operations that pages and API call.
"""

import json
import zipfile
from pathlib import Path

from config.supervisor.testing import Product
from examples.build import files_of

HEAD = """
import time
from django.utils import timezone
from identity.models import Maker, Person
from miniapps import registration, submission
from miniapps.models import App, Version
now = timezone.now()
sara = Person.objects.get(phone="+989120001001")
maker = Maker.objects.get(name="استودیو نارون")
def app_of(slug, fa, en, category, about):
    known = App.objects.filter(slug=slug).first()
    return known or registration.register(
        maker=maker, actor=sara, slug=slug, name_fa=fa, name_en=en, category=category, about_fa=about
    )[0]
def upload(app, path, note=""):
    with open(path, "rb") as bundle:
        version, _new = submission.receive(
            app=app, upload=bundle, actor=sara, via=Version.Via.PAGE, note=note, now=now
        )
    while version.state in ("uploaded", "processing"):  # a worker is at it
        time.sleep(0.2)
        version.refresh_from_db()
    return version
"""
FAULTY = """
app = app_of("ketab", "کتاب‌خانه", "Library", "education", "کتاب امانت بگیرید و یادآوری بگیرید.")
version = upload(app, {path!r}, "امانت‌گرفتن با بارکد")
print(app.public_id, version.public_id)
"""
WAITING = """
cafe = App.objects.get(slug="cafe-naron")
case = submission.submit(
    version=upload(cafe, {cafe!r}, "سفارش تلفنی"), actor=sara, note="با یک سفارش امتحان کنید.", now=now
)
for slug, fa, en, category, about, path in {others!r}:
    app = app_of(slug, fa, en, category, about)
    submission.submit(version=upload(app, path), actor=sara, now=now)
print(case.pk)
"""
SHOP = "mahan_saffron"
ORDERED = """
from messenger.models import Chat
from storefront.orders import addresses, carts, moving, placing
from storefront.orders.models import Order, ShippingRate
from storefront.orders.moving import Asked
from storefront.orders.placing import Wish
from storefront.shops.models import Product, Shop
ali = Person.objects.get(phone="+989120001002")
shop = Shop.objects.get(slug="mahan_saffron")
owner = shop.maker.founder
home = addresses.add(person=ali, now=now, given={
    "name": "علی رضایی", "phone": "09120001002", "province": "تهران", "city": "تهران",
    "line": "خیابان ولیعصر، پلاک ۱۲", "postal_code": "1939614357"})
def put(title, quantity):
    goods = Product.objects.get(shop=shop, title=title)
    variant = goods.variants.order_by("position").first()
    carts.add(person=ali, shop=shop, variant_id=variant.public_id, quantity=quantity, now=now)
    return goods
put("زرشک پفکی", 2)
way = ShippingRate.objects.get(shop=shop, kind="post")
wish = Wish(key="picture", rate_id=way.public_id, address_id=home.public_id)
order = placing.place(person=ali, shop=shop, wish=wish, now=now)
moving.step(order=order, asked=Asked("accept", "shop", owner), now=now)
order.refresh_from_db()
moving.ship(order=order, actor=owner, tracking="RR123456789IR", now=now)
goods = put("زعفران سرگل قائنات", 1)
put("نبات زعفرانی شاخه‌ای", 2)
chat = None
while chat is None:  # a worker writes the card
    time.sleep(0.2)
    direct = Chat.objects.filter(kind="direct", memberships__person=ali)
    chat = direct.filter(memberships__person=owner).first()
print(goods.public_id, chat.public_id)
"""
FAULTY_PAGE = b"""<!doctype html>
<html lang="fa" dir="rtl">
<head>
  <meta charset="utf-8">
  <title>\xda\xa9\xd8\xaa\xd8\xa7\xd8\xa8\xe2\x80\x8c\xd8\xae\xd8\xa7\xd9\x86\xd9\x87</title>
  <script src="https://cdn.example.com/vue.global.js"></script>
  <link rel="stylesheet" href="style.css">
</head>
<body onload="start()"><img src="cover.png" alt=""></body>
</html>
"""
FAULTY_SCRIPT = b"""const shelf = [];
export function total(rule) {
  return eval(rule);
}
fetch("https://api.example.ir/books").then((answer) => answer.json());
"""
MANIFEST = """{
  "app_id": "ir.example.ketab",
  "name": "کتاب‌خانه",
  "version": {"code": 3, "name": "0.3.0"},
  "pages": ["index.html", "shelf.html"],
  "req_permissions": [{"name": "camera"}]
}
"""
OTHERS = [
    (
        "nobat", "نوبت", "Nobat", "health", "از پزشک محله نوبت بگیرید.", "dong",
        {"app_id": "ir.example.nobat", "name": "نوبت"},
    ),
    (
        "gol", "گل‌فروشی لاله", "Laleh flowers", "shopping", "گل تازه، همان روز.", "quiz",
        {"app_id": "ir.example.gol", "name": "گل‌فروشی لاله"},
    ),
]  # fmt: skip


def shell(product: Product, code: str) -> list[str]:
    """Run code in the product; return the words of its last line."""
    return product.manage("shell", "-v", "0", "-c", HEAD + code).strip().splitlines()[-1].split()


def version_with_findings(product: Product, folder: Path) -> tuple[str, str]:
    """Return the public ids of an app and of its version, which the check has refused."""
    files = {
        "index.html": FAULTY_PAGE,
        "app.js": FAULTY_SCRIPT,
        "style.css": b"body{margin:0}\n",
        "manifest.json": MANIFEST.encode(),
        "cover.png": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    }
    app, version = shell(product, FAULTY.format(path=str(_zip(folder / "ketab.zip", files))))
    return app, version


def cases_in_queue(product: Product, folder: Path) -> str:
    """Return the key of a case that waits: a new version of the café that wants more than before."""
    cafe = files_of("cafe")
    cafe["menu.js"] = cafe["menu.js"] + b"\n// The menu of autumn.\n"
    cafe["phone.js"] = b'export const call = "tel:02188000000";\n'
    wishes = [
        {"name": "profile", "reason": "تا نام شما روی سفارش نوشته شود."},
        {"name": "phone", "reason": "تا هنگام آماده شدن سفارش زنگ بزنیم."},
    ]
    cafe["manifest.json"] = _with(
        cafe["manifest.json"],
        version={"code": 2, "name": "1.1.0"},
        req_permissions=wishes,
        barnamak={"network": {"connect": ["https://api.naron.example"]}},
    )
    others = []
    for slug, fa, en, category, about, source, members in OTHERS:
        files = files_of(source)
        files["manifest.json"] = _with(files["manifest.json"], **members)
        others.append((slug, fa, en, category, about, str(_zip(folder / f"{slug}.zip", files))))
    code = WAITING.format(cafe=str(_zip(folder / "cafe.zip", cafe)), others=others)
    return shell(product, code)[0]


def _with(manifest: bytes, **members: object) -> bytes:
    return json.dumps(json.loads(manifest) | members, ensure_ascii=False).encode()


def _zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), content)
    return path
