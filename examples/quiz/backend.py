"""The quiz's own server: keeps the best score of each person that the platform vouches for.

It never sees a name or a phone number. The app sends the user token of the running launch; its
``sub`` is an id that means something to this app alone, and the nickname on the score board is
made from it.

    BARNAMAK_ORIGIN   the platform (http://localhost:8000)
    QUIZ_APP_ID       this app's public id (app_…), or in QUIZ_CONFIG
    QUIZ_ORIGIN       the origin the app runs on, several with commas, or in QUIZ_CONFIG
    QUIZ_CONFIG       a JSON file {"app_id": …, "origins": […]}, read when the two above are absent
    QUIZ_DATA         the score file (var/quiz-scores.sqlite3)
    QUIZ_PORT         where it listens on 127.0.0.1 (8090)
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sqlite3
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt

BARNAMAK_ORIGIN = os.environ.get("BARNAMAK_ORIGIN", "http://localhost:8000")

#: ten questions of 100 points and 50 for speed, as in game.js
MOST_POINTS = 1500
#: bytes of a request body; a score is shorter
MOST_BODY = 200
TOP = 5

log = logging.getLogger("quiz")

# --- token verification: begin ---
KEYS = jwt.PyJWKClient(f"{BARNAMAK_ORIGIN}/.well-known/jwks.json", timeout=5)


def person_of(token: str, app_id: str) -> str:
    """Return who is playing, or raise jwt.PyJWTError: never believe anything but this."""
    if jwt.get_unverified_header(token).get("typ") != "user+jwt":
        raise jwt.InvalidTokenError("This is not a user token.")
    key = KEYS.get_signing_key_from_jwt(token).key
    required = ["exp", "iat", "aud", "iss", "sub", "jti"]
    claims = jwt.decode(
        token, key, algorithms=["EdDSA"], audience=f"app:{app_id}", issuer=BARNAMAK_ORIGIN,
        leeway=10, options={"require": required, "strict_aud": True},
    )  # fmt: skip
    return str(claims["sub"])


# --- token verification: end ---


COLOURS = ("فیروزه‌ای", "زعفرانی", "لاجوردی", "یاقوتی", "سبز", "نقره‌ای", "ارغوانی", "کهربایی")
CREATURES = (
    "هدهد", "سیمرغ", "آهو", "یوز", "روباه", "لاک‌پشت", "کبوتر", "شاهین", "گوزن", "ماهی",
    "پروانه", "سنجاب", "درنا", "خرگوش", "اسب", "بلبل",
)  # fmt: skip


def nickname(person: str) -> str:
    """Return a name that is always the same for one person and says nothing about them."""
    digest = hashlib.sha256(f"quiz nickname {person}".encode()).digest()
    return f"{CREATURES[digest[0] % len(CREATURES)]} {COLOURS[digest[1] % len(COLOURS)]}"


class Scores:
    """The best score of each person, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        with closing(self._open()) as db, db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS score (person TEXT PRIMARY KEY, best INTEGER NOT NULL,"
                " plays INTEGER NOT NULL)"
            )

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=5)

    def add(self, person: str, points: int) -> None:
        """Count a round; the best score only ever grows."""
        with closing(self._open()) as db, db:
            db.execute(
                "INSERT INTO score VALUES (?, ?, 1) ON CONFLICT (person) DO UPDATE"
                " SET best = max(best, excluded.best), plays = plays + 1",
                (person, points),
            )

    def standing(self, person: str) -> dict[str, Any]:
        """Return the person's own numbers and the top of the board."""
        with closing(self._open()) as db:
            own = db.execute("SELECT best, plays FROM score WHERE person = ?", (person,)).fetchone()
            players = db.execute("SELECT count(*) FROM score").fetchone()[0]
            above = db.execute("SELECT count(*) FROM score WHERE best > ?", (own or (0,))[:1])
            rank = above.fetchone()[0] + 1 if own else None
            rows = db.execute(
                "SELECT person, best FROM score ORDER BY best DESC, rowid LIMIT ?", (TOP,)
            ).fetchall()
        best, plays = own or (0, 0)
        top = [{"nick": nickname(who), "best": b, "you": who == person} for who, b in rows]
        return {
            "best": best, "plays": plays, "nick": nickname(person),
            "rank": rank, "players": players, "top": top,
        }  # fmt: skip


