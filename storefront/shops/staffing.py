"""Who works in a shop: added by phone, given a role, taken out. The last owner stays.

Who writes for the shop writes in its channel: managers and content people are admins there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from core import audit, rates
from core.limits import PEOPLE_LOOKUPS_MAX, PEOPLE_LOOKUPS_PERIOD_S, STAFF_PER_SHOP_MAX
from core.problems import Fault, InvalidInput, NotFound
from identity.errors import PersonUnknown
from identity.models import Person
from messenger import chats
from messenger.models import Membership
from storefront.shops.access import Role
from storefront.shops.errors import LastShopOwner, TooManyStaff
from storefront.shops.models import Shop, Staff

IN_CHANNEL: Final[dict[str, str]] = {
    Role.OWNER: Membership.Role.OWNER,
    Role.MANAGER: Membership.Role.ADMIN,
    Role.CONTENT: Membership.Role.ADMIN,
    Role.CLERK: Membership.Role.MEMBER,
}


@transaction.atomic
def appoint(*, shop: Shop, phone: str, role: str, actor: Person, now: datetime) -> Staff:
    """Let the person with this phone (E.164) work in the shop, or change his role.

    Raises, the first that applies: InvalidInput, TooManyRequests, PersonUnknown, LastShopOwner,
    TooManyStaff.
    """
    if role not in Role.values:
        raise InvalidInput([Fault("#/role", "must be a role", "choice")])
    rates.hit(
        "people-lookups",
        str(actor.pk),
        limit=PEOPLE_LOOKUPS_MAX,
        period_s=PEOPLE_LOOKUPS_PERIOD_S,
    )
    person = Person.objects.filter(phone=phone, is_active=True).first()
    if person is None:
        raise PersonUnknown
    _lock(shop)
    there = Staff.objects.filter(shop=shop, person=person).first()
    if there is not None and there.role == role:
        return there
    if there is None and Staff.objects.filter(shop=shop).count() >= STAFF_PER_SHOP_MAX:
        raise TooManyStaff(most=STAFF_PER_SHOP_MAX)
    if role != Role.OWNER:
        _refuse_last_owner(shop, person)
    member, _made = Staff.objects.update_or_create(
        shop=shop, person=person, defaults={"role": role}, create_defaults={
            "role": role, "added_at": now,
        },
    )  # fmt: skip
    _place_in_channel(shop, person, role, actor, now)
    audit.record("shops.staff.appointed", by=actor, of=shop, person=person.public_id, role=role)
    return member


@transaction.atomic
def dismiss(*, shop: Shop, person: Person, actor: Person) -> None:
    """Take a person out of the shop; he stays a follower of its channel.

    Raises NotFound, LastShopOwner.
    """
    _lock(shop)
    _refuse_last_owner(shop, person)
    gone, _rows = Staff.objects.filter(shop=shop, person=person).delete()
    if not gone:
        raise NotFound
    if Membership.objects.filter(chat=shop.channel, person=person).exists():
        _set_role(shop, person, Membership.Role.MEMBER, actor)
    audit.record("shops.staff.dismissed", by=actor, of=shop, person=person.public_id)


def _place_in_channel(shop: Shop, person: Person, role: str, actor: Person, now: datetime) -> None:
    chats.add_member(chat=shop.channel, person=person, actor=actor, now=now)
    _set_role(shop, person, IN_CHANNEL[role], actor)


def _set_role(shop: Shop, person: Person, role: str, actor: Person) -> None:
    there = Membership.objects.get(chat=shop.channel, person=person)
    if there.role != role:
        chats.set_role(chat=shop.channel, person=person, role=role, actor=actor)


def _lock(shop: Shop) -> None:
    Shop.objects.select_for_update(of=("self",)).get(pk=shop.pk)


def _refuse_last_owner(shop: Shop, person: Person) -> None:
    owners = Staff.objects.filter(shop=shop, role=Role.OWNER)
    if list(owners.values_list("person_id", flat=True)[:2]) == [person.pk]:
        raise LastShopOwner
