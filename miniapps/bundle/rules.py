"""Every rule by its id, and how a finding is put into words.

The ids are stable: makers, the API and the documents refer to them. Texts are English msgids;
``describe`` takes the caller's gettext, so this package knows no framework.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from miniapps.bundle import rules_archive, rules_content, rules_manifest
from miniapps.bundle.rule import Rule, Severity, gettext_noop

__all__ = ["RULES", "Described", "Rule", "Severity", "describe", "gettext_noop"]

RULES: dict[str, Rule] = {
    rule.id: rule for rule in (*rules_archive.RULES, *rules_content.RULES, *rules_manifest.RULES)
}
REASON = "reason"  # a fact that is itself a msgid


class Described(NamedTuple):
    """A finding in words: what is wrong and what to do."""

    title: str
    fix: str


def describe(
    rule: str, facts: Mapping[str, str | int], path: str, gettext: Callable[[str], str]
) -> Described:
    """Give the finding's sentences in the language of ``gettext``, its facts filled in."""
    values: dict[str, str | int] = {**facts, "path": path}
    if REASON in values:
        values[REASON] = gettext(str(values[REASON])) % values
    known = RULES[rule]
    return Described(gettext(known.title) % values, gettext(known.fix) % values)
