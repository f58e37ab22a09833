"""What levels may spend and what makers pay, changed without a deploy, by treasurers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.keyset import PageAdmin
from wallet import oversight
from wallet.admin.orders import makers_named
from wallet.desk import terms_pages, words
from wallet.models import MerchantTerms, SpendingLimit


@admin.register(SpendingLimit)
class SpendingLimitAdmin(PageAdmin):
    """Three levels, three limits each."""

    page = terms_pages.limits
    list_display = ["shown_level", "transaction", "day", "month"]

    def get_urls(self) -> list[URLPattern]:
        """Add the step that changes the limits of a level."""
        wrap = self.admin_site.admin_view
        own = [path("<str:key>/set/", wrap(self.set_view), name="spendinglimit_set")]
        return own + super().get_urls()

    def set_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Change the limits of a level."""
        return terms_pages.set_limits(request, key, self.admin_site)

    @admin.display(description=_("level"))
    def shown_level(self, row: SpendingLimit) -> str:
        """Return how well we know these people."""
        return row.get_level_display()

    @admin.display(description=_("in one transaction (toman)"))
    def transaction(self, row: SpendingLimit) -> SafeString:
        """Return the limit of one transaction."""
        return words.amount(row.transaction_rials)

    @admin.display(description=_("in one day (toman)"))
    def day(self, row: SpendingLimit) -> SafeString:
        """Return the limit of a day."""
        return words.amount(row.day_rials)

    @admin.display(description=_("in one Jalali month (toman)"))
    def month(self, row: SpendingLimit) -> SafeString:
        """Return the limit of a month."""
        return words.amount(row.month_rials)


@admin.register(MerchantTerms)
class MerchantTermsAdmin(PageAdmin):
    """Makers who pay another fee than the house's."""

    page = terms_pages.merchant
    change_list_template = "admin/wallet/merchantterms/change_list.html"
    list_display = ["shown_maker", "percent", "most"]
    list_select_related = ["maker"]
    search_fields = ["maker__name"]
    search_help_text = _("A maker's name or mkr_ id.")

    def get_urls(self) -> list[URLPattern]:
        """Add agreeing on terms, and ending them."""
        wrap = self.admin_site.admin_view
        own = [
            path("agree/", wrap(self.agree_view), name="merchantterms_agree"),
            path("<int:key>/end/", wrap(self.end_view), name="merchantterms_end"),
        ]
        return own + super().get_urls()

    def agree_view(self, request: HttpRequest) -> HttpResponse:
        """Agree on terms with a maker."""
        return terms_pages.agree(request, self.admin_site)

    def end_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """End the terms of a maker."""
        return terms_pages.end(request, key, self.admin_site)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to agree on terms to whoever may."""
        may = request.user.has_perm(oversight.TERMS)
        return super().changelist_view(request, dict(extra_context or {}) | {"may_agree": may})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MerchantTerms], search_term: str
    ) -> tuple[QuerySet[MerchantTerms], bool]:
        """Understand a maker's id or a part of his name."""
        del request
        term = search_term.strip()
        return (queryset.filter(maker__in=makers_named(term)) if term else queryset), False

    @admin.display(description=_("maker"))
    def shown_maker(self, row: MerchantTerms) -> SafeString:
        """Return whose terms they are."""
        return words.with_code(words.maker_words(row.maker), row.maker.public_id)

    @admin.display(description=_("fee"))
    def percent(self, row: MerchantTerms) -> str:
        """Return the share of a payment."""
        return words.percent_of(row.fee_basis_points)

    @admin.display(description=_("at most (toman)"))
    def most(self, row: MerchantTerms) -> SafeString:
        """Return the most that one payment costs."""
        return words.amount(row.fee_max_rials)
