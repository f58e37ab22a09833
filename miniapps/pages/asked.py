"""What a version asks for, in words: permissions, network addresses, loosened rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from miniapps.consent_texts import WORDS
from miniapps.models import Version
from miniapps.pages.words import NETWORK, RELAXATIONS


@dataclass(frozen=True)
class Wish:
    """One thing a version asks for. ``key`` tells whether two versions ask for the same."""

    kind: str
    key: str
    title: str | Promise
    meaning: str | Promise
    icon: str
    reason: str = ""


@dataclass
class Asked:
    """Everything a version asks for."""

    permissions: list[Wish] = field(default_factory=list)
    origins: list[Wish] = field(default_factory=list)
    relaxations: list[Wish] = field(default_factory=list)

    @property
    def all(self) -> list[Wish]:
        """All wishes, the strongest last."""
        return [*self.permissions, *self.origins, *self.relaxations]


def asked(version: Version) -> Asked:
    """Return what the version's manifest asks for; nothing for one that was never accepted."""
    manifest: dict[str, Any] = version.manifest or {}
    found = Asked()
    for wish in manifest.get("req_permissions", []):
        words = WORDS.get(wish["name"])
        if words is not None:
            found.permissions.append(
                Wish(
                    "permission", wish["name"], words.title, words.meaning, words.icon,
                    wish.get("reason", ""),
                )
            )  # fmt: skip
    ours = manifest.get("barnamak", {})
    for kind, title in NETWORK.items():
        for origin in ours.get("network", {}).get(kind, []):
            found.origins.append(Wish("origin", f"{kind} {origin}", title, origin, "globe"))
    reasons = ours.get("relaxations", {})
    for name in version.relaxations:
        title, meaning = RELAXATIONS.get(name, (name, ""))
        reason = reasons.get(name, "")
        found.relaxations.append(Wish("relaxation", name, title, meaning, "shield-alert", reason))
    return found
