"""The host's screens: the messenger, a channel's and an app's public card, the account."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.ids import is_id
from core.limits import MESSAGE_CHARS_MAX, NAME_CHARS_MAX, START_PARAM_CHARS_MAX
from core.problems import InvalidInput, NotFound, Problem
from host import chat_apps
from host.words import messenger_words
from identity import consents, devices, profiles
from identity.models import Consent, Person
from identity.pages import person_of
from messenger import access, chats, listing, messages
from messenger.documents import message_document, person_document
from messenger.models import Membership
from miniapps.capabilities import ASKED_OF_PEOPLE
from miniapps.consent_texts import WORDS
from miniapps.models import PREVIEW_AUDIENCE, App
from miniapps.pages.asked import Asked, asked

_APP_NAME = re.compile(r"[a-z0-9_-]{1,64}")


@never_cache
@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """``/``: the list of chats."""
    return _messenger(request, person_of(request))


@never_cache
@login_required
@require_safe
def chat(request: HttpRequest, chat_id: str) -> HttpResponse:
    """``/chats/<id>/``: the list with one chat open. Raises NotFound to strangers."""
    person = person_of(request)
    membership = access.membership_of(person, chat_id)
    page = messages.history(membership.chat)
    opened = {
        "chat": listing.chat_for(person, membership),
        "page": {
            "items": [message_document(m, membership.chat.public_id) for m in page.messages],
            "more": page.more,
        },
    }
    return _messenger(request, person, opened=opened)


def _messenger(
    request: HttpRequest,
    person: Person,
    *,
    opened: dict[str, Any] | None = None,
    app: dict[str, Any] | None = None,
) -> HttpResponse:
    if not person.has_name:
        return HttpResponseRedirect("/signin/name/")
    page = listing.chats_of(person)
    boot = {
        "me": person_document(person),
        "chats": page.chats,
        "next_cursor": page.next_cursor,
        "open": opened,
        "app": app,
        "limits": {"message_chars": MESSAGE_CHARS_MAX},
        "words": messenger_words(),
    }
    return render(request, "host/messenger.html", {"boot": boot, "is_chat": opened is not None})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def channel(request: HttpRequest, handle: str) -> HttpResponse:
    """``/c/<handle>/``: a public channel; POST follows it."""
    found = access.public_channel(handle)
    if request.user.is_authenticated:
        person = person_of(request)
        if request.method == "POST":
            chats.join(channel=found, person=person)
        if Membership.objects.filter(chat=found, person=person).exists():
            return HttpResponseRedirect(f"/chats/{found.public_id}/")
    elif request.method == "POST":
        return HttpResponseRedirect(f"/signin/?next=/c/{found.handle}/")
    return render(request, "host/channel.html", {"channel": found})


@never_cache
@require_safe
def app(request: HttpRequest, name: str) -> HttpResponse:
    """``/a/<slug or id>?startapp=…``: opens the app, or shows its public card.

    Strangers, and everybody with ``?about=1``, see who made it and what it may do.
    """
    found = public_app(name)
    start_param = request.GET.get("startapp", "")[:START_PARAM_CHARS_MAX]
    wants_card = "about" in request.GET or not found.can_be_launched
    if request.user.is_authenticated and not wants_card:
        document = chat_apps.app_document(found)
        return _messenger(
            request, person_of(request), app={"app": document, "start_param": start_param}
        )
    wishes = _asked(found)
    context = {
        "app": found,
        "asked": wishes,
        "is_person_asked": any(wish.key in ASKED_OF_PEOPLE for wish in wishes.permissions),
        "next": request.get_full_path(),
        "open_path": f"/a/{found.slug}",
    }
    return render(request, "host/app.html", context)


def public_app(name: str) -> App:
    """Return an app that the world may know of. Raises NotFound."""
    wanted = {"public_id": name} if is_id(name, "app") else {"slug": name}
    if not _APP_NAME.fullmatch(name):
        raise NotFound
    known = [App.Status.LIVE, App.Status.UNLISTED, App.Status.SUSPENDED]
    found = App.objects.select_related("maker").filter(status__in=known, **wanted).first()
    if found is None:
        raise NotFound
    return found


def _asked(found: App) -> Asked:
    """Return what the version in production asks for, in plain words: the app's public record."""
    release = (
        found.releases.select_related("version")
        .filter(channel="production", state="full")
        .order_by("-pk")
        .first()
    )
    return asked(release.version) if release is not None else Asked()


