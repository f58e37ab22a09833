"""The demo's shops: saffron, pottery and weaving.

Their pictures lie beside us: ``manage.py demopictures`` has drawn them with ``demo_drawings``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from host import demo_drawings as draw
from identity.models import Person
from messenger import chats
from storefront.orders import terms
from storefront.orders.models import ShippingRate
from storefront.orders.terms import CouponWish, RateWish
from storefront.shops import catalogue, opening, pictures
from storefront.shops.catalogue import ProductWish, VariantWish
from storefront.shops.models import Category, Product, Shop, Staff
from storefront.shops.opening import Sign

TOMAN = 10  # rials
PICTURES: Final = Path(__file__).parent / "demo_pictures"


@dataclass(frozen=True)
class Thing:
    """A product of the demo. ``choices``: what it is called, its price in toman, how many."""

    title: str
    text: str
    category: str
    picture: tuple[Any, ...]
    option: str = ""
    choices: tuple[tuple[str, int, int], ...] = ()
    before: int = 0  # toman, of the first choice
    weight_g: int = 300
    tags: tuple[str, ...] = ()
    status: str = "published"
    alt: str = ""


@dataclass(frozen=True)
class DemoShop:
    """A shop of the demo."""

    owner: str
    clerk: str
    sign: dict[str, str]
    category: str
    policy: str
    wall: str
    table: str
    level: int
    enamad: str
    things: tuple[Thing, ...]
    followers: tuple[str, ...] = field(default=("ali", "maryam", "reza"))


SAFFRON = DemoShop(
    "maryam", "reza",
    {"title": "زعفران ماهان", "slug": "mahan_saffron", "province": "خراسان جنوبی", "city": "قائن",
     "about": "زعفران و خشکبار قائنات، از کشاورز تا سفرهٔ شما. هر بسته تاریخ برداشت دارد."},
    "food",
    "سفارش تا ساعت ۱۴ همان روز فرستاده می‌شود. بستهٔ بازنشده را تا هفت روز پس می‌گیریم.",
    "#efe3cc", "#cfb48d", Shop.Level.ENAMAD, "10482193",
    (
        Thing("زعفران سرگل قائنات", "سرگل یکدست، برداشت پاییز امسال، خشک‌شده در سایه. رنگ و عطر "
              "بالا؛ در قوطی فلزی دربسته.", "saffron", (draw.tin, "#b08a3c", "#f6efe0"), "وزن",
              (("یک گرم", 385_000, 42), ("نیم مثقال", 860_000, 25), ("یک مثقال", 1_690_000, 12)),
              before=420_000, weight_g=60, tags=("زعفران", "سوغات", "قائنات"),
              alt="قوطی فلزی زعفران با رشته‌های سرخ در جلوی آن"),
        Thing("زعفران نگین صادراتی", "رشته‌های بلند و درشت، بی‌شکستگی. برای هدیه، در جعبهٔ "
              "چوبی هم می‌فرستیم.", "saffron", (draw.tin, "#7b2d26", "#f4e7c8"), "وزن",
              (("یک گرم", 460_000, 18), ("یک مثقال", 2_050_000, 4)), weight_g=80,
              tags=("زعفران", "هدیه"), alt="قوطی سرخ زعفران نگین"),
        Thing("زرشک پفکی", "زرشک درجه‌یک قائن، ترش و تازه، پاک‌شده.", "nuts",
              (draw.heap, "#a8231a #c23320 #8e1b12 #d0402c", (1.5, 1.1), 460), "وزن",
              (("۲۵۰ گرم", 145_000, 60), ("یک کیلو", 540_000, 21)), before=160_000,
              tags=("زرشک", "خشکبار"), alt="کاسه‌ای پر از زرشک سرخ"),
        Thing("عناب خشک خراسان", "عناب رسیده و آفتاب‌خشک، گوشتی و شیرین.", "nuts",
              (draw.heap, "#7d2a1c #93381f #a9492a", (2.8, 2.2), 150), "وزن",
              (("۵۰۰ گرم", 230_000, 3),), tags=("عناب",), alt="کاسه‌ای عناب قهوه‌ای"),
        Thing("پستهٔ احمدآقایی", "پستهٔ شور و خندان، برشته‌شده با آب‌لیمو.", "nuts",
              (draw.heap, "#8fa05a #d8c79a #b9b071 #c9b98a", (2.4, 1.5), 240), "وزن",
              (("۲۵۰ گرم", 325_000, 34), ("۵۰۰ گرم", 640_000, 17), ("یک کیلو", 1_260_000, 9)),
              tags=("پسته", "آجیل"), alt="کاسه‌ای پستهٔ خندان"),
        Thing("نبات زعفرانی شاخه‌ای", "نبات با زعفران خودمان، بی‌رنگ افزوده؛ بستهٔ ده‌شاخه.",
              "sweets", (draw.crystals, "#e8b04a", "#f6d68c"), "",
              (("", 178_000, 40),), tags=("نبات", "سوغات"), alt="شاخه‌های نبات در لیوان"),
        Thing("دمنوش زعفران و گل‌محمدی", "بیست کیسهٔ کتان؛ آرام‌بخش عصرهای پاییز.", "organic",
              (draw.glass, "#d98a2b", "#d46a8a"), "", (("", 215_000, 0),), weight_g=120,
              tags=("دمنوش",), alt="لیوان دمنوش زعفران با گل‌های کنار آن"),
        Thing("هل سبز درجه‌یک", "دانه‌درشت و تازه، خوشبو برای چای و شیرینی.", "saffron",
              (draw.heap, "#7f9a54 #93ac66 #a9bd7f", (2.2, 1.2), 260), "وزن",
              (("۵۰ گرم", 195_000, 28),), weight_g=50, tags=("هل", "ادویه"),
              status="draft", alt="کاسه‌ای هل سبز"),
    ),
)  # fmt: skip
POTTERY = DemoShop(
    "reza", "",
    {"title": "سفال آبی لالجین", "slug": "abi_pottery", "province": "همدان", "city": "لالجین",
     "about": "کار دست چرخ‌کاران لالجین. لعاب بی‌سرب، هر کدام کمی با دیگری فرق دارد."},
    "handmade",
    "با یونولیت و جعبهٔ محکم می‌فرستیم. اگر شکسته رسید، عکس بفرستید؛ پولتان را برمی‌گردانیم.",
    "#e6ebe6", "#c3b49d", Shop.Level.IDENTITY, "",
    (
        Thing("کاسهٔ فیروزه‌ای", "برای ماست و سالاد، یا فقط برای دیدن. قطر ۱۸ سانتی‌متر.",
              "pottery", (draw.bowl, "#2a9aa0", "#0d4f63"), "اندازه",
              (("کوچک", 168_000, 22), ("بزرگ", 265_000, 8)), weight_g=750,
              tags=("کاسه", "فیروزه‌ای"), alt="کاسهٔ فیروزه‌ای با دو نوار تیره"),
        Thing("گلدان نقش موج", "گلدان رومیزی با کمربند سفید؛ بلندی ۲۴ سانتی‌متر.", "decor",
              (draw.vase, "#2f6f9f", "#f2ead8"), "رنگ",
              (("آبی", 390_000, 6), ("سبز", 390_000, 2)), before=450_000, weight_g=1_400,
              tags=("گلدان",), alt="گلدان آبی با کمربند سفید و سه شاخهٔ سبز"),
        Thing("فنجان و نعلبکی صبحانه", "فنجان لعاب‌شیری ۲۲۰ میلی‌لیتری، با نعلبکی.", "kitchen",
              (draw.cup, "#f4efe4", "#1f7a86"), "", (("", 210_000, 31),), weight_g=520,
              tags=("فنجان", "چای"), alt="فنجان چای داغ روی نعلبکی"),
        Thing("بشقاب ستارهٔ ایرانی", "بشقاب دیواری یا پذیرایی با ستارهٔ شانزده‌پر.", "decor",
              (draw.plate, "#1f8a92", "#12475e"), "اندازه",
              (("۲۵ سانتی‌متر", 430_000, 5), ("۳۲ سانتی‌متر", 680_000, 3)), weight_g=1_100,
              tags=("بشقاب", "دیوارکوب"), alt="بشقاب فیروزه‌ای با ستارهٔ شانزده‌پر"),
        Thing("قوری سبزآبی", "قوری یک‌لیتری، دستهٔ محکم، دردار.", "kitchen",
              (draw.teapot, "#2b8f88", "#f2ead8"), "", (("", 520_000, 4),), weight_g=1_200,
              tags=("قوری", "چای"), alt="قوری سبزآبی با نوار سفید"),
        Thing("پارچ آب لاجوردی", "پارچ یک‌ونیم‌لیتری برای سفرهٔ تابستان.", "kitchen",
              (draw.jug, "#3a7fa8", "#f2ead8"), "", (("", 460_000, 7),), weight_g=1_300,
              tags=("پارچ",), alt="پارچ لاجوردی با نوار سفید"),
        Thing("جفت شمعدان سفالی", "دو شمعدان کوتاه و بلند، لعاب مات آجری.", "decor",
              (draw.candle, "#b5653a", "#efe2c6"), "", (("", 345_000, 0),), weight_g=900,
              tags=("شمعدان", "هدیه"), alt="دو شمعدان آجری با شمع روشن"),
        Thing("گلدان سبز یشمی", "از کورهٔ پاییز؛ لعاب یشمی با رگهٔ روشن.", "decor",
              (draw.vase, "#3f7f63", "#e9dfc4"), "", (("", 410_000, 10),), weight_g=1_400,
              tags=("گلدان", "تازه"), alt="گلدان سبز یشمی با سه شاخهٔ سبز"),
    ),
)  # fmt: skip
WEAVING = DemoShop(
    "sara", "",
    {"title": "دستباف نقش", "slug": "naghsh_baft", "province": "فارس", "city": "شیراز",
     "about": "گلیم و بافته‌های زنان عشایر فارس؛ پشم دست‌ریس و رنگ گیاهی."},
    "handmade",
    "فرستادن به سراسر ایران رایگان است. تا ده روز می‌توانید پس بدهید، بی‌پرسش.",
    "#eae0d2", "#b99b7c", Shop.Level.AUDITED, "20914477",
    (
        Thing("گلیم قشقایی لوزی", "پشم دست‌ریس، رنگ روناس و نیل. هر گلیم شناسنامهٔ بافنده دارد.",
              "carpets", (draw.rug, "#8e2b22", "#1d3f5e"), "اندازه",
              (("۷۰ × ۱۰۰", 4_800_000, 3), ("۱۰۰ × ۱۵۰", 8_900_000, 2)), before=5_400_000,
              weight_g=2_600, tags=("گلیم", "قشقایی"), alt="گلیم سرخ با لوزی‌های نیلی"),
        Thing("شال پشمی ریشه‌دار", "گرم و سبک، برای روزهای سرد. ۷۰ در ۲۰۰ سانتی‌متر.", "women",
              (draw.scarf, "#2f6b52", "#efe2c6"), "رنگ",
              (("سبز", 690_000, 11), ("نیلی", 690_000, 9), ("اناری", 690_000, 0)), weight_g=320,
              tags=("شال", "پاییز"), alt="شال سبز تاخورده با ریشه‌های روشن"),
        Thing("کیف گلیم و چرم", "چرم طبیعی گاوی و گلیم دستباف؛ جای دفتر و کتاب دارد.", "bags",
              (draw.bag, "#7a4a2a", "#a33a2a"), "", (("", 1_850_000, 6),), weight_g=820,
              tags=("کیف", "چرم"), alt="کیف چرمی قهوه‌ای با نقش گلیم"),
        Thing("کوسن نقش قالیچه", "رویهٔ دستباف، زیپ‌دار؛ با مغز پشمی.", "decor",
              (draw.cushion, "#1d3f5e", "#b04a2f"), "رنگ",
              (("نیلی", 740_000, 8), ("روناسی", 740_000, 5)), weight_g=650,
              tags=("کوسن",), alt="کوسن نیلی با نقش لوزی"),
        Thing("رومیزی قلمکار", "قلمکار اصفهان، پنبه، شست‌وشوپذیر.", "textile",
              (draw.cloth, "#f2ead8", "#8e2b22"), "اندازه",
              (("۱۰۰ × ۱۰۰", 480_000, 14), ("۱۴۰ × ۲۲۰", 920_000, 7)), weight_g=420,
              tags=("قلمکار", "رومیزی"), alt="رومیزی قلمکار با گل‌های سرخ"),
        Thing("جوراب پشمی دستباف", "پشم نرم، نقش‌های سنتی؛ برای کوه و خانه.", "textile",
              (draw.socks, "#efe2c6", "#8e2b22"), "اندازه",
              (("۳۷ تا ۳۹", 195_000, 26), ("۴۰ تا ۴۳", 195_000, 19)), before=220_000,
              weight_g=110, tags=("جوراب", "زمستان"), alt="یک جفت جوراب پشمی نقش‌دار"),
        Thing("پاپوش نمدی", "نمد پشم گوسفند با گل سوزن‌دوزی؛ گرم و سبک.", "shoes",
              (draw.slippers, "#a33a2a", "#efe2c6"), "اندازه",
              (("۳۷", 330_000, 4), ("۳۹", 330_000, 2), ("۴۱", 330_000, 1)), weight_g=260,
              tags=("پاپوش", "نمد"), alt="یک جفت پاپوش نمدی سرخ با گل سفید"),
        Thing("گلیم نیلی ایلیاتی", "بافت ایل خمسه، نقش لوزی روی زمینهٔ نیلی.", "carpets",
              (draw.rug, "#1d3f5e", "#a9552f"), "", (("", 7_600_000, 1),), weight_g=2_900,
              tags=("گلیم", "خمسه"), status="archived", alt="گلیم نیلی با لوزی‌های نارنجی"),
    ),
)  # fmt: skip
SHOPS = (SAFFRON, POTTERY, WEAVING)
WAYS = (
    RateWish("post", "پست پیشتاز", 45_000 * TOMAN, free_over=2_000_000 * TOMAN),
    RateWish("courier", "پیک شهری", 30_000 * TOMAN, cash_on_delivery=True),
    RateWish("pickup", "تحویل در فروشگاه", 0),
)
COUPON = CouponWish("AZAR", "percent", 10, most_rials=100_000 * TOMAN, uses_max=200)


def load(people: dict[str, Person], *, now: datetime) -> list[Shop]:
    """Open the shops that are missing, with everything in them; return all."""
    return [_shop(one, people, now) for one in SHOPS]


def _shop(one: DemoShop, people: dict[str, Person], now: datetime) -> Shop:
    there = Shop.objects.filter(slug=one.sign["slug"]).first()
    if there is not None:
        return there
    owner = people[one.owner]
    category = Category.objects.get(slug=one.category)
    shop = opening.found(person=owner, sign=Sign(category=category, **one.sign), now=now)
    until = (now + timedelta(days=300)).date() if one.enamad else None
    Shop.objects.filter(pk=shop.pk).update(
        policy=one.policy, level=one.level, enamad_number=one.enamad, enamad_until=until
    )
    if one.clerk:
        Staff.objects.create(
            shop=shop, person=people[one.clerk], role=Staff.Role.CLERK, added_at=now
        )
    for thing in reversed(one.things):  # the newest stands first
        _product(shop, thing, one, owner, now)
    with path_of(one, one.things[0]).open("rb") as drawing:
        pictures.set_logo(shop=shop, picture=drawing, actor=owner, now=now)
    for rate in WAYS:
        near = rate.kind == ShippingRate.Kind.COURIER
        province, city = (shop.province, shop.city) if near else ("", "")
        wish = replace(rate, province=province, city=city)
        terms.add_rate(shop=shop, wish=wish, actor=owner)
    terms.add_coupon(shop=shop, wish=COUPON, actor=owner, now=now)
    shop = opening.step(shop=shop, name="open", actor=owner)
    for key in one.followers:
        chats.join(channel=shop.channel, person=people[key])
    return shop


def path_of(shop: DemoShop, thing: Thing) -> Path:
    """Return where the picture of a thing lies."""
    return PICTURES / f"{shop.sign['slug']}-{shop.things.index(thing) + 1}.webp"


def _product(shop: Shop, thing: Thing, one: DemoShop, owner: Person, now: datetime) -> Product:
    variants = [
        VariantWish(
            price=toman * TOMAN,
            on_hand=on_hand,
            options={thing.option: value} if thing.option else {},
            compare_price=thing.before * TOMAN if thing.before and not place else None,
            weight_g=thing.weight_g,
        )
        for place, (value, toman, on_hand) in enumerate(thing.choices)
    ]
    wish = ProductWish(
        thing.title, variants, thing.text, Category.objects.get(slug=thing.category), thing.tags
    )
    product = catalogue.add_product(shop=shop, wish=wish, actor=owner, now=now)
    with path_of(one, thing).open("rb") as drawing:
        picture = pictures.keep(shop=shop, picture=drawing, now=now)
    pictures.add(product=product, picture=picture, alt=thing.alt, actor=owner, now=now)
    if thing.status != Product.Status.DRAFT:
        catalogue.set_status(product=product, status="published", actor=owner, now=now)
    if thing.status == Product.Status.ARCHIVED:
        catalogue.set_status(product=product, status="archived", actor=owner, now=now)
    return product
