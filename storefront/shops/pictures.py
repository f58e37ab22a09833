"""Pictures: whatever a phone sends becomes two WebPs, drawn anew by us, without metadata.

The bytes are files named by their content in a store of their own; a row says which shop has them.
``keep`` is enough to have a picture (a post, an import); ``add`` gives it a place at a product.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from PIL import ExifTags, Image, ImageOps

from core import audit
from core.limits import (
    PICTURE_ALT_CHARS_MAX,
    PICTURE_BYTES_MAX,
    PICTURE_LARGE_PIXELS,
    PICTURE_PIXELS_MAX,
    PICTURE_SMALL_PIXELS,
    PRODUCT_PICTURES_MAX,
)
from core.problems import NotFound
from identity.models import Person
from messenger import wording
from miniapps.storage import Store
from storefront.shops.catalogue import locked, touched
from storefront.shops.errors import PictureRefused, TooManyPictures
from storefront.shops.models import Picture, Product, ProductPicture, Shop

FORMATS: Final = ("JPEG", "PNG", "WEBP")
LARGE, SMALL = "large", "small"
QUALITY: Final = 82  # of WebP
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # by the value of EXIF's orientation
GROUND: Final = (255, 255, 255)  # behind what is transparent


def store() -> Store:
    """Return where the bytes of pictures are; mini-apps' bytes are in another."""
    return Store(settings.STORE / "pictures")


def url_of(digest: str, size: str = SMALL) -> str:
    """Return the address of a picture, empty for none."""
    return f"/pictures/{digest}-{size}.webp" if digest else ""


def keep(*, shop: Shop, picture: BinaryIO, now: datetime) -> Picture:
    """Draw the picture anew and keep it; the same picture is kept once. Raises PictureRefused."""
    return _kept(shop, _read(picture), now)


def _kept(shop: Shop, drawn: Image.Image, now: datetime) -> Picture:
    large = _webp(drawn)
    files = store()
    digest = files.put([large])
    files.put_size(digest, SMALL, _webp(_fitted(drawn, PICTURE_SMALL_PIXELS)))
    row, _made = Picture.objects.get_or_create(
        shop=shop,
        digest=digest,
        defaults={
            "width": drawn.width,
            "height": drawn.height,
            "size_bytes": len(large),
            "created_at": now,
        },
    )
    return row


def redrawn(picture: BinaryIO) -> bytes:
    """Return the large WebP of a picture that is kept elsewhere. Raises PictureRefused."""
    return _webp(_read(picture))


@transaction.atomic
def set_logo(*, shop: Shop, picture: BinaryIO, actor: Person, now: datetime) -> Shop:
    """Let a picture stand for the shop, its middle cut out as a square. Raises PictureRefused."""
    cut = ImageOps.fit(_read(picture), (PICTURE_SMALL_PIXELS * 2, PICTURE_SMALL_PIXELS * 2))
    kept = _kept(shop, cut, now)
    row = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    row.logo = kept.digest
    row.save(update_fields=["logo"])
    audit.record("shops.logo.set", by=actor, of=row, digest=kept.digest)
    return row


@transaction.atomic
def add(
    *, product: Product, picture: Picture, alt: str = "", actor: Person, now: datetime
) -> ProductPicture:
    """Give a picture the last place among those of its shop's product.

    Raises NotFound for a picture of another shop, InvalidInput, TooManyPictures.
    """
    alt = wording.one_line(alt, pointer="#/alt", most=PICTURE_ALT_CHARS_MAX, needed=False)
    row = locked(product)
    if picture.shop_id != row.shop_id:
        raise NotFound
    there = ProductPicture.objects.filter(product=row)
    found = there.filter(picture=picture).first()
    if found is not None:
        return found
    if there.count() >= PRODUCT_PICTURES_MAX:
        raise TooManyPictures(most=PRODUCT_PICTURES_MAX)
    last = there.aggregate(last=Max("position"))["last"]
    place = ProductPicture.objects.create(
        product=row, picture=picture, position=0 if last is None else last + 1, alt=alt
    )
    _cover(row, now)
    audit.record("shops.picture.added", by=actor, of=row, digest=picture.digest)
    return place


@transaction.atomic
def arrange(*, product: Product, order: Sequence[int], actor: Person, now: datetime) -> None:
    """Put the pictures into this order, the first is the cover; what is not named is taken out.

    Raises NotFound when one of them is not of this product.
    """
    row = locked(product)
    there = {one.pk: one for one in ProductPicture.objects.filter(product=row)}
    wanted = list(dict.fromkeys(order))
    if any(pk not in there for pk in wanted):
        raise NotFound
    ProductPicture.objects.filter(product=row).exclude(pk__in=wanted).delete()
    for position, pk in enumerate(wanted):
        there[pk].position = position
    ProductPicture.objects.bulk_update([there[pk] for pk in wanted], ["position"])
    _cover(row, now)
    audit.record("shops.pictures.arranged", by=actor, of=row, count=len(wanted))


@transaction.atomic
def describe(
    *, product: Product, place: ProductPicture, alt: str, actor: Person, now: datetime
) -> None:
    """Say what a picture shows, for those who cannot see it. Raises InvalidInput, NotFound."""
    alt = wording.one_line(alt, pointer="#/alt", most=PICTURE_ALT_CHARS_MAX, needed=False)
    row = locked(product)
    if not ProductPicture.objects.filter(pk=place.pk, product=row).update(alt=alt):
        raise NotFound
    touched(row, now)
    audit.record("shops.picture.described", by=actor, of=row)


def _cover(product: Product, now: datetime) -> None:
    first = ProductPicture.objects.filter(product=product).order_by("position")
    product.cover = first.values_list("picture__digest", flat=True).first() or ""
    product.save(update_fields=["cover"])
    touched(product, now)


def _read(picture: BinaryIO) -> Image.Image:
    content = picture.read(PICTURE_BYTES_MAX + 1)
    if len(content) > PICTURE_BYTES_MAX:
        raise PictureRefused(reason="too-many-bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _drawn(content)
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        raise PictureRefused(reason="unreadable") from None


def _drawn(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=FORMATS) as whole:
        # The header is read, the pixels are not yet: a bomb stops here.
        if whole.width * whole.height > PICTURE_PIXELS_MAX:
            raise PictureRefused(reason="too-many-pixels")
        whole.draft("RGB", (PICTURE_LARGE_PIXELS * 2, PICTURE_LARGE_PIXELS * 2))
        turn = _turn(whole)
        fitted = _fitted(whole.convert("RGBA"), PICTURE_LARGE_PIXELS)
    if turn is not None:
        fitted = fitted.transpose(turn)
    flat = Image.new("RGB", fitted.size, GROUND)
    flat.paste(fitted, mask=fitted.getchannel("A"))
    return flat


def _turn(whole: Image.Image) -> Image.Transpose | None:
    """Return how a phone held sideways wants its picture turned; broken EXIF says nothing."""
    try:
        return TURNS.get(whole.getexif().get(ExifTags.Base.Orientation, 1))
    except (OSError, ValueError, TypeError, LookupError, SyntaxError, struct.error):
        return None


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    scale = min(1.0, side / max(picture.size))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
