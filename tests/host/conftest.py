import pytest

from miniapps.models import App
from tests.miniapps import build
from tests.people import *  # noqa: F403


@pytest.fixture
def cafe(sara) -> App:
    """A live app of Sara's maker."""
    app = build.make_app(build.make_maker(sara))
    App.objects.filter(pk=app.pk).update(status=App.Status.LIVE)
    app.refresh_from_db()
    return app
