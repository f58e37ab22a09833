"""دُنگ never loses a toman and never asks for more transfers than needed."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from examples.build import files_of

if TYPE_CHECKING:
    from pathlib import Path

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is needed to run the app's own module")

SCRIPT = """
import { burden, settle, split, balances, MOST_TOMAN } from "./sums.js";
let text = "";
for await (const piece of process.stdin) text += piece;
const refused = (call) => { try { call(); return false; } catch (e) { return e instanceof RangeError; } };
const cases = JSON.parse(text);
process.stdout.write(JSON.stringify({
  splits: cases.splits.map(([amount, weights]) => split(amount, weights)),
  settled: cases.sums.map((sums) => settle(sums)),
  books: cases.books.map(({ people, expenses, payments }) => balances(people, expenses, payments)),
  refused: [
    refused(() => split(1.5, [1])), refused(() => split(-1, [1])), refused(() => split(10, [])),
    refused(() => split(10, [0, 0])), refused(() => split(MOST_TOMAN + 1, [1])),
    refused(() => burden({ kind: "exact", amount: 10, shares: { a: 4, b: 5 } })),
  ],
}));
"""


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dong")
    (folder / "sums.js").write_bytes(files_of("dong")["sums.js"])
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "run.js").write_text(SCRIPT)
    return folder


def run(module: Path, **cases: list[Any]) -> dict[str, Any]:
    told = {"splits": [], "sums": [], "books": [], **cases}
    done = subprocess.run(
        [str(NODE), "run.js"],
        cwd=module,
        input=json.dumps(told),
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def random_balances(source: random.Random, people: int, top: int) -> dict[str, int]:
    sums = [source.randint(-top, top) for _ in range(people - 1)]
    return {f"p{i}": s for i, s in enumerate([*sums, -sum(sums)])}


def fewest_transfers(sums: dict[str, int]) -> int:
    """By the definition: n minus the most disjoint groups that are even among themselves."""
    open_sums = [s for s in sums.values() if s]
    whole = (1 << len(open_sums)) - 1

    def most(rest: int) -> int:
        if rest == 0:
            return 0
        lowest, others, best = rest & -rest, rest & (rest - 1), 0
        chosen = others
        while True:
            group = chosen | lowest
            if sum(s for i, s in enumerate(open_sums) if group >> i & 1) == 0:
                best = max(best, 1 + most(rest & ~group))
            if chosen == 0:
                return best
            chosen = (chosen - 1) & others

    return len(open_sums) - most(whole)


def test_parts_add_up_and_are_fair(module: Path) -> None:
    source = random.Random(1403)
    cases = [
        [0, [1, 1]],
        [1, [1, 1, 1]],
        [10, [1, 1, 1]],
        [100_000_000_000, [99] * 30],
        [7, [3, 0, 1]],
    ]
    for _ in range(3000):
        top = 10 ** source.randint(1, 11)
        weights = [
            source.randint(0, source.choice([1, 3, 99])) for _ in range(source.randint(1, 30))
        ]
        cases.append([source.randint(0, top), weights if any(weights) else [1, *weights]])
    for (amount, weights), parts in zip(cases, run(module, splits=cases)["splits"], strict=True):
        assert sum(parts) == amount
        for weight, part in zip(weights, parts, strict=True):
            assert abs(part - Fraction(amount * weight, sum(weights))) < 1
            assert weight or part == 0


def test_the_rest_goes_to_the_largest_remainders_then_to_the_first(module: Path) -> None:
    splits = run(module, splits=[[10, [1, 1, 1]], [11, [1, 1, 1]], [10, [1, 2, 4]]])["splits"]
    assert splits == [[4, 3, 3], [4, 4, 3], [1, 3, 6]]


def test_transfers_settle_everything(module: Path) -> None:
    source = random.Random(7)
    cases = [
        random_balances(source, source.randint(1, 30), 10 ** source.randint(1, 9))
        for _ in range(400)
    ]
    for sums, transfers in zip(cases, run(module, sums=cases)["settled"], strict=True):
        left = dict(sums)
        for transfer in transfers:
            assert transfer["amount"] > 0
            left[transfer["from"]] += transfer["amount"]
            left[transfer["to"]] -= transfer["amount"]
        assert not any(left.values())
        assert len(transfers) <= max(0, sum(1 for s in sums.values() if s) - 1)


def test_transfers_are_the_fewest(module: Path) -> None:
    source = random.Random(11)
    # small sums, so that groups that are even among themselves are common
    cases = [random_balances(source, source.randint(2, 9), 4) for _ in range(300)]
    settled = run(module, sums=cases)["settled"]
    assert [len(found) for found in settled] == [fewest_transfers(sums) for sums in cases]
    assert any(
        len(found) < sum(1 for s in sums.values() if s) - 1
        for sums, found in zip(cases, settled, strict=True)
    )


def test_a_book_is_always_even(module: Path) -> None:
    source = random.Random(3)
    people = [f"p{i}" for i in range(6)]
    books = []
    for _ in range(300):
        expenses = []
        for _ in range(source.randint(0, 12)):
            inside = source.sample(people, source.randint(1, 6))
            kind = source.choice(["equal", "weights", "exact"])
            shares = {p: 1 if kind == "equal" else source.randint(1, 99) for p in inside}
            amount = sum(shares.values()) if kind == "exact" else source.randint(1, 10**8)
            expenses.append(
                {"payer": source.choice(people), "kind": kind, "amount": amount, "shares": shares}
            )
        payments = [
            {"from": "p1", "to": "p2", "amount": source.randint(1, 10**6)}
            for _ in range(source.randint(0, 3))
        ]
        books.append({"people": people, "expenses": expenses, "payments": payments})
    for sums in run(module, books=books)["books"]:
        assert sum(sums.values()) == 0


def test_what_is_not_whole_tomans_is_refused(module: Path) -> None:
    assert run(module)["refused"] == [True] * 6
