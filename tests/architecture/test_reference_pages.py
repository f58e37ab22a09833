"""Reference pages are made from the code, so what is committed must be what the code says now."""

import pytest

from config.reference.pages import FOLDER, PAGES
from config.reference.variables import VARIABLES
from core.problems import registered
from miniapps.bundle.rules import RULES


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(name):
    committed = (FOLDER / name).read_text(encoding="utf-8")

    assert committed == PAGES[name](), f"{name} is old: run `make docs`"


def test_nothing_is_explained_that_is_no_setting():
    page = PAGES["settings.md"]()

    assert [name for name in VARIABLES if f"| `{name}` |" not in page] == []


def test_every_problem_says_what_happened_and_what_to_do():
    PAGES["problems.md"]()  # imports every module of errors

    wanting = [code for code, one in registered().items() if not one.title or not one.remedy]

    assert wanting == []


def test_every_rule_stands_in_the_reference_of_findings():
    text = (FOLDER / "findings.md").read_text(encoding="utf-8")

    assert [rule for rule in RULES if f"`{rule}`" not in text] == []
