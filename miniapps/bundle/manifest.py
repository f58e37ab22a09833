"""``manifest.json``: read strictly, checked against the published schema and against the files.

The members are those of the W3C MiniApp Manifest; ``barnamak`` is our extension. Every fault is
found in one pass and named with its line.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files as package_files
from typing import Any

import jsonschema

from miniapps.bundle import media, origins
from miniapps.bundle.jsontext import JsonFault, Located, parse
from miniapps.bundle.limits import Limits
from miniapps.bundle.media import Pixels
from miniapps.bundle.report import Findings
from miniapps.bundle.rules import gettext_noop

PATH = "manifest.json"
START_PAGE = "index.html"
BOM = b"\xef\xbb\xbf"
ICON_EXTENSIONS = frozenset({"png", "webp"})
SCREENSHOT_EXTENSIONS = frozenset({"png", "webp", "jpg", "jpeg"})

WRONG_TYPE = gettext_noop("it must be of another type (%(expected)s)")
WRONG_CHOICE = gettext_noop("it must be one of: %(expected)s")
WRONG_FORM = gettext_noop("it does not have the right form")
TOO_LONG = gettext_noop("it is too long (at most %(expected)s)")
TOO_SHORT = gettext_noop("it is empty or too short")
OUT_OF_RANGE = gettext_noop("the number is out of range (limit %(expected)s)")
REPEATED = gettext_noop("it holds the same thing twice")
REASONS_BY_KEYWORD = {
    "type": WRONG_TYPE,
    "enum": WRONG_CHOICE,
    "pattern": WRONG_FORM,
    "maxLength": TOO_LONG,
    "maxItems": TOO_LONG,
    "minLength": TOO_SHORT,
    "minItems": TOO_SHORT,
    "minimum": OUT_OF_RANGE,
    "maximum": OUT_OF_RANGE,
    "uniqueItems": REPEATED,
}
REASONS = tuple(dict.fromkeys(REASONS_BY_KEYWORD.values()))


def schema() -> dict[str, Any]:
    """Read the published JSON Schema (draft 2020-12)."""
    text = (package_files("miniapps.bundle") / "manifest.schema.json").read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def read_manifest(
    data: bytes | None,
    override: Mapping[str, Any] | None,
    limits: Limits,
    findings: Findings,
) -> Located | None:
    """Give the manifest of the bundle, else the one filled in by form; None after findings.

    ``data`` is the content of manifest.json, or None when the bundle has none.
    """
    if data is None and override is None:
        findings.add("manifest-missing", PATH)
        return None
    if data is None:
        located = Located(json.loads(json.dumps(override)), {(): 1})
        place = ""
    else:
        if override is not None:
            findings.add("manifest-override-ignored", PATH)
        parsed = _parse(data, limits, findings)
        if parsed is None:
            return None
        located, place = parsed, PATH
    _check_schema(located, place, findings)
    _check_words(located, place, findings)
    _check_origins(located, place, limits, findings)
    return located


def check_files(
    located: Located, sizes: Mapping[str, Pixels | None], limits: Limits, findings: Findings
) -> None:
    """Find pages and pictures that do not exist. ``sizes``: each path, with a raster's pixels."""
    manifest = located.value
    if not isinstance(manifest, dict):
        return
    pages = manifest.get("pages")
    if isinstance(pages, list):
        for number, page in enumerate(pages):
            if isinstance(page, str) and page_path(page, sizes) is None:
                line = located.line_of(("pages", number))
                findings.add("manifest-page-missing", PATH, line, page=page)
    elif START_PAGE not in sizes:
        findings.add("bundle-no-start-page")
    icons = manifest.get("icons")
    if not icons:
        findings.add("manifest-no-icon", PATH)
    for number, icon in enumerate(icons if isinstance(icons, list) else []):
        source = icon.get("src") if isinstance(icon, dict) else None
        if isinstance(source, str):
            line = located.line_of(("icons", number, "src"))
            _check_icon(source, line, sizes, limits, findings)
    _check_screenshots(located, sizes, findings)


def start_page(manifest: Mapping[str, Any], paths: Mapping[str, object]) -> str:
    """Give the path of the file a launch opens."""
    pages = manifest.get("pages") or [START_PAGE]
    return page_path(pages[0], paths) or START_PAGE


def page_path(page: str, paths: Mapping[str, object]) -> str | None:
    """Give the HTML file a page of the manifest stands for; the extension may be left out."""
    plain = page.removeprefix("./").removeprefix("/")
    for path in (plain, f"{plain}.html"):
        if path in paths and media.extension_of(path) in media.PAGES:
            return path
    return None


def canonical(manifest: Mapping[str, Any]) -> bytes:
    """Give the manifest as bytes that do not depend on spacing or the order of members."""
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def network_of(manifest: object, limits: Limits) -> dict[str, set[str]]:
    """Give the declared network origins by kind, only those that are acceptable."""
    network = manifest.get("barnamak") if isinstance(manifest, dict) else None
    network = network.get("network") if isinstance(network, dict) else None
    if not isinstance(network, dict):
        return {}
    local = limits.local_origins
    return {
        kind: {
            text
            for text in texts
            if isinstance(text, str) and not origins.origin_fault(text, local=local)
        }
        for kind, texts in network.items()
        if isinstance(texts, list)
    }


