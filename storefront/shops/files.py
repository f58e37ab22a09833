"""Public files of shops: their pictures."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from core.problems import NotFound
from miniapps.storage import NotADigest
from storefront.shops import pictures

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def picture(request: HttpRequest, digest: str, size: str) -> FileResponse:
    """``/pictures/<digest>-<size>.webp``: a picture we drew. No query: names come from content."""
    del request
    files = pictures.store()
    try:
        if size == pictures.LARGE:
            stream = files.open(digest)
        elif size == pictures.SMALL:
            stream = files.size_path(digest, size).open("rb")
        else:
            raise NotFound
    except (FileNotFoundError, NotADigest):
        raise NotFound from None
    answer = FileResponse(stream, content_type="image/webp")
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer
