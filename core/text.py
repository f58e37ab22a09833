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
_LETTERS = {
    ord("ي"): "ی", ord("ى"): "ی", ord("ئ"): "ی", ord("ك"): "ک", ord("ة"): "ه", ord("ۀ"): "ه",
    ord("ؤ"): "و", ord("أ"): "ا", ord("إ"): "ا", ord("ٱ"): "ا", ord("آ"): "ا",
    ord(ZWNJ): " ", ord("\u200d"): "", ord("\u0640"): "", ord("\u00a0"): " ",
}  # fmt: skip
_JOINERS = {ord(ZWNJ): None, ord("\u200d"): None}
_SPACES = re.compile(r"\s+")


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

    NFKC, lower case, one yeh and one kaf, no harakat, no tatweel, a half-space is a space, digits
    are Latin, runs of space are one.
    """
    text = unicodedata.normalize("NFKC", text).lower().translate(_LETTERS).translate(_TO_LATIN)
    kept = (c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
    return _SPACES.sub(" ", unicodedata.normalize("NFC", "".join(kept))).strip()
