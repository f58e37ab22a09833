"""``/api/docs/``: the OpenAPI document as a page that people read; no script, no CDN."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Member:
    """One member of a body: its name, its type in words, whether it must be sent."""

    name: str
    kind: str
    required: bool


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    method: str
    path: str
    about: str
    callers: list[str]
    takes: list[Member]
    gives: str


@dataclass
class Group:
    """The operations of one tag."""

    name: str
    operations: list[Operation] = field(default_factory=list)


@require_safe
def api_page(request: HttpRequest) -> HttpResponse:
    """Show every operation: what it does, who may call it, what it takes and gives."""
    return render(request, "ui/api_reference.html", {"groups": groups()})


@functools.cache
def groups() -> list[Group]:
    """Return all operations by tag, from the same document that programs read."""
    generator: Any = SchemaGenerator
    with override("en"):
        document = generator().get_schema(request=None, public=True)
    found: dict[str, Group] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                told = methods[method]
                tag = told.get("tags", ["other"])[0]
                group = found.setdefault(tag, Group(tag))
                group.operations.append(_operation(document, method, path, told))
    return sorted(found.values(), key=lambda group: group.name)


def _operation(document: Any, method: str, path: str, told: dict[str, Any]) -> Operation:
    callers = sorted({name for one in told.get("security", []) for name in one})
    good = next((code for code in told["responses"] if code.startswith("2")), "")
    answer = _schema_name(told["responses"].get(good, {}))
    return Operation(
        method=method.upper(),
        path=path,
        about=told.get("description", ""),
        callers=callers or ["anybody"],
        takes=_members(document, told.get("requestBody", {})),
        gives=f"{good} {answer}".strip(),
    )


def _schema_name(carrier: dict[str, Any]) -> str:
    for media in carrier.get("content", {}).values():
        name = str(media.get("schema", {}).get("$ref", ""))
        return name.rpartition("/")[2]
    return ""


def _members(document: Any, carrier: dict[str, Any]) -> list[Member]:
    schema = document["components"]["schemas"].get(_schema_name(carrier), {})
    needed = set(schema.get("required", []))
    return [
        Member(name=name, kind=_kind(one), required=name in needed)
        for name, one in schema.get("properties", {}).items()
        if not one.get("readOnly")
    ]


def _kind(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema.get("type", "object")
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    if "maxLength" in schema:
        words += f", at most {schema['maxLength']}"
    return words
