"""What the words of a query mean: one question to the vocabulary for all of them.

A word that shops write is taken as it is. One that nobody writes is looked for on the other
keyboard, then one edit away (``less``: words one edit apart share a form with one letter less, so
an index finds every one of them), then by trigrams two edits away for long words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.db import connection

from core.limits import SEARCH_GUESSES_MAX
from storefront.shops.search.words import Term, distance, one_letter_less, quoted, read

_LONG: Final = 6  # letters of a word in which two may be wrong
# What is near is looked for only where a word is written by nobody, on neither keyboard. Words are
# compared by the bytes, from and to: the index of trigrams knows "=" too, a hundred times slower.
_LOOKED_UP: Final = """
with known as materialized (
  select found.word, found.ndoc
    from unnest(%(spellings)s::text[]) typed(word) join shops_searchword found
      on found.word ~>=~ typed.word and found.word ~<=~ typed.word
), unknown as materialized (
  select typed.* from jsonb_to_recordset(%(typed)s::jsonb) typed(word text, other text, less text[])
   where not exists (select from known where known.word in (typed.word, typed.other))
)
select word, ndoc, 'known' as way from known
union all
(select word, ndoc, 'near' from shops_searchword
  where less && (select array_agg(one) from unknown, unnest(less) one)
    and exists (select from unknown)
  order by ndoc desc limit %(guesses)s)
union all
(select near.word, near.ndoc, 'far'
   from unknown cross join lateral (
     select word, ndoc from shops_searchword
      where length(unknown.word) >= %(long)s and shops_searchword.word !~ '[0-9]'
      order by shops_searchword.word <-> unknown.word limit 20) near)
"""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A query as it is asked of the index.

    ``tsquery`` is empty when nothing was typed. ``corrected`` is what was looked for in place of
    what was typed, empty when that was taken as it is.
    """

    typed: str
    tsquery: str = ""
    name: str = ""
    corrected: str = ""


class _Known:
    """What the vocabulary answered."""

    def __init__(self, rows: list[tuple[str, int, str]]) -> None:
        self.known = {word: ndoc for word, ndoc, way in rows if way == "known"}
        self.near = {word: ndoc for word, ndoc, way in rows if way == "near"} | self.known
        self.far = {word: ndoc for word, ndoc, way in rows if way == "far"}

    def closest(self, typed: str, *, edits: int) -> str:
        """Return the most used word so many edits away at most, the fewest edits first."""
        offered = self.near if edits == 1 else self.far
        found = [
            (distance(typed, word), -ndoc, word)
            for word, ndoc in offered.items()
            if word != typed and abs(len(word) - len(typed)) <= edits and len(word) > 1
        ]
        good = min((one for one in found if one[0] <= edits), default=None)
        return good[2] if good else ""


def meaning_of(text: str, *, exactly: bool = False) -> Meaning:
    """Read a query. ``exactly`` takes every word as it was typed. One query."""
    terms = read(text)
    if not terms:
        return Meaning(typed="")
    known = _look_up(terms)
    groups: list[str] = []
    said: list[str] = []
    for term in terms:
        alternatives, word = _meant(term, known, exactly=exactly)
        groups.append(alternatives)
        said.append(word)
    typed = " ".join(term.joined for term in terms)
    corrected = " ".join(said)
    return Meaning(
        typed=typed,
        tsquery=_with_pairs(terms, groups, known),
        name="".join(said),
        corrected=corrected if corrected != typed else "",
    )


def _look_up(terms: list[Term]) -> _Known:
    spellings = {spelling for term in terms for spelling in term.spellings if spelling}
    spellings |= {one.joined + two.joined for one, two in pairwise(terms)}
    typed = []
    for term in terms:
        words = [one for one in (term.joined, term.other_keys) if one]
        less = [less for one in words for less in one_letter_less(one)]
        typed.append({"word": term.joined, "other": term.other_keys, "less": less})
    asked: dict[str, Any] = {
        "spellings": sorted(spellings),
        "typed": json.dumps(typed, ensure_ascii=False),
        "long": _LONG,
        "guesses": SEARCH_GUESSES_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOOKED_UP, asked)
        return _Known(cursor.fetchall())


def _meant(term: Term, known: _Known, *, exactly: bool) -> tuple[str, str]:
    """Return what stands for a word in the tsquery, and the word that was taken for it."""
    split = [two for two in term.splits if all(one in known.known for one in two)]
    has_parts = len(term.parts) > 1 and all(part in known.known for part in term.parts)
    if exactly or term.joined in known.known or split or has_parts:
        return _either(term.joined, term.parts, split), term.joined
    if term.other_keys in known.known:
        return quoted(term.other_keys), term.other_keys
    guess = known.closest(term.joined, edits=1)
    if not guess and term.other_keys:
        guess = known.closest(term.other_keys, edits=1)
    if not guess and len(term.joined) >= _LONG:
        guess = known.closest(term.joined, edits=2)
    if guess:
        return quoted(guess), guess
    return _either(term.joined, term.parts, []), term.joined


def _either(joined: str, parts: tuple[str, ...], split: list[tuple[str, str]]) -> str:
    """Return the joined word or its parts side by side."""
    ways = {quoted(joined): None}
    for way in (parts, *split):
        if len(way) > 1:
            ways[f"({' <-> '.join(map(quoted, way))})"] = None
    return f"({' | '.join(ways)})"


def _with_pairs(terms: list[Term], groups: list[str], known: _Known) -> str:
    """Join the words with "and"; two that are also written as one word may stand as that one."""
    done: list[str] = []
    place = 0
    while place < len(groups):
        if place + 1 < len(groups):
            one = terms[place].joined + terms[place + 1].joined
            if one in known.known:
                done.append(f"(({groups[place]} & {groups[place + 1]}) | {quoted(one)})")
                place += 2
                continue
        done.append(groups[place])
        place += 1
    return " & ".join(done)


def completions(text: str, *, most: int) -> list[str]:
    """Return queries that begin with what was typed: the most written words first. One query."""
    terms = read(text)
    if not terms or text[-1:].isspace() or len(terms[-1].joined) < 2:  # noqa: PLR2004  (one letter says nothing)
        return []
    begun = terms[-1].joined
    before = " ".join(term.joined for term in terms[:-1])
    # Numbers of models are very many: they go on from a number only.
    which = "" if any(one.isdigit() for one in begun) else "and word !~ '[0-9]'"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""select word from shops_searchword where word like %s and word <> %s {which}
                order by ndoc desc, word limit %s""",  # noqa: S608  (ours)
            [
                begun.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%",
                begun,
                most,
            ],
        )
        words = [word for (word,) in cursor.fetchall()]
    return [f"{before} {word}".strip() for word in words]
