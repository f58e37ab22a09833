"""Still lifes for the demo's shops: drawn at the start, always the same, nobody's property.

Most things are turned on a wheel: a profile of (height, half width) in hundredths of the picture.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE: Final = 1400  # pixels
FLOOR: Final = 82.0  # hundredths from above at which things stand
WARMTH: Final = (0.7, 0.8, 0.95)  # how much of the shade red, green and blue take
Colour = str
Profile = Sequence[tuple[float, float]]
Point = tuple[float, float]


class Scene:
    """A wall, a table, and what stands on it."""

    def __init__(self, wall: Colour, table: Colour, seed: str) -> None:
        self.dice = random.Random(seed)  # noqa: S311  (a picture, not a secret)
        self.picture = Image.new("RGB", (SIDE, SIDE), wall)
        light = Image.radial_gradient("L").resize((SIDE * 2, SIDE * 2)).crop((500, 700, 1900, 2100))
        self.picture.paste(
            Image.new("RGB", (SIDE, SIDE), "white"), mask=light.point(lambda v: max(0, 120 - v))
        )
        self.box((0, 68, 100, 100), table)

    def at(self, points: Sequence[Point]) -> list[Point]:
        """Return points in pixels."""
        return [(x * SIDE / 100, y * SIDE / 100) for x, y in points]

    def box(self, edges: tuple[float, float, float, float], colour: Colour) -> None:
        """Fill a rectangle."""
        ImageDraw.Draw(self.picture).rectangle([edge * SIDE / 100 for edge in edges], fill=colour)

    def shadow(self, middle: float, width: float, y: float = FLOOR) -> None:
        """Lay a soft shadow under a thing."""
        mask = Image.new("L", (SIDE, SIDE), 0)
        left, top, right, low = middle - width, y - 2.6, middle + width * 1.12, y + 2.6
        flat = self.at([(left, top), (right, low)])
        ImageDraw.Draw(mask).ellipse([*flat[0], *flat[1]], fill=105)
        mask = mask.filter(ImageFilter.GaussianBlur(SIDE / 70))
        self.picture.paste(Image.new("RGB", (SIDE, SIDE), "#1c1a17"), mask=mask)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill a polygon."""
        ImageDraw.Draw(self.picture).polygon(self.at(points), fill=colour)

    def disc(self, x: float, y: float, wide: float, high: float, colour: Colour) -> None:
        """Fill an ellipse around a point."""
        a, b = self.at([(x - wide, y - high), (x + wide, y + high)])
        ImageDraw.Draw(self.picture).ellipse([*a, *b], fill=colour)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """Draw a line with round joints."""
        brush = ImageDraw.Draw(self.picture)
        brush.line(self.at(points), fill=colour, width=int(width * SIDE / 100), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, width / 2, colour)

    def turned(
        self,
        profile: Profile,
        colour: Colour,
        *,
        middle: float = 50,
        bands: Sequence[tuple[float, float, Colour]] = (),
        lip: Colour = "",
    ) -> None:
        """Draw a thing of the wheel: smooth sides, bands of glaze, light from the left."""
        smooth = _smooth(profile)
        mask = Image.new("L", (SIDE, SIDE), 0)
        brush = ImageDraw.Draw(mask)
        sides = [(middle - half, y) for y, half in smooth]
        sides += [(middle + half, y) for y, half in reversed(smooth)]
        brush.polygon(self.at(sides), fill=255)
        foot, half = profile[-1]
        a, b = self.at([(middle - half, foot - half * 0.14), (middle + half, foot + half * 0.14)])
        brush.ellipse([*a, *b], fill=255)
        body = Image.new("RGB", (SIDE, SIDE), colour)
        paint = ImageDraw.Draw(body)
        for top, low, glaze in bands:
            a, b = self.at([(0, top), (100, low)])
            paint.rectangle([*a, *b], fill=glaze)
        self.picture.paste(_lit(body, middle, max(half for _y, half in smooth)), mask=mask)
        if lip:
            y, half = profile[0]
            self.disc(middle, y, half, half * 0.16, lip)
            self.disc(middle, y + 0.25, half * 0.9, half * 0.12, _dark(lip))

    def jpeg(self) -> bytes:
        """Return the picture as a phone would send it."""
        out = io.BytesIO()
        self.picture.save(out, "JPEG", quality=93)
        return out.getvalue()


