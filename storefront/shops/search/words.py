"""How a query is read: its words, one edit away, and the other keyboard. No rows, no framework.

A word typed on the wrong keyboard, with its half-space joined or split, or with one letter wrong,
is still that word; which of these it is, the vocabulary says (``vocabulary``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.limits import SEARCH_QUERY_CHARS_MAX, SEARCH_WORD_CHARS_MAX, SEARCH_WORDS_MAX
from core.text import fold, tight

# The same keys on a Latin keyboard and on the Persian one (ISIRI 9147).
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,\\`CH"
_PERSIAN: Final = "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپوپپژآ"
_TO_PERSIAN: Final = str.maketrans(_LATIN, _PERSIAN)
_TO_LATIN: Final = {
    ord(persian): latin.lower()
    for latin, persian in zip(_LATIN[:-4], _PERSIAN[:-4], strict=True)
} | {ord("ژ"): "c", ord("آ"): "h", ord("ئ"): "m", ord("و"): ","}  # fmt: skip
_TYPED_SHORTEST: Final = 3  # letters of a word that is looked for one edit away


@dataclass(frozen=True, slots=True)
class Term:
    """One word as it was typed: folded, its parts at half-spaces, and on the other keyboard."""

    joined: str
    parts: tuple[str, ...]
    other_keys: str

    @property
    def splits(self) -> list[tuple[str, str]]:
        """Every way to read the word as two words of two letters at least."""
        word = self.joined
        return [(word[:place], word[place:]) for place in range(2, len(word) - 1)]

    @property
    def spellings(self) -> list[str]:
        """The words that may be meant by it, to be looked for in the vocabulary."""
        return [
            self.joined,
            *self.parts,
            self.other_keys,
            *(one for two in self.splits for one in two),
        ]


def read(text: str) -> list[Term]:
    """Return the words of a query: the first few, each bounded, nothing that nobody sees."""
    seen = "".join(one if one.isprintable() or one == "\u200c" else " " for one in text)
    terms = []
    for chunk in seen[:SEARCH_QUERY_CHARS_MAX].split():
        joined = tight(chunk)[:SEARCH_WORD_CHARS_MAX]
        parts = tuple(part[:SEARCH_WORD_CHARS_MAX] for part in fold(chunk).split())
        other = tight(_on_other_keys(chunk))[:SEARCH_WORD_CHARS_MAX]
        if any(one.isalnum() for one in joined) or any(one.isalnum() for one in other):
            terms.append(Term(joined, parts, other if other != joined else ""))
    return terms[:SEARCH_WORDS_MAX]


def _on_other_keys(chunk: str) -> str:
    """Return what the same keys write on the other keyboard: «;jhf» is «کتاب»."""
    if chunk.isascii():
        kept = "".join(one if one in "CH" else one.lower() for one in chunk)
        return kept.translate(_TO_PERSIAN)
    return fold(chunk).translate(_TO_LATIN)


def one_letter_less(word: str) -> list[str]:
    """Return the word, and it without each of its letters: two words one edit apart meet in it."""
    if len(word) < _TYPED_SHORTEST:
        return [word]
    return [word, *{word[:place] + word[place + 1 :] for place in range(len(word))}]


def distance(one: str, other: str) -> int:
    """Return how many edits are between two words; two neighbours swapped are one edit (OSA)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        earlier, before, row = before, row, [place]
        for column, theirs in enumerate(other, 1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != theirs))
            swapped = (
                place > 1
                and column > 1
                and letter == other[column - 2]
                and one[place - 2] == theirs
            )
            if swapped:
                cost = min(cost, earlier[column - 2] + 1)
            row.append(cost)
    return row[-1]


def quoted(word: str) -> str:
    """Return a word as it stands in the text of a ``tsquery``, whatever it is made of."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
