"""What an inspection says: findings, file facts and the report that holds them."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from miniapps.bundle.rules import RULES, Severity

FACT_CHARS_MAX = 200  # characters of one fact; a finding must never carry the attack itself
PATH_CHARS_MAX = 300  # characters of a path as it is shown
Dialect = Literal["telegram", "bale", "barnamak"]
MORE = "more-of-the-same"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. ``rule`` is an id of ``rules.RULES``; ``facts`` fill in its sentences."""

    rule: str
    severity: Severity
    path: str
    line: int | None
    facts: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file of an accepted bundle: its place, its content's hash and how it is served."""

    path: str
    sha256: str
    size_bytes: int
    media_type: str


@dataclass(slots=True)
class Hints:
    """What the build says about itself, for the form that stands in for a manifest."""

    title: str = ""
    lang: str = ""
    dir: str = ""
    description: str = ""
    icons: list[dict[str, str]] = field(default_factory=list)
    origins: dict[str, list[str]] = field(
        default_factory=lambda: {"connect": [], "img": [], "media": [], "font": []}
    )


@dataclass(slots=True)
class Report:
    """The whole answer to one upload. ``files`` and ``digest`` are empty unless accepted."""

    findings: list[Finding] = field(default_factory=list)
    manifest: dict[str, Any] | None = None
    files: list[FileFacts] = field(default_factory=list)
    digest: str = ""
    speaks: set[Dialect] = field(default_factory=set)
    relaxations: list[str] = field(default_factory=list)
    accepted: bool = False
    stripped: str = ""
    hints: Hints = field(default_factory=Hints)

    def as_document(self) -> dict[str, Any]:
        """Plain JSON values, for a database column or another process."""
        document = asdict(self)
        document["speaks"] = sorted(self.speaks)
        return document

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Report":
        """Read what ``as_document`` wrote."""
        return cls(
            findings=[Finding(**finding) for finding in document["findings"]],
            manifest=document["manifest"],
            files=[FileFacts(**facts) for facts in document["files"]],
            digest=document["digest"],
            speaks=set(document["speaks"]),
            relaxations=list(document["relaxations"]),
            accepted=document["accepted"],
            stripped=document["stripped"],
            hints=Hints(**document["hints"]),
        )

    def as_json(self) -> str:
        """Write the document as one line of JSON."""
        return json.dumps(self.as_document(), ensure_ascii=False)


class Findings:
    """Collects findings; after ``per_rule_max`` of one rule it only counts."""

    def __init__(self, per_rule_max: int) -> None:
        self._per_rule_max = per_rule_max
        self._found: list[Finding] = []
        self._seen: Counter[str] = Counter()
        self._keys: set[tuple[str, str, int | None, tuple[tuple[str, str | int], ...]]] = set()
        self.has_errors = False

    def add(self, rule: str, path: str = "", line: int | None = None, **facts: str | int) -> None:
        """Note that ``rule`` applies; the same finding twice counts once."""
        severity = RULES[rule].severity
        self.has_errors |= severity == "error"
        if self._seen[rule] >= self._per_rule_max:
            self._seen[rule] += 1
            return
        clean: dict[str, str | int] = {name: printable(value) for name, value in facts.items()}
        shown = shown_path(path)
        key = (rule, shown, line, tuple(sorted(clean.items())))
        if key in self._keys:
            return
        self._keys.add(key)
        self._seen[rule] += 1
        self._found.append(Finding(rule, severity, shown, line, clean))

    def closed(self) -> list[Finding]:
        """All findings, errors first, in reading order, with what was not listed counted."""
        found = list(self._found)
        for rule, count in self._seen.items():
            if count > self._per_rule_max:
                more: dict[str, str | int] = {"rule": rule, "count": count - self._per_rule_max}
                found.append(Finding(MORE, RULES[rule].severity, "", None, more))
        order = {"error": 0, "warning": 1, "note": 2}
        return sorted(
            found, key=lambda it: (order[it.severity], it.rule == MORE, it.path, it.line or 0)
        )


def printable(value: str | int) -> str | int:
    """Give a fact as it may be shown and stored: short, no control or invisible characters."""
    return value if isinstance(value, int) else _escaped(value, FACT_CHARS_MAX)


def shown_path(path: str) -> str:
    """Give a path as it may be shown and stored."""
    return _escaped(path, PATH_CHARS_MAX)


def _escaped(text: str, chars_max: int) -> str:
    cut = text[: chars_max + 1]
    safe = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in cut
    )
    return safe if len(safe) <= chars_max else safe[: chars_max - 1] + "…"
