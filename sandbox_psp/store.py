"""The bank's books: one SQLite file that a kill cannot tear."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS payment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dialect TEXT NOT NULL, merchant TEXT NOT NULL, order_id TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount > 0),
    callback_url TEXT NOT NULL, mobile TEXT NOT NULL, description TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
        ('waiting', 'paid', 'verified', 'cancelled', 'reversed', 'expired')),
    why TEXT NOT NULL DEFAULT '',
    paid_amount INTEGER NOT NULL DEFAULT 0,
    receipt TEXT UNIQUE, trace TEXT NOT NULL DEFAULT '', card TEXT NOT NULL DEFAULT '',
    mode TEXT NOT NULL DEFAULT 'none', mode_left INTEGER,
    referrer TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL, paid REAL, verified REAL, ended REAL
);
CREATE UNIQUE INDEX IF NOT EXISTS payment_once ON payment (merchant, order_id)
    WHERE dialect = 'sadad';
CREATE TABLE IF NOT EXISTS payout (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    order_id TEXT NOT NULL UNIQUE,
    amount INTEGER NOT NULL CHECK (amount > 0),
    sheba TEXT NOT NULL, holder TEXT NOT NULL, description TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'accepted' CHECK (state IN ('accepted', 'settled', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL UNIQUE,
    mode TEXT NOT NULL DEFAULT 'none',
    created REAL NOT NULL, ended REAL
);
CREATE TABLE IF NOT EXISTS control (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Settings:
    """What the bank does unless it is told otherwise. Seconds."""

    verify_within_s: float = 900.0  # a payment that is not verified goes back to the payer
    hang_s: float = 30.0  # how long an answer that never comes keeps the asker waiting
    late_s: float = 20.0  # how late a late callback is
    settle_s: float = 3.0  # how long a payout takes


class Books:
    """Opens one connection for each piece of work; writers queue up behind each other."""

    def __init__(self, path: Path, settings: Settings) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.settings = settings
        with closing(self._open()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(SCHEMA)

    @contextmanager
    def writing(self) -> Iterator[Work]:
        """Give all of a piece of work or nothing of it; the newest state is read."""
        with closing(self._open()) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield Work(db, self.settings)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = FULL")
        return db


class Work:
    """One transaction, with the bank's clock and what it was told by ``POST /control``."""

    def __init__(self, db: sqlite3.Connection, settings: Settings) -> None:
        self.db = db
        self._settings = settings

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Return the first row, or None."""
        row: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows."""
        return self.db.execute(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> int:
        """Change rows; return how many, or the id of the one that was inserted."""
        cursor = self.db.execute(sql, values)
        return cursor.lastrowid or 0 if sql.startswith("INSERT") else cursor.rowcount

    @property
    def now(self) -> float:
        """The bank's own time, which can be put forward."""
        return time.time() + float(self.told("forward_s", "0"))

    def seconds(self, name: str) -> float:
        """Return one of ``Settings``, or what it was told since."""
        return float(self.told(name, str(getattr(self._settings, name))))

    def told(self, name: str, default: str) -> str:
        """Return what was told under this name."""
        row = self.one("SELECT value FROM control WHERE name = ?", name)
        return default if row is None else str(row["value"])

    def tell(self, name: str, value: object) -> None:
        """Remember what was told, beyond a restart."""
        self.run("INSERT OR REPLACE INTO control VALUES (?, ?)", name, str(value))

    def turn(self) -> int:
        """Return 0, 1, 2 …: whose turn it is where several things take turns."""
        turn = int(self.told("turn", "0"))
        self.tell("turn", turn + 1)
        return turn

    def forget(self, name: str) -> None:
        """Go back to the default."""
        self.run("DELETE FROM control WHERE name = ?", name)
