"""The editors' desk: slots and collections with their times, what people say and report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from core.templatetags.ui import decimal, jalali_time, number
from identity.pages import person_of
from miniapps.models import Category as AppCategory
from storefront.shops.models import Category
from storefront.showcase import editing, opinions
from storefront.showcase.errors import ReportDecided
from storefront.showcase.models import Collection, CollectionItem, Listing, Rating, Report, Slot
from storefront.showcase.moments import MomentField


def preview_link(at: datetime | None) -> SafeString | str:
    """Return a link to the page as it will be at an instant."""
    if at is None:
        return "—"
    moment = max(at, timezone.now()).isoformat()
    return format_html(
        '<a href="{}?{}" target="_blank" rel="noopener">{}</a>',
        reverse("showcase"), urlencode({"at": moment}), gettext("Look at the page then"),
    )  # fmt: skip


MOMENT = forms.TextInput(attrs={"dir": "ltr", "size": 20})


class ShelfFilter(admin.SimpleListFilter):
    """Shelves by their names: an app's category, or the first of a shop's."""

    title = _("shelf")
    parameter_name = "shelf"

    def lookups(self, _request: HttpRequest, _admin: Any) -> list[tuple[str, str]]:
        """Return the shelves on which something stands."""
        words = {slug: str(name) for slug, name in AppCategory.choices}
        words |= {one.slug: one.title_in(get_language() or "fa") for one in Category.objects.all()}
        used = Listing.objects.exclude(shelf="").values_list("shelf", flat=True).distinct()
        return sorted((slug, words.get(slug, slug)) for slug in used)

    def queryset(self, _request: HttpRequest, rows: QuerySet[Listing]) -> QuerySet[Listing]:
        """Return what stands on the chosen shelf."""
        return rows.filter(shelf=self.value()) if self.value() else rows


@admin.register(Listing)
class ListingAdmin(ReadOnlyAdmin):
    """Everything a slot or a collection can point to, with what its place rests on."""

    list_display = ["title", "kind", "is_open", "people_shown", "score_shown", "rating_shown"]
    list_filter = ["kind", "is_open", ShelfFilter]
    search_fields = ["title", "words", "=public_id"]
    ordering = ["-score", "-id"]
    fields = (
        "public_id", "title", "kind", "shelf", "is_open", "listed_at", "people", "people_before",
        "trend", "score", "shown", "rating_sum", "rating_n",
    )  # fmt: skip
    readonly_fields = fields
    show_full_result_count = False

    @admin.display(description=_("people in seven days"), ordering="people")
    def people_shown(self, row: Listing) -> str:
        """Return how many different people used it."""
        return number(row.people)

    @admin.display(description=_("score"), ordering="score")
    def score_shown(self, row: Listing) -> str:
        """Return its score with one decimal."""
        return decimal(row.score)

    @admin.display(description=_("ratings"), ordering="rating_n")
    def rating_shown(self, row: Listing) -> str:
        """Return how many people rated it."""
        return number(row.rating_n)


class EditorAdmin(admin.ModelAdmin[Any]):
    """Things with a beginning and an end, written in the Persian calendar."""

    formfield_overrides = {models.DateTimeField: {"form_class": MomentField, "widget": MOMENT}}
    actions = None

    @admin.display(description=_("begins"), ordering="starts_at")
    def begins(self, row: Slot | Collection) -> str:
        """Return when it begins."""
        return jalali_time(row.starts_at)

    @admin.display(description=_("ends"), ordering="ends_at")
    def ends(self, row: Slot | Collection) -> str:
        """Return when it ends."""
        return jalali_time(row.ends_at)

    @admin.display(description=_("preview"))
    def preview(self, row: Slot | Collection) -> SafeString | str:
        """Return the page as it will be when this begins."""
        return preview_link(row.starts_at if row.pk else None)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Remove it, with a line in the audit trail."""
        editing.take_away(thing=obj, actor=person_of(request))


