"""A manifest proposed for a build that has none, from what the build says about itself."""

import re
from typing import Any

from miniapps.bundle.media import extension_of
from miniapps.bundle.report import Report

ICON_EXTENSIONS = ("png", "webp")
SIZES = re.compile(r"[1-9][0-9]{0,3}x[1-9][0-9]{0,3}\Z")
LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
RTL_LANGUAGES = frozenset({"fa", "ar", "he", "ur", "ckb", "ku", "azb", "ps", "sd", "ug"})
NAME_CHARS_MAX = 60
ICONS_MAX = 8
ORIGINS_MAX = 32


def suggest(report: Report, *, app_id: str = "", version_code: int = 1) -> dict[str, Any]:
    """Propose a manifest to fill a form with. ``report`` may be of a refused bundle.

    Permissions and relaxations are not proposed: asking for them is a decision of the maker.
    """
    hints = report.hints
    proposal: dict[str, Any] = {
        "app_id": app_id,
        "name": _plain(hints.title)[:NAME_CHARS_MAX],
        "version": {"code": version_code, "name": f"{version_code}.0.0"},
        "pages": ["index.html"],
    }
    if hints.description:
        proposal["description"] = _plain(hints.description)
    if LANG.match(hints.lang):
        proposal["lang"] = hints.lang
    direction = _direction(hints.lang, hints.dir)
    if direction:
        proposal["dir"] = direction
    icons = [_icon(icon) for icon in hints.icons if extension_of(icon["src"]) in ICON_EXTENSIONS]
    if icons:
        proposal["icons"] = icons[:ICONS_MAX]
    network = {
        kind: sorted(origins)[:ORIGINS_MAX] for kind, origins in hints.origins.items() if origins
    }
    if network:
        proposal["barnamak"] = {"network": network}
    return proposal


def _icon(icon: dict[str, str]) -> dict[str, str]:
    path = re.sub(r"[?#].*", "", icon["src"]).removeprefix("./").removeprefix("/")
    sizes = icon.get("sizes", "")
    return {"src": path, "sizes": sizes} if SIZES.match(sizes) else {"src": path}


def _direction(lang: str, declared: str) -> str:
    if declared in ("ltr", "rtl", "auto"):
        return declared
    language = lang.partition("-")[0].lower()
    return "rtl" if language in RTL_LANGUAGES else ""


def _plain(text: str) -> str:
    """Give the text without what a manifest may not hold."""
    shown = "".join(char for char in text if char.isprintable() or char == "\u200c")
    return re.sub(r"<(?=[A-Za-z/!])", "‹", shown).strip()
