"""The applications that benchmarks of serving start: ours with fixed routes, and a bare one."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from miniapps.serving.app import Assets
from miniapps.serving.routes import Connection, RouteTable, read_route
from miniapps.storage import Store


def _no_database() -> Connection:
    raise OSError("a benchmark of serving needs no database")


def _assets() -> Assets:
    routes = RouteTable(_no_database)
    given = json.loads(os.environ["BENCH_ROUTES"])
    routes.routes = {label: read_route(record) for label, record in given.items()}
    routes.is_loaded = True
    return Assets(
        routes=routes,
        store=Store(Path(os.environ["BARNAMAK_STORE"])),
        host_origin=os.environ["BARNAMAK_ORIGIN"],
        apps_domain=os.environ["BARNAMAK_APPS_DOMAIN"],
    )


def _bare() -> Any:
    body = Path(os.environ["BENCH_BODY"]).read_bytes()
    headers = [
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Content-Length", str(len(body))),
    ]

    def application(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [body]

    return application


if "BENCH_ROUTES" in os.environ:
    assets = _assets()
    bare = _bare()
