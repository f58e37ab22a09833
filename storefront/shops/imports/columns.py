"""What the columns of a file may mean, and how their headings are guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.text import tight


@dataclass(frozen=True)
class Column:
    """A meaning a column can have, and the headings it is known by."""

    name: str
    title: str | Promise
    headings: tuple[str, ...]
    needed: bool = False


PRODUCTS: Final = (
    Column("sku", _("SKU"), (
        "sku", "کد", "کد کالا", "کد محصول", "شناسه", "شناسه کالا", "بارکد", "barcode", "code",
        "product code", "کد یکتا", "id",
    )),
    Column("group", _("Code of the product its variants share"), (
        "handle", "parent", "parent sku", "group", "کد مادر", "گروه", "محصول مادر", "کد گروه",
    )),
    Column("title", _("Title"), (
        "title", "name", "product", "product name", "نام", "عنوان", "نام کالا", "نام محصول",
        "عنوان کالا", "کالا", "شرح کالا",
    ), needed=True),
    Column("price", _("Price"), (
        "price", "sale price", "قیمت", "قیمت فروش", "فی", "مبلغ", "قیمت تومان", "قیمت (تومان)",
        "قیمت ریال", "قیمت (ریال)", "price (toman)", "price (rial)", "amount",
    ), needed=True),
    Column("compare", _("Price before the discount"), (
        "compare at price", "compare price", "old price", "regular price", "قیمت قبل",
        "قیمت قبلی", "قیمت اصلی", "قیمت پیش از تخفیف", "قیمت قبل از تخفیف",
    )),
    Column("on_hand", _("Stock"), (
        "stock", "quantity", "qty", "inventory", "on hand", "موجودی", "تعداد", "موجودی انبار",
    )),
    Column("weight_g", _("Weight in grams"), (
        "weight", "weight g", "weight (g)", "grams", "وزن", "وزن گرم", "وزن (گرم)",
    )),
    Column("category", _("Category"), (
        "category", "دسته", "دسته بندی", "دسته‌بندی", "گروه کالا",
    )),
    Column("description", _("Description"), (
        "description", "body", "توضیح", "توضیحات", "شرح",
    )),
    Column("tags", _("Tags"), ("tags", "labels", "برچسب", "برچسب‌ها", "برچسبها", "تگ")),
    Column("options", _("Options, such as “colour: green; size: L”"), (
        "options", "variant", "گزینه", "گزینه‌ها", "ویژگی", "تنوع", "ویژگی‌ها",
    )),
    Column("pictures", _("Pictures: names in the zip, or addresses"), (
        "image", "images", "picture", "pictures", "photo", "photos", "image url", "image src",
        "تصویر", "تصاویر", "عکس", "عکس‌ها", "نشانی تصویر", "لینک عکس",
    )),
)  # fmt: skip

SHOPS: Final = (
    Column("slug", _("Address of the shop"), (
        "slug", "address", "handle", "shop id", "نشانی", "نشانی فروشگاه", "شناسه", "آدرس",
    ), needed=True),
    Column("title", _("Name of the shop"), (
        "title", "name", "shop", "shop name", "نام", "نام فروشگاه", "عنوان", "فروشگاه",
    ), needed=True),
    Column("phone", _("Phone of the owner"), (
        "phone", "owner phone", "mobile", "owner", "تلفن", "موبایل", "شماره همراه", "همراه",
        "تلفن مالک", "تلفن همراه", "شماره موبایل",
    ), needed=True),
    Column("owner", _("Name of the owner"), (
        "owner name", "نام مالک", "مالک", "نام صاحب", "صاحب فروشگاه",
    )),
    Column("about", _("About"), ("about", "description", "درباره", "توضیح", "توضیحات")),
    Column("category", _("Category"), ("category", "دسته", "دسته بندی", "دسته‌بندی", "صنف")),
    Column("province", _("Province"), ("province", "state", "استان")),
    Column("city", _("City"), ("city", "شهر")),
)  # fmt: skip

OF_KIND: Final = {"products": PRODUCTS, "shops": SHOPS}


def guess(kind: str, headers: Sequence[str]) -> dict[str, int]:
    """Return which column each meaning is probably in: the same words, in any spelling."""
    places: dict[str, int] = {}
    spelled = [tight(text) for text in headers]
    for column in OF_KIND[kind]:
        known = [tight(heading) for heading in column.headings]
        for heading in known:
            if heading in spelled and spelled.index(heading) not in places.values():
                places[column.name] = spelled.index(heading)
                break
    return places


def unit_told(headers: Sequence[str], samples: Sequence[Sequence[str]]) -> str:
    """Return the unit of prices that the file itself names, or nothing: it is never assumed."""
    told = tight(" ".join([*headers, *(cell for row in samples for cell in row)]))
    is_toman = any(word in told for word in ("تومان", "تومن", "toman"))
    is_rial = any(word in told for word in ("ریال", "rial", "irr"))
    if is_toman == is_rial:
        return ""
    return "toman" if is_toman else "rial"
