"""The books in Django's admin: to be read; changed only by steps that ask for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.ids import is_id
from core.keyset import PageAdmin
from core.limits import LIST_SCAN_ROWS_MAX
from core.templatetags.ui import digits, jalali_time
from identity import phones
from wallet.chart import CHART
from wallet.desk import account_pages, correction_pages, reconciliation_pages, words
from wallet.desk.days import DayFilter
from wallet.invariants import BALANCES
from wallet.models import Account, Correction, ReconciliationRun, Transfer

State = Correction.State


def in_book(text: Any, row: Account | Transfer | Correction) -> SafeString:
    """Return a text, with a badge where it is test money; real money needs no word."""
    if row.book == Account.Book.LIVE:
        return format_html('<span class="nowrap">{}</span>', text)
    label = row.get_book_display()
    return format_html('{} <span class="badge badge--info">{}</span>', text, label)


class KindFilter(admin.SimpleListFilter):
    """A line of the chart; our own few accounts are found by their own index."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the lines of the chart."""
        del request, model_admin
        return list(Account.Kind.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the accounts of one line."""
        del request
        kind = self.value()
        if kind not in CHART:
            return queryset
        match CHART[kind].owner:
            case "person":
                return queryset.filter(person__isnull=False)
            case "maker":
                return queryset.filter(maker__isnull=False)
            case _:
                return queryset.filter(kind=kind, person=None, maker=None)


@admin.register(Account)
class AccountAdmin(PageAdmin):
    """Accounts with their balances by side; a busy one is shown with all its slots as one."""

    page = account_pages.account
    list_display = [
        "owner", "balance", "shown_kind", "debits", "credits", "held", "shown_frozen",
    ]  # fmt: skip
    list_display_links = None
    list_filter = ["book", KindFilter, "frozen"]
    list_select_related = ["person", "maker"]
    search_fields = ["public_id"]
    search_help_text = _("A phone number, the name of a maker or gateway, or an acc_ id.")

    def get_urls(self) -> list[URLPattern]:
        """Add the steps on an account."""
        wrap = self.admin_site.admin_view
        own = [path("<int:key>/do/<slug:name>/", wrap(self.measure_view), name="account_measure")]
        return own + super().get_urls()

    def measure_view(self, request: HttpRequest, key: int, name: str) -> HttpResponse:
        """Ask for the reason of a step, then take it."""
        return account_pages.measure(request, key, name, self.admin_site)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        """Leave the slots out: they are parts of an account."""
        return super().get_queryset(request).filter(slot=0)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        """Understand an id (of a slot too), a phone in any spelling, or a name."""
        del request
        term = search_term.strip()
        if not term:
            return queryset, False
        if is_id(term, "acc"):
            named = Account.objects.select_related("person", "maker").filter(public_id=term)
            return named.order_by("-pk"), False
        try:
            return queryset.filter(person__phone=phones.normalise(term)), False
        except phones.NotAPhoneNumber:
            ours = Q(name=term, person=None, maker=None)
            return queryset.filter(Q(maker__name__icontains=term) | ours), False

    def completed(self, rows: list[Account]) -> list[Account]:
        """Add what lies in the slots of the page's accounts: one query for all."""
        ids = [pk for row in rows for pk in row.slots]
        slots = Account.objects.in_bulk(ids) if ids else {}
        for row in rows:
            parts = [row, *(slots[pk] for pk in row.slots if pk in slots)]
            row.total = {name: sum(getattr(part, name) for part in parts) for name in BALANCES}  # type: ignore[attr-defined]  # read below
        return rows

    @admin.display(description=_("account"))
    def owner(self, row: Account) -> SafeString:
        """Return whose it is, with the id."""
        return words.with_code(words.account_link(row), row.public_id)

    @admin.display(description=_("kind"))
    def shown_kind(self, row: Account) -> SafeString:
        """Return the line of the chart, and whether it is test money."""
        return in_book(row.get_kind_display(), row)

    @admin.display(description=_("balance (toman)"))
    def balance(self, row: Any) -> SafeString:
        """Return what stands on the normal side."""
        total = row.total
        return words.amount(
            words.on_normal_side(row.kind, total["debits_posted"], total["credits_posted"])
        )

    @admin.display(description=_("debits"))
    def debits(self, row: Any) -> SafeString:
        """Return all that was ever debited."""
        return words.amount(row.total["debits_posted"])

    @admin.display(description=_("credits"))
    def credits(self, row: Any) -> SafeString:
        """Return all that was ever credited."""
        return words.amount(row.total["credits_posted"])

    @admin.display(description=_("held"))
    def held(self, row: Any) -> SafeString | str:
        """Return what is set aside, on either side."""
        rials = row.total["debits_pending"] + row.total["credits_pending"]
        return words.amount(rials) if rials else "–"

    @admin.display(description=_("state"))
    def shown_frozen(self, row: Account) -> SafeString | str:
        """Return whether it is frozen."""
        return (
            format_html('<span class="badge badge--bad">{}</span>', _("frozen"))
            if row.frozen
            else "–"
        )


class ReasonFilter(admin.SimpleListFilter):
    """Why money moved."""

    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the reasons of the chart."""
        del request, model_admin
        return list(words.REASONS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the transfers of one reason."""
        del request
        return queryset.filter(reason=self.value()) if self.value() else queryset


@admin.register(Transfer)
class TransferAdmin(PageAdmin):
    """Transfers, found by id, key or what they were for; filtered by book, reason and day."""

    page = account_pages.transfer
    scan_rows = LIST_SCAN_ROWS_MAX
    list_display = [
        "when", "amount", "shown_reason", "debit", "credit",
    ]  # fmt: skip
    list_display_links = ["when"]
    list_filter = ["book", DayFilter, ReasonFilter]
    list_select_related = [
        "debit_account__person", "debit_account__maker", "credit_account__person",
        "credit_account__maker",
    ]  # fmt: skip
    search_fields = ["public_id"]
    search_help_text = _("A trf_ id, an idempotency key, or what it was for, such as pay_…")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Transfer], search_term: str
    ) -> tuple[QuerySet[Transfer], bool]:
        """Look it up where it can stand: each of the three has its index."""
        del request
        term = search_term.strip()
        if not term:
            return queryset, False
        if is_id(term, "trf"):
            return queryset.filter(public_id=term), False
        for_it = Q(reference=term) & ~Q(reference="")
        return queryset.filter(Q(key=term) | for_it), False

    @admin.display(description=_("time"))
    def when(self, row: Transfer) -> SafeString:
        """Return the Jalali time, with the id."""
        return words.with_code(jalali_time(row.created_at), row.public_id)

    @admin.display(description=_("reason"))
    def shown_reason(self, row: Transfer) -> SafeString:
        """Return why money moved, or was only held, and what for."""
        said = in_book(words.reason_words(row.reason), row)
        if row.kind != Transfer.Kind.POSTED:
            said = format_html("{} {}", said, words.badge(row.kind, words.kind_words(row.kind)))
        return words.with_code(said, row.reference)

    @admin.display(description=_("debit"))
    def debit(self, row: Transfer) -> SafeString:
        """Return who was debited."""
        return words.account_link(row.debit_account)

    @admin.display(description=_("credit"))
    def credit(self, row: Transfer) -> SafeString:
        """Return who was credited."""
        return words.account_link(row.credit_account)

    @admin.display(description=_("amount (toman)"))
    def amount(self, row: Transfer) -> SafeString:
        """Return how much."""
        return words.amount(row.amount_rials)


