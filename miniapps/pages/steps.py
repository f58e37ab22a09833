"""Where an app stands and what its maker does next, said in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from miniapps import registration
from miniapps.models import App, Release, Submission, Version

SHOWN_VERSIONS = 10
IN_USE = (Release.State.FULL, Release.State.ROLLING, Release.State.PAUSED)


@dataclass(frozen=True)
class Standing:
    """What there is of an app now: its newest versions, its last case, its releases in use."""

    versions: list[Version]
    case: Submission | None
    releases: dict[str, list[Release]]  # by channel
    approved: frozenset[int]  # keys of versions that reviewers approved

    @property
    def latest(self) -> Version | None:
        """The newest upload that is not another one's echo."""
        return self.versions[0] if self.versions else None


@dataclass(frozen=True)
class Next:
    """The one thing to do now. ``href`` leads there; empty when one can only wait."""

    text: str | Promise
    tone: str = "info"
    action: str = ""
    href: str = ""


def standing(app: App, *, versions: int = SHOWN_VERSIONS) -> Standing:
    """Look at the app in four queries, however much there is of it."""
    newest = list(
        Version.objects.filter(app=app, same_as=None)
        .select_related("uploaded_by")
        .order_by("-number")[:versions]
    )
    cases = Submission.objects.filter(app=app).select_related("version").order_by("-pk")
    releases: dict[str, list[Release]] = {channel: [] for channel in Release.Channel.values}
    found = Release.objects.filter(app=app, state__in=IN_USE).select_related("version")
    for release in found.order_by("pk"):
        releases[release.channel].append(release)
    approved = Submission.objects.filter(app=app, state=Submission.State.APPROVED)
    return Standing(
        newest, cases.first(), releases, frozenset(approved.values_list("version_id", flat=True))
    )


def next_step(app: App, now: Standing) -> Next:
    """Return what the maker does next."""
    ended = _ended(app)
    if ended is not None:
        return ended
    if now.latest is None:
        return Next(_("Upload the first build: one zip with index.html at its root."))
    return _case_step(now) or _version_step(app, now.latest, now)


def _version_step(app: App, latest: Version, now: Standing) -> Next:
    place = reverse("console_version", args=[latest.public_id])
    if latest.state in (Version.State.UPLOADED, Version.State.PROCESSING):
        return Next(_("The newest version is being checked."), action=_("Watch"), href=place)
    if latest.state == Version.State.CHECKS_FAILED:
        return Next(
            _("The newest version was refused by the checks. Read the findings, correct them and "
              "upload again."),
            "warn", _("Read the findings"), place,
        )  # fmt: skip
    if latest.state != Version.State.READY:
        return Next(
            _("The newest version cannot be released any more. Upload another one."), "warn"
        )
    if latest.pk not in now.approved:
        return _submit_step(app, place)
    return _release_step(app, latest, now)


def _ended(app: App) -> Next | None:
    if app.status == App.Status.SUSPENDED:
        return Next(
            _("The platform has suspended this app: nobody can open it. The reason is in the "
              "history."),
            "bad", _("History"), reverse("console_history", args=[app.public_id]),
        )  # fmt: skip
    if app.status == App.Status.BANNED:
        return Next(_("The platform has banned this app for good."), "bad")
    if app.status in (App.Status.ARCHIVED, App.Status.DELETED):
        return Next(_("This app is closed."))
    return None


def _case_step(now: Standing) -> Next | None:
    case = now.case
    if case is None:
        return None
    place = reverse("console_case", args=[case.public_id])
    if case.state in (Submission.State.QUEUED, Submission.State.CLAIMED):
        text = _("A version waits for review. You need not do anything.")
        return Next(text, action=_("The case"), href=place)
    if case.state == Submission.State.CHANGES_REQUESTED:
        text = _("The reviewer asks for changes. Upload the corrected version and submit it.")
        latest = now.latest
        if latest is not None and latest.pk == case.version_id:
            return Next(text, "warn", _("What must change"), place)
    return None


def _submit_step(app: App, place: str) -> Next:
    if registration.missing_in_listing(app):
        return Next(
            _("Before review, complete what people will see of your app."),
            "warn", _("To the listing"), reverse("console_listing", args=[app.public_id]),
        )  # fmt: skip
    return Next(
        _("The newest version passed the checks. Submit it for review."),
        action=_("Look and submit"), href=f"{place}#submit",
    )  # fmt: skip


def _release_step(app: App, latest: Version, now: Standing) -> Next:
    place = reverse("console_releases", args=[app.public_id])
    live = now.releases[Release.Channel.PRODUCTION]
    given = next((one for one in live if one.version_id == latest.pk), None)
    if given is None:
        text = _("The newest version is approved. Release it when you are ready.")
        return Next(text, "good", _("Release"), place)
    if given.state == Release.State.PAUSED:
        return Next(_("The release is paused. Go on or roll back."), "warn", _("Releases"), place)
    if given.state == Release.State.ROLLING:
        text = _("The newest version rolls out. When all is well, give it to everyone.")
        return Next(text, action=_("Releases"), href=place)
    return Next(_("The newest version is open to everyone."), "good", _("Open"), f"/a/{app.slug}")


def journey(now: Standing) -> list[dict[str, Any]]:
    """Return the four steps of the newest version, for the steps component."""
    latest = now.latest
    state = None if latest is None else latest.state
    checked = "ahead"
    if state in (Version.State.UPLOADED, Version.State.PROCESSING):
        checked = "here"
    elif state == Version.State.CHECKS_FAILED:
        checked = "failed"
    elif state is not None:
        checked = "done"
    approved = latest is not None and latest.pk in now.approved
    case = now.case if now.case and latest and now.case.version_id == latest.pk else None
    reviewed = "done" if approved else _reviewed(case, checked)
    released = latest is not None and any(
        one.version_id == latest.pk for one in now.releases[Release.Channel.PRODUCTION]
    )
    return [
        {"state": "here" if latest is None else "done", "title": _("Upload")},
        {"state": checked, "title": _("Check")},
        {"state": reviewed, "title": _("Review")},
        {
            "state": "done" if released else "here" if approved else "ahead",
            "title": _("Release"),
        },
    ]


def _reviewed(case: Submission | None, checked: str) -> str:
    if case is not None and case.state in (
        Submission.State.REJECTED,
        Submission.State.CHANGES_REQUESTED,
    ):
        return "failed"
    return "here" if checked == "done" else "ahead"