@admin.register(Slot)
class SlotAdmin(EditorAdmin):
    """Places at the top of the Showcase, each for a time of its own."""

    list_display = ["title_fa", "place", "begins", "ends", "is_paid", "preview"]
    list_filter = ["place", "is_paid"]
    search_fields = ["title_fa", "title_en", "=public_id"]
    autocomplete_fields = ["listing"]
    ordering = ["-starts_at"]
    fields = (
        "place", "listing", "title_fa", "title_en", "text_fa", "text_en", "is_paid", "starts_at",
        "ends_at", "preview",
    )  # fmt: skip
    readonly_fields = ("preview",)

    def save_model(self, request: HttpRequest, obj: Slot, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        """Keep it through the one operation."""
        del form, change
        editing.put(slot=obj, actor=person_of(request))


class ItemInline(admin.TabularInline[CollectionItem, Collection]):
    """What stands in a collection, in its order."""

    model = CollectionItem
    autocomplete_fields = ["listing"]
    fields = ("listing", "position")
    extra = 1


@admin.register(Collection)
class CollectionAdmin(EditorAdmin):
    """Rows that editors put together."""

    list_display = ["title_fa", "position", "begins", "ends", "preview"]
    search_fields = ["title_fa", "title_en", "=public_id"]
    ordering = ["position", "id"]
    inlines = [ItemInline]
    fields = (
        "title_fa", "title_en", "about_fa", "about_en", "position", "starts_at", "ends_at",
        "preview",
    )  # fmt: skip
    readonly_fields = ("preview",)

    def save_model(self, request: HttpRequest, obj: Collection, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        """Keep it through the one operation."""
        del form, change
        editing.gather(collection=obj, actor=person_of(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001  (Django's signature)
        """Keep its items, and write down which they are."""
        super().save_related(request, form, formsets, change)
        editing.arranged(collection=form.instance, actor=person_of(request))


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """What people say of apps, shops and products."""

    list_display = ["stars", "subject", "text", "is_hidden", "when"]
    list_filter = ["stars", "is_hidden"]
    search_fields = ["=public_id", "text"]
    list_select_related = ["listing", "product"]
    ordering = ["-id"]
    fields = ("public_id", "subject", "stars", "text", "reply", "is_hidden", "when")
    readonly_fields = fields
    show_full_result_count = False

    @admin.display(description=_("of"))
    def subject(self, row: Rating) -> str:
        """Return what was rated."""
        return str(row.listing or row.product)

    @admin.display(description=_("time"), ordering="id")
    def when(self, row: Rating) -> str:
        """Return the Jalali time."""
        return jalali_time(row.created_at)


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    """What people say breaks the rules; decided once, with a line in the audit trail."""

    list_display = ["reason", "subject", "text", "state", "when"]
    list_filter = ["state", "reason"]
    search_fields = ["=public_id", "text"]
    list_select_related = ["listing", "rating"]
    ordering = ["-id"]
    actions = ("uphold", "dismiss")
    fields = ("public_id", "subject", "reason", "text", "state", "decided_by", "when")
    readonly_fields = fields
    show_full_result_count = False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody decides reports."""
        return request.user.has_perm("showcase.change_report")

    @admin.action(description=_("Uphold: it breaks the rules"), permissions=["decide"])
    def uphold(self, request: HttpRequest, reports: QuerySet[Model]) -> None:
        """Uphold the chosen reports; ratings among them are hidden."""
        self._decide(request, reports, upheld=True)

    @admin.action(description=_("Dismiss: it keeps the rules"), permissions=["decide"])
    def dismiss(self, request: HttpRequest, reports: QuerySet[Model]) -> None:
        """Dismiss the chosen reports."""
        self._decide(request, reports, upheld=False)

    def _decide(self, request: HttpRequest, reports: QuerySet[Model], *, upheld: bool) -> None:
        for one in reports:
            assert isinstance(one, Report)
            try:
                opinions.decide(
                    report=one, upheld=upheld, actor=person_of(request), now=timezone.now()
                )
            except ReportDecided:
                continue

    @admin.display(description=_("of"))
    def subject(self, row: Report) -> str:
        """Return what the report is about."""
        if row.rating is not None:
            return row.rating.text or str(row.rating)
        return str(row.listing)

    @admin.display(description=_("time"), ordering="id")
    def when(self, row: Report) -> str:
        """Return the Jalali time."""
        return jalali_time(row.created_at)
