"""Lists of very many rows in the admin: newest first, page by page by key, never counted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst

from core.admin import ReadOnlyAdmin

BEFORE = "before"
KEY_DIGITS_MAX = 18  # of a bigint


class KeysetList(ChangeList):
    """A page of rows older than ``?before=<key>``; it knows whether more follow, not how many.

    A filter may narrow the keys by a ``span`` of its own (low, high). Where the admin has
    ``scan_rows``, a filtered page looks through at most so many rows and then says from where the
    search goes on, so that a rare row never costs the whole table.
    """

    by_key = True
    older: int | None = None
    goes_on = False
    is_first_page = True

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        """Take the page out of the parameters first: a changed filter begins at the newest row."""
        self.params.pop(BEFORE, None)
        self.filter_params.pop(BEFORE, None)
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        """Return the one order that can be paged by key."""
        del request, queryset
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        """Read one page and one row more."""
        size, before = self.list_per_page, key_of(request.GET.get(BEFORE, ""))
        low, high = self._bounds(before)
        rows = self.queryset
        if high is not None:
            rows = rows.filter(pk__lt=high)
        if low:
            rows = rows.filter(pk__gte=low)
        found = list(rows[: size + 1])
        if len(found) > size:
            self.older = found[size - 1].pk
        elif low > max(self._span()[0] or 0, 1):
            self.older, self.goes_on = low, True
        self.is_first_page = before is None
        shown = found[:size]
        self.result_list = self.model_admin.completed(shown)  # type: ignore[attr-defined]  # a KeysetAdmin
        self.result_count = self.full_result_count = len(shown)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = False
        self.paginator = Paginator(shown, size)

    @property
    def older_link(self) -> str:
        """The address of the next page."""
        return self.get_query_string({BEFORE: self.older})

    @property
    def newest_link(self) -> str:
        """The address of the first page."""
        return self.get_query_string()

    def _span(self) -> tuple[int | None, int | None]:
        spans = [found for spec in self.filter_specs if (found := getattr(spec, "span", None))]
        return spans[0] if spans else (None, None)

    def _bounds(self, before: int | None) -> tuple[int, int | None]:
        """Return between which keys this page looks: from the lower, 0 for the very first."""
        low, high = self._span()
        if before is not None:
            high = before if high is None else min(high, before)
        scan: int | None = getattr(self.model_admin, "scan_rows", None)
        if scan is None or self.query or not self.has_active_filters:
            return low or 0, high
        if high is None:
            newest = self.root_queryset.order_by("-pk").values_list("pk", flat=True).first()
            high = (newest or 0) + 1
        return max(low or 0, high - scan), high


class KeysetAdmin(ReadOnlyAdmin):
    """Rows of a big table, to be looked at."""

    list_per_page = 50
    scan_rows: int | None = None
    sortable_by = ()
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    actions = None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Page by key."""
        del request, kwargs
        return KeysetList

    def completed(self, rows: list[Any]) -> list[Any]:
        """Return the rows of a page with what one more query for all of them adds."""
        return rows


class PageAdmin(KeysetAdmin):
    """A big table whose rows have a page of our own in the place of Django's form."""

    page: Any = None  # takes the request, the key as it stands in the address, the site

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Call the list what it is."""
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show our page; nothing is sent to it."""
        del form_url, extra_context
        if not self.has_view_permission(request) or request.method == "POST":
            raise PermissionDenied
        answer: HttpResponse = type(self).page(request, object_id, self.admin_site)
        return answer


def key_of(text: str) -> int | None:
    """Return a key that stands in an address, or None where there is none."""
    good = text.isascii() and text.isdecimal() and len(text) <= KEY_DIGITS_MAX
    return int(text) if good else None