class WaitingFilter(admin.SimpleListFilter):
    """Which corrections are shown; without a choice those that wait for a decision."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        del request, model_admin
        return [*State.choices, ("all", _("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]  # the stubs want a private type
        """Return the choices as links; the first is the one without a choice."""
        for value, title in self.lookup_choices:
            yield {
                "selected": (self.value() or State.PROPOSED) == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the corrections of the choice; a search looks through all."""
        wanted = self.value() or ("all" if request.GET.get("q") else State.PROPOSED)
        return queryset.filter(state=wanted) if wanted in State.values else queryset


@admin.register(Correction)
class CorrectionAdmin(PageAdmin):
    """Corrections: proposed by one, decided by another."""

    page = correction_pages.correction
    change_list_template = "admin/wallet/correction/change_list.html"
    list_display = [
        "proposed", "amount", "debit", "credit", "proposed_by", "shown_state",
    ]  # fmt: skip
    list_display_links = ["proposed"]
    list_filter = [WaitingFilter, "book"]
    list_select_related = [
        "debit_account__person", "debit_account__maker", "credit_account__person",
        "credit_account__maker", "proposed_by",
    ]  # fmt: skip
    search_fields = ["=public_id", "=debit_account__public_id", "=credit_account__public_id"]
    search_help_text = _("A cor_ or an acc_ id.")

    def get_urls(self) -> list[URLPattern]:
        """Add proposing and deciding."""
        wrap = self.admin_site.admin_view
        own = [
            path("propose/", wrap(self.propose_view), name="correction_propose"),
            path("<str:key>/decide/", wrap(correction_pages.decide), name="correction_decide"),
        ]
        return own + super().get_urls()

    def propose_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a correction."""
        return correction_pages.propose(request, self.admin_site)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to propose one to whoever may."""
        may = request.user.has_perm("wallet.propose_correction")
        return super().changelist_view(request, dict(extra_context or {}) | {"may_propose": may})

    @admin.display(description=_("amount (toman)"))
    def amount(self, row: Correction) -> SafeString:
        """Return how much is to move."""
        return words.amount(row.amount_rials)

    @admin.display(description=_("debit"))
    def debit(self, row: Correction) -> SafeString:
        """Return who is debited."""
        return words.account_link(row.debit_account)

    @admin.display(description=_("credit"))
    def credit(self, row: Correction) -> SafeString:
        """Return who is credited."""
        return words.account_link(row.credit_account)

    @admin.display(description=_("proposed"))
    def proposed(self, row: Correction) -> SafeString:
        """Return the Jalali time, with the id."""
        return words.with_code(in_book(jalali_time(row.proposed_at), row), row.public_id)

    @admin.display(description=_("state"))
    def shown_state(self, row: Correction) -> SafeString:
        """Return the state as a badge."""
        return words.badge(row.state, row.get_state_display())


