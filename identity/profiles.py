"""What a person says about himself: name, language."""

from __future__ import annotations

import unicodedata

from django.conf import settings

from core.limits import NAME_CHARS_MAX
from core.problems import Fault, InvalidInput
from identity.models import Person

# Of the invisible characters only the half-space and the joiner of emoji mean something in a
# name; others would rewrite the line it stands in, or make two names look the same.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})
_KEPT = "\u200c\u200d"


def set_name(*, person: Person, first_name: str, last_name: str) -> Person:
    """Keep the name other people see. Raises InvalidInput with every fault."""
    first, last = _tidy(first_name), _tidy(last_name)
    faults = []
    if not first:
        faults.append(Fault("#/first_name", "must not be empty", "blank"))
    for pointer, text in (("#/first_name", first), ("#/last_name", last)):
        if len(text) > NAME_CHARS_MAX:
            detail = f"must be at most {NAME_CHARS_MAX} characters"
            faults.append(Fault(pointer, detail, "max_length"))
    if faults:
        raise InvalidInput(faults)
    person.first_name, person.last_name = first, last
    person.save(update_fields=["first_name", "last_name"])
    return person


def set_language(*, person: Person, language: str) -> Person:
    """Keep the language of the person's pages. Raises InvalidInput."""
    if language not in dict(settings.LANGUAGES):
        raise InvalidInput([Fault("#/language", "must be fa or en", "choice")])
    person.language = language
    person.save(update_fields=["language"])
    return person


def _tidy(text: str) -> str:
    """Return the name on one line without controls; a half-space is kept."""
    kept = "".join(
        " " if c.isspace() else c
        for c in text
        if c.isspace() or c in _KEPT or unicodedata.category(c) not in _INVISIBLE
    )
    return " ".join(word for word in kept.split() if word.strip(_KEPT))
