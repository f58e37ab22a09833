"""The operators' queue in the admin: reports, takedowns with their appeals, verifications, shops.

Each row has one page: what is known, and the decision with its reason. Deciding needs the change
permission of the table; looking needs the view permission.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib import messages as flashes
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from core.answers import wants_json
from core.ids import is_id
from core.keyset import KeysetAdmin
from core.limits import APPEAL_CHARS_MAX
from core.problems import Fault, InvalidInput, Problem
from core.templatetags.ui import digits, jalali, jalali_time
from identity.pages import person_of
from miniapps.storage import NotADigest
from storefront.shops import reporting, verifying
from storefront.shops.models import Reason, Report, Shop, Takedown, Verification
from storefront.shops.pages.words import TONES, sentence

Facts = list[tuple[Any, Any]]


class CaseAdmin(KeysetAdmin):
    """Rows that somebody decides on, newest first."""

    is_open: Callable[[Any], bool]  # whether a decision on a row is still to be made
    decide: Callable[[HttpRequest, Any], None]  # carries out what the form says
    facts: Callable[[Any], Facts]  # what the page shows of a row

    asked: ClassVar[str] = ""  # which form of case.html
    search_help_text = gettext_lazy("The address of a shop, or an id.")
    search_fields = ("public_id",)

    def may_decide(self, request: HttpRequest) -> bool:
        """Return whether this member of staff decides here."""
        return request.user.has_perm(f"shops.change_{self.opts.model_name}")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the case; a decision that is refused is said on the same page."""
        del form_url, extra_context
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.row_of(object_id)
        if request.method == "POST":
            if not self.may_decide(request):
                raise PermissionDenied
            return self._decided(request, row)
        context = self.admin_site.each_context(request) | {
            "title": str(row),
            "opts": self.opts,
            "row": row,
            "facts": self.facts(row),
            "form": self.asked if self.may_decide(request) and self.is_open(row) else "",
            "reasons": Reason.choices,
            "most": APPEAL_CHARS_MAX,
            "document": self.document_of(row),
        }
        return render(request, "admin/shops/case.html", context)

    def _decided(self, request: HttpRequest, row: Any) -> HttpResponse:
        try:
            self.decide(request, row)
        except Problem as refusal:
            if wants_json(request):
                raise
            flashes.error(request, sentence(refusal))
        else:
            flashes.success(request, _("Decided."))
        name = f"admin:shops_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[row.pk]))

    def row_of(self, key: str) -> Any:
        """Return the row. Raises Http404."""
        found = None
        if key.isascii() and key.isdecimal():
            found = self.get_queryset_related().filter(pk=int(key[:18])).first()
        if found is None:
            raise Http404
        return found

    def get_queryset_related(self) -> QuerySet[Any]:
        """Return the rows with what their pages show."""
        rows: QuerySet[Any] = self.model.objects.all()
        return rows.select_related(*self.list_select_related)  # type: ignore[misc]  # a tuple

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by what is exact, so that an index answers."""
        del request
        text = search_term.strip().removeprefix("@")
        if not text:
            return queryset, False
        if is_id(text, "shp"):
            return queryset.filter(**{self.of_shop("public_id"): text}), False
        by_slug = queryset.filter(**{self.of_shop("slug"): text})
        return by_slug | queryset.filter(public_id=text), False

    def of_shop(self, name: str) -> str:
        """Return the path to a column of the shop."""
        return f"shop__{name}"

    def document_of(self, row: Any) -> str:
        """Return where the picture of a document is, empty for none."""
        del row
        return ""

    @admin.display(description=gettext_lazy("shop"))
    def shown_shop(self, row: Any) -> SafeString:
        """Return the shop with its address."""
        return format_html("<bdi>{}</bdi> <code>{}</code>", row.shop.title, row.shop.slug)

    @admin.display(description=gettext_lazy("status"))
    def shown_state(self, row: Any) -> SafeString:
        """Return the state as a badge."""
        return _badge(row.state, row.get_state_display())


def _badge(state: str, words: Any) -> SafeString:
    return format_html('<span class="badge badge--{}">{}</span>', TONES.get(state, ""), words)


class OpenFilter(admin.SimpleListFilter):
    """Reports that wait, unless all are wanted."""

    title = gettext_lazy("status")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer those that are closed."""
        del request, model_admin
        return [("yes", gettext_lazy("Waiting")), ("no", pgettext_lazy("report", "Closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        del request
        if self.value() in {"yes", "no"}:
            return queryset.filter(closed_at__isnull=self.value() == "yes")
        return queryset


@admin.register(Report)
class ReportAdmin(CaseAdmin):
    """What people say. It is put aside, or the shop or the product is taken down."""

    asked = "report"
    list_display = ("when", "reason", "shown_shop", "product", "waits")
    list_filter = (OpenFilter, "reason")
    list_select_related = ("shop", "product", "person")

    def is_open(self, row: Report) -> bool:
        """Return whether it waits."""
        return row.closed_at is None

    def decide(self, request: HttpRequest, row: Report) -> None:
        """Put it aside, or take down what it is about."""
        actor, now = person_of(request), timezone.now()
        step = request.POST.get("step", "")
        if step == "close":
            reporting.close(report=row, actor=actor, now=now)
            return
        if step not in {"shop", "product"}:
            raise InvalidInput([Fault("#/step", "must be close, shop or product", "choice")])
        _take_down(request, row.shop, row.product if step == "product" else None)

    def facts(self, row: Report) -> Facts:
        """Return what was said, and by whom."""
        return [
            (_("Shop"), row.shop.title),
            (_("Product"), row.product or "–"),
            (_("Reason"), row.get_reason_display()),
            (_("In their words"), row.text or "–"),
            (_("Reported by"), row.person or "–"),
            (_("Reported"), jalali_time(row.created_at)),
        ]

    @admin.display(description=gettext_lazy("reported"))
    def when(self, row: Report) -> str:
        """Return the Jalali time."""
        return jalali_time(row.created_at)

    @admin.display(description=gettext_lazy("status"))
    def waits(self, row: Report) -> SafeString:
        """Return whether it waits."""
        if row.closed_at is None:
            return format_html('<span class="badge badge--warn">{}</span>', _("Waiting"))
        return format_html('<span class="badge">{}</span>', pgettext("report", "Closed"))


def _take_down(request: HttpRequest, shop: Shop, product: Any) -> None:
    reporting.take_down(
        shop=shop,
        product=product,
        reason=request.POST.get("reason", ""),
        text=request.POST.get("text", ""),
        actor=person_of(request),
        now=timezone.now(),
    )


@admin.register(Takedown)
class TakedownAdmin(CaseAdmin):
    """What is down, and the appeals that wait for an answer."""

    asked = "takedown"
    list_display = ("when", "reason", "shown_shop", "product", "shown_state")
    list_filter = ("state", "reason")
    list_select_related = ("shop", "product", "taken_by")

    def is_open(self, row: Takedown) -> bool:
        """Return whether it may still be decided on."""
        return row.state in {Takedown.State.STANDING, Takedown.State.APPEALED}

    def decide(self, request: HttpRequest, row: Takedown) -> None:
        """Lift it, or uphold it after an appeal."""
        step = request.POST.get("step", "")
        if step not in {"lift", "uphold"}:
            raise InvalidInput([Fault("#/step", "must be lift or uphold", "choice")])
        reporting.decide(
            takedown=row,
            lift=step == "lift",
            answer=request.POST.get("answer", ""),
            actor=person_of(request),
            now=timezone.now(),
        )

    def facts(self, row: Takedown) -> Facts:
        """Return why it was taken down, and the appeal."""
        return [
            (_("Shop"), row.shop.title),
            (_("Product"), row.product or "–"),
            (_("Reason"), row.get_reason_display()),
            (_("The platform wrote"), row.text),
            (_("Taken down by"), row.taken_by or "–"),
            (_("Since"), jalali_time(row.taken_at)),
            (_("Status"), row.get_state_display()),
            (_("Their appeal"), row.appeal or "–"),
            (_("The answer"), row.answer or "–"),
        ]

    @admin.display(description=gettext_lazy("taken down"))
    def when(self, row: Takedown) -> str:
        """Return the Jalali time."""
        return jalali_time(row.taken_at)


@admin.register(Verification)
class VerificationAdmin(CaseAdmin):
    """Requests for a level, with their proofs."""

    asked = "verification"
    list_display = ("when", "shown_shop", "level", "enamad_number", "shown_state")
    list_filter = ("state", "level")
    list_select_related = ("shop", "asked_by")

    def get_urls(self) -> list[URLPattern]:
        """Add the picture of the document."""
        wrap = self.admin_site.admin_view
        own = [path("<int:key>/document/", wrap(self.document_view), name="shop_document")]
        return own + super().get_urls()

    def document_view(self, request: HttpRequest, key: int) -> FileResponse:
        """Show the picture of a document to those who decide, and to nobody else."""
        if not self.may_decide(request):
            raise PermissionDenied
        row = self.row_of(str(key))
        try:
            stream = verifying.documents().open(row.document)
        except (FileNotFoundError, NotADigest):
            raise Http404 from None
        answer = FileResponse(stream, content_type="image/webp")
        answer.headers["Cache-Control"] = "private, no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    def is_open(self, row: Verification) -> bool:
        """Return whether it waits."""
        return row.state == Verification.State.WAITING

    def decide(self, request: HttpRequest, row: Verification) -> None:
        """Accept or refuse."""
        step = request.POST.get("step", "")
        if step not in {"accept", "refuse"}:
            raise InvalidInput([Fault("#/step", "must be accept or refuse", "choice")])
        verifying.decide(
            verification=row,
            accept=step == "accept",
            answer=request.POST.get("answer", ""),
            actor=person_of(request),
            now=timezone.now(),
        )

    def facts(self, row: Verification) -> Facts:
        """Return what is asked for, and what proves it."""
        return [
            (_("Shop"), row.shop.title),
            (_("Level now"), row.shop.get_level_display()),
            (_("Level asked for"), row.get_level_display()),
            (_("Number of the e-namad"), digits(row.enamad_number) or "–"),
            (_("e-namad until"), jalali(row.enamad_until) or "–"),
            (_("Asked by"), row.asked_by or "–"),
            (_("Status"), row.get_state_display()),
            (_("The answer"), row.answer or "–"),
        ]

    def document_of(self, row: Verification) -> str:
        """Return where the picture of the document is."""
        return reverse("admin:shop_document", args=[row.pk]) if row.document else ""

    @admin.display(description=gettext_lazy("asked"))
    def when(self, row: Verification) -> str:
        """Return the Jalali time."""
        return jalali_time(row.asked_at)


@admin.register(Shop)
class ShopAdmin(CaseAdmin):
    """All shops; one can be taken down without a report."""

    asked = "shop"
    list_display = ("title", "slug", "shown_status", "level", "city", "when")
    list_filter = ("status", "level")
    list_select_related = ("maker",)

    def of_shop(self, name: str) -> str:
        """Return a column of the row itself."""
        return name

    def is_open(self, row: Shop) -> bool:
        """Return whether it can be suspended."""
        return row.status not in {Shop.Status.SUSPENDED, Shop.Status.CLOSED}

    def decide(self, request: HttpRequest, row: Shop) -> None:
        """Take the shop down."""
        _take_down(request, row, None)

    def facts(self, row: Shop) -> Facts:
        """Return how the shop stands."""
        return [
            (_("Address"), row.slug),
            (_("Status"), row.get_status_display()),
            (_("Level now"), row.get_level_display()),
            (_("City"), row.city or "–"),
            (_("About"), row.about or "–"),
            (_("Maker"), row.maker.name),
            (_("Opened"), jalali_time(row.created_at)),
        ]

    @admin.display(description=gettext_lazy("status"))
    def shown_status(self, row: Shop) -> SafeString:
        """Return the status as a badge."""
        return _badge(row.status, row.get_status_display())

    @admin.display(description=gettext_lazy("opened"))
    def when(self, row: Shop) -> str:
        """Return the Jalali time."""
        return jalali_time(row.created_at)
