"""Makers: becoming one, the apps of each, who belongs to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages as flashes
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core import rates
from core.limits import NAME_CHARS_MAX, PEOPLE_LOOKUPS_MAX, PEOPLE_LOOKUPS_PERIOD_S
from core.problems import Fault, InvalidInput, NotFound, Problem
from identity import makers, phones
from identity.errors import BadPhone
from identity.makers import RIGHTS, maker_of
from identity.models import Maker, MakerMember, Person
from identity.pages import person_of
from miniapps import icons
from miniapps.models import App, Release
from miniapps.pages.frame import form_page, go, page, show, step
from miniapps.pages.steps import IN_USE
from miniapps.pages.words import TONES, faults_by_field, problem_notice

Role = MakerMember.Role
CONTACT_CHARS_MAX = 200  # characters of the column


@page
def home(request: HttpRequest) -> HttpResponse:
    """``/console/``: one's makers with their apps; who has none is asked to become one."""
    person = person_of(request)
    memberships = list(
        MakerMember.objects.filter(person=person).select_related("maker").order_by("pk")
    )
    if not memberships:
        return show(request, "found.html", {"section": "apps", "given": {"kind": "person"}})
    by_maker: dict[int, list[dict[str, Any]]] = {}
    for entry in app_rows(App.objects.filter(maker__in=[m.maker_id for m in memberships])):
        by_maker.setdefault(entry["app"].maker_id, []).append(entry)
    shown = [
        {
            "maker": membership.maker,
            "role": membership.get_role_display(),
            "may_edit": "edit" in RIGHTS[membership.role],
            "apps": by_maker.get(membership.maker_id, []),
        }
        for membership in memberships
    ]
    return show(request, "home.html", {"section": "apps", "makers": shown})


def app_rows(apps: Any) -> Iterable[dict[str, Any]]:
    """Return what a list of apps shows of each, in two queries."""
    live = Release.objects.filter(channel=Release.Channel.PRODUCTION, state__in=IN_USE)
    rows = (
        apps.exclude(status=App.Status.DELETED)
        .prefetch_related(Prefetch("releases", live.select_related("version"), "live"))
        .order_by("-pk")
    )
    for app in rows:
        full = next((one for one in app.live if one.state == Release.State.FULL), None)
        yield {
            "app": app,
            "icon": icons.url_of(app),
            "tone": TONES[app.status],
            "live": full.version if full else None,
            "rolling": any(one.state == Release.State.ROLLING for one in app.live),
        }


@form_page
def found(request: HttpRequest) -> HttpResponse:
    """``/console/makers/new/``: become a maker, oneself or an organisation."""
    person = person_of(request)
    if request.method != "POST":
        mine = Maker.objects.filter(founder=person, kind=Maker.Kind.PERSON).exists()
        given = {"kind": "organisation" if mine else "person"}
        return show(request, "found.html", {"section": "makers", "given": given, "again": mine})
    given = {name: request.POST.get(name, "").strip() for name in ("kind", "name", "contact")}
    faults = _found_faults(given)
    if faults:
        context = {"section": "makers", "given": given, "faults": faults}
        return show(request, "found.html", context, status=InvalidInput.status)
    try:
        maker = makers.found(person=person, **given)
    except Problem as problem:
        context = {"section": "makers", "given": given, "refusal": problem_notice(problem)}
        return show(request, "found.html", context, status=problem.status)
    flashes.success(request, _("You make apps now. Register the first one."))
    return go(request, "console_maker", maker.public_id)


def _found_faults(given: dict[str, str]) -> dict[str, str]:
    faults = []
    if given["kind"] not in Maker.Kind.values:
        faults.append(Fault("#/kind", "must be person or organisation", "choice"))
    name = given["name"].replace("\u200c", "")
    if not 1 <= len(given["name"]) <= NAME_CHARS_MAX:
        faults.append(Fault("#/name", "must have 1 to 64 characters", "long"))
    elif not name.isprintable():
        faults.append(Fault("#/name", "holds a character that is not allowed", "characters"))
    if len(given["contact"]) > CONTACT_CHARS_MAX:
        faults.append(Fault("#/contact", "is too long", "long"))
    elif not given["contact"].isprintable():
        faults.append(Fault("#/contact", "holds a character that is not allowed", "characters"))
    return faults_by_field(InvalidInput(faults)) if faults else {}


@page
def maker(request: HttpRequest, maker_id: str) -> HttpResponse:
    """``/console/makers/<maker>/``: the maker's apps and members."""
    found_maker = maker_of(person_of(request), maker_id)
    return show(request, "maker.html", _maker_context(request, found_maker))


def _maker_context(request: HttpRequest, found_maker: Maker) -> dict[str, Any]:
    members = list(found_maker.memberships.select_related("person").order_by("pk"))
    person = person_of(request)
    mine = next(one for one in members if one.person_id == person.pk)
    owners = sum(one.role == Role.OWNER for one in members)
    return {
        "section": "makers",
        "maker": found_maker,
        "members": members,
        "is_last_owner": owners == 1,
        "may": dict.fromkeys(RIGHTS[mine.role], True),
        "role": mine.get_role_display(),
        "roles": [(role, label, _role_words(role)) for role, label in Role.choices],
        "apps": list(app_rows(App.objects.filter(maker=found_maker))),
    }


def _role_words(role: str) -> str:
    return {
        Role.OWNER: _("everything, members and keys too"),
        Role.DEVELOPER: _("uploads, submits and releases"),
        Role.ANALYST: _("looks, changes nothing"),
        Role.BILLING: _("looks, and cares for payments"),
    }[Role(role)]


@step
def set_member(request: HttpRequest, maker_id: str) -> HttpResponse:
    """Add a member by phone, or give one another role."""
    actor = person_of(request)
    found_maker = maker_of(actor, maker_id, right="members")
    member = request.POST.get("member")
    if member:
        phone = _member(found_maker, member).phone
    else:
        # The same count as in the messenger: nobody shall learn by trying who is here.
        rates.hit(
            "people-lookups",
            str(actor.pk),
            limit=PEOPLE_LOOKUPS_MAX,
            period_s=PEOPLE_LOOKUPS_PERIOD_S,
        )
        try:
            phone = phones.normalise(request.POST.get("phone", ""))
        except phones.NotAPhoneNumber:
            raise BadPhone from None
    made = makers.set_member(
        maker=found_maker, phone=phone, role=request.POST.get("role", ""), actor=actor
    )
    flashes.success(
        request,
        _("%(name)s is %(role)s now.")
        % {"name": made.person.name, "role": made.get_role_display()},
    )
    return go(request, "console_maker", found_maker.public_id, anchor="members")


@step
def remove_member(request: HttpRequest, maker_id: str) -> HttpResponse:
    """Take a member out; everybody may leave by himself."""
    actor = person_of(request)
    found_maker = maker_of(actor, maker_id)
    person = _member(found_maker, request.POST.get("member", ""))
    if person.pk != actor.pk:
        found_maker = maker_of(actor, maker_id, right="members")
    makers.remove_member(maker=found_maker, person=person, actor=actor)
    if person.pk == actor.pk:
        flashes.success(request, _("You have left «%(name)s».") % {"name": found_maker.name})
        return go(request, "console")
    flashes.success(request, _("%(name)s was removed.") % {"name": person.name})
    return go(request, "console_maker", found_maker.public_id, anchor="members")


def _member(found_maker: Maker, person_id: str) -> Person:
    """Return the person of a membership. Raises NotFound."""
    row = found_maker.memberships.select_related("person").filter(person__public_id=person_id)
    membership = row.first()
    if membership is None:
        raise NotFound
    return membership.person
