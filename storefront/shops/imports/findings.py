"""What can be wrong with a file or a row: a stable code, what it means, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
ERROR, WARNING = "error", "warning"


class Found(TypedDict):
    """A finding of one row, as it is kept. ``column`` is a meaning, or empty for the whole row."""

    code: str
    column: str
    value: str


@dataclass(frozen=True)
class Rule:
    """A kind of finding. An error keeps the row out; a warning only that part of it."""

    severity: str
    title: Text
    fix: Text


def _error(title: Text, fix: Text) -> Rule:
    return Rule(ERROR, title, fix)


def _warning(title: Text, fix: Text) -> Rule:
    return Rule(WARNING, title, fix)


RULES: Final[dict[str, Rule]] = {
    "title-missing": _error(_("There is no title"), _("Write a title for what is new.")),
    "text-long": _error(_("The text is too long"), _("Shorten it.")),
    "cell-formula": _error(
        _("The cell is a formula"), _("Paste the values instead of the formulas.")
    ),
    "price-missing": _error(_("There is no price"), _("Write a price for what is new.")),
    "price-bad": _error(
        _("The price is not a number"), _("Write digits only, such as 12,500.")
    ),
    "price-unit": _error(
        _("The cell names another unit than you chose"),
        _("Choose that unit, or take the word out of the cell."),
    ),
    "price-range": _error(_("This price is not possible"), _("Check the digits and the unit.")),
    "compare-low": _warning(
        _("The price before is not above the price"),
        _("It is left out. Write a higher one, or none."),
    ),
    "stock-bad": _error(_("The stock is not a whole number"), _("Write digits only.")),
    "stock-range": _error(_("This stock is not possible"), _("Write 0 to 1,000,000.")),
    "stock-promised": _warning(
        _("Orders wait for more than this stock"),
        _("The stock is left as it was. Pack or cancel those orders first."),
    ),
    "weight-bad": _warning(
        _("The weight is not a whole number of grams"), _("It is left out. Write grams.")
    ),
    "sku-twice": _error(
        _("This SKU stands in the file already"), _("Give each row a SKU of its own.")
    ),
    "category-unknown": _warning(
        _("There is no such category"), _("It is left out. Use a name from the list.")
    ),
    "tags-many": _warning(_("There are too many tags"), _("The first 12 are taken.")),
    "options-bad": _error(
        _("The options cannot be read"), _("Write them as “colour: green; size: L”.")
    ),
    "options-many": _error(
        _("There are too many kinds of options"), _("A product has at most three.")
    ),
    "options-differ": _error(
        _("The variants of this product have different options"),
        _("Give each variant the same kinds of options."),
    ),
    "variants-alike": _error(
        _("Another variant of this product has the same options"),
        _("Let each variant differ by an option."),
    ),
    "variants-many": _error(
        _("The product has too many variants"), _("A product has at most 60.")
    ),
    "products-many": _error(
        _("The shop is full"), _("Archive some products, or raise the shop's level.")
    ),
    "pictures-many": _warning(
        _("There are too many pictures"), _("The first ten are taken.")
    ),
    "picture-missing": _warning(
        _("The zip holds no picture of this name"), _("Check the name, with its ending.")
    ),
    "picture-address": _warning(
        _("A picture cannot be fetched from this address"),
        _("Use a public address that begins with https://, or put the picture into the zip."),
    ),
    "picture-lost": _warning(
        _("The picture did not arrive"), _("Check that the address opens, and import again.")
    ),
    "picture-large": _warning(_("The picture is too large"), _("Send one of at most 10 MB.")),
    "picture-bad": _warning(
        _("This is not a picture we can open"), _("Send JPEG, PNG or WebP.")
    ),
    "slug-missing": _error(_("There is no address"), _("Write a short name in Latin letters.")),
    "slug-bad": _error(
        _("The address has signs that are not allowed"),
        _("Use 4 to 32 of a-z, 0-9 and _, beginning with a letter."),
    ),
    "slug-twice": _error(
        _("This address stands in the file already"), _("Give each shop its own.")
    ),
    "slug-taken": _error(
        _("A channel or a shop of somebody else has this address"), _("Choose another one.")
    ),
    "phone-bad": _error(
        _("This is no mobile number"), _("Write it like 0912 345 6789.")
    ),
    "owner-full": _error(
        _("This owner has as many shops as possible"), _("Name another owner.")
    ),
}  # fmt: skip

# Why a whole file is refused.
REFUSALS: Final[dict[str, tuple[Text, Text]]] = {
    "file-empty": (_("The file is empty"), _("Choose a file with headings and rows.")),
    "file-large": (_("The file is too large"), _("Divide it: at most 20 MB each.")),
    "file-gone": (_("The file is not kept any more"), _("Upload it again.")),
    "excel-old": (_("This is an Excel file of the old form"), _("Save it as .xlsx or CSV.")),
    "excel-broken": (_("The Excel file cannot be opened"), _("Save it again, or as CSV.")),
    "excel-bomb": (
        _("The Excel file unpacks to too much"),
        _("Copy the rows into a new file, or save it as CSV."),
    ),
    "encoding-unknown": (
        _("The letters of the file are of an unknown kind"), _("Save it as CSV UTF-8."),
    ),
    "not-text": (_("This is neither CSV nor Excel"), _("Save the table as .xlsx or CSV.")),
    "line-long": (
        _("A line of the file is too long"), _("Check that each product has a line of its own."),
    ),
    "quotes-open": (
        _("A quotation mark is opened and never closed"), _("Save the table as .xlsx."),
    ),
    "rows-many": (_("The file has too many rows"), _("Divide it: at most 50,000 rows each.")),
    "headings-missing": (
        _("The first row holds no headings"), _("Name the columns in the first row."),
    ),
}  # fmt: skip


def found(code: str, column: str = "", value: str = "") -> Found:
    """Return a finding of a known code, with as much of the value as one reads."""
    assert code in RULES
    return {"code": code, "column": column, "value": value[:80]}


def is_bad(findings: list[Found]) -> bool:
    """Tell whether one of them keeps the row out."""
    return any(RULES[one["code"]].severity == ERROR for one in findings)