def _smooth(profile: Profile) -> list[tuple[float, float]]:
    """Return the profile as a curve through its points (Catmull and Rom)."""
    points = [profile[0], *profile, profile[-1]]
    curve = []
    for a, b, c, d in zip(points, points[1:], points[2:], points[3:], strict=False):
        for step in range(16):
            t = step / 16
            curve.append(
                tuple(
                    0.5 * (2 * b[i] + (c[i] - a[i]) * t
                           + (2 * a[i] - 5 * b[i] + 4 * c[i] - d[i]) * t**2
                           + (3 * b[i] - a[i] - 3 * c[i] + d[i]) * t**3)
                    for i in (0, 1)
                )
            )  # fmt: skip
    return [(y, max(0.2, half)) for y, half in curve] + [profile[-1]]


def _lit(body: Image.Image, middle: float, half: float) -> Image.Image:
    """Return the body with light from the left and shade at its right."""
    row = Image.new("L", (SIDE, 1))
    centre, reach = middle * SIDE / 100, half * SIDE / 100
    tones = []
    for x in range(SIDE):
        way = max(-1.0, min(1.0, (x - centre) / reach))
        glow = math.exp(-((way + 0.42) ** 2) / 0.09)
        tones.append(int(max(0, min(255, 196 + 52 * glow - 96 * max(0.0, way) ** 2
                                    - 40 * max(0.0, -way - 0.6)))))  # fmt: skip
    row.putdata(tones)
    warm = [
        row.point(lambda v, keep=keep: int(255 - (255 - v) * keep)) for keep in (0.7, 0.8, 0.95)
    ]
    light = Image.merge("RGB", warm).resize((SIDE, SIDE))
    bright = body.point(lambda v: min(255, int(v * 1.26)))
    return ImageChops.multiply(bright, light)


def _dark(colour: Colour) -> Colour:
    parts = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{int(part * 0.62):02x}" for part in parts)


def bowl(s: Scene, glaze: Colour, band: Colour) -> None:
    """Draw a bowl with two bands."""
    s.shadow(50, 24)
    s.turned(
        [(50, 30), (58, 29), (68, 23), (76, 13), (79, 10), (82, 11)], glaze,
        bands=[(53, 55, band), (57, 58, band)], lip=glaze,
    )  # fmt: skip


def vase(s: Scene, glaze: Colour, band: Colour) -> None:
    """Draw a vase with three twigs."""
    for lean, colour in ((-13, "#6c7f52"), (2, "#7d8f5d"), (15, "#5f7348")):
        s.line([(50, 40), (50 + lean * 0.5, 27), (50 + lean, 15)], colour, 0.7)
        for step in range(6):
            t = 0.25 + step * 0.14
            x, y = 50 + lean * t, 40 - 25 * t
            s.disc(x + (1.9 if step % 2 else -1.9), y, 1.9, 1.1, colour)
    s.shadow(50, 19)
    s.turned(
        [(38, 8), (42, 6), (48, 8), (58, 19), (68, 20), (76, 15), (82, 11)], glaze,
        bands=[(56, 57.4, band), (59, 67, band), (68.6, 70, band)], lip=glaze,
    )  # fmt: skip


