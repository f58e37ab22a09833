"""Founding a maker, and who belongs to it."""

import pytest

from core.problems import Conflict
from identity import makers
from identity.errors import LastOwner, NotInMaker
from identity.models import Maker, Person
from tests.people import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def sara() -> Person:
    return make_person("سارا")


@pytest.fixture
def studio(sara) -> Maker:
    return makers.found(person=sara, kind=Maker.Kind.ORGANISATION, name="استودیو")


def test_who_makes_for_himself_is_one_maker_however_often_he_asks(sara):
    first = makers.found(person=sara, kind=Maker.Kind.PERSON, name="سارا")

    assert makers.found(person=sara, kind=Maker.Kind.PERSON, name="سارا") == first
    assert makers.role_of(sara, first) == "owner"


def test_a_full_maker_takes_nobody_more_but_still_changes_roles(studio, sara, monkeypatch):
    monkeypatch.setattr(makers, "MAKER_MEMBERS_MAX", 2)
    dara, mina = make_person("دارا"), make_person("مینا")
    makers.set_member(maker=studio, phone=dara.phone, role="analyst", actor=sara)

    with pytest.raises(Conflict) as refused:
        makers.set_member(maker=studio, phone=mina.phone, role="analyst", actor=sara)
    assert refused.value.members["reason"] == "members-max"
    makers.set_member(maker=studio, phone=dara.phone, role="developer", actor=sara)

    assert makers.role_of(dara, studio) == "developer"
    assert makers.role_of(mina, studio) is None


def test_the_last_owner_neither_leaves_nor_steps_down(studio, sara):
    with pytest.raises(LastOwner):
        makers.remove_member(maker=studio, person=sara, actor=sara)
    with pytest.raises(LastOwner):
        makers.set_member(maker=studio, phone=sara.phone, role="analyst", actor=sara)

    assert makers.role_of(sara, studio) == "owner"


def test_a_role_opens_what_it_is_for_and_nothing_else(studio, sara):
    dara = make_person("دارا")
    makers.set_member(maker=studio, phone=dara.phone, role="analyst", actor=sara)

    assert makers.maker_of(dara, studio.public_id) == studio
    with pytest.raises(NotInMaker) as refused:
        makers.maker_of(dara, studio.public_id, right="upload")
    assert refused.value.members == {"needs": "upload"}