@never_cache
@login_required
@require_safe
def apps(request: HttpRequest) -> HttpResponse:
    """``/apps/``: the mini-apps one may open."""
    person = person_of(request)
    text = request.GET.get("q", "")[:60]
    context = {
        "q": text,
        "recent": [] if text else list(chat_apps.recent_apps(person)),
        "found": chat_apps.find_apps(text),
    }
    return render(request, "host/apps.html", context)


# --- the account ----------------------------------------------------------------------------


@never_cache
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """``/account/``: name, language, theme, devices, what apps may know."""
    return render(request, "host/account.html", _account_context(request))


def _account_context(request: HttpRequest) -> dict[str, Any]:
    person = person_of(request)
    return {
        "person": person,
        "most": NAME_CHARS_MAX,
        "devices": devices.devices_of(person, now=timezone.now()),
        "session_key": request.session.session_key,
        "consents": _consents(person),
    }


def _consents(person: Person) -> list[dict[str, Any]]:
    """Return what each app may know or do: one entry an app, by its name."""
    rows = Consent.objects.filter(person=person, revoked_at=None).order_by("audience", "scope")
    by_app: dict[str, list[str]] = {}
    for row in rows:
        scopes = by_app.setdefault(row.audience.removesuffix(PREVIEW_AUDIENCE), [])
        if row.scope not in scopes:
            scopes.append(row.scope)
    known = App.objects.select_related("maker").filter(public_id__in=by_app)
    return [
        {
            "app": found,
            "scopes": [
                {"name": scope, "words": WORDS[scope]}
                for scope in by_app[found.public_id]
                if scope in WORDS
            ],
        }
        for found in known.order_by("name_fa")
    ]


@login_required
@require_POST
def change_name(request: HttpRequest) -> HttpResponse:
    """Keep a new name."""
    given = {name: request.POST.get(name, "") for name in ("first_name", "last_name")}
    try:
        profiles.set_name(person=person_of(request), **given)
    except InvalidInput:
        fault = _("Write your name, at most 64 letters.")
        context = _account_context(request) | {"fault": fault}
        return render(request, "host/account.html", context, status=InvalidInput.status)
    flashes.success(request, _("Your name was changed."))
    return HttpResponseRedirect("/account/")


@login_required
@require_POST
def end_device(request: HttpRequest) -> HttpResponse:
    """Sign one device out, or all others."""
    person, key = person_of(request), str(request.session.session_key)
    device = request.POST.get("device", "")
    try:
        if device == "others":
            devices.sign_out_others(person=person, session_key=key)
        else:
            devices.sign_out(person=person, device_id=device)
    except Problem:
        flashes.warning(request, _("That device was signed out already."))
    else:
        flashes.success(request, _("Signed out there."))
    return HttpResponseRedirect("/account/")


@login_required
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Take a permission back from an app."""
    audience, scope = request.POST.get("app", ""), request.POST.get("scope", "")
    if not is_id(audience, "app") or scope not in WORDS:
        raise NotFound
    now, person = timezone.now(), person_of(request)
    for given_to in (audience, f"{audience}{PREVIEW_AUDIENCE}"):
        consents.revoke(person=person, audience=given_to, scope=scope, now=now)
    flashes.success(request, _("The app may not do this any more."))
    return HttpResponseRedirect("/account/#apps")