def cup(s: Scene, glaze: Colour, band: Colour) -> None:
    """Draw a cup on its saucer, with tea."""
    s.shadow(50, 30)
    s.turned([(76.5, 30), (79, 25), (81, 13), (82, 13)], glaze, lip=glaze)
    s.line([(66, 55), (77, 55), (78, 62), (72, 68), (63, 70)], glaze, 2.6)
    s.turned(
        [(47, 19), (56, 19), (66, 17), (74, 11), (77, 9)], glaze, bands=[(51, 54, band)], lip=glaze
    )
    s.disc(50, 47.5, 16.4, 2.1, "#9a4a1c")
    for x in (44, 51, 57):
        s.line([(x, 41), (x - 2, 36), (x + 1, 31), (x - 1, 26)], "#ffffff", 0.5)


def plate(s: Scene, glaze: Colour, band: Colour) -> None:
    """Draw a plate seen from above, with a star."""
    s.disc(52, 53, 37, 37, "#b9b2a6")
    s.disc(50, 50, 37, 37, glaze)
    s.disc(50, 50, 34, 34, band)
    s.disc(50, 50, 31.5, 31.5, glaze)
    s.disc(50, 50, 24, 24, "#f7f3ea")
    for petal in range(16):
        turn = petal * math.pi / 8
        reach = 20 if petal % 2 == 0 else 13
        tip = (50 + reach * math.cos(turn), 50 + reach * math.sin(turn))
        wide = [(50 + 5 * math.cos(turn + side), 50 + 5 * math.sin(turn + side))
                for side in (-0.5, 0.5)]  # fmt: skip
        s.shape([wide[0], tip, wide[1]], band if petal % 2 == 0 else glaze)
    s.disc(50, 50, 5, 5, glaze)
    for dot in range(24):
        turn = dot * math.pi / 12
        s.disc(50 + 27.8 * math.cos(turn), 50 + 27.8 * math.sin(turn), 1.1, 1.1, "#f7f3ea")


def teapot(s: Scene, glaze: Colour, band: Colour) -> None:
    """Draw a teapot."""
    s.shadow(50, 26)
    s.line([(31, 70), (21, 62), (17, 51), (13, 47)], glaze, 4.6)
    s.line([(68, 54), (80, 53), (83, 61), (79, 69), (69, 73)], glaze, 2.6)
    s.turned(
        [(45, 11), (49, 17), (58, 23), (68, 23), (77, 17), (82, 13)], glaze,
        bands=[(60, 61, band), (63, 68, band), (70, 71, band)],
    )  # fmt: skip
    s.turned([(38, 3), (40, 3.4), (42, 2), (43.6, 8), (46, 12)], glaze)


def jug(s: Scene, glaze: Colour, band: Colour) -> None:
    """Draw a jug."""
    s.shadow(50, 21)
    s.line([(60, 34), (72, 36), (75, 48), (69, 60), (63, 63)], glaze, 2.8)
    s.turned(
        [(28, 11), (33, 9), (40, 10), (52, 18), (66, 21), (76, 17), (82, 14)], glaze,
        bands=[(46, 47, band), (50, 58, band), (60, 61, band)], lip=glaze,
    )  # fmt: skip
    s.shape([(38.8, 28), (34, 26), (40, 32)], glaze)


def candle(s: Scene, glaze: Colour, band: Colour) -> None:
    """Draw two candle holders with lit candles."""
    for middle, top in ((38, 52), (63, 40)):
        glow = Image.new("L", (SIDE, SIDE), 0)
        x, y = middle * SIDE / 100, (top - 27) * SIDE / 100
        ImageDraw.Draw(glow).ellipse([x - 190, y - 190, x + 190, y + 190], fill=105)
        glow = glow.filter(ImageFilter.GaussianBlur(70))
        s.picture.paste(Image.new("RGB", (SIDE, SIDE), "#ffe9b0"), mask=glow)
        s.shadow(middle, 12)
        s.turned([(top - 22, 2.6), (top, 2.6)], "#f2e8d5", middle=middle)
        s.disc(middle, top - 26, 1.3, 3, "#f3a22c")
        s.disc(middle, top - 25, 0.7, 1.6, "#fff3c4")
        s.turned(
            [(top - 2, 5), (top + 2, 4), (top + 9, 2.6), (74, 4), (79, 10), (82, 11)], glaze,
            middle=middle, bands=[(76, 77.4, band)],
        )  # fmt: skip


