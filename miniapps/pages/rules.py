"""``/console/rules/``: every rule of the check, what it says and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from miniapps.bundle import rules_archive, rules_content, rules_manifest
from miniapps.findings import OWN_RULES
from miniapps.pages.frame import page, show
from miniapps.pages.words import rule_words


@page
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules in their groups; each has its id as an anchor."""
    groups = [
        ("archive", [(rule.id, rule.severity) for rule in rules_archive.RULES]),
        ("content", [(rule.id, rule.severity) for rule in rules_content.RULES]),
        ("manifest", [(rule.id, rule.severity) for rule in rules_manifest.RULES]),
        ("review", [(rule, "note") for rule in OWN_RULES]),
    ]
    shown = [
        {
            "name": name,
            "rules": [
                dict(zip(("title", "fix"), rule_words(rule), strict=True))
                | {"id": rule, "severity": severity}
                for rule, severity in members
            ],
        }
        for name, members in groups
    ]
    return show(request, "rules.html", {"section": "rules", "groups": shown})
