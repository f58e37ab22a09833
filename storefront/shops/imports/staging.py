"""Reading the file into rows: a chunk a transaction, each row checked on its way in.

How far it has come stands in the import itself, written with the rows, so a worker that dies is
followed by one that goes on behind the last whole chunk. When all rows are there, what concerns
several of them is checked by the database, in one statement a rule.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from core.limits import IMPORT_CHUNK_ROWS, PRODUCT_VARIANTS_MAX
from core.text import tight
from storefront.shops.imports import checking, reading
from storefront.shops.imports.beginning import path_of
from storefront.shops.imports.checking import Meaning
from storefront.shops.imports.findings import is_bad
from storefront.shops.models import Category, Import, ImportRow

Row = ImportRow.State

# Rows of one product follow its first row; a row without a group is a product of its own.
PLACE: Final = """
update shops_importrow r set place = f.first
  from (select "group", min(number) as first from shops_importrow
          where batch_id = %(batch)s and "group" <> '' group by "group") f
  where r.batch_id = %(batch)s and r."group" = f."group" and r.place <> f.first"""
ADD: Final = """
update shops_importrow r set state = 'bad', findings = r.findings || jsonb_build_array(
    jsonb_build_object('code', %(code)s::text, 'column', %(column)s::text,
      'value', left(d.value, 80)))
  from ({rows}) d where r.id = d.id"""
TWICE: Final = """
select id, key as value from (select id, key, row_number() over (partition by key order by number) n
  from shops_importrow where batch_id = %(batch)s and key <> '') t where n > 1"""
MISSING: Final = """
select r.id, '' as value from shops_importrow r
  where r.batch_id = %(batch)s and not r.wish ? %(column)s and not r.findings @> any (%(said)s)
    and not exists (select from {table} v where {known})
    and (%(column)s <> 'title' or r."group" = '' or not exists (select from shops_importrow s
      where s.batch_id = %(batch)s and s."group" = r."group" and s.wish ? 'title'))"""
ALIKE: Final = """
select id, "group" as value from (select id, "group",
    row_number() over (partition by "group", coalesce(wish->'options', '{}') order by number) n
  from shops_importrow where batch_id = %(batch)s and "group" <> '' and state = 'ready') t
  where n > 1"""
DIFFER: Final = """
select id, "group" as value from (select id, "group", keys, first_value(keys) over (
    partition by "group" order by number) first from (select id, "group", number, array(
      select jsonb_object_keys(coalesce(wish->'options', '{}')) order by 1) keys
    from shops_importrow
    where batch_id = %(batch)s and "group" <> '' and state = 'ready') k) t where keys <> first"""
MANY: Final = """
select id, "group" as value from (select id, "group",
    row_number() over (partition by "group" order by number) n
  from shops_importrow where batch_id = %(batch)s and "group" <> '' and state = 'ready') t
  where n > %(most)s"""
KNOWN: Final = """
update shops_importrow r set result = case when exists (select from {table} v where {known})
    then 'update' else 'insert' end
  where r.batch_id = %(batch)s and r.state = 'ready'"""
OF_KIND: Final = {
    "products": ("shops_variant", "v.shop_id = %(shop)s and v.sku = r.key and r.key <> ''"),
    "shops": ("shops_shop", "v.slug = r.key"),
}


def meaning_of(batch: Import) -> Meaning:
    """Return what the columns mean, with the categories as people spell them."""
    categories: dict[str, int] = {}
    for one in Category.objects.order_by("-parent_id", "-id"):
        for spelled in (one.title_fa, one.title_en, one.slug):
            categories[tight(spelled)] = one.pk
    return Meaning(batch.columns, batch.unit, categories)


def read_chunks(batch: Import) -> Iterator[int]:
    """Read the file on from where it was; give the number of rows after each chunk.

    Raises reading.Unreadable.
    """
    path = path_of(batch.digest)
    if not path.is_file():
        raise reading.Unreadable("file-gone")
    shape = reading.Shape(batch.form, batch.encoding, batch.delimiter, batch.headers)
    meaning = meaning_of(batch)
    rows = itertools.islice(reading.body_of(path, shape), batch.rows_read, None)
    while chunk := list(itertools.islice(rows, IMPORT_CHUNK_ROWS)):
        with transaction.atomic():
            ImportRow.objects.bulk_create(_rows(batch, meaning, chunk))
            batch.rows_read += len(chunk)
            batch.alive_at = timezone.now()
            batch.save(update_fields=["rows_read", "alive_at"])
        yield batch.rows_read


def _rows(batch: Import, meaning: Meaning, chunk: Iterable[reading.Row]) -> Iterator[ImportRow]:
    for row in chunk:
        seen = checking.check(batch.kind, row, meaning)
        yield ImportRow(
            batch=batch,
            number=row.number,
            place=row.number,
            key=seen.key,
            group=seen.group,
            cells=row.cells,
            wish=seen.wish,
            findings=seen.findings,
            state=Row.BAD if is_bad(seen.findings) else Row.READY,
        )


@transaction.atomic
def compare(batch: Import) -> None:
    """Check what concerns several rows, and say which are new: the end of the dry run."""
    table, known = OF_KIND[batch.kind]
    facts: dict[str, Any] = {"batch": batch.pk, "shop": batch.shop_id}
    with connection.cursor() as cursor:

        def add(code: str, column: str, rows: str, **more: Any) -> None:
            cursor.execute(ADD.format(rows=rows), {**facts, "code": code, "column": column, **more})

        def missing(code: str, column: str, *said: str) -> None:
            add(code, column, MISSING.format(table=table, known=known),
                said=[f'[{{"column": "{column}", "code": "{one}"}}]' for one in said])  # fmt: skip

        cursor.execute(PLACE, facts)
        if batch.kind == Import.Kind.PRODUCTS:
            add("sku-twice", "sku", TWICE)
            missing("title-missing", "title", "text-long", "cell-formula")
            missing("price-missing", "price", "price-bad", "price-unit", "price-range",
                    "cell-formula", "text-long")  # fmt: skip
            add("variants-many", "group", MANY, most=PRODUCT_VARIANTS_MAX)
            add("options-differ", "options", DIFFER)
            add("variants-alike", "options", ALIKE)
        else:
            add("slug-twice", "slug", TWICE)
            missing("title-missing", "title", "text-long", "cell-formula")
            missing("phone-bad", "phone", "phone-bad", "cell-formula")
        cursor.execute(KNOWN.format(table=table, known=known), facts)
    batch.rows_bad = batch.rows.filter(state=Row.BAD).count()
    batch.is_read, batch.state, batch.alive_at = True, Import.State.CHECKED, timezone.now()
    batch.save(update_fields=["rows_bad", "is_read", "state", "alive_at"])