def tin(s: Scene, metal: Colour, label: Colour) -> None:
    """Draw a tin of saffron, threads before it."""
    s.shadow(50, 24)
    s.turned([(36, 19), (82, 19)], metal, bands=[(46, 72, label)])
    s.turned([(30, 20), (37, 20)], _dark(metal), lip=metal)
    crocus(s, 50, 57, 6.4)
    _threads(s, 50, 87, 20, 150)


def crocus(s: Scene, x: float, y: float, size: float) -> None:
    """Draw the flower whose threads saffron is."""
    for turn, colour in ((-60, "#7a5aa8"), (60, "#7a5aa8"), (-30, "#9274c4"), (30, "#9274c4"),
                         (0, "#a78bd6")):  # fmt: skip
        lean = math.radians(turn)
        tip = (x + size * 1.5 * math.sin(lean), y - size * 1.5 * math.cos(lean))
        side = (size * 0.42 * math.cos(lean), size * 0.42 * math.sin(lean))
        belly = ((x + tip[0]) / 2, (y + tip[1]) / 2)
        s.shape([(x, y + size * 0.3), (belly[0] - side[0], belly[1] - side[1]), tip,
                 (belly[0] + side[0], belly[1] + side[1])], colour)  # fmt: skip
    for lean in (-0.4, 0, 0.4):
        s.line([(x, y), (x + lean * size, y - size * 1.1)], "#c8321e", size * 0.11)


def _threads(s: Scene, x: float, y: float, wide: float, count: int) -> None:
    for _each in range(count):
        cx = x + s.dice.gauss(0, wide / 2.6)
        cy = y + s.dice.gauss(0, wide / 11)
        lean = s.dice.uniform(-1.4, 1.4)
        tone = s.dice.choice(["#8e1b12", "#a8231a", "#c23320", "#b52a1b", "#d9542b"])
        s.line([(cx - 1.6, cy - lean * 0.5), (cx, cy), (cx + 1.6, cy + lean)], tone, 0.42)


def heap(s: Scene, tones: str, size: tuple[float, float], count: int) -> None:
    """Draw a bowl of grains, nuts or berries; ``tones`` are colours with blanks between."""
    s.shadow(50, 27)
    s.turned([(60, 33), (66, 31), (75, 22), (80, 13), (82, 13)], "#d8c7aa", lip="#d8c7aa")
    places = []
    for _each in range(count):
        turn, reach = s.dice.uniform(0, math.tau), math.sqrt(s.dice.random())
        hill = (1 - reach**2) * 15
        places.append((50 + 28 * reach * math.cos(turn), 60 + 3.4 * reach * math.sin(turn) - hill))
    for x, y in sorted(places, key=lambda place: place[1]):
        tone = s.dice.choice(tones.split())
        s.disc(x + 0.25, y + 0.35, *size, _dark(tone))
        s.disc(x, y, *size, tone)
        s.disc(x - size[0] * 0.3, y - size[1] * 0.35, size[0] * 0.28, size[1] * 0.22, "#fff4dc")


def glass(s: Scene, tea: Colour, petal: Colour) -> None:
    """Draw a glass of herbal tea, petals beside it."""
    s.shadow(50, 17)
    s.turned([(36, 15), (48, 13), (60, 14), (72, 15), (82, 11)], tea,
             bands=[(36, 43, "#f1ece0")])  # fmt: skip
    s.disc(50, 43, 13.4, 1.6, _dark(tea))
    s.disc(50, 36, 15, 2, "#ffffff")
    s.disc(50, 36.2, 14, 1.6, "#efe9dc")
    for x, y in ((22, 84), (28, 88), (73, 85), (79, 89), (68, 90)):
        for turn in range(5):
            lean = turn * math.tau / 5
            s.disc(x + 2 * math.cos(lean), y + 1.2 * math.sin(lean), 1.8, 1.1, petal)
        s.disc(x, y, 1, 0.7, "#e7b53c")


