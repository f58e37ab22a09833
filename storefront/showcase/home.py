"""The first page: which cards stand in which row. Three queries, two for strangers.

One for everything that is the same for all (slots, collections, new, rising, top, shelves), one for
what is a person's own, one for all the cards. A row holds at most one thing of an owner, the page
at most two outside the editors' rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core.limits import (
    SHOWCASE_COLLECTIONS_MAX,
    SHOWCASE_NEW_FOR,
    SHOWCASE_NEW_SHOWN_MIN,
    SHOWCASE_ROW_CARDS,
    SHOWCASE_TOP_PEOPLE_MIN,
)
from identity.models import Person
from storefront.showcase import cards
from storefront.showcase.cards import Card
from storefront.showcase.models.editorial import in_language

PER_OWNER_MAX: Final = 2  # cards of one owner on the page, outside the editors' rows
_EVERYBODY: Final = """
select 'slot' as section, s.place::text as name, 0 as position, s.listing_id, s.public_id as id,
       s.title_fa, s.title_en, s.text_fa, s.text_en, s.is_paid
  from showcase_slot s where s.starts_at <= %(now)s and s.ends_at > %(now)s
union all
select 'collection', '', c.position * 100000 + c.id, i.listing_id, c.public_id,
       c.title_fa, c.title_en, c.about_fa, c.about_en, false
  from (select * from showcase_collection
         where starts_at <= %(now)s and (ends_at is null or ends_at > %(now)s)
         order by position, id limit %(collections)s) c
  cross join lateral (select * from showcase_collectionitem i where i.collection_id = c.id
                       order by i.position, i.id limit %(cards)s) i
union all
(select 'new', '', row_number() over (order by (shown >= %(shown)s), shown, id desc)::int, id,
        '', '', '', '', '', false
   from showcase_listing
  where is_open and listed_at > %(new_since)s
  order by (shown >= %(shown)s), shown, id desc limit %(pool)s)
union all
(select 'rising', '', row_number() over (order by trend desc, id desc)::int, id,
        '', '', '', '', '', false
   from showcase_listing where is_open and trend > 0 order by trend desc, id desc limit %(pool)s)
union all
(select 'top', '', row_number() over (order by score desc, id desc)::int, id,
        '', '', '', '', '', false
   from showcase_listing where is_open and people >= %(people)s
  order by score desc, id desc limit %(pool)s)
union all
select 'shelf', c.slug, c.position, null, '', c.title_fa, c.title_en, '', '', false
  from shops_category c where c.parent_id is null
order by 1, 3
"""
_OWN: Final = """
with taste as (
  select coalesce(max(t.recents_after), '-infinity') as recents_after,
         coalesce(bool_and(t.personal), true) as personal
    from showcase_taste t where t.person_id = %(person)s
), mine as materialized (
  select m.chat_id from messenger_membership m
   where m.person_id = %(person)s and (select personal from taste)
)
(select 'recent' as section, l.id, '' as detail, extract(epoch from p.last_opened_at) as weight
   from miniapps_appperson p join showcase_listing l on l.app_id = p.app_id
  where p.person_id = %(person)s and not p.preview
    and p.last_opened_at > (select recents_after from taste)
  order by p.last_opened_at desc limit 8)
union all
select 'pinned', p.listing_id, '', extract(epoch from p.at)
  from showcase_pin p where p.person_id = %(person)s
union all
(select 'because', k.listing_id, (array_agg(f.title order by k.likeness desc))[1],
        max(k.likeness)
   from mine join showcase_kin k on k.follows_id = mine.chat_id
   join messenger_chat f on f.id = k.follows_id
   join showcase_listing l on l.id = k.listing_id
   left join shops_shop s on s.id = l.shop_id
  where coalesce(l.channel_id, s.channel_id) not in (select chat_id from mine)
  group by k.listing_id order by max(k.likeness) desc limit %(pool)s)
