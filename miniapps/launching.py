"""Opening an app: one Launch row, the version by release, what the page is told at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction

from core import audit, live, rates
from core.limits import LAUNCH_TTL, LAUNCHES_PER_MINUTE_MAX, START_PARAM_CHARS_MAX
from core.problems import Fault, InvalidInput, NotFound
from identity import consents, keys
from identity.models import Person, SigningKey
from messenger.models import Chat
from miniapps import initdata, pairwise, registration, releasing, routing
from miniapps.capabilities import ASKED_OF_PEOPLE, BROWSER_FEATURES, Permission
from miniapps.errors import AppUnavailable, LaunchEnded
from miniapps.models import App, AppPerson, Launch, Release, Version

WEB_APP_VERSION = "8.0"  # the Telegram API level the bridge speaks
PLATFORM = "web"
PIN_PARAMETER = "bnv"
OPEN_TO_ALL = (App.Status.LIVE, App.Status.UNLISTED)
START_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True)
class Wish:
    """A permission that the version asks for and the person has not been asked about yet."""

    name: str
    reason: str


def launch(
    *,
    person: Person,
    app: App,
    now: datetime,
    chat: Chat | None = None,
    source: str = "link",
    start_param: str = "",
) -> Launch:
    """Open the released version of an app for a person.

    The version is chosen by the release's percentage and stays the same for the person. Raises,
    the first that applies: TooManyRequests, InvalidInput (start parameter), AppUnavailable.
    """
    rates.hit("launches", str(person.pk), limit=LAUNCHES_PER_MINUTE_MAX, period_s=60)
    _refuse_bad_start(start_param)
    if not app.can_be_launched:
        raise AppUnavailable
    version = releasing.chosen_version(app, person, Release.Channel.PRODUCTION)
    if version is None:
        raise AppUnavailable
    channel = Release.Channel.PRODUCTION
    return _open(person, version, channel, app.label, now, chat, source, start_param)


def preview(
    *, person: Person, version: Version, now: datetime, source: str, start_param: str = ""
) -> Launch:
    """Open a version that is not released, on the preview origin.

    The caller has made sure that the person is of the maker's team or reviews this version.
    Raises TooManyRequests, InvalidInput, AppUnavailable (the version cannot be run).
    """
    rates.hit("launches", str(person.pk), limit=LAUNCHES_PER_MINUTE_MAX, period_s=60)
    _refuse_bad_start(start_param)
    if version.state != Version.State.READY or version.digest is None:
        raise AppUnavailable
    if version.app.status not in routing.OPEN_TO_TEAM:
        raise AppUnavailable(reason=version.app.status)
    label = routing.preview_label(version)
    return _open(person, version, Release.Channel.PREVIEW, label, now, None, source, start_param)


@transaction.atomic
def _open(  # noqa: PLR0917  (private, all of them needed)
    person: Person,
    version: Version,
    channel: str,
    label: str,
    now: datetime,
    chat: Chat | None,
    source: str,
    start_param: str,
) -> Launch:
    preview = channel != Release.Channel.PRODUCTION
    known = pairwise.person_in(version.app, person, preview=preview)
    AppPerson.objects.filter(pk=known.pk).update(last_opened_at=now)
    made = Launch.objects.create(
        app=version.app,
        version=version,
        label=label,
        person=person,
        app_person=known,
        chat=chat,
        source=source,
        channel=channel,
        start_param=start_param,
        expires_at=now + LAUNCH_TTL,
    )
    # The new row refers to the app's and waits for whoever holds that one. If it was suspended, or
    # the version blocked, meanwhile, this launch was not there yet to be ended: look once more.
    open_to = routing.OPEN_TO_TEAM if preview else OPEN_TO_ALL
    still = Version.objects.filter(
        pk=version.pk, state=Version.State.READY, app__status__in=open_to
    )
    if not still.exists():
        raise AppUnavailable
    return made


def launch_of(person: Person, launch_id: str) -> Launch:
    """Return the person's own launch with everything it needs. Raises NotFound."""
    found = (
        Launch.objects.select_related("app__maker", "version", "person", "app_person__app", "chat")
        .filter(public_id=launch_id, person=person)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def open_launch_of(person: Person, launch_id: str, *, now: datetime) -> Launch:
    """Return the person's launch if it is still open. Raises NotFound, LaunchEnded."""
    found = launch_of(person, launch_id)
    if found.ended_at is not None:
        raise LaunchEnded(reason=found.end_reason)
    if found.expires_at <= now:
        raise LaunchEnded(reason="expired")
    return found


@transaction.atomic
def end(*, launch: Launch, reason: str, now: datetime) -> None:
    """End a launch: its tokens are refused by introspection, its page is closed."""
    changed = Launch.objects.filter(pk=launch.pk, ended_at=None).update(
        ended_at=now, end_reason=reason
    )
    if changed:
        news = {"launch": launch.public_id, "reason": reason}
        live.publish_on_commit(f"launch.{launch.public_id}", "launch.ended", news)


def wishes(launch: Launch) -> list[Wish]:
    """Return what the person must be asked before the page starts."""
    wanted = (launch.version.manifest or {}).get("req_permissions", [])
    asked = set(launch.app_person.asked)
    return [
        Wish(name=item["name"], reason=item.get("reason", ""))
        for item in wanted
        if item["name"] in ASKED_OF_PEOPLE and item["name"] not in asked
    ]


@transaction.atomic
def answer_wishes(*, launch: Launch, granted: set[str]) -> None:
    """Remember what the person said to all that was asked; the rest counts as refused."""
    known = (
        AppPerson.objects.select_for_update(of=["self"])
        .select_related("app")
        .get(pk=launch.app_person_id)
    )
    asked = wishes(launch)
    granted = granted & {wish.name for wish in asked}
    for wish in asked:
        if wish.name in granted:
            consents.grant(
                person=launch.person, audience=launch.app_person.audience, scope=wish.name
            )
        known.asked = sorted({*known.asked, wish.name})
    known.save(update_fields=["asked"])
    launch.app_person = known
    audit.record(
        "miniapps.launch.consented", by=launch.person, of=launch.app, granted=sorted(granted)
    )


def origin_of(launch: Launch) -> str:
    """Return the origin the launch runs on."""
    return f"{settings.APPS_SCHEME}://{launch.label}.{settings.APPS_DOMAIN}"


def page_url(launch: Launch) -> str:
    """Return the address of the page, pinned to the version, without anything secret."""
    query = {PIN_PARAMETER: (launch.version.digest or "")[:16]}
    if launch.start_param:
        query["tgWebAppStartParam"] = launch.start_param
    return f"{origin_of(launch)}/?{urlencode(query)}"


def speaks_telegram(launch: Launch) -> bool:
    """Whether the build is written for Telegram or Bale and reads the fragment."""
    return bool({"telegram", "bale"} & set(launch.version.speaks))


def init_data(launch: Launch, *, now: datetime) -> str:
    """Return the signed initData of a launch (bridge reference §7)."""
    signer = keys.signer(SigningKey.Purpose.INIT_DATA)
    fields = {"user": initdata.compact(_user(launch))}
    if launch.chat is not None:
        fields["chat_type"] = {"direct": "private"}.get(launch.chat.kind, launch.chat.kind)
        fields["chat_instance"] = str(pairwise.chat_number(launch.app, launch.chat))
    fields["start_param"] = launch.start_param
    return initdata.sign(
        fields,
        app_number=launch.app.number,
        secret=registration.app_secret(launch.app),
        ed25519=signer.private.sign,
        now=now,
    )


def fragment(launch: Launch, *, theme_params: Mapping[str, str], now: datetime) -> str:
    """Return the fragment that Telegram's and Bale's scripts demand, in the usual order."""
    params = initdata.compact(theme_params)
    return (
        f"tgWebAppData={quote(init_data(launch, now=now), safe='')}"
        f"&tgWebAppVersion={WEB_APP_VERSION}&tgWebAppPlatform={PLATFORM}"
        f"&tgWebAppThemeParams={quote(params, safe='')}"
    )


def granted_features(launch: Launch) -> list[Permission]:
    """Return the permissions that open a browser feature in the frame: asked for and granted."""
    wanted = {item["name"] for item in (launch.version.manifest or {}).get("req_permissions", [])}
    granted = consents.granted(launch.person, launch.app_person.audience)
    return [
        name
        for name in BROWSER_FEATURES
        if name in wanted and (name in granted or name not in ASKED_OF_PEOPLE)
    ]


def profile(launch: Launch) -> dict[str, Any] | None:
    """Return what the page may know of the person at once, or None without consent."""
    if "profile" not in consents.granted(launch.person, launch.app_person.audience):
        return None
    return {
        "id": launch.app_person.number,
        "first_name": launch.person.first_name,
        "last_name": launch.person.last_name,
    }


def _user(launch: Launch) -> dict[str, Any]:
    """Return the ``user`` member; the name only with the person's consent."""
    user: dict[str, Any] = {"id": launch.app_person.number, "first_name": "کاربر"}
    if "profile" in consents.granted(launch.person, launch.app_person.audience):
        user["first_name"] = launch.person.first_name or launch.person.name
        user["last_name"] = launch.person.last_name
        user["username"] = launch.person.handle
    user["language_code"] = launch.person.language
    return user


def _refuse_bad_start(start_param: str) -> None:
    if len(start_param) > START_PARAM_CHARS_MAX or not set(start_param) <= START_CHARS:
        raise InvalidInput(
            [Fault("#/start_param", f"must be at most {START_PARAM_CHARS_MAX} of A-Z a-z 0-9 _ -")]
        )