def crystals(s: Scene, tone: Colour, light: Colour) -> None:
    """Draw sticks of rock candy in a glass."""
    for lean in (-14, -7, 1, 8, 15):
        foot, top = (50 + lean * 0.35, 72), (50 + lean * 1.5, 22 + abs(lean) * 0.6)
        s.line([foot, top], "#c9a26a", 0.9)
        for step in range(9):
            t = 0.52 + step * 0.055
            x, y = foot[0] + (top[0] - foot[0]) * t, foot[1] + (top[1] - foot[1]) * t
            w = 2.4 + s.dice.random() * 1.1
            s.shape([(x - w, y), (x, y - w * 0.9), (x + w, y), (x, y + w * 0.9)],
                    tone if step % 2 else light)  # fmt: skip
    s.shadow(50, 15)
    s.turned([(52, 14), (82, 11)], "#e6efe9", bands=[(52, 53, "#ffffff")], lip="#e6efe9")


def rug(s: Scene, ground: Colour, figure: Colour) -> None:
    """Draw a kilim on the wall: borders, diamonds, fringes."""
    for x in range(20, 81, 2):
        s.line([(x, 10), (x, 13)], "#efe6d2", 0.5)
        s.line([(x, 89), (x, 92)], "#efe6d2", 0.5)
    s.box((19, 13, 82, 89.6), "#8f867a")
    s.box((18, 12, 81, 89), ground)
    woven(s, (18, 12, 81, 89), ground, figure)


def woven(
    s: Scene, edges: tuple[float, float, float, float], ground: Colour, figure: Colour
) -> None:
    """Fill a rectangle with a border of triangles and stepped diamonds."""
    left, top, right, low = edges
    cream = "#efe2c6"
    for inset, colour in ((1.2, cream), (2.2, figure), (6.4, cream), (7.2, ground)):
        s.box((left + inset, top + inset, right - inset, low - inset), colour)
    wide = (right - left - 4.4) / 14
    for place in range(14):
        x = left + 2.2 + place * wide
        s.shape([(x, top + 6), (x + wide / 2, top + 2.6), (x + wide, top + 6)], cream)
        s.shape([(x, low - 6), (x + wide / 2, low - 2.6), (x + wide, low - 6)], cream)
    middle, rows = (left + right) / 2, 3
    tall = (low - top - 17) / rows
    for row in range(rows):
        y = top + 8.5 + tall * (row + 0.5)
        for shrink, colour in ((1.0, cream), (0.86, figure), (0.58, cream), (0.44, ground),
                               (0.2, figure)):  # fmt: skip
            _diamond(s, (middle, y), (right - left) * 0.33 * shrink, tall * 0.5 * shrink, colour)


def _diamond(s: Scene, at: Point, wide: float, high: float, colour: Colour) -> None:
    x, y = at
    steps = 7
    for step in range(steps):
        part = (step + 1) / steps
        s.box((x - wide * part, y - high * (1 - step / steps),
               x + wide * part, y + high * (1 - step / steps)), colour)  # fmt: skip


def scarf(s: Scene, cloth: Colour, stripe: Colour) -> None:
    """Draw a folded scarf."""
    s.shadow(50, 34, 80)
    for layer in range(4):
        y = 50 + layer * 7.4
        s.shape([(19, y), (78 - layer, y), (82 - layer, y + 3.6), (78 - layer, y + 7.2),
                 (19, y + 7.2)], cloth if layer % 2 == 0 else _dark(cloth))  # fmt: skip
        for x in (26, 29, 62, 65, 68):
            s.box((x, y + 0.6, x + 1, y + 6.8), stripe)
    for place in range(20):
        y = 50.6 + place * 1.5
        s.line([(19, y), (12 + (place % 3), y + 0.8)], stripe if place % 4 else cloth, 0.55)


