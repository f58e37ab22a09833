"""The page of one movement: what it was, and what its owner says of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core import rates
from core.limits import BANK_CHANGES_PER_MINUTE_MAX, BANK_NOTE_CHARS_MAX, BANK_PARTS_MAX
from core.problems import Fault, InvalidInput, NotFound
from core.templatetags.ui import toman_number
from identity.pages import person_of
from storefront.bank import feed, sorting
from storefront.bank.categories import ICONS, Category
from storefront.bank.pages import accounts_of, is_hidden, page
from storefront.bank.words import told
from wallet.models import Account
from wallet.money import Rials
from wallet.typed import TYPED_CHARS_MAX, BadAmount, read_toman

Step = Callable[[HttpRequest, Account, feed.Entry], None]
ODD: Final = 10  # rials of a toman
ROWS_MIN: Final = 3
FAULTS: Final[dict[str, Promise]] = {
    "choice": gettext_lazy("Choose one of the categories."),
    "max_length": gettext_lazy("A note has at most 200 characters."),
    "count": gettext_lazy("Write at least two parts, or none."),
    "amount": gettext_lazy("Each part needs an amount above zero."),
    "not-digits": gettext_lazy("Write the amount with digits only, such as 50,000."),
    "range": gettext_lazy("This amount is not possible."),
    "unique": gettext_lazy("Name each category once."),
    "sum": gettext_lazy("The parts do not sum to the amount. Leave one empty: it takes the rest."),
    "rests": gettext_lazy("Only one amount may be left empty."),
}


def step(title: str | Promise) -> Callable[[Step], Callable[..., HttpResponse]]:
    """Mark a step on one's own movement: POST only; a fault is said on the movement's page."""

    def mark(view: Step) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, transfer_id: str) -> HttpResponse:
            person = person_of(request)
            limit = BANK_CHANGES_PER_MINUTE_MAX
            rates.hit("bank-changes", str(person.pk), limit=limit, period_s=60)
            account, entry = _own(request, transfer_id)
            try:
                view(request, account, entry)
            except InvalidInput as refusal:
                return _draw(request, entry, refusal)
            flashes.success(request, str(title))
            answer = HttpResponseRedirect(reverse("wallet_move", args=[entry.transfer]))
            answer.status_code = 303
            return answer

        return never_cache(login_required(require_POST(wrapped)))

    return mark


def _own(request: HttpRequest, transfer_id: str) -> tuple[Account, feed.Entry]:
    """Return the person's wallet and a movement of it. Raises NotFound for anybody else's."""
    person = person_of(request)
    account, _test = accounts_of(person)
    if account is None:
        raise NotFound
    return account, feed.entry_of(account, person, transfer_id)


@page
def move(request: HttpRequest, transfer_id: str) -> HttpResponse:
    """``/wallet/moves/<transfer>/``: one movement of one's own."""
    _account, entry = _own(request, transfer_id)
    return _draw(request, entry)


@step(gettext_lazy("The category is kept."))
def category(request: HttpRequest, account: Account, entry: feed.Entry) -> None:
    """Put the movement, or all from its counterparty, under a category."""
    sorting.categorise(
        account=account,
        entry=entry,
        category=request.POST.get("category", ""),
        everywhere=request.POST.get("scope") == "all",
        now=timezone.now(),
    )


@step(gettext_lazy("The note is kept."))
def note(request: HttpRequest, account: Account, entry: feed.Entry) -> None:
    """Keep a note, or take it away."""
    text = request.POST.get("note", "")
    sorting.write_note(account=account, entry=entry, text=text, now=timezone.now())


@step(gettext_lazy("The split is kept."))
def split(request: HttpRequest, account: Account, entry: feed.Entry) -> None:
    """Divide the movement over categories, or undo that."""
    parts = [] if request.POST.get("undo") else _parts_in(request, abs(entry.amount_rials))
    sorting.split(account=account, entry=entry, parts=parts, now=timezone.now())


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    names = request.POST.getlist("part_category")[:BANK_PARTS_MAX]
    amounts = request.POST.getlist("part_amount")[:BANK_PARTS_MAX]
    return [(name, amount[: TYPED_CHARS_MAX + 1]) for name, amount in zip(names, amounts)]  # noqa: B905  (a form may be cut)


def _parts_in(request: HttpRequest, whole: int) -> list[tuple[str, int]]:
    """Return the parts of the form; one amount that is empty takes what the others leave.

    Raises InvalidInput.
    """
    parts: list[tuple[str, int]] = []
    rests = []
    for place, (name, typed) in enumerate(_typed(request)):
        if not name:
            continue
        if not typed.strip():
            rests.append(len(parts))
            parts.append((name, 0))
            continue
        try:
            parts.append((name, read_toman(typed)))
        except BadAmount as bad:
            fault = Fault(f"#/parts/{place}/amount", str(bad), bad.reason)
            raise InvalidInput([fault]) from None
    if len(rests) > 1:
        raise InvalidInput([Fault("#/parts", "may leave one amount empty", "rests")])
    for place in rests:
        parts[place] = (parts[place][0], whole - sum(amount for _name, amount in parts))
    return parts


def _draw(
    request: HttpRequest, entry: feed.Entry, refusal: InvalidInput | None = None
) -> HttpResponse:
    faults: dict[str, Any] = {}
    for fault in refusal.faults if refusal else []:
        field = fault.pointer.removeprefix("#/").split("/")[0]
        faults.setdefault(field, FAULTS.get(fault.code, _("This is not right.")))
    context = {
        "entry": entry,
        "hidden": is_hidden(request),
        "told": told(entry),
        "categories": [{"key": one, "icon": ICONS[one]} for one in Category],
        "rows": _part_rows(request, entry),
        "faults": faults,
        "note": request.POST.get("note", entry.note),
        "note_most": BANK_NOTE_CHARS_MAX,
    }
    status = refusal.status if refusal else 200
    return render(request, "storefront/bank_move_page.html", context, status=status)


def _part_rows(request: HttpRequest, entry: feed.Entry) -> list[tuple[str, str]]:
    """Return the rows of the form of a split: as typed, as kept, or empty ones to begin with."""
    rows = _typed(request) or [(name, _as_typed(amount)) for name, amount in entry.parts]
    empty = min(BANK_PARTS_MAX, max(ROWS_MIN, len(rows) + 1)) - len(rows)
    return rows + [("", "")] * empty


def _as_typed(amount: int) -> str:
    """Return an amount as one types it; an odd rial cannot be typed: its part takes the rest."""
    return "" if amount % ODD else toman_number(Rials(amount))
