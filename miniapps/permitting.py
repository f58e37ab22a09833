"""What a person allows an app while it runs: asked at the moment it is needed, kept like a consent.

Only what the version's manifest names can be asked for: the app's public record shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.problems import NotAllowed
from identity import consents
from miniapps import initdata, registration
from miniapps.capabilities import Permission
from miniapps.models import AppPerson, Launch


@dataclass(frozen=True)
class Standing:
    """How a permission stands in a launch: named by the manifest, asked before, in force."""

    declared: bool
    asked: bool
    granted: bool


def standing(launch: Launch, name: Permission) -> Standing:
    """Return how a permission stands for the launch's person."""
    wanted = (launch.version.manifest or {}).get("req_permissions", [])
    audience = launch.app_person.audience
    return Standing(
        declared=any(item.get("name") == name for item in wanted),
        asked=name in launch.app_person.asked,
        granted=name in consents.granted(launch.person, audience),
    )


@transaction.atomic
def answer(*, launch: Launch, name: Permission, granted: bool) -> Standing:
    """Keep what the person answered in the host's own question.

    A no takes nothing back: that is done in the account. Raises NotAllowed (not declared).
    """
    known = AppPerson.objects.select_for_update(of=["self"]).get(pk=launch.app_person_id)
    if not standing(launch, name).declared:
        raise NotAllowed
    if name not in known.asked:
        known.asked = sorted({*known.asked, name})
        known.save(update_fields=["asked"])
        launch.app_person.asked = known.asked
    if granted:
        consents.grant(person=launch.person, audience=launch.app_person.audience, scope=name)
    return standing(launch, name)


def contact(launch: Launch, *, now: datetime) -> str:
    """Return the person's name and number as Telegram's servers sign a shared contact.

    Raises NotAllowed without the consent ``phone``, or when the manifest does not name it.
    """
    state = standing(launch, "phone")
    if not (state.declared and state.granted):
        raise NotAllowed
    person = launch.person
    shared = {
        "user_id": launch.app_person.number,
        "phone_number": person.phone,
        "first_name": person.first_name or person.name,
        "last_name": person.last_name,
    }
    secret = registration.app_secret(launch.app)
    return initdata.sign_contact(shared, secret=secret, now=now)
