"""Releases: what is given to whom, step by step and back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.problems import Fault, InvalidInput
from core.text import latin_digits
from identity.pages import person_of
from miniapps import access, releasing
from miniapps.models import Release, Submission, Version
from miniapps.pages.apps import channels
from miniapps.pages.frame import go, of_app, page, show, step
from miniapps.pages.steps import IN_USE
from miniapps.pages.words import TONES
from miniapps.states import APP, RELEASE

HISTORY_SHOWN = 50
CHOICES_SHOWN = 50
Channel, State = Release.Channel, Release.State


@page
def releases(request: HttpRequest, app_id: str) -> HttpResponse:
    """``/console/apps/<app>/releases/``: the channels, a new release, the history."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id)
    rows = Release.objects.filter(app=app).select_related("version", "released_by")
    newest = list(rows.order_by("-pk")[:HISTORY_SHOWN])
    current: dict[str, list[Release]] = {}
    for one in rows.filter(state__in=IN_USE).order_by("pk"):
        current.setdefault(one.channel, []).append(one)
    shown = channels(current)
    team = set(app.maker.memberships.values_list("person_id", flat=True))
    for channel in shown:
        for entry in channel["releases"]:
            entry["who"] = _who(entry["release"], team)
            entry["can"] = dict.fromkeys(RELEASE.actions(entry["release"].state), True)
        channel["can_roll_back"] = _can_roll_back(channel, newest)
    ready = Version.objects.filter(app=app, state=Version.State.READY, same_as=None)
    approved = set(
        Submission.objects.filter(app=app, state=Submission.State.APPROVED).values_list(
            "version_id", flat=True
        )
    )
    choices = list(ready.order_by("-number")[:CHOICES_SHOWN])
    context = of_app(person, app, tab="releases") | {
        "channels": shown,
        "history": [{"release": one, "tone": TONES[one.state]} for one in newest],
        "choices": [{"version": one, "approved": one.pk in approved} for one in choices],
        "approved_choices": [one for one in choices if one.pk in approved],
        "can_release": APP.permits("release", app.status),
        "can_release_to_team": APP.permits("release_to_team", app.status),
    }
    return show(request, "releases.html", context)


def _who(given: Release, team: set[int]) -> str:
    """Return who released it; of reviewers, who publish by approving, only that they did."""
    if given.released_by is None:
        return ""
    return given.released_by.name if given.released_by_id in team else _("the platform")


def _can_roll_back(channel: dict[str, Any], newest: list[Release]) -> bool:
    """Tell whether something would come back: a full release under a rolling one, or an older."""
    here = [entry["release"] for entry in channel["releases"]]
    if not here:
        return False
    if len(here) > 1:
        return True
    return any(
        one.channel == channel["name"]
        and one.state == State.SUPERSEDED
        and one.version_id != here[0].version_id
        and one.version.state == Version.State.READY
        for one in newest
    )


@step
def release(request: HttpRequest, app_id: str) -> HttpResponse:
    """Give a version to people of a channel."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="release")
    channel = request.POST.get("channel", "")
    made = releasing.release(
        app=app,
        version=access.version_in(app, request.POST.get("version", "")),
        channel=channel,
        percent=_percent(request) if channel == Channel.PRODUCTION else releasing.WHOLE,
        actor=person,
        now=timezone.now(),
    )
    _say(request, made)
    return go(request, "console_releases", app.public_id)


@step
def set_percent(request: HttpRequest, release_id: str) -> HttpResponse:
    """Give a rolling release to more people or to fewer."""
    person = person_of(request)
    found = access.release_of(person, release_id, right="release")
    changed = releasing.set_percent(
        release=found, percent=_percent(request), actor=person, now=timezone.now()
    )
    _say(request, changed)
    return go(request, "console_releases", found.app.public_id)


@step
def pause(request: HttpRequest, release_id: str) -> HttpResponse:
    """Give a rolling release to nobody new for the time being."""
    person = person_of(request)
    found = access.release_of(person, release_id, right="release")
    releasing.pause(release=found, actor=person, now=timezone.now())
    flashes.success(request, _("The release is paused."))
    return go(request, "console_releases", found.app.public_id)


@step
def resume(request: HttpRequest, release_id: str) -> HttpResponse:
    """Go on with a paused release."""
    person = person_of(request)
    found = access.release_of(person, release_id, right="release")
    releasing.resume(release=found, actor=person, now=timezone.now())
    flashes.success(request, _("The release goes on."))
    return go(request, "console_releases", found.app.public_id)


@step
def roll_back(request: HttpRequest, app_id: str) -> HttpResponse:
    """Return to the last good version."""
    person = person_of(request)
    app = access.app_of_maker(person, app_id, right="release")
    channel = request.POST.get("channel", "")
    if channel not in Channel.values:
        raise InvalidInput([Fault("#/channel", "must be a channel", "choice")])
    current = releasing.roll_back(app=app, channel=channel, actor=person, now=timezone.now())
    flashes.success(
        request,
        _("Version %(name)s is back.") % {"name": current.version.name or current.version.number},
    )
    return go(request, "console_releases", app.public_id)


def _percent(request: HttpRequest) -> int:
    """Return the share that the form says. Raises InvalidInput."""
    text = latin_digits(request.POST.get("percent", "")).strip().removesuffix("%").removesuffix("٪")
    if not text.isdecimal() or len(text) > 3:  # noqa: PLR2004  # 100 has three digits
        raise InvalidInput([Fault("#/percent", "must be a number from 1 to 100", "range")])
    return int(text)


def _say(request: HttpRequest, made: Release) -> None:
    if made.channel != Channel.PRODUCTION:
        text = _("Your team gets this version now.")
    elif made.state == State.FULL:
        text = _("Everyone gets this version now.")
    else:
        text = _("%(n)s percent of people get this version now.") % {"n": made.percent}
    flashes.success(request, text)
