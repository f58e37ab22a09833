"""Persian text as people write it: digits of three kinds, Arabic letters, half-spaces.

One definition of "the same text". ``fold`` is what searches and comparisons use; what was written
is stored as it was written.
"""

from __future__ import annotations

import re
import unicodedata

PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
ARABIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
ZWNJ = "\u200c"

_TO_LATIN = {ord(c): str(i) for i, c in enumerate(PERSIAN_DIGITS)} | {
    ord(c): str(i) for i, c in enumerate(ARABIC_DIGITS)
}
_TO_PERSIAN = {ord(str(i)): c for i, c in enumerate(PERSIAN_DIGITS)} | {
    ord(c): PERSIAN_DIGITS[i] for i, c in enumerate(ARABIC_DIGITS)
}
_JOINERS = {ord(ZWNJ): None, ord("\u200d"): None}
_LETTERS = dict(zip(map(ord, "يىےكڪةەہھٱ"), "یییککهههها", strict=True))
# Capitals beyond ASCII that have no simpler form: of Latin, Greek, Cyrillic and Armenian.
_CAPITALS = {
    code: small
    for code in range(0xC0, 0x590)
    if len(small := chr(code).lower()) == 1
    and small != chr(code)
    and unicodedata.normalize("NFKD", chr(code)) == chr(code)
}
_SAME = {code: chr(code).lower() for code in range(128)} | _CAPITALS | _LETTERS | _TO_LATIN
# Signs above and below letters, the tatweel, and what nobody sees: joiners, marks of direction.
_DROPPED = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u08ca-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u200b\u200d-\u200f\u202a-\u202e"
    "\u2060-\u2069\u20d0-\u20f0\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]+"
)
# What stands between words, the half-space and the Persian signs among it.
_SPACES = re.compile(
    "[\t-\r\u001c-\u0020\u0085\u00a0\u00ab\u00bb\u060c\u061b\u061f\u066b\u066c\u1680"
    "\u2000-\u200a\u200c\u2028\u2029\u202f\u205f\u3000]+"
)


def latin_digits(text: str) -> str:
    """Return the text with Persian and Arabic digits as 0-9."""
    return text.translate(_TO_LATIN)


def persian_digits(text: str) -> str:
    """Return the text with every digit as ۰-۹."""
    return text.translate(_TO_PERSIAN)


def is_line(text: str) -> bool:
    """Tell whether a text is one line of visible characters.

    Half-spaces belong to Persian and joiners to emoji; marks of direction, zero-width blanks and
    line breaks are refused, because two texts that differ by them look the same.
    """
    return text.translate(_JOINERS).isprintable()


def fold(text: str) -> str:
    """Return the form in which two spellings of the same words are equal.

    NFKD without the signs above and below letters, lower case, one yeh, one kaf and one heh, no
    tatweel, nothing that nobody sees; a half-space and the Persian signs between words are a space,
    digits are Latin, runs of space are one; NFC. PostgreSQL's ``core_fold`` is the same, and a
    test holds the two together: change both.
    """
    text = _DROPPED.sub("", unicodedata.normalize("NFKD", text)).translate(_SAME)
    return unicodedata.normalize("NFC", _SPACES.sub(" ", text)).strip(" ")


def tight(text: str) -> str:
    """Return ``fold`` without its spaces: «می‌خواهم», «میخواهم» and «می خواهم» meet in it.

    PostgreSQL's ``core_tight`` is the same.
    """
    return fold(text).replace(" ", "")
