"""A checked version becomes what the assets process serves: bytes, variants and one index.

The index depends on the version's content alone, not on where it is served, so equal builds share
it and it can be built again at any time.
"""

from pathlib import Path

from django.conf import settings

from miniapps.models import Version
from miniapps.publish.index import Source, build
from miniapps.storage import Store


def build_index(version: Version) -> None:
    """Write the served index of a version whose raw files are in the store.

    Raises FileNotFoundError when a file is not there, serving.headers.NotAnOrigin for a manifest
    that was never checked. May be repeated; the index is replaced whole.
    """
    assert version.digest is not None
    files = version.files.order_by("path").values_list("path", "sha256", "media_type")
    build(
        Store(settings.STORE),
        digest=version.digest,
        files=[Source(*row) for row in files],
        manifest=version.manifest or {},
        relaxations=version.relaxations,
    )


def index_path(digest: str) -> Path:
    """Return where the served index of a version digest is kept."""
    return Store(settings.STORE).index_path(digest)
