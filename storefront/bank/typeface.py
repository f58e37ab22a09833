"""The house's typeface for paper: one static TrueType face a weight, with both alphabets. Pure.

The web's files are variable WOFF2, one an alphabet; paper needs plain faces. They are made from the
same files, once a process, so that nothing is kept twice.
"""

from __future__ import annotations

import io
import logging
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FOLDER: Final = Path(__file__).resolve().parents[2] / "core/static/ui/fonts"
ALPHABETS: Final = ("arabic", "latin")
WEIGHTS: Final = {"": 400, "B": 700}
VARIABLE_ONLY: Final = ("STAT", "avar", "HVAR", "MVAR")


@cache
def face(style: str) -> bytes:
    """Return the face of a style (empty: regular, ``B``: bold) as a TrueType file."""
    # It tells of every table it leaves out, on every machine alike.
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    merged = cast("Any", Merger()).merge([_static(name, WEIGHTS[style]) for name in ALPHABETS])
    return _bytes(merged).getvalue()


@cache
def letters() -> frozenset[int]:
    """Return the code points that the faces can draw."""
    return frozenset(TTFont(io.BytesIO(face(""))).getBestCmap())


def drawable(text: str) -> str:
    """Return the text without what no face can draw (pictures, controls), in single spaces."""
    kept = (one if ord(one) in letters() else " " if one.isspace() else "" for one in text)
    return " ".join("".join(kept).split())


def _static(alphabet: str, weight: int) -> io.BytesIO:
    font = TTFont(FOLDER / f"vazirmatn-{alphabet}-wght-normal.woff2")
    font = cast("Any", instancer).instantiateVariableFont(font, {"wght": weight})
    font.flavor = None
    for table in VARIABLE_ONLY:
        if table in font:
            del font[table]
    return _bytes(font)


def _bytes(font: TTFont) -> io.BytesIO:
    made = io.BytesIO()
    font.save(made)
    made.seek(0)
    return made
