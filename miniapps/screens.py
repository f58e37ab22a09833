"""Pictures of an app for its public page: named in the manifest, drawn anew by us at the check.

They are files of the bundle, so they are versioned, compared and reviewed with the build. What we
show is our own WebP beside the blob; the maker's bytes are never given out by the host.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.urls import reverse
from PIL import Image

from core.limits import SCREEN_SIDE_PIXELS
from core.problems import NotFound
from identity.models import Person
from miniapps import access
from miniapps.models import Release, Version
from miniapps.storage import Store

SIZE: Final = "screen"  # of the store
QUALITY: Final = 82  # of WebP
FORMATS: Final = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture as a page shows it."""

    url: str
    alt: str


def screens_of(version: Version) -> list[Screen]:
    """Return the pictures of a checked version in the maker's order; no query."""
    return [
        Screen(reverse("screen", args=[version.public_id, place]), str(one["alt"]))
        for place, one in enumerate(_named(version))
    ]


def draw(version: Version) -> None:
    """Draw the pictures that the manifest names. One that cannot be read is shown to nobody."""
    named = _named(version)
    hashes = dict(version.files.values_list("path", "sha256")) if named else {}
    store = Store(settings.STORE)
    for one in named:
        sha256 = hashes.get(_path(one))
        if sha256 is not None and (drawn := _drawn(store.read(sha256))):
            store.put_size(sha256, SIZE, drawn)


def picture_of(version_id: str, place: int, person: Person | None) -> bytes:
    """Return a picture as we have drawn it. Before a release only the team and reviewers see it.

    Raises NotFound.
    """
    version = Version.objects.select_related("app").filter(public_id=version_id).first()
    if version is None or not _may_see(version, person):
        raise NotFound
    named = _named(version)
    if place >= len(named):
        raise NotFound
    row = version.files.filter(path=_path(named[place])).first()
    path = Store(settings.STORE).size_path(row.sha256, SIZE) if row else None
    if path is None or not path.exists():
        raise NotFound
    return path.read_bytes()


def _may_see(version: Version, person: Person | None) -> bool:
    if Release.objects.filter(version=version, channel=Release.Channel.PRODUCTION).exists():
        return version.state == Version.State.READY
    return person is not None and access.may_preview(person, version.app)


def _named(version: Version) -> list[dict[str, str]]:
    ours = (version.manifest or {}).get("barnamak", {})
    found: list[dict[str, str]] = ours.get("screenshots", [])
    return found


def _path(one: dict[str, str]) -> str:
    return one["src"].removeprefix("./").removeprefix("/")


def _drawn(content: bytes) -> bytes | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=FORMATS) as whole:
                whole.draft("RGB", (SCREEN_SIDE_PIXELS * 2, SCREEN_SIDE_PIXELS * 2))
                picture = whole.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError):
        return None
    picture.thumbnail((SCREEN_SIDE_PIXELS, SCREEN_SIDE_PIXELS), Image.Resampling.LANCZOS)
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(picture, mask=picture.getchannel("A"))
    out = io.BytesIO()
    flat.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
