"""Mini-apps in Django's admin: the review queue and desk, apps, versions, releases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from core.templatetags.ui import digits, filesize_fa, jalali, jalali_time, percent
from miniapps import icons
from miniapps.desk import governing_pages, pages
from miniapps.desk.panel import due_words
from miniapps.models import App, Release, Submission, Version
from miniapps.pages.words import TONES

State = Submission.State
APP_FIELDS = (
    "shown_id", "number", "slug", "shown_status", "maker", "name_fa", "name_en", "about_fa",
    "about_en", "category", "given", "cases", "created",
)  # fmt: skip
VERSION_FIELDS = (
    "shown_id", "app", "number", "name", "shown_state", "digest", "size", "files_count",
    "note", "uploaded_by", "uploaded",
)  # fmt: skip
RELEASE_FIELDS = (
    "shown_id", "app", "shown_version", "channel", "shown_state", "share", "released_by",
    "begun", "ended",
)  # fmt: skip


def badge(state: str, label: Any) -> SafeString:
    """Return a state as a badge: its tone repeats the word."""
    tone = TONES.get(state, "")
    return format_html('<span class="badge{}">{}</span>', f" badge--{tone}" if tone else "", label)


def audit_link(request: HttpRequest, public_id: str) -> str:
    """Return where the audit trail of a thing is, empty for who may not read it."""
    if not request.user.has_perm("core.view_auditevent"):
        return ""
    return f"{reverse('admin:core_auditevent_changelist')}?q={public_id}"


class NamedAdmin(ReadOnlyAdmin):
    """Rows with a public id, read only."""

    @admin.display(description=_("id"))
    def shown_id(self, row: App | Version | Release) -> SafeString:
        """Return the public id, from left to right."""
        return format_html('<code class="ltr">{}</code>', row.public_id)


class QueueFilter(admin.SimpleListFilter):
    """Which cases are shown; without a choice those that wait."""

    title = _("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the choices."""
        del request, model_admin
        return [
            ("waiting", _("Waiting and in review")),
            ("free", _("Nobody has taken it")),
            ("mine", _("Taken by me")),
            ("maker", _("With the maker")),
            ("decided", _("Decided")),
            ("all", _("All")),
        ]

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]  # the stubs want a private type
        """Return the choices as links; the first is the one without a choice."""
        for value, title in self.lookup_choices:
            yield {
                "selected": (self.value() or "waiting") == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the cases of the choice."""
        wanted = {
            "waiting": Q(state__in=[State.QUEUED, State.CLAIMED]),
            "free": Q(state=State.QUEUED),
            "mine": Q(state=State.CLAIMED, claimed_by=request.user),
            "maker": Q(state=State.CHANGES_REQUESTED),
            "decided": Q(state__in=[State.APPROVED, State.REJECTED, State.WITHDRAWN]),
            "all": Q(),
        }
        return queryset.filter(wanted.get(self.value() or "waiting", wanted["waiting"]))


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """The review queue, and the desk behind each row."""

    list_display = [
        "app_name",
        "due",
        "maker",
        "shown_version",
        "round_no",
        "shown_state",
        "reviewer",
    ]
    list_display_links = ["app_name"]
    list_filter = [QueueFilter, "app__category"]
    list_select_related = ["app__maker", "version", "claimed_by"]
    list_per_page = 50
    ordering = ["due_at", "pk"]
    search_fields = [
        "public_id", "app__public_id", "app__slug", "app__name_fa", "app__name_en",
        "app__maker__name",
    ]  # fmt: skip
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """Add the steps of the desk to the addresses of the list."""
        wrap = self.admin_site.admin_view
        steps = {
            "claim": pages.claim, "unclaim": pages.unclaim, "decide": pages.decide,
            "finding": pages.add_finding, "settle": pages.settle,
        }  # fmt: skip
        own = [
            path(f"<str:key>/{name}/", wrap(pages.step(move)), name=f"desk_{name}")
            for name, move in steps.items()
        ]
        own.append(path("<str:key>/run/", wrap(pages.run), name="desk_run"))
        own.append(path("<str:key>/file/", wrap(self.file_view), name="desk_file"))
        return own + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the desk in the place of Django's form."""
        del form_url, extra_context
        return pages.desk(request, object_id, self.admin_site)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Call the list what it is."""
        extra = dict(extra_context or {}) | {"title": gettext("Review queue")}
        return super().changelist_view(request, extra)

    def file_view(self, request: HttpRequest, key: str) -> HttpResponse:
        """Show one file of the case's version."""
        return pages.file(request, key, self.admin_site)

    @admin.display(description=_("mini-app"), ordering="app__name_fa")
    def app_name(self, case: Submission) -> SafeString:
        """Return the app's name, and whether it is new."""
        return format_html("<bdi>{}</bdi>", case.app.name)

    @admin.display(description=_("due"), ordering="due_at")
    def due(self, case: Submission) -> SafeString | str:
        """Return when the decision is due, coloured and in words."""
        words, tone = due_words(case, now=timezone.now())
        if not words:
            return jalali(case.decided_at) or "–"
        css = f"badge badge--{tone}" if tone else "nowrap"
        return format_html(
            '<span class="{}" title="{}">{}</span>', css, jalali_time(case.due_at), words
        )

    @admin.display(description=_("maker"), ordering="app__maker__name")
    def maker(self, case: Submission) -> SafeString:
        """Return who made it."""
        return format_html("<bdi>{}</bdi>", case.app.maker.name)

    @admin.display(description=_("version"))
    def shown_version(self, case: Submission) -> SafeString:
        """Return the version's name and number."""
        name = case.version.name
        return format_html("<bdi>{}</bdi> <bdi>#{}</bdi>", name, digits(case.version.number))

    @admin.display(description=_("round"), ordering="round")
    def round_no(self, case: Submission) -> str:
        """Return how often it was submitted."""
        return digits(case.round)

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, case: Submission) -> SafeString:
        """Return the state as a badge."""
        return badge(case.state, case.get_state_display())

    @admin.display(description=_("reviewer"))
    def reviewer(self, case: Submission) -> str:
        """Return who has taken it."""
        return case.claimed_by.name if case.claimed_by else "–"


