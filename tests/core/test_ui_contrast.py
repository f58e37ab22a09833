"""The colours of both themes are measured, not believed: WCAG 2.2 AA."""

import re
from pathlib import Path

import pytest

UI = Path(__file__).parents[2] / "core" / "static" / "ui"
TOKENS = (UI / "tokens.css").read_text(encoding="utf-8")

GROUNDS = ("surface", "surface-raised", "surface-sunken", "surface-floating")
TEXTS = (
    [(text, ground) for text in ("text", "text-quiet", "accent", "bad") for ground in GROUNDS]
    + [(text, ground) for text in ("good", "warn", "info", "money") for ground in GROUNDS[:2]]
    + [
        (f"on-{tone}-soft", f"{tone}-soft")
        for tone in ("accent", "good", "warn", "bad", "info", "money")
    ]
    + [
        ("on-accent", "accent"),
        ("on-accent", "accent-hover"),
        ("on-bad", "bad"),
        ("on-bad", "bad-hover"),
    ]
    + [("on-tint", f"tint-{number}") for number in range(8)]
    + [("text", "bubble-own"), ("bubble-own-quiet", "bubble-own"), ("on-accent-soft", "bubble-own")]
    + [("text", "bubble-other"), ("text-quiet", "bubble-other"), ("accent", "bubble-other")]
    + [("text", "wall"), ("bad", "wall"), ("surface", "text")]
)
# Lines that carry meaning (frames of inputs, focus): 3 to 1.
LINES = [(line, ground) for line in ("line-strong", "focus") for ground in GROUNDS]


def blocks() -> list[dict[str, str]]:
    """Return the colour blocks in the order of the file: light, dark by wish, dark by choice."""
    bodies = re.findall(r"\{([^{}]*--surface:[^{}]*)\}", TOKENS)
    return [dict(re.findall(r"--([\w-]+):\s*([^;]+);", body)) for body in bodies]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_black_on_white_is_21_to_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_two_dark_blocks_are_equal_and_name_what_the_light_one_names() -> None:
    light, wished, chosen = blocks()

    assert wished == chosen
    assert set(light) == set(wished)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_is_readable(theme: int, text: str, ground: str) -> None:
    colours = blocks()[theme]

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), LINES)
def test_lines_that_mean_something_are_seen(theme: int, line: str, ground: str) -> None:
    colours = blocks()[theme]

    assert contrast(colours[line], colours[ground]) >= 3