@admin.register(ReconciliationRun)
class ReconciliationAdmin(PageAdmin):
    """The state of the books, and every look at them."""

    page = reconciliation_pages.run
    change_list_template = "admin/wallet/reconciliationrun/change_list.html"
    list_display = ["started", "shown_state", "depth", "shown_standing", "shown_fresh", "asked_by"]
    list_filter = ["state", "depth"]
    list_select_related = ["asked_by"]

    def get_urls(self) -> list[URLPattern]:
        """Add the button that has everything checked now."""
        wrap = self.admin_site.admin_view
        own = [path("start/", wrap(reconciliation_pages.start), name="reconciliation_start")]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Put the state of the books above the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        extra = dict(extra_context or {}) | reconciliation_pages.overview(request)
        return super().changelist_view(request, extra)

    @admin.display(description=_("started"))
    def started(self, row: ReconciliationRun) -> str:
        """Return the Jalali time."""
        return jalali_time(row.started_at)

    @admin.display(description=_("state"))
    def shown_state(self, row: ReconciliationRun) -> SafeString:
        """Return how it ended."""
        return words.badge(row.state, row.get_state_display())

    @admin.display(description=_("differences"))
    def shown_standing(self, row: ReconciliationRun) -> str:
        """Return how many stood at its end."""
        return digits(row.standing)

    @admin.display(description=_("new"))
    def shown_fresh(self, row: ReconciliationRun) -> str:
        """Return how many it saw first."""
        return digits(row.fresh)
