"""Answers without sense, as overloaded gateways and their proxies give them."""

from __future__ import annotations

import json
from typing import Final

from sandbox_psp.server import Answer

KINDS: Final = 6


def of(answer: Answer, turn: int) -> Answer:
    """Return it ruined: cut, HTML, a list, wrong types, far too long, or two values for a name."""
    document = json.loads(answer.body)
    wrong_types = {name: [value, True, 1e300] for name, value in document.items()}
    name = next(iter(document))
    ruined = (
        answer.body[: len(answer.body) // 2],
        "<!DOCTYPE html><title>خطا</title><p>سرویس در دسترس نیست</p>".encode(),
        json.dumps([document]).encode(),
        json.dumps(wrong_types).encode(),
        json.dumps(document | {"Description": "x" * 200_000}).encode(),
        b"{" + json.dumps(name).encode() + b": 0, " + answer.body[1:],
    )
    return Answer(200, ruined[turn % KINDS], answer.kind)


def five_hundred() -> Answer:
    """Return what a broken gateway says."""
    page = b"<!DOCTYPE html><title>500</title><h1>Runtime Error</h1>"
    return Answer(500, page, "text/html; charset=utf-8")
