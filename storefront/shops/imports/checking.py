"""A row of texts as a wish: what is to be written, and everything that is wrong with it.

Nothing here asks the database; what the tables already hold is compared when the rows are all read.
A cell that is empty says nothing: what is there stays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from core.limits import (
    IMPORT_PICTURES_PER_ROW_MAX,
    NAME_CHARS_MAX,
    PRODUCT_DESCRIPTION_CHARS_MAX,
    PRODUCT_OPTION_CHARS_MAX,
    PRODUCT_OPTIONS_MAX,
    PRODUCT_PRICE_RIALS_MAX,
    PRODUCT_TAG_CHARS_MAX,
    PRODUCT_TAGS_MAX,
    PRODUCT_TITLE_CHARS_MAX,
    SHOP_ABOUT_CHARS_MAX,
    SHOP_TITLE_CHARS_MAX,
    SKU_CHARS_MAX,
    STOCK_MAX,
    VARIANT_WEIGHT_G_MAX,
)
from core.problems import InvalidInput
from core.text import fold, latin_digits, tight
from identity import phones
from messenger import wording
from storefront.shops.imports.findings import Found, found
from storefront.shops.imports.reading import Row

RIALS_OF: Final = {"toman": 10, "rial": 1}
PLACE_CHARS_MAX: Final = 40
GROUP_CHARS_MAX: Final = 80
_MARKS = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_UNITS: Final = {
    "تومان": "toman", "تومن": "toman", "toman": "toman", "tomans": "toman",
    "ریال": "rial", "ريال": "rial", "rial": "rial", "rials": "rial", "irr": "rial",
}  # fmt: skip
_UNIT = re.compile(rf"({'|'.join(sorted(_UNITS, key=len, reverse=True))})$", re.IGNORECASE)
_GROUPED = re.compile(r"[0-9]{1,3}([,٬،'.][0-9]{3})+")
_PLAIN = re.compile(r"[0-9]{1,15}")
_PARTS = re.compile(r"[،,;؛|\n]")
_PAIRS = re.compile(r"[;؛|\n]")


@dataclass(frozen=True)
class Meaning:
    """What the columns of a file mean, and the unit of its prices."""

    columns: Mapping[str, int]
    unit: str = ""
    categories: Mapping[str, int] = field(default_factory=dict)  # spelled tight → key


@dataclass(frozen=True)
class Checked:
    """A row that was looked at."""

    key: str
    group: str
    wish: dict[str, Any]
    findings: list[Found]


class BadNumber(ValueError):
    """The text is no whole number."""


def whole(text: str) -> int:
    """Return a whole number in any digits, with separators between groups of three.

    Raises BadNumber.
    """
    bare = _MARKS.sub("", latin_digits(text))
    if _GROUPED.fullmatch(bare):
        bare = re.sub(r"[^0-9]", "", bare)
    bare = bare.removesuffix(".0").removesuffix(".00")
    if not _PLAIN.fullmatch(bare):
        raise BadNumber
    return int(bare)


def price(text: str, unit: str) -> tuple[int, str]:
    """Return rials and the finding's code, one of which is empty: «۱۲٬۵۰۰ تومان»."""
    bare = _MARKS.sub("", text)
    told = _UNIT.search(bare)
    if told:
        if _UNITS[told[1].lower()] != unit:
            return 0, "price-unit"
        bare = bare[: told.start()]
    try:
        amount = whole(bare) * RIALS_OF[unit]
    except BadNumber:
        return 0, "price-bad"
    return (amount, "") if 1 <= amount <= PRODUCT_PRICE_RIALS_MAX else (0, "price-range")


class _Look:
    """One row being looked at: its cells by meaning, and what was found so far."""

    def __init__(self, row: Row, meaning: Meaning) -> None:
        self.row, self.meaning = row, meaning
        self.findings: list[Found] = []
        self.wish: dict[str, Any] = {}

    def text(self, name: str) -> str:
        """Return the cell of a meaning, or nothing; a formula or an endless text is a finding."""
        place = self.meaning.columns.get(name)
        if place is None or place >= len(self.row.cells):
            return ""
        cell = self.row.cells[place]
        if place in self.row.formulas:
            self.add("cell-formula", name, cell)
            return ""
        if place in self.row.too_long:
            self.add("text-long", name, cell)
            return ""
        return cell

    def add(self, code: str, name: str, value: str = "") -> None:
        self.findings.append(found(code, name, value))

    def line(self, name: str, most: int) -> str:
        """Read one line of visible text."""
        return self.one_line(name, self.text(name), most)

    def one_line(self, name: str, text: str, most: int) -> str:
        """Return a text as it is kept: without marks that nobody sees."""
        kept = wording.one_line(text, pointer=f"#/{name}", most=len(text), needed=False)
        if len(kept) > most:
            self.add("text-long", name, kept)
            return ""
        return kept

    def keep(self, name: str, value: Any) -> None:
        if value not in ("", None, [], {}):
            self.wish[name] = value


def check(kind: str, row: Row, meaning: Meaning) -> Checked:
    """Look at a row of this kind."""
    return _OF_KIND[kind](_Look(row, meaning))


