"""People, a store of one's own for each test, and an app to begin with."""

from pathlib import Path

import pytest

from identity.models import Maker
from miniapps.models import App
from tests.miniapps import build
from tests.people import *  # noqa: F403


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path: Path) -> Path:
    """Bytes of one test are not seen by another."""
    settings.STORE = tmp_path / "store"
    settings.PRIVATE_UPLOADS = tmp_path / "uploads"
    return settings.STORE


@pytest.fixture
def studio(sara, dara, ana) -> Maker:
    """Sara's maker, with Dara to develop and Ana to look."""
    return build.make_maker(sara, developer=dara, analyst=ana)


@pytest.fixture
def cafe(studio) -> App:
    """An app of the studio that nobody has uploaded to yet."""
    return build.make_app(studio)
