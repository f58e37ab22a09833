"""People with names, for every test that needs somebody.

    Sara    owns a maker                 Dara   her developer          Ana    her analyst
    Mina    a stranger to the maker      Reza   a reviewer             Roya   another reviewer
    Omid    an operator                  Saman  of support             Zahra  superuser
    Vida    a treasurer                  Kian   another treasurer

``from tests.people import *  # noqa: F403`` in a conftest.py gives the fixtures.
"""

import itertools

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from identity.models import Person

__all__ = [
    "ana", "dara", "kian", "make_person", "mina", "omid", "reza", "roya", "saman", "sara",
    "signed_in", "vida", "zahra",
]  # fmt: skip

_numbers = itertools.count(1)
BACKEND = "identity.backends.StaffPasswordBackend"


def make_person(name: str = "", *, role: str = "", **fields) -> Person:
    """A person with a phone of their own; ``role`` makes a member of staff with that role."""
    phone = f"+98912{next(_numbers):07d}"
    person = Person.objects.create_user(
        phone=phone,
        first_name=name or "بی‌نام",
        is_staff=bool(role) or bool(fields.get("is_superuser")),
        **fields,
    )
    if role:
        person.groups.add(Group.objects.get(name=role))
    return person


def signed_in(person: Person, **options) -> Client:
    """A browser in which the person is signed in, without the walk through the code."""
    client = Client(**options)
    client.force_login(person, backend=BACKEND)
    return client


@pytest.fixture
def sara(db) -> Person:
    return make_person("سارا")


@pytest.fixture
def dara(db) -> Person:
    return make_person("دارا")


@pytest.fixture
def ana(db) -> Person:
    return make_person("آنا")


@pytest.fixture
def mina(db) -> Person:
    return make_person("مینا")


@pytest.fixture
def reza(db) -> Person:
    return make_person("رضا", role="reviewer")


@pytest.fixture
def roya(db) -> Person:
    return make_person("رؤیا", role="reviewer")


@pytest.fixture
def omid(db) -> Person:
    return make_person("امید", role="operator")


@pytest.fixture
def saman(db) -> Person:
    return make_person("سامان", role="support")


@pytest.fixture
def vida(db) -> Person:
    return make_person("ویدا", role="treasurer")


@pytest.fixture
def kian(db) -> Person:
    return make_person("کیان", role="treasurer")


@pytest.fixture
def zahra(db) -> Person:
    return make_person("زهرا", is_superuser=True)
