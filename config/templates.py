"""Template lookup: ours before the libraries', so that ``core/templates/admin`` wins."""

from __future__ import annotations

from pathlib import Path

from django.template.utils import get_app_template_dirs
from django_cotton.cotton_loader import Loader

from config.env import REPOSITORY


class OursFirst(Loader):  # type: ignore[misc]  # django-cotton has no stubs
    """The template folders of our own floors, components included."""

    def get_dirs(self) -> list[Path]:
        """Return the floors' template folders in the order of INSTALLED_APPS."""
        return [
            path
            for path in map(Path, get_app_template_dirs("templates"))
            if path.is_relative_to(REPOSITORY) and ".venv" not in path.parts
        ]
