"""What the pages of the Showcase share: who looks, from where a list goes on, how a step ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme

from core.problems import NotFound
from identity.models import Person

PREVIEW = "showcase.view_slot"


def looker(request: HttpRequest) -> Person | None:
    """Return who looks at a page that everybody may see, None for strangers."""
    return request.user if isinstance(request.user, Person) else None


def moment_of(request: HttpRequest) -> datetime:
    """Return the instant the page is shown for: now, or ``?at=`` for editors who look ahead."""
    text = request.GET.get("at", "")
    if not text:
        return timezone.now()
    person = looker(request)
    if person is None or not person.has_perm(PREVIEW):
        raise NotFound
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    return found if timezone.is_aware(found) else timezone.make_aware(found)


def is_part(request: HttpRequest) -> bool:
    """Tell whether a script asks for a part of a page that stands."""
    return request.headers.get("HX-Request") == "true"


def back_to(request: HttpRequest, place: str) -> HttpResponseRedirect:
    """Lead to where the form stood, if that is a page of ours, else to ``place``."""
    wanted = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    answer = HttpResponseRedirect(wanted if own and wanted.startswith("/") else place)
    answer.status_code = 303
    return answer


def about_page(request: HttpRequest, *, title: str, text: str, picture: str = "") -> dict[str, Any]:
    """Return what a crawler and a shared link are told of a page."""
    return {
        "canonical": f"{settings.ORIGIN}{request.path}",
        "og_title": title,
        "og_text": text,
        "og_picture": f"{settings.ORIGIN}{picture}" if picture else "",
    }
