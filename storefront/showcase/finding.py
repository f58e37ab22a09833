"""One search over apps, shops, products and channels. Three queries: words, names, products."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import Case, F, IntegerField, Q, Value, When

from core.limits import SEARCH_SUGGESTIONS_MAX, SHOWCASE_FOUND_MAX
from core.text import tight
from storefront.shops.search import products, vocabulary
from storefront.shops.search.products import Found, Wanted
from storefront.shops.search.vocabulary import Meaning
from storefront.showcase import cards
from storefront.showcase.cards import Card
from storefront.showcase.listings import is_public

KINDS: Final = ("products", "apps", "shops", "channels")
_KIND_OF: Final = {"apps": "app", "shops": "shop", "channels": "channel"}
_SHORTEST: Final = 2  # letters from which a name is looked for in the middle of others


@dataclass
class Answer:
    """What a search found. ``meaning.corrected`` says what was looked for instead."""

    meaning: Meaning
    cards: list[Card] = field(default_factory=list)
    products: Found = field(default_factory=lambda: Found([]))


def find(
    text: str, wanted: Wanted, *, kind: str = "", after: str = "", exactly: bool = False
) -> Answer:
    """Search for a text; ``kind`` is one of KINDS or empty for all. Three queries at most.

    The filters and the sort are the products'; apps, shops and channels are found by name.
    """
    answer = Answer(vocabulary.meaning_of(text, exactly=exactly))
    if kind in ("", "products"):
        answer.products = products.find(answer.meaning, wanted, after=after)
    if kind != "products" and not after and answer.meaning.typed:
        answer.cards = _named(answer.meaning, _KIND_OF.get(kind, ""))
    return answer


def _named(meaning: Meaning, kind: str) -> list[Card]:
    """Return what bears the name: exactly so, beginning so, holding it, speaking of it."""
    names = {tight(meaning.typed), meaning.name}
    matched = Q(tsv=SearchQuery(meaning.tsquery, config="simple", search_type="raw"))
    for name in names:
        if len(name) >= _SHORTEST:
            matched |= Q(words__contains=name)
    begins = Q()
    for name in names:
        begins |= Q(name__startswith=name)
    rows = cards.rows().filter(matched, is_open=True)
    if kind:
        rows = rows.filter(kind=kind)
    rows = rows.annotate(
        near=Case(
            When(name__in=names, then=Value(2)), When(begins, then=Value(1)), default=Value(0),
            output_field=IntegerField(),
        ),
        fits=SearchRank(
            F("tsv"), SearchQuery(meaning.tsquery, config="simple", search_type="raw")
        ),
    ).order_by("-near", "-fits", "-score", "-id")  # fmt: skip
    most = SHOWCASE_FOUND_MAX * (2 if kind else 1)
    return [cards.card_of(one) for one in rows[:most] if is_public(one)]


@dataclass(frozen=True)
class Suggestions:
    """What may be meant while somebody types: things by name, and whole queries."""

    cards: list[Card]
    queries: list[str]


def suggest(text: str) -> Suggestions:
    """Return names that begin so, then queries that go on so. Two queries."""
    name = tight(text)[:40]
    if len(name) < _SHORTEST:
        return Suggestions([], [])
    rows = cards.rows().filter(is_open=True, name__startswith=name).order_by("-score", "-id")
    found = [cards.card_of(one) for one in rows[:4] if is_public(one)]
    most = SEARCH_SUGGESTIONS_MAX - len(found)
    return Suggestions(found, vocabulary.completions(text, most=most))
