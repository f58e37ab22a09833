"""The assets process: the files of mini-apps, one origin each. WSGI, no framework, no cookies.

    granian --interface wsgi miniapps.serving.app:application

Reads DATABASE_URL, BARNAMAK_STORE (or BARNAMAK_VAR), BARNAMAK_ORIGIN, BARNAMAK_APPS_DOMAIN. A
request costs a few dictionary look-ups: what may be served is known before it is asked for.
Every answer of every status carries all headers of docs/reference/headers.md.
"""

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from core import limits
from miniapps.serving import asked, refusals
from miniapps.serving.headers import NOTHING_GRANTED, Header, every_answer
from miniapps.serving.indexes import Bytes, File, Index, Indexes
from miniapps.serving.ours import MEDIA_TYPE, OwnFiles
from miniapps.serving.refusals import Refusal
from miniapps.serving.routes import Route, RouteTable, connect
from miniapps.storage import Store

IMMUTABLE: Final = "public, max-age=31536000, immutable"
REVALIDATE: Final = "no-cache"
ACCEPT_CHARS_MAX: Final = 120
REPOSITORY: Final = Path(__file__).resolve().parents[2]
_PINNED: Final = re.compile(r"~v/([0-9a-f]{16})/(.*)", re.DOTALL)

Environ = Mapping[str, Any]
StartResponse = Callable[..., Any]
Body = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that was given before: right as long as the route is the same object."""

    label: str
    route: Route
    until_s: float | None
    file: File
    encoding: str
    headers: list[Header]


class Assets:
    """The WSGI application."""

    def __init__(
        self,
        *,
        routes: RouteTable,
        store: Store,
        host_origin: str,
        apps_domain: str,
        ours: OwnFiles | None = None,
    ) -> None:
        self.routes = routes
        self.indexes = Indexes(store, host_origin)
        self.bytes = Bytes(store)
        self.ours = ours or OwnFiles(host_origin)
        self.host_origin = host_origin
        self._suffix = f".{apps_domain.lower()}"
        self._ready: dict[tuple[str, str, str], Ready] = {}
        self._strict = every_answer(NOTHING_GRANTED, host_origin=host_origin)
        routes.when_reloaded = self.indexes.clear

    def __call__(self, environ: Environ, start_response: StartResponse) -> Body:
        """Answer one request."""
        try:
            return self._repeat(environ, start_response) or self._answer(environ, start_response)
        except Refusal as refusal:
            body = b"" if refusal.status == refusals.SEE_OTHER else refusal.text.encode()
            headers = [
                *self._strict,
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Cache-Control", "no-store"),
                ("Content-Length", str(len(body))),
                *refusal.headers,
            ]
            start_response(refusal.status, headers)
            return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _repeat(self, environ: Environ, start_response: StartResponse) -> Body | None:
        """Answer the plainest request, a hot pinned file as a whole, without deciding again."""
        get = environ.get
        key = (get("HTTP_HOST"), environ["PATH_INFO"], get("HTTP_ACCEPT_ENCODING", ""))
        ready = self._ready.get(key)  # type: ignore[arg-type]  # a missing Host is never kept
        if (
            ready is None
            or self.routes.routes.get(ready.label) is not ready.route
            or environ["REQUEST_METHOD"] != "GET"
            or "HTTP_RANGE" in environ
            or "HTTP_IF_NONE_MATCH" in environ
            or "HTTP_SERVICE_WORKER" in environ
            or (ready.until_s is not None and ready.until_s <= time.time())
        ):
            return None
        body = self.bytes.kept.get((ready.file.blob, ready.encoding))
        if body is None:
            return None
        start_response("200 OK", ready.headers)
        return [body]

    def _remember(
        self, environ: Environ, route: Route, digest16: str, file: File, headers: list[Header]
    ) -> None:
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        if len(accepted) > ACCEPT_CHARS_MAX:
            return
        if len(self._ready) >= limits.ASSET_READY_MAX:
            self._ready.clear()
        host = environ["HTTP_HOST"]
        self._ready[host, environ["PATH_INFO"], accepted] = Ready(
            label=asked.label_of(host, self._suffix),
            route=route,
            until_s=route.versions[digest16].until_s,
            file=file,
            encoding=asked.best_encoding(accepted, file.encodings),
            headers=headers,
        )

    def _answer(self, environ: Environ, start_response: StartResponse) -> Body:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            raise refusals.method()
        route = self._route(environ)
        path_info = environ["PATH_INFO"]
        if asked.is_too_long(path_info):
            raise refusals.too_long()
        path = asked.path_of(path_info)
        if path is None:
            raise refusals.nothing_here()
        if path.startswith("~"):
            pinned = _PINNED.fullmatch(path)
            if pinned is None:
                return self._own_file(environ, start_response, path)
            return self._pinned(environ, start_response, route, pinned[1], pinned[2])
        mode = environ.get("HTTP_SEC_FETCH_MODE")
        if asked.is_navigation(mode, environ.get("HTTP_ACCEPT", ""), path):
            return self._navigation(environ, start_response, route, path)
        return self._left_over(environ, start_response, route, path)

    def _route(self, environ: Environ) -> Route:
        """Return the route of the name that was asked for, if it is served."""
        label = asked.label_of(environ.get("HTTP_HOST", ""), self._suffix)
        route = self.routes.routes.get(label)
        if route is None:
            raise refusals.nothing_here() if self.routes.is_loaded else refusals.starting()
        if not route.is_served:
            raise refusals.gone()
        if environ.get("HTTP_SERVICE_WORKER") == "script":
            raise refusals.service_worker()
        return route

    def _index(self, digest: str) -> Index:
        index = self.indexes.get(digest)
        if index is None:
            raise refusals.not_published()
        return index

    # --- the three ways a file is asked for -------------------------------------------------

    def _pinned(
        self, environ: Environ, start: StartResponse, route: Route, digest16: str, path: str
    ) -> Body:
        """``/~v/<digest16>/path``: exactly this version, for ever the same."""
        digest = route.digest(digest16, time.time())
        if digest is None:
            raise refusals.nothing_here()
        index = self._index(digest)
        file = index.find(path)
        if file is None:
            raise refusals.nothing_here()
        if file.is_page and environ.get("HTTP_SEC_FETCH_DEST") != "empty":
            return self._page(environ, start, route, index, file)
        sent = file.raw or file
        body = self._send(environ, start, index, sent, IMMUTABLE)
        encoding = asked.best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""), sent.encodings)
        if sent is file and (headers := sent.heads.get((encoding, IMMUTABLE))):
            self._remember(environ, route, digest16, file, headers)
        return body

    def _navigation(self, environ: Environ, start: StartResponse, route: Route, path: str) -> Body:
        """Serve a page in the version its address names, else the page before, else the default."""
        now_s = time.time()
        query = environ["QUERY_STRING"]
        wanted = asked.version_of(query)
        if wanted is None:
            referrer = environ.get("HTTP_REFERER", "")
            wanted = asked.version_of_referrer(referrer, environ["HTTP_HOST"])
        digest = route.digest(wanted, now_s) if wanted else None
        digest = digest or route.digest(route.default, now_s)
        if digest is None:
            raise refusals.nothing_here()
        index = self._index(digest)
        file = index.find_page(path)
        if file is None:
            raise refusals.nothing_here()
        if file.is_page:
            return self._page(environ, start, route, index, file)
        return self._send(environ, start, index, file, REVALIDATE)

    def _left_over(self, environ: Environ, start: StartResponse, route: Route, path: str) -> Body:
        """Serve what a page asks for by an address that could not be pinned, without guessing."""
        now_s = time.time()
        wanted = asked.version_of(environ["QUERY_STRING"])
        if wanted is None:
            referrer = environ.get("HTTP_REFERER", "")
            wanted = asked.version_of_referrer(referrer, environ["HTTP_HOST"])
        if wanted is not None:
            digest = route.digest(wanted, now_s)
            if digest is None:
                raise refusals.old_page()
            index = self._index(digest)
            file = index.find(path)
        else:
            index, file = self._agreed(route, path, now_s)
        if file is None:
            raise refusals.nothing_here()
        if file.is_page and environ.get("HTTP_SEC_FETCH_DEST") != "empty":
            return self._page(environ, start, route, index, file)
        return self._send(environ, start, index, file.raw or file, REVALIDATE)

    def _agreed(self, route: Route, path: str, now_s: float) -> tuple[Index, File | None]:
        """Return the file if it does not matter which live version the page is of.

        A version without the file disagrees, unless the name carries a hash of the content: then
        no page but one of a version that has it asks for it.
        """
        indexes = [self._index(route.versions[each].digest) for each in route.live(now_s)]
        if not indexes:
            raise refusals.nothing_here()
        found = [(index, index.find(path)) for index in indexes]
        having = [(index, file) for index, file in found if file is not None]
        if not having:
            return indexes[0], None
        contents = {(file.raw or file).etag for _, file in having}
        is_everywhere = len(having) == len(found) or all(file.is_hashed for _, file in having)
        if len(contents) > 1 or not is_everywhere:
            raise refusals.mixed()
        return having[0]

    # --- sending ----------------------------------------------------------------------------

    def _page(
        self, environ: Environ, start: StartResponse, route: Route, index: Index, page: File
    ) -> Body:
        """Send a page, but only into a frame: apps are not opened beside the host."""
        if environ.get("HTTP_SEC_FETCH_DEST") == "document":
            start_parameter = asked.START.search(environ["QUERY_STRING"])
            query = f"?startapp={start_parameter[1]}" if start_parameter else ""
            raise refusals.elsewhere(f"{self.host_origin}/a/{route.app}{query}")
        return self._send(environ, start, index, page, REVALIDATE)

    def _send(
        self, environ: Environ, start: StartResponse, index: Index, file: File, caching: str
    ) -> Body:
        wants_part = "HTTP_RANGE" in environ
        encoding = ""
        if file.encodings and not wants_part:
            accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
            encoding = asked.best_encoding(accepted, file.encodings)
        headers = file.heads.get((encoding, caching))
        if headers is None:
            headers = file.heads[encoding, caching] = _head(
                index, file, encoding, caching, self.host_origin
            )
        condition = environ.get("HTTP_IF_NONE_MATCH")
        if condition is not None and asked.is_known(condition, _etag(file, encoding)):
            start("304 Not Modified", [h for h in headers if h[0] not in _NOT_IN_304])
            return [b""]
        if wants_part and (part := self._part_asked(environ, file, headers)):
            return self._send_part(environ, start, file, headers, part)
        if environ["REQUEST_METHOD"] == "HEAD":
            start("200 OK", headers)
            return [b""]
        try:
            body = self.bytes.whole(file, encoding)
        except FileNotFoundError:
            raise refusals.not_published() from None
        start("200 OK", headers)
        return body

    def _part_asked(
        self, environ: Environ, file: File, headers: list[Header]
    ) -> tuple[int, int] | None:
        condition = environ.get("HTTP_IF_RANGE")
        if condition is not None and condition.strip() != _etag(file, ""):
            return None
        try:
            return asked.byte_range(environ["HTTP_RANGE"], file.size)
        except asked.Unsatisfiable:
            own = [h for h in headers if h[0] not in _NOT_IN_416]
            raise refusals.unsatisfiable(file.size, own[len(self._strict) :]) from None

    def _send_part(
        self,
        environ: Environ,
        start: StartResponse,
        file: File,
        headers: list[Header],
        part: tuple[int, int],
    ) -> Body:
        first, end = part
        body: Body = [b""]
        if environ["REQUEST_METHOD"] == "GET":
            try:
                body = self.bytes.part(file, first, end)
            except FileNotFoundError:
                raise refusals.not_published() from None
        changed = [h for h in headers if h[0] != "Content-Length"]
        changed.append(("Content-Length", str(end - first)))
        changed.append(("Content-Range", f"bytes {first}-{end - 1}/{file.size}"))
        start("206 Partial Content", changed)
        return body

    def _own_file(self, environ: Environ, start: StartResponse, path: str) -> Body:
        """``/~b/name``: what the platform puts into every app."""
        own = self.ours.get(path.removeprefix("~b/")) if path.startswith("~b/") else None
        if own is None:
            raise refusals.nothing_here()
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        encoding = asked.best_encoding(accepted, ("br", "gzip"))
        body = own.forms[encoding]
        tag = f'"{own.etag}-{encoding}"' if encoding else f'"{own.etag}"'
        is_exact = environ["QUERY_STRING"] == f"h={own.etag}"
        headers = [
            *self._strict,
            ("Content-Type", MEDIA_TYPE),
            ("ETag", tag),
            ("Cache-Control", IMMUTABLE if is_exact else REVALIDATE),
            ("Vary", "Accept-Encoding"),
        ]
        if asked.is_known(environ.get("HTTP_IF_NONE_MATCH", ""), tag):
            start("304 Not Modified", headers)
            return [b""]
        headers.append(("Content-Length", str(len(body))))
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start("200 OK", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


_NOT_IN_304: Final = frozenset({"Content-Length", "Content-Encoding", "Content-Type"})
_NOT_IN_416: Final = _NOT_IN_304 | {"Cache-Control"}


def _etag(file: File, encoding: str) -> str:
    return f'"{file.etag}-{encoding}"' if encoding else f'"{file.etag}"'


def _head(index: Index, file: File, encoding: str, caching: str, host_origin: str) -> list[Header]:
    """Return the headers of a whole answer with one form of a file."""
    base = index.headers
    if file.csp is not None:
        base = every_answer(index.policy, host_origin=host_origin, csp=file.csp)
    headers = [
        *base,
        ("Content-Type", file.media_type),
        ("ETag", _etag(file, encoding)),
        ("Cache-Control", caching),
        ("Accept-Ranges", "bytes"),
        ("Content-Length", str(file.sizes[encoding] if encoding else file.size)),
    ]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    if file.varies:
        headers.append(("Vary", file.varies))
    return headers


def from_environment(environ: Mapping[str, str]) -> Assets:
    """Return the application as the environment describes it, its route thread begun."""
    origin = environ.get("BARNAMAK_ORIGIN", "http://localhost:8000").rstrip("/")
    if urlsplit(origin).scheme not in ("http", "https"):
        raise SystemExit("BARNAMAK_ORIGIN must look like https://miniapps.example")
    var = REPOSITORY / Path(environ.get("BARNAMAK_VAR") or "var")
    routes = RouteTable(connect(_database_url(environ)))
    assets = Assets(
        routes=routes,
        store=Store(REPOSITORY / Path(environ.get("BARNAMAK_STORE") or var / "store")),
        host_origin=origin,
        apps_domain=environ.get("BARNAMAK_APPS_DOMAIN", "apps.localhost:8000"),
    )
    routes.start()
    return assets


def _database_url(environ: Mapping[str, str]) -> str:
    file = environ.get("DATABASE_URL_FILE")
    if file:
        return Path(file).read_text(encoding="utf-8").strip()
    return environ.get("DATABASE_URL", "postgresql:///barnamak")


def __getattr__(name: str) -> Assets:
    """Make the application when a server asks for it, so that importing starts no thread."""
    if name != "application":
        raise AttributeError(name)
    application = globals()["application"] = from_environment(os.environ)
    return application
