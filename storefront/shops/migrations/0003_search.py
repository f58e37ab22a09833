"""What search reads, the indexes that make it quick, and the functions that write it.

The indexes: partial ones over the products that sell (tiers 2 and 1), so that the best of a common
word come from a few pages; one of shop and text for a shop's own search, which serves the rest too.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

EXTENSIONS = """
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
"""
FORWARD = r"""
alter table shops_productsearch alter column quality type real;
create index shops_search_hot on shops_productsearch using gin (tsv) where tier >= 2;
create index shops_search_warm on shops_productsearch using gin (tsv) where tier >= 1;
create index shops_search_all on shops_productsearch using gin (shop_id, tsv);
create index shops_search_name on shops_productsearch (name text_pattern_ops);
create index shops_search_price on shops_productsearch (min_price, product_id);
create index shops_search_sold on shops_productsearch (sold desc, product_id desc);
create index shops_search_in_new on shops_productsearch (category_id, product_id desc);
create index shops_search_in_price on shops_productsearch (category_id, min_price, product_id);
create index shops_search_in_sold on shops_productsearch (category_id, sold desc, product_id desc);
create index shops_search_ageing on shops_productsearch (listed_at) where tier = 1;

-- A word, and it without each of its letters: words one edit apart share one of these.
create function shops_one_letter_less(given text) returns text[]
language sql immutable strict parallel safe as $$
  select case when length(given) between 3 and 40 then
    array[given] || array(select distinct overlay(given placing '' from place for 1)
                            from generate_series(1, length(given)) place)
  else array[given] end
$$;
create table shops_searchword (
  word text primary key,
  ndoc integer not null default 1,
  less text[] not null generated always as (shops_one_letter_less(word)) stored
);
create index shops_word_begins on shops_searchword (word text_pattern_ops);
create index shops_word_less on shops_searchword using gin (less);
create index shops_word_near on shops_searchword using gist (word gist_trgm_ops);

-- The folded text, and each compound with a half-space once more as one word.
create function shops_search_text(given text) returns text
language sql immutable strict parallel safe as $$
  select public.core_fold(given) || case when strpos(given, chr(8204)) > 0 then coalesce((
      select ' ' || string_agg(public.core_tight(found[1]), ' ')
        from regexp_matches(given, '[^\s\u200c]+(?:\u200c[^\s\u200c]+)+', 'g') found), '')
    else '' end
$$;
create function shops_quality(sold integer) returns real
language sql immutable strict parallel safe as $$ select (1 + ln(1 + greatest(sold, 0)))::real $$;

create function shops_refresh_search(keys bigint[]) returns integer
language plpgsql as $$
declare
  found integer;
begin
  delete from shops_productsearch s using shops_product p
   where s.product_id = p.id and p.id = any(keys) and p.status <> 'published';
  insert into shops_productsearch as old
         (product_id, shop_id, category_id, tier, quality, sold, min_price, name, tsv, listed_at)
  select p.id, p.shop_id, p.category_id,
         case when p.created_at > now() - interval '14 days' then 1 else 0 end,
         shops_quality(0), 0, p.min_price, left(core_tight(p.title), 120),
         setweight(to_tsvector('simple', shops_search_text(p.title)), 'A')
         || setweight(to_tsvector('simple', shops_search_text(array_to_string(p.tags, ' '))), 'B')
         || setweight(to_tsvector('simple', shops_search_text(p.description)), 'D'),
         p.created_at
    from shops_product p
   where p.id = any(keys) and p.status = 'published'
   order by p.id
  on conflict (product_id) do update
     set category_id = excluded.category_id, min_price = excluded.min_price,
         name = excluded.name, tsv = excluded.tsv
   where (old.category_id, old.min_price, old.name, old.tsv)
         is distinct from (excluded.category_id, excluded.min_price, excluded.name, excluded.tsv);
  -- A word nobody had written is known at once; how often it stands, the nightly count says.
  insert into shops_searchword (word)
  select distinct part.lexeme
    from shops_productsearch s cross join lateral unnest(s.tsv) part
   where s.product_id = any(keys) and part.weights && '{A,B}'
     and length(part.lexeme) between 2 and 40
     and not exists (select from shops_searchword known where known.word = part.lexeme)
   order by 1
  on conflict do nothing;
  select count(*) into found from shops_productsearch where product_id = any(keys);
  return found;
end $$;

create function shops_note_sales(keys bigint[], counts integer[], new_since timestamptz)
returns integer language plpgsql as $$
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

create function shops_count_words(sample integer) returns integer
language plpgsql as $$
declare
  part real;
  counted integer;
begin
  select least(1, sample / greatest(1, reltuples))::real into part
    from pg_class where oid = 'shops_productsearch'::regclass;
  create temporary table counted_words on commit drop as
  select stat.word, ceil(stat.ndoc / part)::integer as ndoc from ts_stat(
    case when part >= 1 then 'select tsv from shops_productsearch'
         else format('select tsv from shops_productsearch tablesample system (%s)', part * 100) end
  ) stat where length(stat.word) between 2 and 40;
  insert into shops_searchword as known (word, ndoc)
  select word, ndoc from counted_words where ndoc >= case when part >= 1 then 1 else 3 end
      or exists (select from shops_searchword w where w.word = counted_words.word)
   order by word
  on conflict (word) do update set ndoc = excluded.ndoc where known.ndoc <> excluded.ndoc;
  if part >= 1 then
    delete from shops_searchword known
     where not exists (select from counted_words where counted_words.word = known.word);
  end if;
  drop table counted_words;
  select count(*) into counted from shops_searchword;
  return counted;
end $$;
"""
BACKWARD = """
drop function shops_count_words(integer);
drop function shops_note_sales(bigint[], integer[], timestamptz);
drop function shops_refresh_search(bigint[]);
drop function shops_quality(integer);
drop function shops_search_text(text);
drop table shops_searchword;
drop function shops_one_letter_less(text);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_folded_text"), ("shops", "0002_laws_of_the_catalogue")]
    operations = [
        migrations.RunSQL(EXTENSIONS, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="ProductSearch",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="shops.product",
                    ),
                ),
                ("shop_id", models.IntegerField()),
                ("category_id", models.SmallIntegerField(null=True)),
                ("tier", models.SmallIntegerField(default=0)),
                ("quality", models.FloatField(default=1.0)),
                ("sold", models.IntegerField(default=0)),
                ("min_price", models.BigIntegerField()),
                ("name", models.CharField(max_length=120)),
                ("tsv", django.contrib.postgres.search.SearchVectorField()),
                ("listed_at", models.DateTimeField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SearchWord",
                    fields=[
                        ("word", models.TextField(primary_key=True, serialize=False)),
                        ("ndoc", models.IntegerField(default=1)),
                        (
                            "less",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.TextField(), editable=False, size=None
                            ),
                        ),
                    ],
                    options={"default_permissions": ()},
                ),
            ],
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
