"""``/gallery/``: every component, both languages, both themes, each state (only with DEBUG)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.middleware import THEMES

# A name, a Latin name in it and an amount with its sign: if this reads right, direction is right.
SAMPLE = "علی (Ali) ۵۰٬۰۰۰+"

COLOURS = (
    ("surface", "text"), ("surface-raised", "text-quiet"), ("surface-sunken", "text"),
    ("accent", "on-accent"), ("accent-soft", "on-accent-soft"), ("good-soft", "on-good-soft"),
    ("warn-soft", "on-warn-soft"), ("bad-soft", "on-bad-soft"), ("info-soft", "on-info-soft"),
    ("money-soft", "on-money-soft"), ("bad", "on-bad"), ("bubble-own", "text"),
)  # fmt: skip

ICONS = (
    "send", "arrow-left", "chevron-right", "search", "menu", "x", "check", "check-check", "clock",
    "plus", "ellipsis-vertical", "message-circle", "users", "megaphone", "settings", "log-out",
    "bell", "paperclip", "image", "smile", "layout-grid", "store", "wallet", "gift", "hand-coins",
    "receipt", "circle-check", "circle-x", "triangle-alert", "info", "shield-check", "badge-check",
    "lock", "languages", "sun", "moon", "upload", "download", "file-code", "trash-2", "pencil",
    "copy", "external-link", "refresh-cw", "wifi-off", "maximize-2", "qr-code", "rocket", "play",
)  # fmt: skip


def _people() -> list[dict[str, Any]]:
    """Return rows of a chat list, with names that test direction and length."""
    return [
        {"name": SAMPLE, "text": _("See you at six, then."), "unread": 3, "current": True},
        {"name": "کافه نارون", "text": "سفارش شما آماده شد.", "unread": 0, "verified": True},
        {"name": "Narges Rahimi", "text": "عکس‌ها را فرستادم", "unread": 128},
        {
            "name": "گروه برنامه‌ریزی سفر تابستانی خانواده و دوستان قدیمی دانشگاه",
            "text": "Ali: The bus leaves at 07:30, be there a quarter earlier, please.",
            "unread": 0,
        },
    ]


def _screens() -> list[dict[str, str]]:
    """Return pictures as an app's page shows them."""
    return [
        {"url": static(f"ui/{name}"), "alt": _("The mark of Barnamak")}
        for name in ("icon-192.png", "icon-512.png", "icon-maskable-512.png")
    ]


def _findings() -> list[dict[str, Any]]:
    """Return one finding of each severity."""
    return [
        {
            "rule": "path-traversal", "severity": "error", "path": "../../etc/passwd",
            "title": _("A file wants to stand outside the bundle"),
            "fix": _("Pack the folder itself; paths begin without / and without .."),
        },
        {
            "rule": "code-eval", "severity": "warning", "path": "assets/index.js", "line": 1204,
            "title": _("The code builds code from text"),
            "fix": _("Replace eval() and new Function() by a function of your own."),
        },
        {
            "rule": "icon-small", "severity": "note", "path": "manifest.json", "line": 14,
            "title": _("The icon is smaller than 192 pixels"),
            "fix": _("Add one of 512 × 512, so that it is sharp on every screen."),
        },
    ]  # fmt: skip


def _lists() -> dict[str, Any]:
    """Return what the components that take lists are shown with."""
    return {
        "tabs": [
            {"href": "#1", "label": _("Findings"), "current": True, "count": 3},
            {"href": "#2", "label": _("Manifest")},
            {"href": "#3", "label": _("Files"), "count": 214},
        ],
        "bar": [
            {"href": "#1", "label": _("Chats"), "icon": "messages-square", "current": True,
             "count": 12},
            {"href": "#2", "label": _("Showcase"), "icon": "layout-grid"},
            {"href": "#3", "label": _("My Bank"), "icon": "wallet"},
            {"href": "#4", "label": _("Account"), "icon": "circle-user"},
        ],
        "steps": [
            {"state": "done", "title": _("Uploaded"), "text": _("1,000 files, 20 MB")},
            {"state": "done", "title": _("Checked"), "text": _("no errors, 2 notes")},
            {"state": "here", "title": _("In review"), "text": _("usually within a day")},
            {"state": "ahead", "title": _("Published")},
        ],
        "failed_steps": [
            {"state": "done", "title": _("Uploaded")},
            {"state": "failed", "title": _("Checked"), "text": _("2 errors to correct")},
            {"state": "ahead", "title": _("In review")},
        ],
    }  # fmt: skip


def gallery(request: HttpRequest) -> HttpResponse:
    """Show the gallery; ``?lang=fa|en``, ``?theme=auto|light|dark``. 404 without DEBUG."""
    if not settings.DEBUG:
        raise Http404
    language = request.GET.get("lang", "")
    theme = request.GET.get("theme", "auto")
    request.theme = theme if theme in THEMES else "auto"  # type: ignore[attr-defined]  # read by ui/base.html
    if language not in dict(settings.LANGUAGES):
        language = translation.get_language() or settings.LANGUAGE_CODE
    now = timezone.now()
    with translation.override(language):
        context = _lists() | {
            "sample": SAMPLE, "people": _people(), "findings": _findings(), "colours": COLOURS,
            "icons": ICONS, "now": now, "minutes_ago": now - timedelta(minutes=7),
            "days_ago": now - timedelta(days=3), "due": now + timedelta(hours=5),
            "tints": range(8), "screens": _screens(), "language": language, "theme": theme,
        }  # fmt: skip
        return render(request, "gallery/gallery.html", context)
