"""Makers: founding one, its members and what each role may do."""

from __future__ import annotations

from django.db import transaction

from core import audit
from core.limits import MAKER_MEMBERS_MAX, MAKERS_PER_PERSON_MAX
from core.problems import Conflict, Fault, InvalidInput, NotFound
from identity.errors import LastOwner, NotInMaker, PersonUnknown, TooManyMakers
from identity.models import Maker, MakerMember, Person

Role = MakerMember.Role

RIGHTS: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({
        "see", "edit", "upload", "release", "keys", "members", "billing", "see_webhooks",
        "webhooks",
    }),
    Role.DEVELOPER: frozenset({"see", "edit", "upload", "release", "see_webhooks", "webhooks"}),
    Role.ANALYST: frozenset({"see", "see_webhooks"}),
    Role.BILLING: frozenset({"see", "billing"}),
}  # fmt: skip


def role_of(person: Person, maker: Maker) -> str | None:
    """Return the person's role at the maker, or None."""
    return (
        MakerMember.objects.filter(maker=maker, person=person)
        .values_list("role", flat=True)
        .first()
    )


def maker_of(person: Person, maker_id: str, *, right: str = "see") -> Maker:
    """Return the maker with this public id if the person is a member with ``right``.

    Raises NotFound for strangers (it does not tell whether the maker exists), NotInMaker for
    members whose role lacks the right.
    """
    membership = (
        MakerMember.objects.select_related("maker")
        .filter(person=person, maker__public_id=maker_id)
        .first()
    )
    if membership is None:
        raise NotFound
    if right not in RIGHTS[membership.role]:
        raise NotInMaker(needs=right)
    return membership.maker


@transaction.atomic
def found(*, person: Person, kind: str, name: str, contact: str = "") -> Maker:
    """Make the person a maker, alone or as an organisation, and its owner.

    A person has one maker of kind ``person``: founding it again returns it. Raises TooManyMakers.
    """
    Person.objects.select_for_update().get(pk=person.pk)
    mine = list(Maker.objects.filter(founder=person))
    for maker in mine:
        if kind == Maker.Kind.PERSON == maker.kind:
            return maker
    if len(mine) >= MAKERS_PER_PERSON_MAX:
        raise TooManyMakers(most=MAKERS_PER_PERSON_MAX)
    maker = Maker.objects.create(kind=kind, name=name, founder=person, contact=contact)
    MakerMember.objects.create(maker=maker, person=person, role=Role.OWNER)
    audit.record("identity.maker.founded", by=person, of=maker, kind=kind, name=name)
    return maker


@transaction.atomic
def set_member(*, maker: Maker, phone: str, role: str, actor: Person) -> MakerMember:
    """Add a person by phone (E.164) or change his role.

    Raises, the first that applies: InvalidInput, Conflict (a personal maker has one member),
    PersonUnknown, LastOwner.
    """
    if role not in RIGHTS:
        raise InvalidInput([Fault("#/role", "must be owner, developer, analyst or billing")])
    Maker.objects.select_for_update().get(pk=maker.pk)
    person = Person.objects.filter(phone=phone, is_active=True).first()
    if person is None:
        raise PersonUnknown
    if maker.kind == Maker.Kind.PERSON and person.pk != maker.founder_id:
        raise Conflict(reason="personal-maker")
    others = maker.memberships.exclude(person=person)
    if others.count() >= MAKER_MEMBERS_MAX:
        raise Conflict(reason="members-max", most=MAKER_MEMBERS_MAX)
    if role != Role.OWNER:
        _refuse_last_owner(maker, person)
    member, _made = MakerMember.objects.update_or_create(
        maker=maker, person=person, defaults={"role": role}
    )
    audit.record(
        "identity.maker_member.set", by=actor, of=maker, person=person.public_id, role=role
    )
    return member


@transaction.atomic
def remove_member(*, maker: Maker, person: Person, actor: Person) -> None:
    """Take a member out. Raises NotFound, LastOwner."""
    Maker.objects.select_for_update().get(pk=maker.pk)
    _refuse_last_owner(maker, person)
    gone, _rows = MakerMember.objects.filter(maker=maker, person=person).delete()
    if not gone:
        raise NotFound
    audit.record("identity.maker_member.removed", by=actor, of=maker, person=person.public_id)


def _refuse_last_owner(maker: Maker, person: Person) -> None:
    owners = list(maker.memberships.filter(role=Role.OWNER).values_list("person_id", flat=True))
    if owners == [person.pk]:
        raise LastOwner
