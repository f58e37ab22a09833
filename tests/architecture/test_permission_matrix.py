"""Every address × every role answers what the table says; no address is missing from it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from tests.architecture.permission_matrix import (
    ROLES,
    World,
    addresses,
    make_world,
    read_table,
    try_one,
    write_table,
)

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST")
METHOD_NOT_ALLOWED = 405
WRITES_TABLE = os.environ.get("MATRIX") == "write"


@pytest.fixture
def _django_db_helper() -> None:
    """Leave out pytest-django's transaction for each test: ``world`` has one for the module."""


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    place: Path = tmp_path_factory.mktemp("matrix")
    folders = override_settings(STORE=place / "store", PRIVATE_UPLOADS=place / "uploads")
    with folders, django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def answers(world: World, address: str, method: str, roles: tuple[str, ...] = ROLES) -> list[int]:
    """The status for each role; what a request changes is undone before the next."""
    statuses = []
    for role in roles:
        with transaction.atomic():
            statuses.append(try_one(world, address, method, role))
            transaction.set_rollback(True)
    return statuses


@pytest.mark.skipif(not WRITES_TABLE, reason="writes the table only when asked: MATRIX=write")
def test_write_the_table(world):
    table = {}
    for address in addresses():
        for method in METHODS:
            statuses = answers(world, address, method)
            if set(statuses) != {METHOD_NOT_ALLOWED}:
                table[address, method] = statuses

    write_table(table)


def test_every_address_is_in_the_table():
    listed = {address for address, _method in read_table()}

    assert listed == set(addresses())


def test_nothing_in_the_table_is_a_fault_of_ours():
    assert not [entry for entry, statuses in read_table().items() if max(statuses) >= 500]


def test_whoever_has_not_signed_in_changes_nothing():
    """An anonymous POST never succeeds but where one signs in or chooses a language."""
    open_to_all = {
        address
        for (address, method), statuses in read_table().items()
        if method == "POST" and statuses[0] < 300
    }

    assert open_to_all <= {"/signin/", "/signin/code/", "/signin/name/", "/admin/login/"}


@pytest.mark.parametrize(("address", "method"), sorted(read_table()), ids=str)
def test_the_address_answers_each_role_as_the_table_says(world, address, method):
    expected = dict(zip(ROLES, read_table()[address, method], strict=True))

    assert dict(zip(ROLES, answers(world, address, method), strict=True)) == expected


HEAD_ROLES = ("anonymous", "owner", "superuser")  # a stranger, a person, and who may see all
DJANGOS_OWN_HEAD = {"/admin/login/"}  # leads on those who are in by GET only


@pytest.mark.parametrize(
    "address",
    sorted({address for address, method in read_table() if method == "GET"} - DJANGOS_OWN_HEAD),
)
def test_whoever_may_read_may_ask_for_the_headers_alone(world, address):
    expected = dict(zip(ROLES, read_table()[address, "GET"], strict=True))

    for role, status in zip(HEAD_ROLES, answers(world, address, "HEAD", HEAD_ROLES), strict=True):
        assert status == expected[role], role
