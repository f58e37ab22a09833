"""Icons: whatever picture a maker sends becomes one kind of PNG, drawn anew by us."""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO

from PIL import Image

from core.limits import BUNDLE_ICON_SIDE_PIXELS_MAX, ICON_BYTES_MAX, ICON_SIDE_PIXELS
from miniapps.errors import IconRefused
from miniapps.models import App

FORMATS = ("PNG", "JPEG", "WEBP")


def url_of(app: App) -> str:
    """Return the address of the app's icon on the host, empty if it has none."""
    return f"/icons/{app.icon}.png" if app.icon else ""


def redraw(picture: BinaryIO) -> bytes:
    """Return the picture as a square PNG of ICON_SIDE_PIXELS without metadata.

    A picture that is not square stands in the middle of a transparent square. Raises IconRefused.
    """
    content = picture.read(ICON_BYTES_MAX + 1)
    if len(content) > ICON_BYTES_MAX:
        raise IconRefused(reason="too-many-bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return _drawn(content)
    except IconRefused:
        raise
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise IconRefused(reason="unreadable") from None


def _drawn(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        # The header is read, the pixels are not yet: a bomb stops here.
        if max(picture.size) > BUNDLE_ICON_SIDE_PIXELS_MAX:
            raise IconRefused(reason="too-many-pixels")
        whole = picture.convert("RGBA")
    side = ICON_SIDE_PIXELS
    scale = side / max(whole.size)
    fitted = whole.resize(
        (max(1, round(whole.width * scale)), max(1, round(whole.height * scale))),
        Image.Resampling.LANCZOS,
    )
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    square.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2))
    out = io.BytesIO()
    square.save(out, "PNG", optimize=True)
    return out.getvalue()
