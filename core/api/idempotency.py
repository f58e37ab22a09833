"""``Idempotency-Key``: the same request sent twice is carried out once.

Same key and same content gives the first answer again, byte for byte, with
``Idempotency-Replayed: true``; same key and other content is refused; a twin that is still running
answers 409 with Retry-After. (The rules of Stripe and of the IETF draft on the header.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from core.limits import IDEMPOTENCY_KEY_CHARS_MAX
from core.models import IdempotencyRecord
from core.problems import Fault, InvalidInput, Problem

STILL_RUNNING_MAX = timedelta(seconds=60)
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


def once(view: View) -> View:
    """Make a DRF view method honour ``Idempotency-Key`` when it is sent.

    The answer is rendered before it is kept, so the replay is the same bytes. Refusals (4xx) and
    errors are not kept: the caller may correct and repeat with the same key.
    """

    def wrapped(self: Any, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(self, request, *args, **kwargs)
        if not 1 <= len(key) <= IDEMPOTENCY_KEY_CHARS_MAX or not key.isprintable():
            raise InvalidInput([Fault("#/Idempotency-Key", "must be 1 to 255 characters", "range")])
        record, first = _begin(_caller(request), key, _fingerprint(request))
        if not first:
            return _replay(record)
        try:
            answer = view(self, request, *args, **kwargs)
        except BaseException:
            _still_ours(record).delete()
            raise
        self.finalize_response(request, answer, *args, **kwargs)
        answer.render()
        _still_ours(record).update(
            status=answer.status_code,
            body=answer.content,
            media_type=answer.headers["Content-Type"],
        )
        return answer

    wrapped.__doc__, wrapped.__name__ = view.__doc__, view.__name__
    return cast("View", wrapped)


def _still_ours(record: IdempotencyRecord) -> QuerySet[IdempotencyRecord]:
    """Return the record as rows: none when a later caller has taken it over meanwhile."""
    return IdempotencyRecord.objects.filter(pk=record.pk, status=None, created_at=record.created_at)


def _caller(request: Request) -> str:
    key = getattr(request.auth, "pk", None)
    return f"key:{key}" if key else f"person:{request.user.pk}"


def _fingerprint(request: Request) -> str:
    seal = hashlib.sha256()
    seal.update(f"{request.method} {request.get_full_path()}\n".encode())
    for name, upload in sorted(request.FILES.items()):
        seal.update(name.encode())
        for chunk in upload.chunks():
            seal.update(chunk)
        upload.seek(0)
    seal.update(repr(sorted((str(k), str(v)) for k, v in _fields(request))).encode())
    return seal.hexdigest()


def _fields(request: Request) -> list[tuple[Any, Any]]:
    data = request.data
    if not isinstance(data, dict):
        return [("", data)]
    return [(key, value) for key, value in data.items() if key not in request.FILES]


def _begin(caller: str, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    try:
        with transaction.atomic():
            record = IdempotencyRecord.objects.create(
                caller=caller, key=key, fingerprint=fingerprint
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
    if record.status is None and record.created_at < timezone.now() - STILL_RUNNING_MAX:
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
    answer.headers["Idempotency-Replayed"] = "true"
    return answer
