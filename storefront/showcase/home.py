"""The first page: which cards stand in which row. Three queries, two for strangers.

One for everything that is the same for all (slots, collections, the rows of formulas as
``showcase.front`` has chosen them, shelves), one for what is a person's own, one for the cards of
slots, collections and his own rows. What it reads does not grow with what there is to choose from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from core.limits import SHOWCASE_COLLECTIONS_MAX, SHOWCASE_ROW_CARDS
from identity.models import Person
from storefront.showcase import cards, front
from storefront.showcase.cards import Card
from storefront.showcase.models.editorial import in_language

# A card of a front stands as it was drawn; whether it may still be seen is asked of the thing: of
# an app or a channel by its key, of shops whether they are among the few that are closed.
_EVERYBODY: Final = """
select 'slot' as section, s.place::text as name, 0 as position, s.listing_id, s.public_id as id,
       s.title_fa, s.title_en, s.text_fa, s.text_en, s.is_paid, null::jsonb as facts
  from showcase_slot s where s.starts_at <= %(now)s and s.ends_at > %(now)s
union all
select 'collection', '', c.position * 100000 + c.id, i.listing_id, c.public_id,
       c.title_fa, c.title_en, c.about_fa, c.about_en, false, null
  from (select * from showcase_collection
         where starts_at <= %(now)s and (ends_at is null or ends_at > %(now)s)
         order by position, id limit %(collections)s) c
  cross join lateral (select * from showcase_collectionitem i where i.collection_id = c.id
                       order by i.position, i.id limit %(cards)s) i
union all
select front.kind, '', kept.place::int, null, '', '', '', '', '', false, kept.facts
  from showcase_front front
  cross join lateral jsonb_array_elements(front.cards) with ordinality kept(facts, place)
 where case kept.facts ->> 'kind'
       when 'shop' then not exists (
         select from shops_shop s where s.id = (kept.facts ->> 'thing')::int
            and s.status not in ('open', 'paused'))
       when 'app' then coalesce((select a.status = 'live' from miniapps_app a
                                  where a.id = (kept.facts ->> 'thing')::bigint), false)
       else coalesce((select c.handle is not null from messenger_chat c
                       where c.id = (kept.facts ->> 'thing')::bigint), false) end
union all
select 'shelf', c.slug, c.position, null, '', c.title_fa, c.title_en, '', '', false, null
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
), kin as materialized (
  select k.listing_id, max(k.likeness) as likeness,
         (array_agg(k.follows_id order by k.likeness desc))[1] as follows_id
    from mine cross join lateral (
      select * from showcase_kin where follows_id = mine.chat_id limit 6) k
   where k.chat_id not in (select chat_id from mine)
   group by k.listing_id order by max(k.likeness) desc limit %(pool)s
)
(select 'recent' as section, l.id, '' as detail, extract(epoch from p.last_opened_at) as weight
   from (select * from miniapps_appperson p
          where p.person_id = %(person)s and not p.preview
            and p.last_opened_at > (select recents_after from taste)
          order by p.last_opened_at desc limit 8) p
   cross join lateral (select id from showcase_listing where app_id = p.app_id) l)
union all
select 'pinned', p.listing_id, '', extract(epoch from p.at)
  from showcase_pin p where p.person_id = %(person)s
union all
select 'because', kin.listing_id, (select title from messenger_chat where id = kin.follows_id),
       kin.likeness
  from kin
order by weight desc
"""
_POOL: Final = SHOWCASE_ROW_CARDS + 6  # of what those he follows are followed with: some are closed


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
    public = _rows(
        _EVERYBODY,
        {"now": now, "collections": SHOWCASE_COLLECTIONS_MAX, "cards": SHOWCASE_ROW_CARDS},
    )
    own = _rows(_OWN, {"person": person.pk, "pool": _POOL}) if person else []
    wanted = [row["listing_id"] for row in public if row["listing_id"]] + [row["id"] for row in own]
    known = cards.cards_of(wanted) if wanted else {}
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
    home.rows = [*_computed(public), *_collections(public, known)]
    home.rows.sort(
        key=lambda row: ("because", "collection", "rising", "top", "new").index(row.kind)
    )
    return home


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
            of_owner: dict[str, Card] = {}
            for card in shown:
                of_owner.setdefault(card.owner, card)
            shown = list(of_owner.values())[:SHOWCASE_ROW_CARDS]
        if shown:
            found.append(Row(kind, shown))
    return found


def _computed(public: list[dict[str, Any]]) -> list[Row]:
    """Return the rows that formulas fill, newcomers last and from the least shown on."""
    found = []
    for kind in front.KINDS:
        reason = cards.words_for(kind)
        shown = [
            cards.because(cards.drawn(json.loads(row["facts"])), reason)
            for row in public
            if row["section"] == kind
        ]
        if shown:
            found.append(Row(kind, shown[:SHOWCASE_ROW_CARDS]))
    return found


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
