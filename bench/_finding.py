"""What `bench.storefront` measures of search: a set of queries, their costs, their ranking."""

import json
import statistics
import time
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench._pages import buffers_of
from config.supervisor.plan import ROOT
from core.limits import SEARCH_PAGE_ROWS
from storefront.shops.search.products import Wanted, find
from storefront.shops.search.vocabulary import Meaning, completions, meaning_of

QUERIES = ROOT / "tests" / "storefront" / "search" / "persian_queries.txt"
# Every match, ranked: what the tiers and the bound on candidates are measured against.
FULL = """
select p.public_id
  from shops_productsearch s join shops_product p on p.id = s.product_id
  join shops_shop h on h.id = s.shop_id and h.status in ('open', 'paused')
 where s.name = %(name)s or s.tsv @@ to_tsquery('simple', %(query)s)
 order by case when s.name = %(name)s then 1000000000000000 + s.sold else round(
            (ts_rank(s.tsv, to_tsquery('simple', %(query)s)) * s.quality * 1000000)::numeric
          )::bigint end desc, s.product_id desc
 limit %(rows)s
"""


def queries(path: Path = QUERIES) -> list[str]:
    """Return the queries of the set."""
    lines = path.read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def search_quality() -> None:
    """Print what a query of the set costs and how the first page agrees with the full ranking."""
    texts = queries()
    costs: list[dict[str, Any]] = []
    times: list[float] = []
    agree: dict[str, float] = {}
    for text in [*texts, *texts]:  # once cold, once warm: the second is what is printed
        began = time.perf_counter()
        find(meaning_of(text), Wanted())
        times.append((time.perf_counter() - began) * 1000)
    for text in texts:
        with CaptureQueriesContext(connection) as asked:
            meaning = meaning_of(text)
            found = find(meaning, Wanted())
        costs.append(buffers_of([one["sql"] for one in asked]) | {"hits": len(found.hits)})
        wanted = _full(meaning)
        if wanted:
            agree[text] = len({hit.public_id for hit in found.hits} & set(wanted)) / len(wanted)
    low = sorted((share, text) for text, share in agree.items() if share < 1)
    began = time.perf_counter()
    for text in texts:
        completions(text[:3], most=8)
    suggested = (time.perf_counter() - began) * 1000 / len(texts)
    warm = sorted(times[len(texts) :])
    print(
        f"  search over {len(texts)} queries: overlap@{SEARCH_PAGE_ROWS} with the full ranking"
        f" {statistics.mean(agree.values()):.3f} over the {len(agree)} that match anything"
        f" (below 1: {', '.join(f'{text} {share:.2f}' for share, text in low) or 'none'});"
        f" p50 {statistics.median(warm):.1f} ms, p95 {warm[int(len(warm) * 0.95)]:.1f} ms;"
        f" completions {suggested:.1f} ms"
    )
    print(json.dumps(dict(zip(texts, costs, strict=True))))


def _full(meaning: Meaning) -> list[str]:
    if not meaning.tsquery:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            FULL, {"name": meaning.name, "query": meaning.tsquery, "rows": SEARCH_PAGE_ROWS}
        )
        return [row[0] for row in cursor.fetchall()]
