"""``manage.py demopictures``: draw the pictures of the demo's shops again, into the source."""

from __future__ import annotations

import io
from typing import Any, Final

from django.core.management.base import BaseCommand
from PIL import Image

from host import demo_drawings, demo_shops

SIDE: Final = 800  # pixels; two dozen of them stay below 300 kB
QUALITY: Final = 72


class Command(BaseCommand):
    """Draw them all. Only who changes a drawing needs this."""

    help = "Draw the pictures of the demo's shops again, into host/demo_pictures."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write one WebP a product."""
        demo_shops.PICTURES.mkdir(exist_ok=True)
        for shop in demo_shops.SHOPS:
            for thing in shop.things:
                motif, *tones = thing.picture
                drawing = demo_drawings.drawn(motif, *tones, wall=shop.wall, table=shop.table)
                with Image.open(io.BytesIO(drawing)) as whole:
                    small = whole.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
                small.save(demo_shops.path_of(shop, thing), "WEBP", quality=QUALITY, method=6)
        self.stdout.write(f"Written to {demo_shops.PICTURES}.")
