"""The storefront at 1 % and at 100 % of its size: pages, search, an import, a hot product.

`python -m bench storefront load --scale 100` only loads; what was loaded stays in var/bench-1 and
var/bench-100, so that a load that was cut off goes on and the next measurement begins at once.
"""

import argparse
import json
import subprocess
from contextlib import AbstractContextManager
from typing import Any

from bench.host import run_inside
from config.supervisor.plan import ROOT, python
from config.supervisor.testing import Product, run_product

SCALES = (1, 100)
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
    results = []
    for scale in scales:
        with _product(scale) as product:
            print(f"  {scale} %:")
            _load(product, scale)
            lines = run_inside(product, "pages()", of="_pages").strip().splitlines()
            print("\n".join(lines[:-1]))
            results.append(json.loads(lines[-1]))
            _table(results[-1])
            for call in (f"import_and_copy({ROWS})", "hot_product()"):
                print(run_inside(product, call, of="_pages").rstrip(), flush=True)
    if len(results) > 1:
        _growth(results[0], results[-1])


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
    print(f"    {'page':<28} {'queries':>7} {'buffers':>8} {'p50 ms':>8} {'p95 ms':>8}")
    for name, one in found.items():
        print(
            f"    {name:<28} {one['queries']:>7} {one['buffers']:>8,} {one['p50_ms']:>8.1f}"
            f" {one['p95_ms']:>8.1f}"
        )


def _growth(small: dict[str, dict[str, Any]], large: dict[str, dict[str, Any]]) -> None:
    print(f"  growth from {SCALES[0]} % to {SCALES[-1]} %:")
    for name in small.keys() & large.keys():
        by = {
            key: large[name][key] / max(0.001, small[name][key])
            for key in ("buffers", "p50_ms", "p95_ms")
        }
        said = "" if by["p50_ms"] < GROWTH_MAX else f"  above {GROWTH_MAX}"
        print(
            f"    {name:<28} buffers {by['buffers']:>6.2f}  p50 {by['p50_ms']:>6.2f}"
            f"  p95 {by['p95_ms']:>6.2f}{said}"
        )
