import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from miniapps.bundle.media import type_of
from miniapps.publish.index import Source, build
from miniapps.serving.app import Assets
from miniapps.serving.ours import OwnFiles
from miniapps.serving.routes import RouteTable, read_route
from miniapps.storage import Store

HOST = "http://localhost:8000"
DOMAIN = "apps.localhost:8000"
PAGE = "<!doctype html><html><head><title>{}</title></head><body></body></html>"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    names: list[str]
    body: bytes


@dataclass
class Site:
    """An assets application over a store of its own, with routes set by hand."""

    assets: Assets
    store: Store
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def publish(
        self,
        files: dict[str, bytes | str],
        *,
        manifest: dict[str, Any] | None = None,
        relaxations: Iterable[str] = (),
    ) -> str:
        """Publish a version as the worker would; returns its sixteen digits."""
        kept = []
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            kept.append(Source(path, self.store.put([data]), type_of(path) or "text/plain"))
        facts = json.dumps([sorted((s.path, s.sha256) for s in kept), manifest or {}])
        digest = hashlib.sha256(facts.encode()).hexdigest()
        build(
            self.store,
            digest=digest,
            files=kept,
            manifest=manifest or {},
            relaxations=relaxations,
        )
        self.versions[digest[:16]] = {"digest": digest, "until": None}
        return digest[:16]

    def route(self, *digests16: str, label: str = "cafe", status: str = "live") -> None:
        """Serve these versions under the label, the last one by default."""
        record = {
            "app": "app_1",
            "status": status,
            "versions": {each: self.versions[each] for each in digests16},
            "default": digests16[-1] if digests16 else "",
        }
        self.assets.routes.routes[label] = read_route(record)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        host: str = f"cafe.{DOMAIN}",
        query: str = "",
        **headers: str,
    ) -> Answer:
        """Ask as a server would pass it on: the path decoded once, bytes as Latin-1."""
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "HTTP_HOST": host,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        return call(self.assets, environ)


def call(assets: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> Answer:
    given: list[Any] = []
    body = b"".join(assets(environ, lambda status, headers: given.extend((status, headers))))
    status, headers = given
    names = [name for name, _ in headers]
    return Answer(int(status[:3]), {name.lower(): value for name, value in headers}, names, body)


def no_database() -> Any:
    raise OSError("this test has no database")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    routes = RouteTable(no_database)
    routes.is_loaded = True
    store = Store(tmp_path / "store")
    sdk = tmp_path / "sdk"
    sdk.mkdir()
    (sdk / "relay.js").write_text("'relay';" * 100)
    ours = OwnFiles(HOST, sdk)
    assets = Assets(routes=routes, store=store, host_origin=HOST, apps_domain=DOMAIN, ours=ours)
    return Site(assets, store)


NAVIGATE = {"sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}
