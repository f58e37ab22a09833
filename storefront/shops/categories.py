"""The categories of goods: what a new installation begins with. Editors change them in admin."""

from __future__ import annotations

from typing import Any, Final

from storefront.shops.models import Category

# slug, title (fa), title (en), and the same of its children
FIRST: Final[tuple[tuple[str, str, str, tuple[tuple[str, str, str], ...]], ...]] = (
    ("clothing", "پوشاک", "Clothing", (
        ("women", "زنانه", "Women"), ("men", "مردانه", "Men"), ("kids", "بچگانه", "Kids"),
        ("shoes", "کفش", "Shoes"), ("bags", "کیف و چمدان", "Bags"),
    )),
    ("digital", "کالای دیجیتال", "Digital", (
        ("phones", "گوشی و تبلت", "Phones and tablets"), ("laptops", "لپ‌تاپ", "Laptops"),
        ("audio", "صوتی", "Audio"), ("accessories", "لوازم جانبی", "Accessories"),
    )),
    ("home", "خانه و آشپزخانه", "Home and kitchen", (
        ("kitchen", "آشپزخانه", "Kitchen"), ("decor", "دکور", "Decor"),
        ("carpets", "فرش و گلیم", "Carpets"), ("tools", "ابزار", "Tools"),
    )),
    ("food", "خوراکی", "Food", (
        ("saffron", "زعفران و ادویه", "Saffron and spices"), ("nuts", "آجیل و خشکبار", "Nuts"),
        ("sweets", "شیرینی و سوغات", "Sweets"), ("organic", "محلی و ارگانیک", "Local and organic"),
    )),
    ("beauty", "زیبایی و سلامت", "Beauty and health", (
        ("skin", "مراقبت پوست", "Skin care"), ("perfume", "عطر", "Perfume"),
        ("makeup", "آرایشی", "Make-up"),
    )),
    ("handmade", "دست‌سازه و هنر", "Handmade and art", (
        ("jewellery", "زیورآلات", "Jewellery"), ("pottery", "سفال و سرامیک", "Pottery"),
        ("textile", "بافتنی و دوختنی", "Textile"),
    )),
    ("books", "کتاب و لوازم تحریر", "Books and stationery", (
        ("fiction", "داستان", "Fiction"), ("study", "درسی", "Study"),
        ("stationery", "لوازم تحریر", "Stationery"),
    )),
    ("children", "کودک و اسباب‌بازی", "Children and toys", (
        ("toys", "اسباب‌بازی", "Toys"), ("baby", "نوزاد", "Baby"),
    )),
    ("sport", "ورزش و سفر", "Sport and travel", (
        ("camping", "کوه و طبیعت", "Camping"), ("fitness", "بدن‌سازی", "Fitness"),
    )),
    ("other", "دیگر", "Other", ()),
)  # fmt: skip


def enter_first_categories(**_kwargs: Any) -> None:
    """Enter the first tree, unless there is one already; after every migration."""
    if Category.objects.exists():
        return
    for place, (slug, title_fa, title_en, children) in enumerate(FIRST):
        parent = Category.objects.create(
            slug=slug, title_fa=title_fa, title_en=title_en, position=place
        )
        Category.objects.bulk_create(
            Category(parent=parent, slug=child, title_fa=fa, title_en=en, position=number)
            for number, (child, fa, en) in enumerate(children)
        )
