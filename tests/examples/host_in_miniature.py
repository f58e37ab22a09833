"""Serves a built example the way the platform does: one origin, strict CSP, `index.html` at /."""

from __future__ import annotations

import mimetypes
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MOCK = Path(__file__).with_name("mock_barnamak.js")
MOCK_TAG = b'<head><script src="/~b/relay.js"></script>'


def csp_for(connect: str) -> str:
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
        f"font-src 'self'; connect-src {connect or chr(39) + 'none' + chr(39)}; base-uri 'none'; "
        "form-action 'none'"
    )


@contextmanager
def serve(files: dict[str, bytes], *, mock: bool, connect: str = "") -> Iterator[str]:
    """Yield the origin; `mock` puts the miniature host before every script of the app."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0].lstrip("/") or "index.html"
            if path == "favicon.ico":
                self.send_response(204)
                self.end_headers()
                return
            body = MOCK.read_bytes() if path == "~b/relay.js" else files.get(path)
            if body is None:
                self.send_error(404)
                return
            if mock and path.endswith(".html"):
                body = body.replace(b"<head>", MOCK_TAG, 1)
            kind = "text/javascript" if path.endswith(".js") else mimetypes.guess_type(path)[0]
            self.send_response(200)
            self.send_header("Content-Type", f"{kind or 'application/octet-stream'}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", csp_for(connect))
            self.send_header("X-Content-Type-Options", "nosniff")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
