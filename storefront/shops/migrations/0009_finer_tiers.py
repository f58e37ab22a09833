"""Seven tiers of what sells instead of two, each with an index of its own; shops that are closed.

A query looks through the tiers from the top and stops when two pages are full, so it ranks some
hundred products however many there are. The tiers are disjoint: a product stands in one index.
"""

from django.db import migrations

FORWARD = """
-- From 1, 2, 3, 4, 8, 16, 64 pieces in thirty days a product climbs; it falls below seven tenths.
create function shops_tier(sold integer, was integer, is_new boolean) returns smallint
language sql immutable parallel safe as $$
  select greatest(is_new::integer, (
    select count(*) from unnest(array[1, 2, 3, 4, 8, 16, 64]) with ordinality step(pieces, tier)
     where sold >= pieces or (tier <= was and sold * 10 >= pieces * 7)))::smallint
$$;
drop index shops_search_hot;
drop index shops_search_warm;
-- Every query reads what waits to be sorted in: kB of it, not the usual four megabytes.
alter index shops_search_all set (gin_pending_list_limit = 256);
alter index shops_word_less set (gin_pending_list_limit = 256);
update shops_productsearch
   set tier = shops_tier(sold, 0, listed_at > now() - interval '14 days')
 where tier <> shops_tier(sold, 0, listed_at > now() - interval '14 days');
create index shops_search_tier_1 on shops_productsearch using gin (tsv)
  with (gin_pending_list_limit = 256) where tier = 1;
create index shops_search_tier_2 on shops_productsearch using gin (tsv)
  with (gin_pending_list_limit = 256) where tier = 2;
create index shops_search_tier_3 on shops_productsearch using gin (tsv)
  with (gin_pending_list_limit = 256) where tier = 3;
create index shops_search_tier_4 on shops_productsearch using gin (tsv)
  with (gin_pending_list_limit = 256) where tier = 4;
create index shops_search_tier_5 on shops_productsearch using gin (tsv)
  with (gin_pending_list_limit = 256) where tier = 5;
create index shops_search_tier_6 on shops_productsearch using gin (tsv)
  with (gin_pending_list_limit = 256) where tier = 6;
create index shops_search_tier_7 on shops_productsearch using gin (tsv)
  with (gin_pending_list_limit = 256) where tier = 7;
select gin_clean_pending_list('shops_search_all');
-- Two edits away only words are looked for: numbers of models are very many, and no guess is right.
drop index shops_word_near;
create index shops_word_near on shops_searchword using gist (word gist_trgm_ops)
  where word !~ '[0-9]';
-- What goes on while somebody types comes from this index alone.
create index shops_word_goes_on on shops_searchword (word text_pattern_ops) include (ndoc)
  where word !~ '[0-9]';
-- A page asks of each shop whether it is closed: of few shops, in a page or two.
create index shops_closed on shops_shop (id) where status not in ('open', 'paused');

create or replace function shops_note_sales(
  keys bigint[], counts integer[], new_since timestamptz
) returns integer language plpgsql as $$
declare
  changed integer;
begin
  with given as (
    select s.product_id, given.sold,
           shops_tier(given.sold, s.tier, s.listed_at > new_since) as tier
      from unnest(keys, counts) as given(id, sold)
      join shops_productsearch s on s.product_id = given.id
     order by s.product_id
     for update of s
  )
  update shops_productsearch s
     set sold = given.sold, quality = shops_quality(given.sold), tier = given.tier
    from given
   where given.product_id = s.product_id
     and (s.sold, s.tier) is distinct from (given.sold, given.tier);
  get diagnostics changed = row_count;
  return changed;
end $$;
"""
BACKWARD = """
create or replace function shops_note_sales(
  keys bigint[], counts integer[], new_since timestamptz
) returns integer language plpgsql as $$
declare
  changed integer;
begin
  with given as (
    select s.product_id, given.sold, case
        when given.sold >= 100 or (s.tier = 2 and given.sold >= 70) then 2
        when given.sold >= 10 or (s.tier >= 1 and given.sold >= 7) or s.listed_at > new_since then 1
        else 0 end as tier
      from unnest(keys, counts) as given(id, sold)
      join shops_productsearch s on s.product_id = given.id
     order by s.product_id
     for update of s
  )
  update shops_productsearch s
     set sold = given.sold, quality = shops_quality(given.sold), tier = given.tier
    from given
   where given.product_id = s.product_id
     and (s.sold, s.tier) is distinct from (given.sold, given.tier);
  get diagnostics changed = row_count;
  return changed;
end $$;
drop index shops_closed;
drop index shops_word_goes_on;
drop index shops_word_near;
create index shops_word_near on shops_searchword using gist (word gist_trgm_ops);
alter index shops_search_all reset (gin_pending_list_limit);
alter index shops_word_less reset (gin_pending_list_limit);
drop index shops_search_tier_1, shops_search_tier_2, shops_search_tier_3, shops_search_tier_4,
  shops_search_tier_5, shops_search_tier_6, shops_search_tier_7;
update shops_productsearch
   set tier = case when sold >= 100 then 2
                   when sold >= 10 or listed_at > now() - interval '14 days' then 1 else 0 end;
create index shops_search_hot on shops_productsearch using gin (tsv) where tier >= 2;
create index shops_search_warm on shops_productsearch using gin (tsv) where tier >= 1;
drop function shops_tier(integer, integer, boolean);
"""


class Migration(migrations.Migration):
    dependencies = [("shops", "0008_logo")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
