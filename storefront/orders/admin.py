"""Orders in Django's admin: to be read; disputes to be decided."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.ids import is_id
from core.keyset import PageAdmin
from core.limits import LIST_SCAN_ROWS_MAX
from core.templatetags.ui import jalali_time, toman
from identity import phones
from storefront.orders import judging_pages, words
from storefront.orders.models import Order


@admin.register(Order)
class OrderAdmin(PageAdmin):
    """All orders, newest first; a filter finds the disputes."""

    page = judging_pages.order
    list_display = ["when", "shop_title", "buyer_name", "total", "shown_state"]
    list_filter = ["state", "payment"]
    list_select_related = ["shop", "buyer"]
    scan_rows = LIST_SCAN_ROWS_MAX
    search_fields = ["public_id"]
    search_help_text = _("An ord_ or esc_ id, the address of a shop, or a buyer's phone.")

    def get_urls(self) -> list[URLPattern]:
        """Add the decision on a dispute."""
        wrap = self.admin_site.admin_view
        own = [path("<int:key>/decide/", wrap(self.decide_view), name="order_decide")]
        return own + super().get_urls()

    def decide_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """End a dispute."""
        return judging_pages.decide(request, str(key))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by what is exact, so that an index answers."""
        del request
        text = search_term.strip()
        if not text:
            return queryset, False
        if is_id(text, "ord"):
            return queryset.filter(public_id=text), False
        if is_id(text, "esc"):
            return queryset.filter(escrow__public_id=text), False
        try:
            return queryset.filter(buyer__phone=phones.normalise(text)), False
        except phones.NotAPhoneNumber:
            return queryset.filter(shop__slug=text), False

    @admin.display(description=_("time"))
    def when(self, order: Order) -> str:
        """Return the Jalali time."""
        return jalali_time(order.created_at)

    @admin.display(description=_("shop"))
    def shop_title(self, order: Order) -> SafeString:
        """Return the shop's name."""
        return format_html("<bdi>{}</bdi>", order.shop.title)

    @admin.display(description=_("buyer"))
    def buyer_name(self, order: Order) -> SafeString:
        """Return the buyer's name."""
        return format_html("<bdi>{}</bdi>", order.buyer.name)

    @admin.display(description=_("total"))
    def total(self, order: Order) -> SafeString:
        """Return the total in toman."""
        return format_html('<bdi class="nowrap">{}</bdi>', toman(order.total_rials))

    @admin.display(description=_("state"))
    def shown_state(self, order: Order) -> SafeString:
        """Return the state as a badge."""
        look = words.look(order.state)
        return format_html('<span class="badge badge--{}">{}</span>', look["tone"], look["word"])
