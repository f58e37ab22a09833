"""What the quiz's backend talks to in tests: a platform with one key, and the backend as a process."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ROOT = Path(__file__).parents[2]
APP = "app_01jtest"
APP_ORIGIN = "http://quiz.apps.localhost:8000"
KID = "test-key"
READERS: dict[int, threading.Thread] = {}


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Platform:
    """The platform as the backend knows it: an origin and its public keys."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        document = json.dumps(
            {
                "keys": [
                    {
                        "kty": "OKP",
                        "crv": "Ed25519",
                        "x": b64(self.raw),
                        "kid": KID,
                        "use": "sig",
                        "alg": "EdDSA",
                    }
                ]
            }
        )

        class Keys(BaseHTTPRequestHandler):
            timeout = 5

            def do_GET(self) -> None:
                good = self.path == "/.well-known/jwks.json"
                self.send_response(200 if good else 404)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(document.encode() if good else b"{}")

            def log_message(self, *_args: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.origin, "aud": f"app:{APP}", "sub": "4201", "iat": now, "nbf": now, "exp": now + 300,
            "jti": "jti-1", "sid": "lnc_1", "ver": "v1", "scope": "", "lang": "fa", **changes,
        }  # fmt: skip
        return {name: value for name, value in claims.items() if value is not None}

    def token(
        self, *, typ: str | None = "user+jwt", kid: str = KID, key: Any = None, **changes: Any
    ) -> str:
        headers = {"kid": kid, "typ": typ}
        return jwt.encode(
            self.claims(**changes), key or self.key, algorithm="EdDSA", headers=headers
        )

    def unsigned(self, header: dict[str, Any], sign: Any = lambda _text: b"") -> str:
        text = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(self.claims()).encode())}"
        return f"{text}.{b64(sign(text.encode()))}"


def start(data: Path, **env: str) -> tuple[subprocess.Popen[str], str]:
    """Start the backend as a maker would; give the process and its address."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("QUIZ_")}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "examples.quiz.backend"], cwd=ROOT, text=True, stderr=subprocess.PIPE,
        env={**base, "QUIZ_PORT": "0", "QUIZ_DATA": str(data), **env},
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    assert "listening on " in line, line
    reader = threading.Thread(target=process.stderr.read, daemon=True)
    reader.start()
    READERS[process.pid] = reader
    return process, line.split()[-1]


def stop(process: subprocess.Popen[str]) -> None:
    """End the backend and let go of its pipe."""
    process.terminate()
    process.wait(timeout=10)
    READERS.pop(process.pid).join(timeout=10)
    assert process.stderr is not None
    process.stderr.close()
