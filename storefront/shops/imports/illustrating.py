"""Pictures of imported products: out of the zip, or fetched from where the file says.

One row a transaction. A picture that does not come is a finding at its row, never a failure of the
import. What is fetched goes the way of webhooks: https to a public address that was looked up once,
no redirects, bounded in bytes and time; then it is drawn anew like every other picture.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO, Final

from django.db import transaction
from django.utils import timezone

from core.limits import (
    ARCHIVE_ENTRIES_MAX,
    IMPORT_PICTURE_BYTES_MAX,
    IMPORT_PICTURE_S,
    PRODUCT_PICTURES_MAX,
)
from core.problems import InvalidInput
from miniapps.webhooks import addresses, wire
from miniapps.webhooks.within import within
from storefront.shops import pictures
from storefront.shops.errors import PictureRefused, TooManyPictures
from storefront.shops.imports.beginning import path_of
from storefront.shops.imports.findings import Found, found
from storefront.shops.models import Import, ImportRow, Picture, Product, ProductPicture

OK: Final = 200
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp")


class NoPicture(Exception):
    """The picture did not come; ``code`` is the finding's."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def fetch_waiting(batch: Import) -> Iterator[int]:
    """Give products their pictures, row after row; give how many rows were done."""
    done = 0
    with closing(_Zip(batch.pictures_digest)) as archive:
        waiting = batch.rows.filter(pictures_wait=True).order_by("number")
        while row := waiting.first():
            _illustrate(batch, row, archive)
            done += 1
            yield done


class _Zip:
    """The uploaded zip of pictures, by the last part of each name, in any case."""

    def __init__(self, digest: str) -> None:
        self._names: dict[str, zipfile.ZipInfo] = {}
        self._archive: zipfile.ZipFile | None = None
        if not digest:
            return
        try:
            self._archive = zipfile.ZipFile(path_of(digest))
            for part in self._archive.infolist()[:ARCHIVE_ENTRIES_MAX]:
                name = part.filename.rpartition("/")[2].casefold()
                if name.endswith(ENDINGS):
                    self._names.setdefault(name, part)
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
            self._names = {}

    def open(self, name: str) -> bytes:
        """Return a picture's bytes. Raises NoPicture."""
        part = self._names.get(name.rpartition("/")[2].casefold())
        if part is None or self._archive is None:
            raise NoPicture("picture-missing")
        if part.file_size > IMPORT_PICTURE_BYTES_MAX:
            raise NoPicture("picture-large")
        try:
            # No more of a part is given than it declares.
            return self._archive.read(part)
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            RuntimeError,
            EOFError,
        ):
            raise NoPicture("picture-bad") from None

    def close(self) -> None:
        """Close the file."""
        if self._archive is not None:
            self._archive.close()


def _illustrate(batch: Import, row: ImportRow, archive: _Zip) -> None:
    """Fetch outside of the transaction, write inside: nobody waits for a server with a lock."""
    wanted: list[str] = row.wish.get("pictures", [])
    findings: list[Found] = []
    kept: list[Picture] = []
    there = ProductPicture.objects.filter(product=row.product).count()
    if there < min(len(wanted), PRODUCT_PICTURES_MAX):
        for name in wanted:
            try:
                kept.append(_kept(batch, name, archive))
            except NoPicture as reason:
                findings.append(found(reason.code, "pictures", name))
    with transaction.atomic():
        product = Product.objects.select_for_update().filter(pk=row.product or 0).first()
        if product is not None and kept:
            _place(batch, product, row, kept)
        row.findings = [*row.findings, *findings]
        row.pictures_wait = False
        row.save(update_fields=["findings", "pictures_wait", "applied_at"])
        Import.objects.filter(pk=batch.pk).update(alive_at=timezone.now())


def _place(batch: Import, product: Product, row: ImportRow, kept: list[Picture]) -> None:
    before = product.updated_at
    for picture in kept:
        try:
            pictures.add(product=product, picture=picture, actor=batch.asked_by, now=timezone.now())
        except TooManyPictures:
            break
    product.refresh_from_db(fields=["updated_at"])
    if product.updated_at != before:
        # The import itself has changed it: to undo, that is no hand of somebody else.
        batch.rows.filter(product=product.pk, applied_at=before).update(
            applied_at=product.updated_at
        )
        if row.applied_at == before:
            row.applied_at = product.updated_at


def _kept(batch: Import, name: str, archive: _Zip) -> Picture:
    shop = batch.shop
    assert shop is not None
    content: BinaryIO = io.BytesIO(fetched(name) if "://" in name else archive.open(name))
    try:
        return pictures.keep(shop=shop, picture=content, now=timezone.now())
    except PictureRefused:
        raise NoPicture("picture-bad") from None


def fetched(url: str) -> bytes:
    """Return what lies at an address on the public internet. Raises NoPicture."""
    try:
        target = addresses.read(url)
    except InvalidInput:
        raise NoPicture("picture-address") from None
    line = wire.Line()

    def get() -> wire.Heard:
        return wire.get(
            target,
            addresses.resolve(target),
            headers={"Accept": "image/webp, image/jpeg, image/png"},
            read_bytes_max=IMPORT_PICTURE_BYTES_MAX,
            timeout_s=IMPORT_PICTURE_S,
            line=line,
        )

    try:
        heard = within(IMPORT_PICTURE_S, get, give_up=line.cut)
    except addresses.AddressForbidden:
        raise NoPicture("picture-address") from None
    except Exception:  # noqa: BLE001  # whatever a stranger's server does, the import goes on
        raise NoPicture("picture-lost") from None
    finally:
        line.close()
    if heard.status != OK:
        raise NoPicture("picture-lost")
    if not heard.is_whole:
        raise NoPicture("picture-large")
    return heard.body