order by weight desc
"""


@dataclass(frozen=True, slots=True)
class Feature:
    """What stands in a slot: a card under the editors' own words."""

    card: Card
    title: str
    text: str
    is_paid: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Cards under a title of the page's own (``kind``) or of an editor's collection."""

    kind: str
    cards: list[Card]
    title: str = ""
    text: str = ""
    id: str = ""


@dataclass
class Home:
    """Everything the page shows."""

    hero: Feature | None = None
    side: Feature | None = None
    strip: Feature | None = None
    own: list[Row] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    shelves: list[tuple[str, str]] = field(default_factory=list)  # slug, title

    @property
    def shown(self) -> set[int]:
        """The keys of the listings on the page, for the count of what was shown."""
        features = [one.card.key for one in (self.hero, self.side, self.strip) if one]
        return {*features, *(card.key for row in self.rows for card in row.cards)}


def home_of(person: Person | None, *, now: datetime) -> Home:
    """Return the page of a person, or everybody's, as it is at an instant."""
    public = _rows(_EVERYBODY, _asked(now))
    own = _rows(_OWN, {"person": person.pk, "pool": 3 * SHOWCASE_ROW_CARDS}) if person else []
    wanted = [row["listing_id"] for row in public if row["listing_id"]] + [row["id"] for row in own]
    known = cards.cards_of(wanted)
    home = Home(
        shelves=[
            (row["name"], in_language(row["title_fa"], row["title_en"]))
            for row in public
            if row["section"] == "shelf"
        ]
    )
    for row in public:
        if row["section"] == "slot" and row["listing_id"] in known:
            setattr(home, row["name"], _feature(row, known))
    home.own = _own_rows(own, known)
    home.rows = [*_computed(public, known), *_collections(public, known)]
    home.rows.sort(
        key=lambda row: ("because", "collection", "rising", "top", "new").index(row.kind)
    )
    return home


def _asked(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "new_since": now - SHOWCASE_NEW_FOR,
        "shown": SHOWCASE_NEW_SHOWN_MIN,
        "people": SHOWCASE_TOP_PEOPLE_MIN,
        "collections": SHOWCASE_COLLECTIONS_MAX,
        "cards": SHOWCASE_ROW_CARDS,
        "pool": 3 * SHOWCASE_ROW_CARDS,
    }


def _feature(row: dict[str, Any], known: dict[int, Card]) -> Feature:
    reason = cards.words_for("paid" if row["is_paid"] else "hero")
    return Feature(
        cards.because(known[row["listing_id"]], reason),
        in_language(row["title_fa"], row["title_en"]),
        in_language(row["text_fa"], row["text_en"]),
        row["is_paid"],
    )


def _own_rows(own: list[dict[str, Any]], known: dict[int, Card]) -> list[Row]:
    found = []
    for kind in ("pinned", "recent", "because"):
        shown = [
            cards.because(known[row["id"]], cards.words_for(kind, row["detail"]))
            for row in own
            if row["section"] == kind and row["id"] in known
        ]
        if kind == "because":
            shown = _one_of_each_owner(shown, Counter())
        if shown:
            found.append(Row(kind, shown))
    return found


def _computed(public: list[dict[str, Any]], known: dict[int, Card]) -> list[Row]:
    """Return the rows that formulas fill, newcomers last and from the least shown on."""
    on_page: Counter[str] = Counter()
    found = []
    for kind in ("rising", "top", "new"):
        reason = cards.words_for(kind)
        pool = [
            cards.because(known[row["listing_id"]], reason)
            for row in public
            if row["section"] == kind and row["listing_id"] in known
        ]
        shown = _one_of_each_owner(pool, on_page)
        if shown:
            found.append(Row(kind, shown))
    return found


def _one_of_each_owner(pool: Iterable[Card], on_page: Counter[str]) -> list[Card]:
    here: set[str] = set()
    shown: list[Card] = []
    for card in pool:
        if card.owner in here or on_page[card.owner] >= PER_OWNER_MAX:
            continue
        here.add(card.owner)
        on_page[card.owner] += 1
        shown.append(card)
        if len(shown) == SHOWCASE_ROW_CARDS:
            break
    return shown


def _collections(public: list[dict[str, Any]], known: dict[int, Card]) -> list[Row]:
    found: dict[str, Row] = {}
    for row in public:
        if row["section"] != "collection" or row["listing_id"] not in known:
            continue
        title = in_language(row["title_fa"], row["title_en"])
        text = in_language(row["text_fa"], row["text_en"])
        place = found.setdefault(row["id"], Row("collection", [], title, text, row["id"]))
        reason = cards.words_for("collection", title)
        place.cards.append(cards.because(known[row["listing_id"]], reason))
    return list(found.values())


def _rows(sql: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
