"""The rows behind the cards: made for what is public, closed for what is not any more."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from core.problems import NotFound
from messenger.models import Chat
from miniapps.models import App
from storefront.shops.models import Shop
from storefront.showcase.models import Listing

Kind = Listing.Kind

# Everything public, as a card's row. A shop's channel is found as the shop.
_PUBLIC: Final = """
with public as (
  select 'app' as kind, a.id as app_id, null::int as shop_id, null::bigint as channel_id,
         a.name_fa as title, a.category::text as shelf, core_tight(a.name_fa) as name,
         concat_ws(' ', core_tight(a.name_fa), core_tight(a.name_en), core_tight(a.slug)) as words,
         setweight(to_tsvector('simple', shops_search_text(concat_ws(' ', a.name_fa, a.name_en))),
                   'A')
         || setweight(to_tsvector('simple', shops_search_text(
              concat_ws(' ', a.about_fa, a.about_en))), 'D') as tsv
    from miniapps_app a where a.status = 'live'
  union all
  select 'shop', null, s.id, null, s.title, coalesce(shelf.slug, ''), core_tight(s.title),
         concat_ws(' ', core_tight(s.title), core_tight(s.slug)),
         setweight(to_tsvector('simple', shops_search_text(s.title)), 'A')
         || setweight(to_tsvector('simple', shops_search_text(s.about)), 'D')
    from shops_shop s left join shops_category c on c.id = s.category_id
    left join shops_category shelf on shelf.id = coalesce(c.parent_id, c.id)
   where s.status in ('open', 'paused')
  union all
  select 'channel', null, null, c.id, left(c.title, 64), '', left(core_tight(c.title), 64),
         concat_ws(' ', core_tight(c.title), core_tight(c.handle)),
         setweight(to_tsvector('simple', shops_search_text(c.title)), 'A')
         || setweight(to_tsvector('simple', shops_search_text(c.about)), 'D')
    from messenger_chat c
   where c.kind = 'channel' and c.handle is not null
     and not exists (select from shops_shop s where s.channel_id = c.id)
)
"""
_RENEW: Final = f"""
{_PUBLIC}, changed as (
  update showcase_listing l
     set is_open = true, title = p.title, shelf = p.shelf, name = p.name, words = p.words,
         tsv = p.tsv
    from public p
   where (l.app_id = p.app_id or l.shop_id = p.shop_id or l.channel_id = p.channel_id)
     and (not l.is_open or (l.title, l.shelf, l.name, l.words, l.tsv)
          is distinct from (p.title, p.shelf, p.name, p.words, p.tsv))
  returning l.id
), closed as (
  update showcase_listing l set is_open = false
   where l.is_open and not exists (
     select from public p
      where l.app_id = p.app_id or l.shop_id = p.shop_id or l.channel_id = p.channel_id)
  returning l.id
)
select (select count(*) from changed) + (select count(*) from closed)
"""  # noqa: S608  (put together from our own texts)
_MISSING: Final = f"""
{_PUBLIC}
select p.* from public p
 where not exists (select from showcase_listing l where l.app_id = p.app_id)
   and not exists (select from showcase_listing l where l.shop_id = p.shop_id)
   and not exists (select from showcase_listing l where l.channel_id = p.channel_id)
"""  # noqa: S608


@transaction.atomic
def renew(*, now: datetime) -> int:
    """Make a row for what is new, close those of what is gone; return how many changed."""
    with connection.cursor() as cursor:
        cursor.execute(_RENEW)
        changed = int(cursor.fetchone()[0])
        cursor.execute(_MISSING)
        rows = cursor.fetchall()
    Listing.objects.bulk_create(
        [
            Listing(
                kind=kind, app_id=app, shop_id=shop, channel_id=channel, title=title, shelf=shelf,
                name=name, words=words, tsv=None, listed_at=now,
            )
            for kind, app, shop, channel, title, shelf, name, words, _tsv in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_RENEW)  # the text of the new ones
    return changed + len(rows)


def listing_of(thing: App | Shop | Chat, *, now: datetime) -> Listing:
    """Return the row of something public, made if the next renewal would make it."""
    if isinstance(thing, App):
        found, _new = Listing.objects.get_or_create(
            app=thing, defaults={"kind": Kind.APP, "title": thing.name_fa, "listed_at": now}
        )
    elif isinstance(thing, Shop):
        found, _new = Listing.objects.get_or_create(
            shop=thing, defaults={"kind": Kind.SHOP, "title": thing.title, "listed_at": now}
        )
    else:
        found, _new = Listing.objects.get_or_create(
            channel=thing,
            defaults={"kind": Kind.CHANNEL, "title": thing.title[:64], "listed_at": now},
        )
    return found


def open_listing(public_id: str) -> Listing:
    """Return a row that everybody may see, with the thing itself. Raises NotFound."""
    rows = Listing.objects.select_related("app__maker", "shop__channel", "shop__maker", "channel")
    found = rows.filter(public_id=public_id).first()
    if found is None or not is_public(found):
        raise NotFound
    return found


def is_public(listing: Listing) -> bool:
    """Tell whether the thing itself may be seen now, whatever the last renewal knew."""
    if listing.app is not None:
        return listing.app.status == App.Status.LIVE
    if listing.shop is not None:
        return listing.shop.is_open
    return listing.channel is not None and listing.channel.handle is not None
