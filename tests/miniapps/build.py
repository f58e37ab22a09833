"""Makers, apps and versions in the states that tests begin with.

Everything is made by the product's own operations; only the confined process of the checker is
left out, for its time (it has tests of its own).
"""

import io
import itertools
import json
import socket
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from django.test import TestCase

from identity import makers
from identity.models import Maker, Person
from miniapps import apikeys, bundle, checking, registration, review, submission
from miniapps.models import App, AppKey, Submission, Version, WebhookEndpoint
from miniapps.webhooks import endpoints
from tests.people import make_person

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PAGE = """<!doctype html>
<html lang="fa" dir="rtl">
<head><meta charset="utf-8"><title>{title}</title><link rel="stylesheet" href="app.css"></head>
<body><h1>{title}</h1><script src="app.js"></script></body>
</html>
"""
_slugs = itertools.count(1)


def manifest(version: str = "1.0.0", **members: Any) -> dict[str, Any]:
    return {
        "app_id": "ir.example.cafe",
        "name": "کافه",
        "version": {"code": 1, "name": version},
        "pages": ["index.html"],
    } | members


def files(version: str = "1.0.0", **members: Any) -> dict[str, bytes]:
    """The files of a small good build; ``members`` go into its manifest."""
    return {
        "index.html": PAGE.format(title=f"کافه {version}").encode(),
        "app.css": b"body{margin:0}\n",
        "app.js": b"document.title = document.title.trim();\n",
        "manifest.json": json.dumps(manifest(version, **members), ensure_ascii=False).encode(),
    }


def packed(content: Mapping[str, bytes], *, level: int = 6) -> bytes:
    """A zip of these files; the same files give the same bytes, another level gives others."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in content.items():
            archive.writestr(
                zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, level
            )
    return out.getvalue()


def a_bundle(version: str = "1.0.0", **members: Any) -> bytes:
    return packed(files(version, **members))


def make_maker(owner: Person | None = None, **roles: Person) -> Maker:
    """An organisation; ``developer=dara`` and so on give it members."""
    owner = owner or make_person("سارا")
    maker = makers.found(person=owner, kind=Maker.Kind.ORGANISATION, name="استودیو")
    for role, person in roles.items():
        makers.set_member(maker=maker, phone=person.phone, role=role, actor=owner)
    return maker


def make_app(maker: Maker | None = None, **fields: str) -> App:
    """A registered app, a draft."""
    maker = maker or make_maker()
    listing = {
        "slug": f"cafe-{next(_slugs)}",
        "name_fa": "کافه",
        "name_en": "Café",
        "about_fa": "قهوه و کیک",
        "category": "food",
    }
    app, _token = registration.register(maker=maker, actor=maker.founder, **(listing | fields))
    return app


@contextmanager
def unconfined() -> Iterator[None]:
    """Inspect in this process."""

    def inspect(archive: Path, *, manifest_override: Mapping[str, Any] | None, local_origins: bool):
        del local_origins
        with archive.open("rb") as file:
            return bundle.inspect(file, manifest_override=manifest_override)

    with mock.patch.object(checking, "inspect_confined", inspect):
        yield


def uploaded_version(app: App, content: bytes | None = None, **more: Any) -> Version:
    """An upload that waits for its check."""
    version, _new = submission.receive(
        app=app,
        upload=io.BytesIO(a_bundle() if content is None else content),
        actor=more.pop("actor", app.maker.founder),
        via=more.pop("via", Version.Via.PAGE),
        now=NOW,
        **more,
    )
    return version


def checked_version(app: App, content: bytes | None = None, **more: Any) -> Version:
    """A version after its check, whatever the check said."""
    version = uploaded_version(app, content, **more)
    with unconfined():
        return checking.check(version_id=version.public_id, now=NOW)


def ready_version(app: App, name: str = "1.0.0", **members: Any) -> Version:
    """A version that passed the checks."""
    version = checked_version(app, a_bundle(name, **members))
    found = [(one.rule, one.facts) for one in version.findings.all()]
    assert version.state == Version.State.READY, found
    return version


def submitted(app: App, name: str = "1.0.0", *, publish: bool = True, **members: Any) -> Submission:
    """A case that waits in the queue."""
    return submission.submit(
        version=ready_version(app, name, **members),
        actor=app.maker.founder,
        publish_on_approval=publish,
        now=NOW,
    )


def claimed(app: App, reviewer: Person, name: str = "1.0.0", **more: Any) -> Submission:
    """A case that the reviewer has taken."""
    return review.claim(submission=submitted(app, name, **more), reviewer=reviewer, now=NOW)


def claimed_upload(app: App, reviewer: Person, content: Mapping[str, bytes]) -> Submission:
    """A case about exactly these files that the reviewer has taken."""
    version = checked_version(app, packed(content))
    case = submission.submit(version=version, actor=app.maker.founder, now=NOW)
    return review.claim(submission=case, reviewer=reviewer, now=NOW)


def approved_version(
    app: App, name: str = "1.0.0", *, publish: bool = True, **more: Any
) -> Version:
    """A version that a reviewer approved; released to everyone if ``publish``."""
    reviewer = make_person("رضا", role="reviewer")
    case = claimed(app, reviewer, name, publish=publish, **more)
    return review.approve(submission=case, reviewer=reviewer, now=NOW).version


def live_app(maker: Maker | None = None, **fields: str) -> App:
    """An app that everybody can open."""
    app = make_app(maker, **fields)
    approved_version(app)
    return App.objects.select_related("maker").get(pk=app.pk)


def make_key(app: App, *scopes: str, **more: Any) -> tuple[AppKey, str]:
    """A key and its text."""
    return apikeys.issue(
        app=app, actor=app.maker.founder, name="CI", scopes=scopes or AppKey.Scope.values,
        now=more.pop("now", NOW), **more,
    )  # fmt: skip


def make_endpoint(app: App, name: str = "hooks.naron.ir", **more: Any) -> WebhookEndpoint:
    """A webhook endpoint at a public name, which nobody asks for in a test."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("8.8.8.8", 443))]
    with mock.patch.object(socket, "getaddrinfo", return_value=found):
        endpoint, _secret = endpoints.add(
            app=app, actor=app.maker.founder, url=f"https://{name}/", mode=more.pop("mode", "live"),
            now=more.pop("now", NOW), **more,
        )  # fmt: skip
    return endpoint


after_commit = TestCase.captureOnCommitCallbacks
