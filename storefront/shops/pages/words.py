"""What people of a shop read about states and refusals: one place for words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.problems import Fault, InvalidInput, Problem
from storefront.shops.models import Product, Shop, Takedown, Verification

Text = str | Promise

# The tone of a badge by state: it repeats what the word beside it says.
TONES: dict[str, str] = {
    Shop.Status.DRAFT: "info", Shop.Status.OPEN: "good", Shop.Status.PAUSED: "warn",
    Shop.Status.SUSPENDED: "bad", Shop.Status.CLOSED: "",
    Product.Status.PUBLISHED: "good", Product.Status.ARCHIVED: "",
    Verification.State.WAITING: "info", Verification.State.ACCEPTED: "good",
    Verification.State.REFUSED: "bad", Verification.State.REPLACED: "",
    Takedown.State.STANDING: "bad", Takedown.State.APPEALED: "warn",
    Takedown.State.UPHELD: "bad", Takedown.State.LIFTED: "good",
}  # fmt: skip

_BY_FIELD: dict[tuple[str, str], Text] = {
    ("handle", "shape"): _(
        "Write 4 to 32 small Latin letters, digits or _, beginning with a letter."
    ),
    ("title", "blank"): _("Write a name first."),
    ("price", "range"): _("Write a price above zero, such as 12,500."),
    ("compare_price", "range"): _("The price before must be above the price."),
    ("on_hand", "range"): _("Write how many there are, such as 12."),
    ("weight_g", "range"): _("Write the weight of one piece in grams."),
    ("variants", "unique"): _("Two variants are the same, or have the same SKU."),
    ("options", "items"): _("That makes too many variants. Leave some values out."),
    ("options", "blank"): _("Write at least one value for each option."),
    ("options", "unique"): _("Give each option a name of its own."),
    ("phone", "shape"): _("This is not a phone number."),
    ("image", "required"): _("Choose a picture first."),
    ("document", "required"): _("Add a picture of your document."),
    ("enamad_number", "shape"): _("The number of e-namad has 5 to 12 digits."),
    ("enamad_number", "required"): _("Write the number of e-namad, or add a picture of a licence."),
    ("enamad_until", "past"): _("Write the day on which it ends, such as 1406/03/15."),
    ("slug", "repeat"): _("To be sure, write the address of the shop exactly as it is."),
}  # fmt: skip
_BY_CODE: dict[str, Text] = {
    "blank": _("This cannot stay empty."),
    "max_length": _("This is too long."),
    "max_items": _("These are too many."),
    "choice": _("Choose one of them."),
    "required": _("This is needed."),
    "amount": _("Write an amount in toman with digits only, such as 12,500."),
    "number": _("Write a number with digits only."),
    "day": _("Write a day such as 1406/03/15."),
}


def fault_words(fault: Fault) -> str:
    """Return what a fault means to a person."""
    name = _field(fault)
    words = _BY_FIELD.get((name, fault.code)) or _BY_CODE.get(fault.code)
    return str(words or gettext("This is not right."))


def _field(fault: Fault) -> str:
    parts = [part for part in fault.pointer.removeprefix("#/").split("/") if not part.isdecimal()]
    return parts[-1] if parts[:1] == ["variants"] and len(parts) > 1 else parts[0]


def faults_of(problem: InvalidInput) -> dict[str, str]:
    """Return the sentences by field: ``title``, or ``variants/0/price`` with _ for the slashes."""
    found: dict[str, str] = {}
    for fault in problem.faults:
        key = fault.pointer.removeprefix("#/").replace("/", "_")
        found.setdefault(key, fault_words(fault))
    return found


def sentence(problem: Problem) -> str:
    """Return a refusal in one or two sentences."""
    if isinstance(problem, InvalidInput):
        return " ".join(dict.fromkeys(faults_of(problem).values()))
    return f"{problem.title}. {problem.remedy}"
