"""What a rule is."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


def gettext_noop(message: str) -> str:
    """Mark a text for translation without needing a framework; gives it back unchanged."""
    return message


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: a stable id, how much it weighs, what is wrong and what to do (English msgids)."""

    id: str
    severity: Severity
    title: str
    fix: str