@admin.register(App)
class AppAdmin(NamedAdmin):
    """Apps: found and read; suspended, restored and banned by steps that ask for the reason."""

    list_display = [
        "shown_icon",
        "shown_name",
        "slug",
        "maker",
        "shown_status",
        "category",
        "created",
    ]
    list_display_links = ["shown_name"]
    list_filter = ["status", "category"]
    list_select_related = ["maker"]
    ordering = ["-pk"]
    search_fields = ["public_id", "slug", "name_fa", "name_en", "maker__name"]
    show_full_result_count = False
    fields = APP_FIELDS
    readonly_fields = APP_FIELDS

    def get_urls(self) -> list[URLPattern]:
        """Add the operators' steps."""
        wrap = self.admin_site.admin_view
        own = [path("<int:key>/do/<slug:name>/", wrap(self.measure_view), name="app_measure")]
        return own + super().get_urls()

    def measure_view(self, request: HttpRequest, key: int, name: str) -> HttpResponse:
        """Ask for the reason of a step, then take it."""
        return governing_pages.app_measure(request, key, name, self.admin_site)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Put the steps that are possible now beside the app."""
        app = self.get_object(request, object_id)
        extra = dict(extra_context or {}) | {"measures": [], "audit_url": ""}
        if app is not None and request.user.has_perm("miniapps.suspend_app"):
            extra["measures"] = governing_pages.app_measures(app)
        if app is not None:
            extra["audit_url"] = audit_link(request, app.public_id)
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description="")
    def shown_icon(self, app: App) -> SafeString | str:
        """Return the icon."""
        url = icons.url_of(app)
        return format_html('<img src="{}" alt="" width="28" height="28">', url) if url else ""

    @admin.display(description=_("name"), ordering="name_fa")
    def shown_name(self, app: App) -> SafeString:
        """Return the name."""
        return format_html("<bdi>{}</bdi>", app.name)

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, app: App) -> SafeString:
        """Return the status as a badge."""
        return badge(app.status, app.get_status_display())

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, app: App) -> str:
        """Return the Jalali day."""
        return jalali(app.created_at)

    @admin.display(description=_("what people get"))
    def given(self, app: App) -> SafeString | str:
        """Return the releases in use."""
        rows = app.releases.filter(state__in=["full", "rolling", "paused"]).select_related(
            "version"
        )
        return format_html_join(
            SafeString("<br>"), "{}: <bdi>{}</bdi> · {} · {}",
            (
                (
                    one.get_channel_display(), one.version.name, one.get_state_display(),
                    percent(one.percent),
                )
                for one in rows.order_by("channel", "pk")
            ),
        ) or "–"  # fmt: skip

    @admin.display(description=_("review cases"))
    def cases(self, app: App) -> SafeString | str:
        """Return links to the app's cases."""
        rows = app.submissions.select_related("version").order_by("-pk")[:20]
        return format_html_join(
            SafeString("<br>"), '<a href="{}"><bdi>{}</bdi></a> {}',
            (
                (
                    reverse("admin:miniapps_submission_change", args=[one.pk]),
                    one.version.name or one.version.number,
                    badge(one.state, one.get_state_display()),
                )
                for one in rows
            ),
        ) or "–"  # fmt: skip


