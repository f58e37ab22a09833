"""A pytest plugin (see addopts): database and Valkey are up before Django reads its settings.

pytest-django reads the settings before any conftest.py is imported, so a conftest would be too late;
`pytest_addoption` is the one hook that runs as soon as a plugin is known.
"""

import os

import pytest

from config import catalogues
from config.supervisor import testing
from config.supervisor.plan import CannotStart


def pytest_addoption(parser: pytest.Parser) -> None:
    try:
        testing.enter(os.environ)
    except CannotStart as reason:
        raise SystemExit(f"Tests cannot start. {reason}") from reason
    catalogues.compile_all()
