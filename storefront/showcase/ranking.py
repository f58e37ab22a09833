"""What stands where, and why: the formulas of docs/explanation/ranking.md as SQL over all listings.

Nothing here is paid for, and nothing counts an opening twice: a person counts once a week.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from core.limits import (
    RATINGS_SHOWN_MIN,
    SHOWCASE_KIN_BOTH_MIN,
    SHOWCASE_KIN_CHANNELS_MAX,
    SHOWCASE_KIN_MEMBERS_MIN,
    SHOWCASE_TREND_PEOPLE_MIN,
)
from storefront.shops.search import refreshing
from storefront.showcase.models import Mark

WEEK: Final = timedelta(days=7)
SALES_DAYS: Final = timedelta(days=30)
_BATCH: Final = 5_000  # products whose sales are entered by one statement
# People of an app: who opened it in the last seven days, each once. Only of apps opened since.
_PEOPLE_OF_APPS: Final = """
with touched as (
  select distinct app_id from miniapps_launch where id > %(mark)s
), counted as (
  select l.id, (select count(*) from miniapps_appperson p
                 where p.app_id = l.app_id and not p.preview
                   and p.last_opened_at > %(since)s) as people
    from showcase_listing l
   where l.kind = 'app' and (%(all)s or l.app_id in (select app_id from touched))
)
update showcase_listing l set people = c.people from counted c
 where c.id = l.id and l.people <> c.people
"""
# People of a shop or a channel: by how many its circle grew in seven days.
_PEOPLE_OF_CIRCLES: Final = """
with counted as (
  select l.id, greatest(0, chat.members_count - coalesce((
           select d.members from showcase_day d
            where d.listing_id = l.id and d.day >= %(week_ago)s order by d.day limit 1
         ), 0)) as people
    from showcase_listing l
    left join shops_shop s on s.id = l.shop_id
    join messenger_chat chat on chat.id = coalesce(l.channel_id, s.channel_id)
   where l.kind <> 'app'
)
update showcase_listing l set people = c.people from counted c
 where c.id = l.id and l.people <> c.people
"""
_TREND: Final = """
with weeks as (
  select l.id, l.people, coalesce((
           select d.people from showcase_day d
            where d.listing_id = l.id and d.day <= %(week_ago)s order by d.day desc limit 1
         ), 0) as before
    from showcase_listing l where l.is_open
)
update showcase_listing l
   set people_before = w.before,
       trend = case when w.people >= %(least)s
                    then (w.people - w.before) / sqrt(w.before + 25) else 0 end
  from weeks w where w.id = l.id
   and (l.people_before, l.trend) is distinct from (w.before,
        case when w.people >= %(least)s then (w.people - w.before) / sqrt(w.before + 25)
             else 0 end)
"""
# Compared among its own kind: z is how far something is from the mean, in standard deviations.
_SCORE: Final = """
with mean as (
  select coalesce(sum(rating_sum)::float / nullif(sum(rating_n), 0), 3) as stars
    from showcase_listing
), facts as (
  select l.id, l.kind, ln(1 + l.people) as used, l.trend,
         case when l.rating_n >= %(votes)s
              then (20 * mean.stars + l.rating_sum) / (20 + l.rating_n) end as stars,
         mean.stars as usual,
         coalesce(s.promise, 50) / 100.0 - 0.5 as promise,
         exp(-extract(epoch from %(now)s - l.listed_at) / 86400 / 21) as fresh,
         case when s.enamad_until < %(today)s then 0.5 else 0 end
         + 0.5 * least(2, (select count(*) from showcase_report r
                            where r.listing_id = l.id and r.state = 'upheld')
                        + (select count(*) from shops_takedown t
                            where t.shop_id = l.shop_id and t.state <> 'lifted')) as penalty
    from showcase_listing l cross join mean left join shops_shop s on s.id = l.shop_id
   where l.is_open
), scored as (
  select id,
         0.40 * (used - avg(used) over kinds) / coalesce(nullif(stddev_pop(used) over kinds, 0), 1)
         + 0.20 * (coalesce(stars, usual) - avg(coalesce(stars, usual)) over kinds)
                / coalesce(nullif(stddev_pop(coalesce(stars, usual)) over kinds, 0), 1)
         + 0.20 * (trend - avg(trend) over kinds)
                / coalesce(nullif(stddev_pop(trend) over kinds, 0), 1)
         + 0.10 * promise + 0.10 * fresh - penalty as score
    from facts window kinds as (partition by kind)
)
update showcase_listing l set score = scored.score from scored
 where scored.id = l.id and abs(l.score - scored.score) > 0.001
