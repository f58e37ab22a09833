"""The picture that stands beside a shared link: name, line, mark. Drawn by us, never fetched."""

from __future__ import annotations

import functools
import io
from zlib import crc32

from django.contrib.staticfiles import finders
from PIL import Image, ImageDraw, ImageFont, features

from core.text import PERSIAN_DIGITS

SIZE = (1200, 630)  # pixels, what those who show shared links ask for
EDGE = 80  # pixels
_TINTS = ("#0f6f6a", "#2a5da8", "#6a4bb0", "#a03a78", "#a8402c", "#85570a", "#3f6f1d", "#4c5f6b")
_ARABIC = "ui/fonts/vazirmatn-arabic-wght-normal.woff2"
_LATIN = "ui/fonts/vazirmatn-latin-wght-normal.woff2"


def share_card(*, name: str, line: str, seed: str, icon: bytes | None = None) -> bytes:
    """Return a PNG for a shared link."""
    picture = Image.new("RGB", SIZE, _TINTS[crc32(seed.encode()) % len(_TINTS)])
    draw = ImageDraw.Draw(picture)
    right = _is_persian(name)
    edge = SIZE[0] - EDGE if right else EDGE
    anchor = "rm" if right else "lm"
    top = 230
    if icon:
        mark = Image.open(io.BytesIO(icon)).convert("RGBA").resize((160, 160))
        picture.paste(mark, (edge - 160 if right else edge, 90), mark)
        top = 340
    _write(draw, (edge, top), name, (84, 700), anchor)
    _write(draw, (edge, top + 110), line, (40, 400), "rm" if _is_persian(line) else anchor)
    _write(draw, (edge, SIZE[1] - 70), "برنامک" if right else "Barnamak", (36, 500), anchor)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, face: tuple[int, int], anchor: str
) -> None:
    """Write one line, cut where the picture ends; ``face`` is the size in pixels and the weight."""
    is_persian = _is_persian(text)
    font = _font(_ARABIC if is_persian else _LATIN, *face)
    shapes = features.check("raqm")
    way = ("rtl" if is_persian else "ltr") if shapes else None
    most = SIZE[0] - 2 * EDGE
    shown = text
    while shown and draw.textlength(shown, font=font, direction=way) > most:
        shown = shown[:-2].rstrip() + "…"
    draw.text(at, shown, font=font, fill="#ffffff", anchor=anchor, direction=way)


def _is_persian(text: str) -> bool:
    return any("\u0600" <= one <= "\u06ff" for one in text) or any(
        one in PERSIAN_DIGITS for one in text
    )


@functools.lru_cache(maxsize=16)
def _font(name: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    path = finders.find(name)
    assert isinstance(path, str)  # the house's own file
    font = ImageFont.truetype(path, size)
    font.set_variation_by_axes([weight])
    return font
