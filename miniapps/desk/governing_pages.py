"""Suspending, restoring, banning and blocking: each step on a page that asks for the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages as flashes
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.problems import NotFound, Problem
from identity.pages import person_of
from miniapps import governing
from miniapps.models import App, Launch, Version
from miniapps.pages.frame import refuse_nul
from miniapps.pages.words import problem_notice
from miniapps.states import APP, VERSION

Text = str | Promise


@dataclass(frozen=True)
class Measure:
    """One step of an operator. ``move`` is its name in the state machine."""

    name: str
    move: str
    label: Text
    icon: str
    explained: Text
    done: Text
    carry_out: Callable[..., Any]
    danger: bool = True


APP_MEASURES = {
    one.name: one
    for one in (
        Measure(
            "suspend", "suspend", gettext_lazy("Suspend"), "ban",
            gettext_lazy(
                "New launches stop at once, open ones within seconds. You can lift it again."
            ),
            gettext_lazy("Suspended. Nobody can open it."), governing.suspend,
        ),
        Measure(
            "restore", "restore", gettext_lazy("Restore"), "circle-check",
            gettext_lazy("The app is again what it was before it was suspended."),
            gettext_lazy("Restored."), governing.restore, danger=False,
        ),
        Measure(
            "ban", "ban", gettext_lazy("Ban for good"), "gavel",
            gettext_lazy(
                "The app is gone for good and its open case is closed. This cannot be undone."
            ),
            gettext_lazy("Banned."), governing.ban,
        ),
    )
}  # fmt: skip


def _block(*, hard: bool) -> Callable[..., Version]:
    def carry_out(**given: Any) -> Version:
        return governing.block_version(hard=hard, **given)

    return carry_out


VERSION_MEASURES = {
    one.name: one
    for one in (
        Measure(
            "block-soft", "block_soft", gettext_lazy("Stop new launches"), "pause",
            gettext_lazy(
                "Nobody opens this version any more; open pages go on. The last good one returns."
            ),
            gettext_lazy("New launches of this version have stopped."), _block(hard=False),
        ),
        Measure(
            "block-hard", "block_hard", gettext_lazy("Block"), "ban",
            gettext_lazy(
                "Open pages end within seconds and no byte is served. This cannot be undone."
            ),
            gettext_lazy("The version is blocked."), _block(hard=True),
        ),
        Measure(
            "unblock", "unblock", gettext_lazy("Lift the stop"), "circle-check",
            gettext_lazy("The maker may release this version again."),
            gettext_lazy("The stop is lifted."), governing.unblock_version, danger=False,
        ),
    )
}  # fmt: skip


def app_measures(app: App) -> list[Measure]:
    """Return what may be done with the app now."""
    return [one for one in APP_MEASURES.values() if APP.permits(one.move, app.status)]


def version_measures(version: Version) -> list[Measure]:
    """Return what may be done with the version now."""
    return [one for one in VERSION_MEASURES.values() if VERSION.permits(one.move, version.state)]


def app_measure(request: HttpRequest, key: int, name: str, site: AdminSite) -> HttpResponse:
    """Ask for the reason of a step on an app, then take it."""
    measure, app = (
        APP_MEASURES.get(name),
        App.objects.select_related("maker").filter(pk=key).first(),
    )
    if measure is None or app is None:
        raise NotFound
    place = reverse("admin:miniapps_app_change", args=[app.pk])
    open_launches = Launch.objects.filter(app=app, ended_at=None)
    context = {"app": app, "what": app.name, "count": open_launches.count()}
    return _measured(request, measure, {"app": app}, place, context | site.each_context(request))


def version_measure(request: HttpRequest, key: int, name: str, site: AdminSite) -> HttpResponse:
    """Ask for the reason of a step on a version, then take it."""
    measure = VERSION_MEASURES.get(name)
    version = Version.objects.select_related("app__maker").filter(pk=key).first()
    if measure is None or version is None:
        raise NotFound
    place = reverse("admin:miniapps_version_change", args=[version.pk])
    what = f"{version.app.name} {version.name or version.number}"
    open_launches = Launch.objects.filter(version=version, ended_at=None)
    context = {"app": version.app, "what": what, "count": open_launches.count()}
    return _measured(
        request, measure, {"version": version}, place, context | site.each_context(request)
    )


def _measured(
    request: HttpRequest,
    measure: Measure,
    subject: dict[str, Any],
    place: str,
    context: dict[str, Any],
) -> HttpResponse:
    if not request.user.has_perm(governing.PERMISSION):
        raise PermissionDenied
    status, refusal = 200, ""
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            refuse_nul(request)
            measure.carry_out(
                actor=person_of(request), reason=reason, now=timezone.now(), **subject
            )
        except Problem as problem:
            status, refusal = problem.status, problem_notice(problem)
        else:
            flashes.success(request, str(measure.done))
            return HttpResponseRedirect(place)
    context |= {
        "title": _("%(step)s: %(what)s") % {"step": measure.label, "what": context["what"]},
        "measure": measure, "place": place, "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }  # fmt: skip
    return render(request, "admin/miniapps/measure.html", context, status=status)