"""
_REMEMBER: Final = """
insert into showcase_day (listing_id, day, people, members)
select l.id, %(day)s, l.people, coalesce(chat.members_count, 0)
  from showcase_listing l
  left join shops_shop s on s.id = l.shop_id
  left join messenger_chat chat on chat.id = coalesce(l.channel_id, s.channel_id)
 where l.is_open
on conflict (listing_id, day) do nothing
"""
# Cosine of two circles of members; people who follow very much say little and cost much.
_RELATE: Final = """
with circles as (
  select l.id as listing_id, chat.id as chat_id, chat.members_count as members
    from showcase_listing l left join shops_shop s on s.id = l.shop_id
    join messenger_chat chat on chat.id = coalesce(l.channel_id, s.channel_id)
   where l.is_open and chat.members_count >= %(members)s
), sample as materialized (
  select m.person_id, array_agg(m.chat_id) as chats
    from messenger_membership m join circles c on c.chat_id = m.chat_id
   where m.person_id %% %(parts)s = %(part)s
   group by m.person_id having count(*) between 2 and %(most)s
), pairs as (
  select one.chat as follows, other.chat as chat_id, count(*) * %(parts)s as shared
    from sample cross join lateral unnest(chats) one(chat)
    cross join lateral unnest(chats) other(chat)
   where one.chat <> other.chat group by 1, 2 having count(*) >= %(both)s
), likest as (
  select p.follows, c.listing_id, c.chat_id,
         p.shared / sqrt(f.members::float * c.members) as likeness,
         row_number() over (partition by p.follows
                            order by p.shared / sqrt(f.members::float * c.members) desc) as place
    from pairs p join circles c on c.chat_id = p.chat_id join circles f on f.chat_id = p.follows
)
insert into showcase_kin (follows_id, listing_id, chat_id, likeness)
select follows, listing_id, chat_id, least(1, likeness) from likest where place <= 6
"""
_SOLD: Final = """
with sold as (
  select v.product_id, sum(line.quantity - line.returned) as pieces
    from orders_order o join orders_orderline line on line.order_id = o.id
    join shops_variant v on v.id = line.variant_id
   where o.created_at > %(since)s
     and o.state not in ('cancelled', 'rejected', 'expired', 'refunded')
   group by v.product_id
)
select s.product_id, coalesce(sold.pieces, 0)::int
  from shops_productsearch s left join sold on sold.product_id = s.product_id
 where s.sold <> coalesce(sold.pieces, 0)
 order by s.product_id
"""
LAUNCHES: Final = "launches"


@transaction.atomic
def rank(*, now: datetime, whole: bool = False) -> None:
    """Count people, trends and scores anew; ``whole`` also for apps nobody opened since."""
    mark, _new = Mark.objects.select_for_update().get_or_create(name=LAUNCHES)
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0) from miniapps_launch")
        newest = cursor.fetchone()[0]
        week_ago = timezone.localdate(now) - WEEK
        asked: dict[str, Any] = {
            "mark": mark.value,
            "all": whole,
            "since": now - WEEK,
            "week_ago": week_ago,
            "least": SHOWCASE_TREND_PEOPLE_MIN,
            "votes": RATINGS_SHOWN_MIN,
            "now": now,
            "today": timezone.localdate(now),
        }
        for sql in (_PEOPLE_OF_APPS, _PEOPLE_OF_CIRCLES, _TREND, _SCORE):
            cursor.execute(sql, asked)
    mark.value = newest
    mark.save(update_fields=["value"])


def remember_day(day: date) -> int:
    """Keep what every listing had at the end of a day; twice changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER, {"day": day})
        return int(cursor.rowcount)


@transaction.atomic
def relate(*, parts: int = 1, part: int = 0) -> int:
    """Find anew what the followers of a channel follow too; of very many, one part of the people.

    Pairs with fewer than SHOWCASE_KIN_BOTH_MIN people in common are never written.
    """
    with connection.cursor() as cursor:
        cursor.execute("delete from showcase_kin")
        cursor.execute(
            _RELATE,
            {
                "members": SHOWCASE_KIN_MEMBERS_MIN,
                "most": SHOWCASE_KIN_CHANNELS_MAX,
                "both": SHOWCASE_KIN_BOTH_MIN,
                "parts": parts,
                "part": part,
            },
        )
        return int(cursor.rowcount)


def count_sales(*, now: datetime) -> int:
    """Tell search what was sold in thirty days, where it changed; return how many products."""
    changed = 0
    with connection.cursor() as cursor:
        cursor.execute(_SOLD, {"since": now - SALES_DAYS})
        rows = cursor.fetchall()
    for begin in range(0, len(rows), _BATCH):
        changed += refreshing.note_sales(dict(rows[begin : begin + _BATCH]), now=now)
    refreshing.let_age(now=now)
    return changed
