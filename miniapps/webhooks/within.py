"""An act that gets only so many seconds, whatever it waits for.

A name server that does not answer and a peer that sends a byte every few seconds cannot be bounded
by time-outs of single steps. So the act runs in a thread of its own and the caller leaves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")


def within(
    seconds: float, act: Callable[[], Result], *, give_up: Callable[[], None] | None = None
) -> Result:
    """Return what ``act`` returns, or raise what it raises; TimeoutError after ``seconds``.

    ``give_up`` is then called, to make the act end soon. The act must not touch the database: its
    thread has no connection of ours.
    """
    ended: SimpleQueue[tuple[Result | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            ended.put((act(), None))
        except BaseException as reason:  # noqa: BLE001  # raised again by whoever waits
            ended.put((None, reason))

    threading.Thread(target=run, daemon=True, name="webhook").start()
    try:
        result, reason = ended.get(timeout=seconds)
    except Empty:
        if give_up is not None:
            give_up()
        raise TimeoutError from None
    if reason is not None:
        raise reason
    return result  # type: ignore[return-value]  # no reason, so there is a result