@admin.register(Version)
class VersionAdmin(NamedAdmin):
    """Versions: immutable, so read only; blocked by steps that ask for the reason."""

    list_display = ["shown_name", "app", "shown_state", "size", "files_count", "uploaded"]
    list_filter = ["state", "via"]
    list_select_related = ["app"]
    ordering = ["-pk"]
    search_fields = ["public_id", "digest", "app__slug", "app__name_fa", "app__name_en"]
    show_full_result_count = False
    fields = VERSION_FIELDS
    readonly_fields = VERSION_FIELDS

    def get_urls(self) -> list[URLPattern]:
        """Add the operators' steps."""
        wrap = self.admin_site.admin_view
        own = [path("<int:key>/do/<slug:name>/", wrap(self.measure_view), name="version_measure")]
        return own + super().get_urls()

    def measure_view(self, request: HttpRequest, key: int, name: str) -> HttpResponse:
        """Ask for the reason of a step, then take it."""
        return governing_pages.version_measure(request, key, name, self.admin_site)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Put the steps that are possible now beside the version."""
        version = self.get_object(request, object_id)
        extra = dict(extra_context or {}) | {"measures": [], "audit_url": ""}
        if version is not None and request.user.has_perm("miniapps.suspend_app"):
            extra["measures"] = governing_pages.version_measures(version)
        if version is not None:
            extra["audit_url"] = audit_link(request, version.public_id)
        return super().change_view(request, object_id, form_url, extra)

    @admin.display(description=_("version"), ordering="number")
    def shown_name(self, version: Version) -> SafeString:
        """Return the name and number."""
        number = digits(version.number)
        return format_html(
            "<bdi>{}</bdi> <bdi>#{}</bdi>", version.name or gettext("no name"), number
        )

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, version: Version) -> SafeString:
        """Return the state as a badge."""
        return badge(version.state, version.get_state_display())

    @admin.display(description=_("size"), ordering="size_bytes")
    def size(self, version: Version) -> str:
        """Return the size in words."""
        return filesize_fa(version.size_bytes)

    @admin.display(description=_("uploaded"), ordering="uploaded_at")
    def uploaded(self, version: Version) -> str:
        """Return the Jalali time."""
        return jalali_time(version.uploaded_at)


@admin.register(Release)
class ReleaseAdmin(NamedAdmin):
    """Releases: what was given to whom, to be read."""

    list_display = ["app", "shown_version", "channel", "shown_state", "share", "begun", "ended"]
    list_filter = ["channel", "state"]
    list_select_related = ["app", "version"]
    ordering = ["-pk"]
    search_fields = ["public_id", "app__slug", "app__name_fa", "app__name_en"]
    show_full_result_count = False
    fields = RELEASE_FIELDS
    readonly_fields = RELEASE_FIELDS

    @admin.display(description=_("version"))
    def shown_version(self, release: Release) -> str:
        """Return the version's name."""
        return release.version.name

    @admin.display(description=_("state"), ordering="state")
    def shown_state(self, release: Release) -> SafeString:
        """Return the state as a badge."""
        return badge(release.state, release.get_state_display())

    @admin.display(description=_("share"), ordering="percent")
    def share(self, release: Release) -> str:
        """Return the percentage."""
        return percent(release.percent)

    @admin.display(description=_("begun"), ordering="created_at")
    def begun(self, release: Release) -> str:
        """Return the Jalali time."""
        return jalali_time(release.created_at)

    @admin.display(description=_("ended"), ordering="ended_at")
    def ended(self, release: Release) -> str:
        """Return the Jalali time."""
        return jalali_time(release.ended_at) or "–"
