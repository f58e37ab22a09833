"""Rows held for a move. One order for everybody: the app first, then what belongs to it."""

from __future__ import annotations

from miniapps.models import App, Release, Submission, Version


def app(key: int) -> App:
    """Return the app, locked until the transaction ends."""
    return App.objects.select_for_update().get(pk=key)


def version(key: int) -> tuple[App, Version]:
    """Return the version and its app, both locked."""
    owner = app(Version.objects.values_list("app_id", flat=True).get(pk=key))
    found = Version.objects.select_for_update().get(pk=key)
    found.app = owner
    return owner, found


def submission(key: int) -> tuple[App, Submission]:
    """Return the case and its app, both locked; its version is loaded."""
    owner = app(Submission.objects.values_list("app_id", flat=True).get(pk=key))
    found = Submission.objects.select_for_update(of=("self",)).select_related("version").get(pk=key)
    found.app = found.version.app = owner
    return owner, found


def release(key: int) -> tuple[App, Release]:
    """Return the release and its app, both locked; its version is loaded."""
    owner = app(Release.objects.values_list("app_id", flat=True).get(pk=key))
    found = Release.objects.select_for_update(of=("self",)).select_related("version").get(pk=key)
    found.app = found.version.app = owner
    return owner, found
