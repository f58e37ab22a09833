"""The audit trail in the admin: to be read, never to be edited."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.models import AuditEvent
from core.templatetags.ui import jalali_time


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that are looked at, not touched."""

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Filter only by what the page offers.

        Django lets an address ask for any column, ``?password__startswith=``: letter by letter,
        that reads what no page shows.
        """
        del value
        names = [
            one if isinstance(one, str) else getattr(one, "parameter_name", None)
            for one in self.get_list_filter(request)
        ]
        return any(name and (lookup == name or lookup.startswith(f"{name}__")) for name in names)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds by hand."""
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        del request, obj
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Who did what, when, to what."""

    list_display = ["when", "event", "actor", "subject_kind", "subject_id", "summary"]
    list_filter = ["event"]
    search_fields = ["event", "subject_id", "=actor__phone"]
    list_select_related = ["actor"]
    show_full_result_count = False
    fields: ClassVar[tuple[str, ...]] = (
        "public_id",
        "when",
        "event",
        "actor",
        "subject_kind",
        "subject_id",
        "all_facts",
    )
    readonly_fields = fields

    @admin.display(description=_("time"), ordering="id")
    def when(self, event: AuditEvent) -> str:
        """Return the Jalali time."""
        return jalali_time(event.at)

    @admin.display(description=_("facts"))
    def summary(self, event: AuditEvent) -> str:
        """Return the facts in one line."""
        text = ", ".join(f"{key}: {value}" for key, value in event.facts.items())
        return text if len(text) <= 120 else text[:119] + "…"  # noqa: PLR2004  (one line's width)

    @admin.display(description=_("facts"))
    def all_facts(self, event: AuditEvent) -> str:
        """Return the facts as indented JSON."""
        text = json.dumps(event.facts, ensure_ascii=False, indent=2)
        return format_html('<pre dir="ltr">{}</pre>', text)
