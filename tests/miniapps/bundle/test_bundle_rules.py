"""Rules, their words, their translations, the schema and the documents agree."""

import json
import re
from pathlib import Path

import jsonschema
import polib
import pytest

from miniapps import capabilities
from miniapps.bundle import RULES, confined, describe, jsontext, manifest, origins, schema
from miniapps.bundle.reference import findings_page

ROOT = Path(__file__).resolve().parents[3]
PO = ROOT / "miniapps" / "locale" / "fa" / "LC_MESSAGES" / "django.po"
PLACES = re.compile(r"%\((\w+)\)s")
REASONS = (*origins.REASONS, *jsontext.REASONS, *manifest.REASONS, *confined.REASONS)
TEXTS = [text for rule in RULES.values() for text in (rule.title, rule.fix)]


@pytest.fixture(scope="module")
def persian() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(PO)) if not entry.obsolete}


@pytest.mark.parametrize("text", dict.fromkeys([*TEXTS, *REASONS]))
def test_every_text_is_in_persian_and_keeps_its_places(text, persian):
    translation = persian.get(text, "")

    assert translation
    assert sorted(PLACES.findall(translation)) == sorted(PLACES.findall(text))
    assert "!" not in translation


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_every_rule_can_be_put_into_words(rule):
    facts = dict.fromkeys(PLACES.findall(rule.title + rule.fix), "x") | {"expected": "y"}

    described = describe(rule.id, facts, "a.js", str)

    assert "%" not in described.title + described.fix
    assert described.title.rstrip("”.").strip()


def test_a_reason_is_translated_before_it_is_filled_in():
    facts = {"pointer": "/dir", "reason": manifest.WRONG_CHOICE, "expected": "ltr, rtl"}

    described = describe("manifest-value", facts, "manifest.json", str)

    assert described.title == "“/dir” in the manifest is not valid: it must be one of: ltr, rtl."


def test_every_signature_is_a_rule_or_a_hint():
    text = (ROOT / "miniapps" / "bundle" / "signatures.yar").read_text("utf-8")
    names = re.findall(r"^rule (\w+)", text, re.MULTILINE)

    found = {name for name in names if not name.startswith(("hint_", "speaks_"))}
    assert {name.replace("_", "-") for name in found} <= set(RULES)


def test_the_reference_of_findings_is_made_from_the_rules():
    written = (ROOT / "docs" / "reference" / "findings.md").read_text("utf-8")

    assert written == findings_page(), (
        "run: python -m miniapps.bundle.reference > docs/reference/findings.md"
    )
    assert sorted(re.findall(r"^### `([a-z0-9-]+)`", written, re.MULTILINE)) == sorted(RULES)


def test_every_member_of_the_schema_stands_in_the_reference():
    reference = (ROOT / "docs" / "reference" / "manifest.md").read_text("utf-8")

    for member in schema()["properties"]:
        assert f"`{member}`" in reference, member
    for name in (*capabilities.PERMISSIONS, *capabilities.RELAXATIONS, *capabilities.NETWORK_KINDS):
        assert f"`{name}`" in reference, name


def test_the_schema_is_a_schema_and_its_lists_are_the_house_lists():
    document = schema()
    jsonschema.Draft202012Validator.check_schema(document)

    members = document["properties"]
    permission = members["req_permissions"]["items"]["properties"]["name"]["enum"]
    extension = members["barnamak"]["properties"]
    assert tuple(permission) == capabilities.PERMISSIONS
    assert tuple(extension["relaxations"]["properties"]) == capabilities.RELAXATIONS
    assert tuple(extension["network"]["properties"]) == capabilities.NETWORK_KINDS
    assert document["additionalProperties"] is False


def test_the_manifests_of_the_reference_are_accepted():
    reference = (ROOT / "docs" / "reference" / "manifest.md").read_text("utf-8")
    examples = re.findall(r"```json\n(.+?)```", reference, re.DOTALL)

    assert examples
    for example in examples:
        jsonschema.Draft202012Validator(schema()).validate(json.loads(example))
