"""A mini-app on the home screen: a page with a web manifest of the app's own, which a browser adds.

No page can put anything there by itself. The browser offers it once it has seen a manifest with a
name, an icon and a start address; where it offers nothing, the page says where to look.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.limits import ICON_SIDE_PIXELS
from host.pages import public_app
from host.theme import TOKENS
from miniapps.models import App

KIND = "application/manifest+json"


@never_cache
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """``/a/<slug or id>/home``: how to put the app on the home screen. Raises NotFound."""
    app = public_app(name)
    return render(request, "host/home_screen.html", {"app": app, "icon_url": _icon(app)})


@require_safe
def manifest(request: HttpRequest, name: str) -> HttpResponse:
    """``/a/<slug or id>/home.webmanifest``: the app as a browser installs it. Raises NotFound."""
    del request
    app = public_app(name)
    look = TOKENS["light"]
    document: dict[str, Any] = {
        "id": reverse("app", args=[app.slug]),
        "name": app.name,
        "short_name": app.name,
        "description": app.about,
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("app", args=[app.slug]),
        "scope": "/",
        "display": "standalone",
        "background_color": look["surface"],
        "theme_color": look["accent"],
        "icons": [
            {
                "src": _icon(app),
                "type": "image/png",
                "sizes": f"{ICON_SIDE_PIXELS}x{ICON_SIDE_PIXELS}",
                "purpose": "any",
            }
        ],
    }
    return JsonResponse(document, content_type=KIND)


def _icon(app: App) -> str:
    """Return the app's own icon, or the house's of the same size."""
    return reverse("icon", args=[app.icon]) if app.icon else static("ui/icon-512.png")
