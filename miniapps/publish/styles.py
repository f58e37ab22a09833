"""CSS with its references pinned to the version it belongs to; every other byte as it was."""

import re

from miniapps.publish.references import Pins

# Comments and plain strings are matched to be passed over: a url( inside them is not one.
_PIECE = re.compile(
    r"""/\*.*?(?:\*/|\Z)
      | (?P<import>@import\s+)(?P<import_quote>["'])(?P<imported>[^"'\\\n]*)(?P=import_quote)
      | url\(\s*(?:(?P<quote>["'])(?P<quoted>[^"'\\\n]*)(?P=quote)|(?P<bare>[^\s"'()\\]+))\s*\)
      | "(?:\\.|[^"\\\n])*"?
      | '(?:\\.|[^'\\\n])*'?
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def pin_style(css: str, pins: Pins, *, page: str) -> str:
    """Return the style sheet, or the content of a style attribute, of the file ``page``."""

    def pinned(match: re.Match[str]) -> str:
        for group in ("imported", "quoted", "bare"):
            if match[group] is not None:
                address = pins.pinned(match[group], page=page)
                if address is None:
                    break
                start, end = match.span(group)
                offset = match.start()
                return match[0][: start - offset] + address + match[0][end - offset :]
        return match[0]

    return _PIECE.sub(pinned, css)
