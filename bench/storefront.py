"""The storefront at 1 % and at 100 % of its size: pages, search, an import, a hot product.

`python -m bench storefront load --scale 100` only loads; what was loaded stays in var/bench-1 and
var/bench-100, so that a load that was cut off goes on and the next measurement begins at once.
"""

import argparse
import json
import statistics
import subprocess
import time
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from urllib.parse import urlsplit

from bench import load
from bench.host import run_inside
from config.supervisor.plan import ROOT, python
from config.supervisor.testing import Product, run_product

SEARCH_PAGE_ROWS = 24  # core.limits; this process knows no settings
SCALES = (1, 100)
WIRE_S = 4.0
PUBLIC = {  # pages that strangers are shown
    "showcase": "/showcase/",
    "shop": "/shops/bench_0/",
    "search": "/showcase/search/?q=%D8%B2%D8%B9%D9%81%D8%B1%D8%A7%D9%86",
}
TURNS = 3  # in which each size is measured
ROWS = 4_000  # of the import
GROWTH_MAX = 1.5


def command(given: list[str]) -> int:
    """Load one size, or measure those that are named."""
    parser = argparse.ArgumentParser(prog="python -m bench storefront")
    parser.add_argument("what", choices=["load", "measure"])
    parser.add_argument("--scale", type=int, choices=range(1, 101), metavar="1-100")
    chosen = parser.parse_args(given)
    if chosen.what == "load":
        with _product(chosen.scale or 100) as product:
            _load(product, chosen.scale or 100)
        return 0
    _measure((chosen.scale,) if chosen.scale else SCALES)
    return 0


def measure() -> None:
    """Load both sizes if they are not there yet, measure both, print what grew."""
    _measure(SCALES)


def _measure(scales: tuple[int, ...]) -> None:
    """Measure the pages of all sizes in turn, so that what else the machine does meets all."""
    with ExitStack() as running:
        products = [running.enter_context(_product(scale)) for scale in scales]
        for scale, product in zip(scales, products, strict=True):
            print(f"  {scale} %:")
            _load(product, scale)
        rounds = [
            [_answer(product, "pages()", of="_pages") for product in products]
            for _round in range(TURNS)
        ]
        pages = [_quietest(list(turns)) for turns in zip(*rounds, strict=True)]
        searches = []
        for scale, product, found in zip(scales, products, pages, strict=True):
            print(f"  {scale} %, the quietest of {TURNS} turns:")
            _table(found)
            searches.append(_answer(product, "search_quality()", of="_finding"))
            _mean(searches[-1])
        if len(scales) > 1:
            _growth(pages[0], pages[-1])
            _growth_of_search(searches[0], searches[-1])
        for scale, product in zip(scales, products, strict=True):
            print(f"  {scale} %:")
            _over_the_wire(product)
            for call, of in ((f"import_and_copy({ROWS})", "_pages"), ("hot_product()", "_buying")):
                print(run_inside(product, call, of=of).rstrip(), flush=True)


def _over_the_wire(product: Product) -> None:
    """Print how often a second a stranger is shown a page, and the processor time of one."""
    parts = urlsplit(product.origin)
    address = ("127.0.0.1", parts.port or 80)
    pids = {name: product.pid(name) for name in ("host", "postgresql")}
    for name, path in PUBLIC.items():
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: identity\r\n\r\n"
        ).encode()
        load.requests_per_s(address, request)
        before = {name: load.processor_s([pid]) for name, pid in pids.items()}
        began = time.perf_counter()
        rate = load.requests_per_s(address, request, seconds=WIRE_S)
        done = rate * (time.perf_counter() - began)
        spent = {
            name: 1000 * (load.processor_s([pid]) - before[name]) / done
            for name, pid in pids.items()
        }
        print(
            f"    {name:<28} {rate:>6.1f} a second over 16 connections; processor of one:"
            f" {spent['host']:.1f} ms for the page, {spent['postgresql']:.1f} ms in PostgreSQL"
        )


def _quietest(turns: list[dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """Return each page as it was in the turn in which it took least."""
    return {name: min((one[name] for one in turns), key=_p50) for name in turns[0]}


def _p50(measured: dict[str, Any]) -> float:
    return float(measured["p50_ms"])


def _answer(product: Product, call: str, *, of: str) -> dict[str, Any]:
    """Return what a call prints as its last line; what it says before is printed."""
    *said, last = run_inside(product, call, of=of).strip().splitlines()
    if said:
        print("\n".join(said), flush=True)
    answer: dict[str, Any] = json.loads(last)
    return answer


def _product(scale: int) -> AbstractContextManager[Product]:
    return run_product(
        ROOT / "var" / f"bench-{scale}",
        extra={"BARNAMAK_URLCONF": "bench._site", "BARNAMAK_DEMO": "0"},
    )


def _load(product: Product, scale: int) -> None:
    """Load as the product's own command would, its progress on our terminal."""
    code = f"from bench._shops import *; load({scale})"
    subprocess.run(
        python(str(ROOT / "manage.py"), "shell", "-v", "0", "-c", code),
        env=product.environment,
        cwd=ROOT,
        check=True,
    )


def _table(found: dict[str, dict[str, Any]]) -> None:
    print(
        f"    {'page':<28} {'queries':>7} {'buffers':>8} {'by key':>8} {'p50 ms':>8} {'p95 ms':>8}"
    )
    for name, one in found.items():
        print(
            f"    {name:<28} {one['queries']:>7} {one['buffers']:>8,} {one['by_key']:>8,}"
            f" {one['p50_ms']:>8.1f} {one['p95_ms']:>8.1f}"
        )


def _mean(searches: dict[str, dict[str, Any]]) -> None:
    """Print what a query of the set costs, and one whose page is full."""
    full = [one["buffers"] for one in searches.values() if one["hits"] >= SEARCH_PAGE_ROWS]
    every = [one["buffers"] for one in searches.values()]
    print(
        f"  a search touches {statistics.mean(every):,.0f} buffers in the mean, {max(every):,} at"
        f" most; {statistics.mean(full):,.0f} where its page is full ({len(full)} of {len(every)})"
    )


def _growth(small: dict[str, dict[str, Any]], large: dict[str, dict[str, Any]]) -> None:
    print(f"  growth from {SCALES[0]} % to {SCALES[-1]} %:")
    for name in small.keys() & large.keys():
        by = {
            key: large[name][key] / max(0.001, small[name][key])
            for key in ("buffers", "by_key", "p50_ms", "p95_ms")
        }
        above = [key for key in ("by_key", "p50_ms") if by[key] >= GROWTH_MAX]
        print(
            f"    {name:<28} buffers {by['buffers']:>6.2f}  by key {by['by_key']:>6.2f}"
            f"  p50 {by['p50_ms']:>6.2f}  p95 {by['p95_ms']:>6.2f}"
            + (f"  above {GROWTH_MAX}: {', '.join(above)}" if above else "")
        )


def _growth_of_search(small: dict[str, dict[str, Any]], large: dict[str, dict[str, Any]]) -> None:
    both = [
        text for text in small if min(small[text]["hits"], large[text]["hits"]) >= SEARCH_PAGE_ROWS
    ]
    ratios = [large[text]["buffers"] / small[text]["buffers"] for text in both]
    print(
        f"  of {len(small)} searches the page is full at both sizes for {len(both)}: buffers grow"
        f" {statistics.mean(ratios):.2f} in the mean, {max(ratios):.2f} at most"
    )
