"""``python -m sandbox_psp --port N --state FILE``: serve until asked to stop."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

from sandbox_psp import control, pages, payouts, sadad, zibal
from sandbox_psp.server import PspServer
from sandbox_psp.store import Books, Settings


def main() -> None:
    """Read the command line, open the books, listen."""
    parser = argparse.ArgumentParser("sandbox_psp", description="A payment provider that can fail.")
    parser.add_argument("--port", type=int, required=True, help="0 takes a free one and says which")
    parser.add_argument("--state", type=Path, required=True, help="the SQLite file of its books")
    parser.add_argument("--host", default="127.0.0.1")
    for one in fields(Settings):
        name = f"--{one.name.replace('_', '-')}"
        parser.add_argument(name, type=float, default=one.default, help="seconds")
    given = parser.parse_args()
    settings = Settings(**{one.name: getattr(given, one.name) for one in fields(Settings)})
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    routes = [
        *sadad.ROUTES, *zibal.ROUTES, *payouts.ROUTES, *control.ROUTES, *pages.ROUTES,
        *pages.purchase_routes(
            {sadad.DIALECT: sadad.callback, zibal.DIALECT: zibal.callback}
        ),
    ]  # fmt: skip
    with PspServer((given.host, given.port), routes, Books(given.state, settings)) as server:
        signal.signal(signal.SIGTERM, _leave)
        sys.stderr.write(f"listening on http://{given.host}:{server.server_address[1]}\n")
        sys.stderr.flush()
        server.serve_forever()


def _leave(_number: int, _frame: object) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
