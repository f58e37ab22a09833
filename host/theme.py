"""The colours an app is told: Telegram's fifteen theme parameters, from our own tokens. Pure.

A test holds these equal to ``core/static/ui/tokens.css``.
"""

from __future__ import annotations

from typing import Final

# Telegram's key: our role.
ROLES: Final[dict[str, str]] = {
    "bg_color": "surface-raised",
    "text_color": "text",
    "hint_color": "text-quiet",
    "link_color": "accent",
    "button_color": "accent",
    "button_text_color": "on-accent",
    "secondary_bg_color": "surface",
    "header_bg_color": "surface-raised",
    "bottom_bar_bg_color": "surface-raised",
    "accent_text_color": "accent",
    "section_bg_color": "surface-raised",
    "section_header_text_color": "accent",
    "section_separator_color": "line",
    "subtitle_text_color": "text-quiet",
    "destructive_text_color": "bad",
}
TOKENS: Final[dict[str, dict[str, str]]] = {
    "light": {
        "surface": "#f6f6f3", "surface-raised": "#ffffff", "text": "#18211f",
        "text-quiet": "#55625e", "line": "#dcdfdb", "accent": "#0b7a75", "on-accent": "#ffffff",
        "bad": "#b3261e",
    },
    "dark": {
        "surface": "#101615", "surface-raised": "#182120", "text": "#e7edeb",
        "text-quiet": "#a3b0ac", "line": "#2b3634", "accent": "#4fc3b8", "on-accent": "#03211e",
        "bad": "#f28b82",
    },
}  # fmt: skip


def params(scheme: str) -> dict[str, str]:
    """Return the theme parameters of ``light`` or ``dark``, each ``#rrggbb``."""
    tokens = TOKENS[scheme]
    return {key: tokens[role] for key, role in ROLES.items()}
