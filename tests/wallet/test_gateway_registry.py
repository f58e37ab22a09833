"""Gateways come from one setting, and a wrong one is found before the first payment."""

import ast
import json

import pytest
from django.core.checks import run_checks

from config import env
from config.env import REPOSITORY
from wallet import checks
from wallet.gateways import registry, sandbox
from wallet.gateways.errors import GatewayUnknown
from wallet.gateways.interface import Ability
from wallet.gateways.sadad import Sadad

SADAD = {
    "class": "wallet.gateways.sadad.Sadad", "base_url": "https://sadad.shaparak.ir", "merchant_id": "1",
    "terminal_id": "2", "key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}  # fmt: skip


def test_a_gateway_is_made_from_its_row(settings):
    settings.WALLET_GATEWAYS = {"melli": SADAD | {"titles": {"fa": "سداد"}}}

    gateway = registry.named("melli")

    assert isinstance(gateway, Sadad)
    assert (gateway.name, gateway.config.terminal_id) == ("melli", "2")
    assert (gateway.title("fa"), gateway.title("en")) == ("سداد", "melli")


def test_a_name_nobody_configured_is_unknown(settings):
    settings.WALLET_GATEWAYS = {}

    with pytest.raises(GatewayUnknown):
        registry.named("melli")


def test_gateways_are_found_by_what_they_can(settings):
    settings.WALLET_GATEWAYS = sandbox.rows("http://127.0.0.1:8091")

    assert [one.name for one in registry.able(Ability.PAY_IN)] == ["sandbox", "sandbox-zibal"]
    assert [one.name for one in registry.able(Ability.REVERSE)] == ["sandbox"]
    assert [one.name for one in registry.able(Ability.PAYOUT)] == ["sandbox-payouts"]


def test_no_key_stands_in_a_repr(settings):
    settings.WALLET_GATEWAYS = {"melli": SADAD}

    assert SADAD["key"] not in repr(registry.named("melli").config)


def test_tests_and_production_have_no_sandbox_by_themselves(settings):
    assert settings.WALLET_GATEWAYS == {}


def test_the_sandbox_outside_development_is_warned_of(settings):
    settings.WALLET_GATEWAYS = sandbox.rows("http://127.0.0.1:8091")

    settings.DEBUG = False
    assert [one.id for one in checks.the_sandbox_is_for_development()] == ["wallet.W001"]
    assert "wallet.W001" in [one.id for one in run_checks()]
    settings.DEBUG = True
    assert checks.the_sandbox_is_for_development() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None), ({"key": "x"}, "key is not"), ({"terminal_id": ""}, "terminal_id is empty"),
        ({"base_url": "http://sadad.shaparak.ir"}, "https"), ({"base_url": "sadad"}, "must look like"),
        ({"class": "wallet.gateways.sadad.Nothing"}, "cannot be made"), ({"clas": "x"}, "unknown entries: clas"),
        ({"base_url": "http://127.0.0.1:1", "sandbox": True}, None),
        ({"class": "wallet.gateways.zibal.Zibal", "merchant_id": ""}, "merchant_id is empty"),
        ({"class": "wallet.gateways.payouts.ShebaPayouts", "key": ""}, "key is empty"),
    ],
)  # fmt: skip
def test_a_gateway_that_could_only_fail_is_found_at_start(settings, change, words):
    settings.WALLET_GATEWAYS = {"melli": SADAD | change}

    found = checks.gateways_can_be_used()

    assert [one.id for one in found] == (["wallet.E001"] if words else [])
    assert words is None or words in found[0].msg
    assert all(SADAD["key"] not in one.msg for one in found)


def test_the_setting_is_json_by_name(monkeypatch):
    monkeypatch.setenv("BARNAMAK_GATEWAYS", json.dumps({"melli": SADAD}))

    assert env.table("BARNAMAK_GATEWAYS") == {"melli": SADAD}


@pytest.mark.parametrize("value", ["{", "[]", '{"melli": 1}', "null"])
def test_a_setting_that_is_no_table_stops_the_process(monkeypatch, value):
    monkeypatch.setenv("BARNAMAK_GATEWAYS", value)

    with pytest.raises(SystemExit, match="BARNAMAK_GATEWAYS"):
        env.table("BARNAMAK_GATEWAYS")


@pytest.mark.parametrize("package", ["gateways", "identifiers"])
def test_gateways_and_identifiers_know_no_books(package):
    """They import themselves, each other, money's words and the core: never ledger or models."""
    allowed = ("wallet.gateways", "wallet.identifiers", "wallet.money")
    found = set()
    for file in (REPOSITORY / "wallet" / package).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wallet"):
                found.add(str(node.module))
            if isinstance(node, ast.Import):
                found |= {one.name for one in node.names if one.name.startswith("wallet")}

    assert found
    assert {name for name in found if not name.startswith(allowed)} == set()
