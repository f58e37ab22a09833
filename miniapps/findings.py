"""A finding in words, in the language that is active now."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from miniapps.bundle.rules import RULES, describe
from miniapps.models import Finding
from miniapps.rulebook import CHECK_CRASHED

# Rules that are not the bundle's: the checker itself, and what reviewers look for.
OWN_RULES = {
    CHECK_CRASHED: (
        _("The check could not be finished"),
        _("Upload it again. If it stays, tell us the number of this version."),
    ),
    "review-content": (
        _("The content is not permitted or not right"),
        _("Change what the reviewer describes."),
    ),
    "review-function": (
        _("Something does not work as it should"),
        _("Mend what the reviewer describes and try it in the preview."),
    ),
    "review-listing": (
        _("The listing does not describe the mini-app"),
        _("Correct the name, icon or description."),
    ),
    "review-permission": (
        _("A permission or network address is not needed"),
        _("Leave it out of the manifest, or give the reason more exactly."),
    ),
    "review-security": (
        _("This endangers people or their data"),
        _("Change what the reviewer describes."),
    ),
}
REVIEW_RULES = tuple(rule for rule in OWN_RULES if rule != CHECK_CRASHED)


class Words(NamedTuple):
    """What is wrong and what to do."""

    title: str
    fix: str


def text_of(finding: Finding) -> Words:
    """Return the sentences of a finding, its facts filled in; a reviewer's own text comes first."""
    if finding.rule in OWN_RULES:
        title, fix = OWN_RULES[finding.rule]
        return Words(finding.text or str(title), str(fix))
    if finding.rule not in RULES:  # a rule that newer code has dropped
        return Words(finding.text or finding.rule, "")
    words = describe(finding.rule, finding.facts, finding.path, gettext)
    return Words(finding.text or words.title, words.fix)
