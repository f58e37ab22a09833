"""Public files of this floor: icons of apps, the schema of the manifest."""

from __future__ import annotations

import functools
import json
import re

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.problems import NotFound
from identity.pages import person_of
from miniapps import bundle, screens
from miniapps.models import App
from miniapps.storage import Store

FOR_EVER = "public, max-age=31536000, immutable"
SHA256 = re.compile(r"[0-9a-f]{64}")


@require_safe
def icon(request: HttpRequest, sha256: str) -> FileResponse:
    """``/icons/<sha256>.png``: the icon of some app. No other blob is given out here."""
    del request
    if not SHA256.fullmatch(sha256) or not App.objects.filter(icon=sha256).exists():
        raise NotFound
    try:
        stream = Store(settings.STORE).open(sha256)
    except FileNotFoundError:
        raise NotFound from None
    answer = FileResponse(stream, content_type="image/png")
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_safe
def screen(request: HttpRequest, version_id: str, place: int) -> HttpResponse:
    """``/screens/<version>/<n>.webp``: a picture of an app, as we have drawn it."""
    person = person_of(request) if request.user.is_authenticated else None
    picture = screens.picture_of(version_id, place, person)
    answer = HttpResponse(picture, content_type="image/webp")
    answer.headers["Cache-Control"] = "private, max-age=86400"  # what is withdrawn goes away
    return answer


@require_safe
def manifest_schema(request: HttpRequest) -> HttpResponse:
    """``/schemas/manifest.json``: the JSON Schema of manifest.json, for editors and CI."""
    del request
    answer = HttpResponse(_schema(), content_type="application/schema+json")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer


@functools.cache
def _schema() -> bytes:
    return json.dumps(bundle.schema(), ensure_ascii=False, indent=2).encode()
