"""What the reference says of gateways and identifiers is all there is to say."""

import re

import pytest

from config.env import REPOSITORY
from sandbox_psp import control
from sandbox_psp.failures import FAILURES
from wallet import identifiers
from wallet.gateways import errors
from wallet.gateways.interface import Ability, PayoutState, State

GATEWAYS = (REPOSITORY / "docs/reference/gateways.md").read_text(encoding="utf-8")
IDENTIFIERS = (REPOSITORY / "docs/reference/identifiers.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*FAILURES, *State, *PayoutState, *Ability])
def test_every_failure_state_and_ability_is_explained(word):
    assert f"`{word}`" in GATEWAYS


@pytest.mark.parametrize(
    "name", [name for name, one in vars(errors).items() if name.startswith("Gateway") and isinstance(one, type)]
)  # fmt: skip
def test_every_exception_is_explained(name):
    assert f"`{name}`" in GATEWAYS


@pytest.mark.parametrize(
    "route", control.ROUTES, ids=lambda route: f"{route.method} {route.pattern}"
)
def test_every_control_is_listed_and_private(route):
    assert f"`{route.method} {route.pattern}" in GATEWAYS
    assert route.private


def test_every_reason_for_which_an_identifier_is_refused_is_listed():
    folder = REPOSITORY / "wallet/identifiers"
    text = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.py"))
    reasons = set(re.findall(r'(?:Bad\w+|refusal)\("([a-z-]+)"\)', text))

    assert len(reasons) >= 11
    assert [reason for reason in reasons if f"`{reason}`" not in IDENTIFIERS] == []


@pytest.mark.parametrize("name", [name for name in identifiers.__all__ if name.startswith("read_")])
def test_every_reader_is_listed(name):
    assert f"`{name}`" in IDENTIFIERS