def settings() -> tuple[str, list[str]]:
    """Return (app id, allowed origins); raise LookupError while nobody has told them."""
    app_id = os.environ.get("QUIZ_APP_ID", "")
    origins = os.environ.get("QUIZ_ORIGIN", "")
    if app_id and origins:
        return app_id, origins.split(",")
    try:
        told = json.loads(Path(os.environ["QUIZ_CONFIG"]).read_text(encoding="utf-8"))
        return str(told["app_id"]), list(told["origins"])
    except (KeyError, OSError, ValueError, TypeError) as reason:
        raise LookupError("Set QUIZ_APP_ID and QUIZ_ORIGIN, or QUIZ_CONFIG.") from reason


class Handler(BaseHTTPRequestHandler):
    """``GET /me`` and ``POST /scores {"points": 0…1500}``, both with a bearer token."""

    scores: Scores
    timeout = 10

    def do_OPTIONS(self) -> None:
        """Answer the browser's question whether the app may call us."""
        self._answer(204, None)

    def do_GET(self) -> None:
        """Tell a person their standing."""
        if self.path != "/me":
            self._answer(404, {"error": "There is only /me and /scores."})
        elif person := self._person():
            self._answer(200, self.scores.standing(person))

    def do_POST(self) -> None:
        """Keep the points of a round."""
        if self.path != "/scores":
            self._answer(404, {"error": "There is only /me and /scores."})
            return
        body = self._body()
        if not (person := self._person()):
            return
        points = body.get("points") if isinstance(body, dict) else None
        if type(points) is not int or not 0 <= points <= MOST_POINTS:
            self._answer(422, {"error": f"points is a whole number from 0 to {MOST_POINTS}."})
            return
        self.scores.add(person, points)
        self._answer(200, self.scores.standing(person))

    def _body(self) -> object:
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch(r"[0-9]{1,6}", length) or int(length) > MOST_BODY:
            self.close_connection = True
            return None
        try:
            return json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None

    def _person(self) -> str | None:
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        try:
            if kind != "Bearer":
                raise jwt.InvalidTokenError("Send the user token as a bearer token.")
            return person_of(token, settings()[0])
        except LookupError as reason:
            self._answer(503, {"error": str(reason)})
        except jwt.PyJWKClientConnectionError:
            self._answer(503, {"error": "The platform's keys cannot be read now."})
        except jwt.PyJWTError as reason:
            log.info("refused a token: %s", reason)
            self._answer(401, {"error": "The token was refused."})
        return None

    def _answer(self, status: int, document: dict[str, Any] | None) -> None:
        body = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Vary", "Origin")
        if document is not None:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self._allow_own_origin()
        self.end_headers()
        self.wfile.write(body)

    def _allow_own_origin(self) -> None:
        origin = self.headers.get("Origin", "")
        try:
            own = origin in settings()[1]
        except LookupError:
            own = False
        if own:
            self.send_header("Access-Control-Allow-Origin", origin)
            self.send_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
            self.send_header("Access-Control-Allow-Methods", "GET, POST")
            self.send_header("Access-Control-Max-Age", "600")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class names it
        """Log the request line; tokens are in headers and stay out."""
        log.info(format, *args)


def server(port: int, data: Path) -> ThreadingHTTPServer:
    """Return the server, bound to 127.0.0.1:``port`` (0 for any free one), not yet serving."""
    bound = type("BoundHandler", (Handler,), {"scores": Scores(data)})
    return ThreadingHTTPServer(("127.0.0.1", port), bound)


def main() -> None:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO, format="quiz: %(message)s")
    port = int(os.environ.get("QUIZ_PORT", "8090"))
    made = server(port, Path(os.environ.get("QUIZ_DATA", "var/quiz-scores.sqlite3")))
    log.info("listening on http://127.0.0.1:%d", made.server_port)
    try:
        made.serve_forever()
    except KeyboardInterrupt:
        made.server_close()


if __name__ == "__main__":
    main()