def bag(s: Scene, leather: Colour, figure: Colour) -> None:
    """Draw a bag of kilim and leather."""
    s.shadow(50, 30)
    s.line([(33, 44), (36, 22), (50, 15), (64, 22), (67, 44)], leather, 2.2)
    s.shape([(24, 42), (76, 42), (80, 82), (20, 82)], _dark(leather))
    woven(s, (25, 43, 75, 81), leather, figure)
    s.shape([(24, 42), (76, 42), (77, 50), (50, 60), (23, 50)], leather)
    s.disc(50, 56, 1.6, 1.6, "#d8b45a")


def cushion(s: Scene, ground: Colour, figure: Colour) -> None:
    """Draw a cushion."""
    s.shadow(50, 34, 84)
    edge = [(18, 22), (50, 26), (82, 22), (78, 53), (82, 84), (50, 80), (18, 84), (22, 53)]
    s.shape(edge, ground)
    woven(s, (26, 29, 74, 77), ground, figure)
    for x, y in ((18, 22), (82, 22), (82, 84), (18, 84)):
        s.disc(x, y, 2.6, 2.6, figure)


def cloth(s: Scene, ground: Colour, figure: Colour) -> None:
    """Draw a printed tablecloth from above."""
    s.box((12, 12, 91, 91), "#a49a8b")
    s.box((10, 10, 89, 89), ground)
    s.box((14, 14, 85, 85), figure)
    s.box((16, 16, 83, 83), ground)
    for row in range(6):
        for column in range(6):
            x, y = 22 + column * 11, 22 + row * 11
            if (row + column) % 2:
                for turn in range(8):
                    lean = turn * math.tau / 8
                    s.disc(x + 2.6 * math.cos(lean), y + 2.6 * math.sin(lean), 1.3, 1.3, figure)
                s.disc(x, y, 1.5, 1.5, "#d8a03a")
            else:
                s.shape([(x - 1.2, y + 4), (x + 1.8, y - 4.4), (x + 3, y + 1)], "#3f6b5c")
                s.disc(x + 1.6, y - 4.4, 1, 1, "#3f6b5c")


def socks(s: Scene, wool: Colour, stripe: Colour) -> None:
    """Draw a pair of knitted socks."""
    for x, lift in ((27, 0), (52, 4)):
        leg = [(x, 22 + lift), (x + 15, 22 + lift), (x + 15, 60 + lift), (x + 27, 67 + lift),
               (x + 29, 74 + lift), (x + 25, 79 + lift), (x + 5, 79 + lift),
               (x, 70 + lift)]  # fmt: skip
        s.shape([(a + 1.4, b + 1.2) for a, b in leg], "#948b7d")
        s.shape(leg, wool)
        s.box((x, 22 + lift, x + 15, 29 + lift), stripe)
        for row in range(3):
            y = 34 + lift + row * 8
            for column in range(5):
                _diamond(s, (x + 1.5 + column * 3, y), 1.4, 2.4, stripe)
        s.disc(x + 3.4, 75 + lift, 4.2, 4, stripe)


def slippers(s: Scene, felt: Colour, bloom: Colour) -> None:
    """Draw a pair of felt slippers from above."""
    for x in (34, 66):
        s.disc(x + 1.2, 52, 13, 34, "#948b7d")
        s.disc(x, 50, 13, 34, felt)
        s.disc(x, 62, 9.4, 21, _dark(felt))
        s.disc(x, 36, 13, 19, felt)
        for turn in range(6):
            lean = turn * math.tau / 6
            s.disc(x + 3.4 * math.cos(lean), 34 + 3.4 * math.sin(lean), 2.4, 2.4, bloom)
        s.disc(x, 34, 1.9, 1.9, "#e7c25a")


def drawn(motif: Callable[..., None], *tones: object, wall: Colour, table: Colour) -> bytes:
    """Return the JPEG of one still life."""
    scene = Scene(wall, table, f"{motif.__name__} {tones}")
    motif(scene, *tones)
    return scene.jpeg()