def _product(look: _Look) -> Checked:
    title = look.line("title", PRODUCT_TITLE_CHARS_MAX)
    look.keep("title", title)
    _prices(look)
    _number(look, "on_hand", STOCK_MAX, "stock-bad", "stock-range")
    _number(look, "weight_g", VARIANT_WEIGHT_G_MAX, "weight-bad", "weight-bad")
    _category(look)
    _description(look)
    _tags(look)
    options = _options(look)
    pictures = [one.strip() for one in look.text("pictures").replace("\n", " ").split(" ")]
    pictures = [one for part in pictures for one in re.split(r"[،;|]", part) if one]
    if len(pictures) > IMPORT_PICTURES_PER_ROW_MAX:
        look.add("pictures-many", "pictures", str(len(pictures)))
    look.keep("pictures", pictures[:IMPORT_PICTURES_PER_ROW_MAX])
    group = tight(look.line("group", GROUP_CHARS_MAX))
    sku = latin_digits(look.line("sku", SKU_CHARS_MAX))
    if not sku and (title or group):
        sku = _made_sku(group, title, options)
    return Checked(sku, group, look.wish, look.findings)


def _made_sku(group: str, title: str, options: dict[str, str]) -> str:
    """Return a SKU for a row without one: the same words give the same."""
    words = "\n".join([group, tight(title), *(f"{a}={b}" for a, b in sorted(options.items()))])
    return f"x-{hashlib.sha256(words.encode()).hexdigest()[:16]}"


def _prices(look: _Look) -> None:
    for name in ("price", "compare"):
        text = look.text(name)
        if not text:
            continue
        rials, code = price(text, look.meaning.unit)
        if code:
            look.add(code, name, text)
        else:
            look.keep(name, rials)
    if "compare" in look.wish and look.wish["compare"] <= look.wish.get("price", 0):
        look.add("compare-low", "compare", look.text("compare"))
        del look.wish["compare"]


def _number(look: _Look, name: str, most: int, not_whole: str, out_of_range: str) -> None:
    text = look.text(name)
    if not text:
        return
    try:
        value = whole(text)
    except BadNumber:
        look.add(not_whole, name, text)
        return
    if value > most:
        look.add(out_of_range, name, text)
    else:
        look.keep(name, value)


def _category(look: _Look) -> None:
    text = look.text("category")
    if not text:
        return
    last = [part for part in re.split(r"[>/›»]", text) if part.strip()][-1:]
    key = look.meaning.categories.get(tight(last[0])) if last else None
    if key is None:
        look.add("category-unknown", "category", text)
    else:
        look.keep("category", key)


def _description(look: _Look) -> None:
    text = look.text("description")
    if len(text) > PRODUCT_DESCRIPTION_CHARS_MAX:
        look.add("text-long", "description", text)
    elif text:
        look.keep("description", wording.message_text(text))


def _tags(look: _Look) -> None:
    tags = [" ".join(tag.split()) for tag in _PARTS.split(look.text("tags"))]
    tags = list(dict.fromkeys(look.one_line("tags", tag, PRODUCT_TAG_CHARS_MAX) for tag in tags))
    tags = [tag for tag in tags if tag]
    if len(tags) > PRODUCT_TAGS_MAX:
        look.add("tags-many", "tags", str(len(tags)))
    look.keep("tags", tags[:PRODUCT_TAGS_MAX])


def _options(look: _Look) -> dict[str, str]:
    options: dict[str, str] = {}
    text = look.text("options")
    for pair in _PAIRS.split(text):
        if not pair.strip():
            continue
        name, sign, value = pair.replace("：", ":").replace("=", ":").partition(":")
        name = look.one_line("options", name, PRODUCT_OPTION_CHARS_MAX)
        value = look.one_line("options", value, PRODUCT_OPTION_CHARS_MAX)
        if not sign or not name or not value or name in options:
            look.add("options-bad", "options", text)
            return {}
        options[name] = value
    if len(options) > PRODUCT_OPTIONS_MAX:
        look.add("options-many", "options", text)
    look.keep("options", options)
    return options


def _shop(look: _Look) -> Checked:
    look.keep("title", look.line("title", SHOP_TITLE_CHARS_MAX))
    look.keep("about", look.line("about", SHOP_ABOUT_CHARS_MAX))
    look.keep("owner", look.line("owner", NAME_CHARS_MAX))
    look.keep("province", look.line("province", PLACE_CHARS_MAX))
    look.keep("city", look.line("city", PLACE_CHARS_MAX))
    _category(look)
    phone = look.text("phone")
    try:
        look.keep("phone", phones.normalise(phone))
    except phones.NotAPhoneNumber:
        look.add("phone-bad", "phone", phone)
    slug = fold(look.text("slug"))
    if not slug:
        look.add("slug-missing", "slug")
        return Checked("", "", look.wish, look.findings)
    try:
        slug = wording.handle(slug)
    except InvalidInput:
        look.add("slug-bad", "slug", slug)
    return Checked(slug[:SKU_CHARS_MAX], "", look.wish, look.findings)


_OF_KIND: Final[dict[str, Callable[[_Look], Checked]]] = {"products": _product, "shops": _shop}
