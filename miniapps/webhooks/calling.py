"""Calling a maker's server: to tell it of an event, or to ask it a question.

Both sign, look the name up once, refuse every address that is not public, and have a budget for
the whole. What a server answers to an event is read and forgotten: a maker learns the class of the
status, the time it took and what kind of failure it was, never the text or the address.

Call from outside of transactions: a server may take its whole time.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from requests import exceptions as http
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3 import exceptions as low

from core.ids import new_id
from core.limits import WEBHOOK_ANSWER_BYTES_MAX, WEBHOOK_ASK_S, WEBHOOK_CALL_S
from core.problems import InvalidInput
from miniapps.models import WebhookAttempt, WebhookEndpoint
from miniapps.webhooks import addresses, signing, wire
from miniapps.webhooks.kinds import KINDS
from miniapps.webhooks.within import within

log = structlog.get_logger(__name__)
Outcome = WebhookAttempt.Outcome
GONE: Final = 410
REDIRECTS: Final = range(300, 400)
SUCCESSES: Final = range(200, 300)


@dataclass(frozen=True)
class Answer:
    """How a call ended: ``outcome`` is TAKEN, or what kind of failure it was."""

    outcome: Outcome
    duration_ms: int
    status: int | None = None
    body: Any = None

    @property
    def is_good(self) -> bool:
        """Whether the server took what it was sent."""
        return self.outcome == Outcome.TAKEN

    @property
    def failure(self) -> Outcome | None:
        """What went wrong, or None."""
        return None if self.is_good else self.outcome

    @property
    def status_class(self) -> int | None:
        """2 for 200 to 299, and so on: all that a maker is told of the status."""
        return None if self.status is None else self.status // 100


def ask(
    *,
    endpoint: WebhookEndpoint,
    kind: str,
    payload: dict[str, Any],
    now: datetime,
    timeout_s: float = WEBHOOK_ASK_S,
) -> Answer:
    """Ask the server a question and return its answer, or what kept it from one.

    The answer must be JSON of at most WEBHOOK_ANSWER_BYTES_MAX within ``timeout_s``; a refusal of
    the server (status 300 and up) has the status, what it says if that is JSON, and a failure.
    """
    assert KINDS[kind].is_question
    question = new_id("evt")
    body = text_of(
        event_id=question,
        kind=kind,
        app_id=endpoint.app.public_id,
        test=endpoint.mode == WebhookEndpoint.Mode.TEST,
        occurred_at=now,
        payload=payload,
    )
    call = Call(endpoint.url, question, body, now, endpoint)
    answer = call.make(timeout_s=timeout_s)
    if answer.status is None:
        return answer
    read = _json(answer.body)
    if answer.is_good and read is None:
        return Answer(Outcome.UNREADABLE, answer.duration_ms, answer.status)
    return Answer(answer.outcome, answer.duration_ms, answer.status, read)


def text_of(
    *,
    event_id: str,
    kind: str,
    app_id: str,
    test: bool,
    occurred_at: datetime,
    payload: dict[str, Any],
    **more: str | int,
) -> str:
    """Return the JSON text that is signed and sent."""
    told = {
        "id": event_id,
        "type": kind,
        "timestamp": occurred_at.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
        "app": app_id,
        "test": test,
        **more,
        "data": payload,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True)
class Call:
    """One event or question to one endpoint, with all it takes; it needs no database."""

    url: str
    event_id: str
    body: str
    now: datetime
    endpoint: WebhookEndpoint  # its secrets

    def make(self, *, timeout_s: float = WEBHOOK_CALL_S) -> Answer:
        """Make the call and return how it ended; never raises, never takes longer."""
        line = wire.Line()
        began = time.monotonic()
        try:
            heard = within(timeout_s, lambda: self._post(line, timeout_s), give_up=line.cut)
        except Exception as reason:  # whatever it is, others must be called too
            outcome = outcome_of(reason)
            if outcome == Outcome.LOST:
                log.exception("webhooks.call_failed", event_id=self.event_id)
            return Answer(outcome, _ms_since(began))
        body = heard.body if heard.is_whole else None
        return Answer(_outcome_of_status(heard.status), _ms_since(began), heard.status, body)

    def _post(self, line: wire.Line, timeout_s: float) -> wire.Heard:
        try:
            target = addresses.read(self.url)
            address = addresses.resolve(target)
            signers = signing.secrets_of(self.endpoint, now=self.now)
            return wire.post(
                target,
                address,
                headers=signing.headers(
                    event_id=self.event_id, body=self.body, signers=signers, now=self.now
                ),
                body=self.body.encode(),
                read_bytes_max=WEBHOOK_ANSWER_BYTES_MAX,
                timeout_s=timeout_s,
                line=line,
            )
        finally:
            line.close()


def _outcome_of_status(status: int) -> Outcome:
    if status in SUCCESSES:
        return Outcome.TAKEN
    return Outcome.REDIRECTED if status in REDIRECTS else Outcome.STATUS


def outcome_of(reason: BaseException) -> Outcome:  # noqa: PLR0911  (a table)
    """Return what kind of failure an exception is; LOST for one that is our own fault."""
    match reason:
        case addresses.AddressForbidden() | InvalidIPAddress() | InvalidInput():
            return Outcome.ADDRESS
        case socket.gaierror():
            return Outcome.NAME
        case TimeoutError() | http.Timeout() | low.TimeoutError():
            return Outcome.TIMEOUT
        case http.SSLError() | low.SSLError() | ssl.SSLError():
            return Outcome.TLS
        case http.ConnectionError() if _never_connected(reason):
            return Outcome.REFUSED
        case http.RequestException() | low.HTTPError() | OSError():
            return Outcome.CLOSED
    return Outcome.LOST


def _never_connected(reason: http.ConnectionError) -> bool:
    inner = reason.args[0] if reason.args else None
    return isinstance(getattr(inner, "reason", None), low.NewConnectionError)


def _json(body: bytes | None) -> Any:
    """Return what the text says, or None for what is no JSON or could not be kept as such."""
    if body is None or b"\\u0000" in body:  # PostgreSQL keeps no NUL
        return None
    try:
        value = json.loads(body.decode())
        # What cannot be written again: NaN, numbers beyond a double, halves of characters.
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return value


def _ms_since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
