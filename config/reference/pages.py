"""The generated pages: problems, limits, settings, findings, vectors, OpenAPI."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.utils.translation import override

from config.env import REPOSITORY
from config.reference.variables import VARIABLES
from config.reference.vectors import vectors
from core.problems import registered
from miniapps.bundle.reference import findings_page

FOLDER: Final = REPOSITORY / "docs" / "reference"
MADE = "<!-- Made by `make docs`; edit the code, not this page. -->"
_LIMIT = re.compile(r"^([A-Z][A-Z0-9_]*) = (.+?)  # (.+)$")
_SECTION = re.compile(r"^# --- (.+?) -+$")
_SETTING = re.compile(
    r'env\.(text|flag|number|folder|table)\(\s*"([A-Z_]+)"(?:, (?:default=)?([^)\n]+))?'
)


def problems() -> str:
    """Return the table of all problem codes."""
    _import_errors()
    importlib.import_module("config.urls")  # some problems stand beside the view that raises them
    rows = [
        "# Problems",
        MADE,
        "",
        "Every refusal is an RFC 9457 document (`application/problem+json`) with a stable `code`.",
        "Its `type` is a page of the host, `/problems/<code>`; facts of the case are more members.",
        "",
        "| code | status | title | what to do | when |",
        "|---|---|---|---|---|",
    ]
    with override("en"):
        for code, problem in registered().items():
            when = (problem.__doc__ or "").split("\n")[0]
            rows.append(
                f"| `{code}` | {problem.status} | {problem.title} | {problem.remedy} | {when} |"
            )
    return "\n".join(rows) + "\n"


def limits() -> str:
    """Return every bound with its value and its sentence."""
    rows = ["# Limits", MADE, "", "All bounds stand in `core/limits.py`."]
    for line in _joined(REPOSITORY / "core" / "limits.py"):
        if section := _SECTION.match(line):
            rows += ["", f"## {section[1].capitalize()}", ""]
            rows += ["| name | value | what |", "|---|---|---|"]
        elif limit := _LIMIT.match(line):
            rows.append(f"| `{limit[1]}` | `{limit[2]}` | {limit[3]} |")
    return "\n".join(rows) + "\n"


def settings_page() -> str:
    """Return every environment value that ``config/settings.py`` reads."""
    source = (REPOSITORY / "config" / "settings.py").read_text(encoding="utf-8")
    rows = [
        "# Settings",
        MADE,
        "",
        "Every value comes from the environment; `NAME_FILE` names a file that holds a text value.",
        "A wrong value stops the process with a sentence.",
        "",
        "| name | what | kind | default |",
        "|---|---|---|---|",
    ]
    found = {name: (kind, default) for kind, name, default in _SETTING.findall(source)}
    found["BARNAMAK_SECRET_KEY"] = ("text", "made on the first start, kept in BARNAMAK_KEYS")
    for name, (kind, default) in sorted(found.items()):
        shown = default.strip().removesuffix(", mode=0o700").replace('"', "")
        rows.append(f"| `{name}` | {VARIABLES[name]} | {kind} | `{shown or '-'}` |")
    rows += [
        "",
        "What `make run` and the tests read besides: [commands.md](commands.md#variables).",
    ]
    return "\n".join(rows) + "\n"


def openapi() -> str:
    """Return the OpenAPI document of ``/api/v1``."""
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiYamlRenderer

    with override("en"):
        generator: Any = SchemaGenerator
        renderer: Any = OpenApiYamlRenderer
        schema = generator().get_schema(request=None, public=True)
        text: bytes = renderer().render(schema, renderer_context={})
    return text.decode()


def _joined(file: Path) -> list[str]:
    """Return the lines with parenthesised values of several lines joined to one."""
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"\(\n((?: {4}.+\n)+)\)", _on_one_line, text)
    return text.splitlines()


def _on_one_line(found: re.Match[str]) -> str:
    """Return a parenthesised value on one line; a single thing needs no parentheses."""
    parts = [line.strip() for line in found[1].splitlines()]
    joined = " ".join(parts)
    return joined if len(parts) == 1 else f"({joined.rstrip(',')})"


def _import_errors() -> None:
    importlib.import_module("host.consumers")  # sockets have no address in config.urls
    for app in apps.get_app_configs():
        if not Path(app.path).is_relative_to(settings.BASE_DIR) or ".venv" in app.path:
            continue
        for module in pkgutil.walk_packages([app.path], f"{app.name}."):
            if module.name.rpartition(".")[2] in {"errors", "answers", "problems", "idempotency"}:
                importlib.import_module(module.name)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "problems.md": problems,
    "limits.md": limits,
    "settings.md": settings_page,
    "findings.md": findings_page,
    "vectors.json": vectors,
    "openapi.yaml": openapi,
}
