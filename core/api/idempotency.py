"""``Idempotency-Key``: the same request sent twice is carried out once.

Same key and same content gives the first answer again, byte for byte, with
``Idempotency-Replayed: true``; same key and other content is refused; a twin that is still running
answers 409 with Retry-After. (The rules of Stripe and of the IETF draft on the header.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.answers import problem_json
from core.api.errors import as_problem
from core.limits import IDEMPOTENCY_KEY_CHARS_MAX, IDEMPOTENCY_RUNNING_MAX, MONEY_RUNNING_MAX
from core.models import IdempotencyRecord
from core.problems import Fault, InvalidInput, Problem

DECIDED: Final = frozenset({402, 409, 410, 422})  # refusals of money that are an answer for good
OUR_FAULT: Final = 500  # statuses from here on do not say whether anything was done
KEPT_HEADERS: Final = ("Location", "Retry-After", "Cache-Control")
View = TypeVar("View", bound=Callable[..., Response])


class KeyReused(Problem):
    """The key was used before for another request."""

    code, status = "idempotency-key-reused", 422
    title = _("This Idempotency-Key was used for another request")
    remedy = _("Send a new key with a new request.")


class StillRunning(Problem):
    """The first request with this key has not been answered yet. Members: ``retry_after_s``."""

    code, status = "idempotency-still-running", 409
    title = _("The first request with this key is still running")
    remedy = _("Wait and send the same request again.")


class KeyMissing(Problem):
    """A request that moves money came without a key."""

    code, status = "idempotency-key-missing", 400
    title = _("A request that moves money needs an Idempotency-Key")
    remedy = _("Send the header Idempotency-Key with a text that is new for each new request.")


@dataclass(frozen=True)
class Rules:
    """What of a request is remembered, and for how long."""

    money: bool = False

    @property
    def running_max(self) -> timedelta:
        """How long a request may be without an answer before it is taken for dead."""
        return MONEY_RUNNING_MAX if self.money else IDEMPOTENCY_RUNNING_MAX

    def keeps(self, problem: Problem | None) -> bool:
        """Tell whether this refusal is the answer to every repetition."""
        return self.money and problem is not None and problem.status in DECIDED

    def forgets(self, problem: Problem | None) -> bool:
        """Tell whether the key is free again: surely nothing was done with it."""
        return not self.money or (problem is not None and problem.status < OUR_FAULT)


def once(view: View) -> View:
    """Make a DRF view method honour ``Idempotency-Key`` when it is sent.

    The answer is rendered before it is kept, so the replay is the same bytes. Refusals (4xx) and
    errors are not kept: the caller may correct and repeat with the same key.
    """
    return _with(view, Rules())


def once_for_money(view: View) -> View:
    """Make a DRF view method that moves money demand ``Idempotency-Key``, and keep it for ever.

    Refusals that the operation decided (402, 409, 410, 422) are answers: they are kept and
    replayed. Other refusals came before anything was done, so the caller may correct and repeat
    with the same key. After a fault of ours nobody knows what was done: the same request may be
    repeated at once, another one with the same key is refused; who died in the middle is replaced
    after 15 seconds. So the operation behind the view must be idempotent by itself, by
    ``effect_key``.
    """
    return _with(view, Rules(money=True))


def effect_key(request: Request) -> str:
    """Return the name of what this request does, for the operation: its caller and its key."""
    return f"{_caller(request)}:{request.headers['Idempotency-Key']}"


def _with(view: View, rules: Rules) -> View:
    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None and rules.money:
            raise KeyMissing
        if key is None:
            return view(self, request, *args, **kwargs)
        if not 1 <= len(key) <= IDEMPOTENCY_KEY_CHARS_MAX or not key.isprintable():
            raise InvalidInput([Fault("#/Idempotency-Key", "must be 1 to 255 characters", "range")])
        record, first = _begin(_caller(request), key, _fingerprint(request), rules)
        if not first:
            return _replay(record)
        try:
            answer: HttpResponse = view(self, request, *args, **kwargs)
        except BaseException as reason:
            problem = as_problem(reason) if isinstance(reason, Exception) else None
            if not isinstance(reason, Problem) or not rules.keeps(problem):
                _let_go(record, rules, problem)
                raise
            answer = problem_json(reason)
        self.finalize_response(request, answer, *args, **kwargs)
        if isinstance(answer, Response):
            answer.render()
        _keep(record, answer)
        return answer

    wrapped.__doc__, wrapped.__name__ = view.__doc__, view.__name__
    return cast("View", wrapped)


def _keep(record: IdempotencyRecord, answer: HttpResponse) -> None:
    _still_ours(record).update(
        status=answer.status_code,
        body=answer.content,
        media_type=answer.headers["Content-Type"],
        headers={name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers},
    )


def _let_go(record: IdempotencyRecord, rules: Rules, problem: Problem | None) -> None:
    """Free the key, or only its request: then the same one may take it over at once."""
    if rules.forgets(problem):
        _still_ours(record).delete()
        return
    _still_ours(record).update(created_at=record.created_at - rules.running_max)


def _still_ours(record: IdempotencyRecord) -> QuerySet[IdempotencyRecord]:
    """Return the record as rows: none when a later caller has taken it over meanwhile."""
    return IdempotencyRecord.objects.filter(pk=record.pk, status=None, created_at=record.created_at)


def _caller(request: Request) -> str:
    key = getattr(request.auth, "pk", None)
    kind = getattr(request.auth, "caller_kind", "key")  # keys of two kinds have numbers alike
    return f"{kind}:{key}" if key else f"person:{request.user.pk}"


def _fingerprint(request: Request) -> str:
    seal = hashlib.sha256()
    seal.update(f"{request.method} {request.get_full_path()}\n".encode())
    for name, upload in sorted(request.FILES.items()):
        seal.update(name.encode())
        for chunk in upload.chunks():
            seal.update(chunk)
        upload.seek(0)
    seal.update(repr(sorted((str(k), repr(v)) for k, v in _fields(request))).encode())
    return seal.hexdigest()


def _fields(request: Request) -> list[tuple[Any, Any]]:
    data = request.data
    if not isinstance(data, dict):
        return [("", data)]
    return [(key, value) for key, value in data.items() if key not in request.FILES]


def _begin(caller: str, key: str, fingerprint: str, rules: Rules) -> tuple[IdempotencyRecord, bool]:
    try:
        with transaction.atomic():
            record = IdempotencyRecord.objects.create(
                caller=caller, key=key, fingerprint=fingerprint, money=rules.money
            )
    except IntegrityError:
        found = IdempotencyRecord.objects.filter(caller=caller, key=key).first()
        if found is None:  # its first request was refused this moment and has forgotten it
            raise StillRunning(retry_after_s=1) from None
        record = found
    else:
        return record, True
    if record.fingerprint != fingerprint:
        raise KeyReused
    if record.status is None and record.created_at < timezone.now() - rules.running_max:
        # The worker that began it has died: one of the callers takes it over.
        now = timezone.now()
        if _still_ours(record).update(created_at=now):
            record.created_at = now
            return record, True
    if record.status is None:
        raise StillRunning(retry_after_s=1)
    return record, False


def _replay(record: IdempotencyRecord) -> HttpResponse:
    answer = HttpResponse(
        bytes(record.body or b""), status=record.status, content_type=record.media_type
    )
    for name, value in record.headers.items():
        answer.headers[name] = value
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