def _parse(data: bytes, limits: Limits, findings: Findings) -> Located | None:
    if len(data) > limits.manifest_bytes_max:
        findings.add("manifest-too-large", PATH, limit_kib=limits.manifest_bytes_max // 1024)
        return None
    if data.startswith(BOM):
        findings.add("manifest-bom", PATH, 1)
        data = data.removeprefix(BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        findings.add("content-not-utf8", PATH, data.count(b"\n", 0, fault.start) + 1)
        return None
    try:
        return parse(text, depth_max=limits.manifest_depth_max)
    except JsonFault as fault:
        findings.add(fault.rule, PATH, fault.line, **fault.facts)
        return None


def _check_schema(located: Located, place: str, findings: Findings) -> None:
    for fault in _validator().iter_errors(located.value):
        path = tuple(fault.absolute_path)
        line = located.line_of(path) if place else None
        pointer = "/" + "/".join(str(part) for part in path)
        if fault.validator == "additionalProperties":
            for member in sorted(set(fault.instance) - set(fault.schema["properties"])):
                at = located.line_of((*path, member)) if place else None
                name = f"{pointer.rstrip('/')}/{member}"
                findings.add("manifest-unknown-member", place, at, pointer=name)
        elif fault.validator == "required":
            for member in sorted(set(fault.validator_value) - set(fault.instance)):
                name = f"{pointer.rstrip('/')}/{member}"
                findings.add("manifest-missing-member", place, line, pointer=name)
        elif fault.validator == "enum" and path[:1] == ("req_permissions",):
            expected = ", ".join(map(str, fault.validator_value))
            findings.add(
                "manifest-permission", place, line, name=str(fault.instance), expected=expected
            )
        else:
            expected = fault.validator_value
            shown = ", ".join(map(str, expected)) if isinstance(expected, list) else str(expected)
            reason = REASONS_BY_KEYWORD.get(str(fault.validator), WRONG_FORM)
            findings.add(
                "manifest-value", place, line, pointer=pointer, reason=reason, expected=shown
            )


def _check_words(located: Located, place: str, findings: Findings) -> None:
    """Every text must be text: no markup, no control or direction characters.

    Also closes what a regular expression's ``$`` leaves open: a line break at the end.
    """
    for path, text in _texts(located.value, ()):
        hidden = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cn")}
        # The half-space is part of Persian spelling.
        allowed = {"\u200c", "\n"} if path == ("description",) else {"\u200c"}
        if hidden - allowed or re.search(r"<[A-Za-z/!]", text):
            line = located.line_of(path) if place else None
            findings.add("manifest-text", place, line, pointer="/" + "/".join(map(str, path)))


def _texts(
    value: object, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield path, value
    members = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else ()
    for key, member in (*members, *items):
        yield from _texts(member, (*path, key))


def _check_origins(located: Located, place: str, limits: Limits, findings: Findings) -> None:
    manifest = located.value
    extension = manifest.get("barnamak") if isinstance(manifest, dict) else None
    network = extension.get("network") if isinstance(extension, dict) else None
    for kind, texts in network.items() if isinstance(network, dict) else ():
        for number, text in enumerate(texts if isinstance(texts, list) else []):
            local = limits.local_origins
            reason = origins.origin_fault(text, local=local) if isinstance(text, str) else None
            if reason:
                at = located.line_of(("barnamak", "network", kind, number)) if place else None
                findings.add("manifest-origin", place, at, origin=text, reason=reason)


def _check_screenshots(
    located: Located, sizes: Mapping[str, Pixels | None], findings: Findings
) -> None:
    extension = located.value.get("barnamak")
    named = extension.get("screenshots") if isinstance(extension, dict) else None
    for number, one in enumerate(named if isinstance(named, list) else []):
        source = one.get("src") if isinstance(one, dict) else None
        if not isinstance(source, str):
            continue
        line = located.line_of(("barnamak", "screenshots", number, "src"))
        path = source.removeprefix("./").removeprefix("/")
        if path not in sizes:
            findings.add("manifest-screenshot-missing", PATH, line, picture=source)
        elif media.extension_of(path) not in SCREENSHOT_EXTENSIONS:
            findings.add("manifest-screenshot-type", PATH, line, picture=source)


def _check_icon(
    source: str,
    line: int | None,
    sizes: Mapping[str, Pixels | None],
    limits: Limits,
    findings: Findings,
) -> None:
    path = source.removeprefix("./").removeprefix("/")
    if path not in sizes:
        findings.add("manifest-icon-missing", PATH, line, icon=source)
    elif media.extension_of(path) not in ICON_EXTENSIONS:
        findings.add("manifest-icon-type", PATH, line, icon=source)
    else:
        pixels = sizes[path]
        if pixels is not None and max(pixels) > limits.icon_side_pixels_max:
            limit = limits.icon_side_pixels_max
            findings.add("manifest-icon-size", PATH, line, icon=source, limit=limit)
