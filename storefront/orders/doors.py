"""What the pages of orders have in common: reading, a step and its refusal, leading on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import rates
from core.answers import wants_json
from core.limits import CART_CHANGES_PER_MINUTE_MAX
from core.problems import NotAllowed, NotFound, Problem
from core.text import latin_digits
from identity.pages import person_of, safe_path
from storefront.orders import words

View = Callable[..., HttpResponse]
Step = Callable[..., tuple[str, str]]
SEE_OTHER = 303
NUMBER_DIGITS_MAX = 9


def page(view: View) -> View:
    """Mark a page to be looked at, by people who are signed in; it is never kept by a browser."""
    return never_cache(login_required(require_safe(view)))


def step(view: Step) -> View:
    """Mark a step: POST only. It returns where to go on and what to say, or refuses.

    A refusal is a notice on the page before; to a program it is a problem document. What does not
    exist for the person stays a page that says so.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, **parts: str) -> HttpResponse:
        person = person_of(request)
        limit = CART_CHANGES_PER_MINUTE_MAX
        rates.hit("order-steps", str(person.pk), limit=limit, period_s=60)
        try:
            place, said = view(request, **parts)
        except (NotFound, NotAllowed):
            raise
        except Problem as refusal:
            if wants_json(request):
                raise
            flashes.error(request, words.explained(refusal, now=timezone.now()))
            return see_other(request.POST.get("back", ""), else_to=request.path)
        if wants_json(request):
            return JsonResponse({"said": said}, headers={"Cache-Control": "no-store"})
        if said:
            flashes.success(request, said)
        return see_other(place)

    return never_cache(login_required(require_POST(wrapped)))


def see_other(place: str, *, else_to: str = "/") -> HttpResponse:
    """Lead on after a step, by a GET, to a path of ours."""
    path = safe_path(place) if place.isprintable() else "/"
    answer = HttpResponseRedirect(else_to if path == "/" else path)
    answer.status_code = SEE_OTHER
    return answer


def number_in(
    request: HttpRequest, name: str, *, default: int = 0, digits_most: int = NUMBER_DIGITS_MAX
) -> int:
    """Return a whole number of a form, in either kind of digits; ``default`` for anything else."""
    text = latin_digits(request.POST.get(name, "")[: digits_most + 1]).strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= digits_most
    return int(text) if is_number else default
