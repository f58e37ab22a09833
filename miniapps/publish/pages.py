"""An HTML page made ready to be served: our script first, references pinned, inline code hashed.

Only what must change is changed, by position; the rest of the page stays byte for byte.
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from miniapps.bundle.pages import BALE_SDK, SCRIPT_TYPES, TELEGRAM_SDK
from miniapps.publish.references import OURS, Pins
from miniapps.publish.styles import pin_style
from miniapps.publish.tokens import Attribute, Token, tokens

RELAY = f"{OURS}relay.js"
SDK_FILES = ((TELEGRAM_SDK, f"{OURS}telegram-web-app.js"), (BALE_SDK, f"{OURS}bale-web-app.js"))
# Attributes whose value is one address the page itself loads. Links people follow are not: a
# navigation finds its version by the address it comes from.
LOADED = {
    "script": ("src", "href", "xlink:href"),
    "link": ("href",),
    "img": ("src",),
    "source": ("src",),
    "video": ("src", "poster"),
    "audio": ("src",),
    "track": ("src",),
    "input": ("src",),
    "object": ("data",),
    "embed": ("src",),
    "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"),
}
SETS = {"img": "srcset", "source": "srcset", "link": "imagesrcset"}
BACKGROUND = "background"
_HANDLER = re.compile(r"on[a-z]+")
_CANDIDATE = re.compile(r"[\s,]*(?P<url>\S+)(?P<rest>[^,]*)")
_PAGE_SUFFIXES = (".html", ".htm")


@dataclass(slots=True)
class Page:
    """The page as it is served, and what its policy must know of it."""

    text: str
    scripts: list[str] = field(default_factory=list)  # hash sources of inline scripts
    handlers: list[str] = field(default_factory=list)  # hash sources of inline event handlers
    sealed: set[str] = field(default_factory=set)  # files it names with an integrity attribute


def prepare_page(text: str, pins: Pins, *, path: str) -> Page:
    """Return the served form of the page at ``path``."""
    return _Preparation(text, pins, path).page()


def hash_source(code: str) -> str:
    """Return the CSP source of an inline script as the browser reads it."""
    plain = code.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    digest = hashlib.sha256(plain.encode("utf-8", "replace")).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


class _Preparation:
    def __init__(self, text: str, pins: Pins, path: str) -> None:
        self.text = text
        self.pins = pins
        self.path = path
        self.edits: list[tuple[int, int, str]] = []
        self.result = Page(text)
        self.has_map = False

    def page(self) -> Page:
        pieces = list(tokens(self.text))
        before: Token | None = None
        for token in pieces:
            if token.kind == "start":
                self.tag(token)
            elif token.kind == "raw" and before is not None:
                self.raw(before, token)
            before = token
        place = max(_head(pieces), int(self.text.startswith("\ufeff")))
        self.edits.append((place, place, self.ours()))
        self.result.text = _edited(self.text, self.edits)
        return self.result

    def ours(self) -> str:
        """Return the elements that come first: the relay, and the map for scripts that import."""
        relay = f'<script src="{RELAY}" data-pin="{self.pins.digest16}"></script>'
        if self.has_map:
            return relay
        text = json.dumps({"imports": self.map_entries()}, separators=(",", ":"))
        self.result.scripts.insert(0, hash_source(text))
        return f'{relay}<script type="importmap" data-pin>{text}</script>'

    def map_entries(self) -> dict[str, str]:
        """Modules imported by an address from the root come from this version too."""
        return {"/": self.pins.root, "/~v/": "/~v/", OURS: OURS}

    def tag(self, token: Token) -> None:
        seen: set[str] = set()
        sealed = token.value("integrity") != ""
        for attribute in token.attributes:
            if attribute.name in seen:
                continue  # browsers take the first and so do we
            seen.add(attribute.name)
            if attribute.name in LOADED.get(token.name, ()) or attribute.name == BACKGROUND:
                self.reference(token, attribute, sealed=sealed)
            elif attribute.name == SETS.get(token.name):
                self.replace(attribute, self.pinned_set(attribute.value))
            elif attribute.name == "style":
                styled = pin_style(attribute.value, self.pins, page=self.path)
                self.replace(attribute, styled)
            elif _HANDLER.fullmatch(attribute.name) and attribute.value:
                self.result.handlers.append(hash_source(attribute.value))

    def reference(self, token: Token, attribute: Attribute, *, sealed: bool) -> None:
        url = attribute.value.strip()
        if token.name == "script" and attribute.name == "src":
            for pattern, ours in SDK_FILES:
                if pattern.match(url):
                    self.replace(attribute, ours)
                    self.unseal(token)
                    return
        found = self.pins.resolve(url, page=self.path)
        if found is None or found[0].lower().endswith(_PAGE_SUFFIXES):
            return
        if sealed:
            self.result.sealed.add(found[0])
        self.replace(attribute, self.pins.pinned(url, page=self.path) or url)

    def unseal(self, token: Token) -> None:
        """Drop the integrity of a script that is not the one it was computed from."""
        attribute = token.attribute("integrity")
        if attribute is not None:
            self.edits.append((attribute.at, attribute.end, ""))

    def replace(self, attribute: Attribute, value: str) -> None:
        if value != attribute.value:
            quoted = f'"{html.escape(value)}"'
            self.edits.append((attribute.start, attribute.end, quoted))

    def pinned_set(self, value: str) -> str:
        """Return a srcset with each candidate pinned."""
        found = []
        for match in _CANDIDATE.finditer(value):
            url = match["url"].rstrip(",")
            rest = "" if url != match["url"] else match["rest"]
            found.append((self.pins.pinned(url, page=self.path) or url) + rest.rstrip())
            if url != match["url"] and match["rest"].strip():
                return value  # a space after a comma belongs to the next candidate: too strange
        return ", ".join(found) if found else value

    def raw(self, tag: Token, token: Token) -> None:
        code = self.text[token.start : token.end]
        if tag.name == "style":
            styled = pin_style(code, self.pins, page=self.path)
            if styled != code:
                self.edits.append((token.start, token.end, styled))
        elif tag.name == "script" and tag.attribute("src") is None:
            kind = tag.value("type").strip().lower()
            if kind == "importmap":
                code = self.merged_map(code, token)
            if kind == "importmap" or SCRIPT_TYPES.match(kind):
                self.result.scripts.append(hash_source(code))

    def merged_map(self, code: str, token: Token) -> str:
        """Return the page's own import map with ours in it; an unreadable one stays as it is."""
        if self.has_map:
            return code
        self.has_map = True
        try:
            given: Any = json.loads(code)
        except (ValueError, RecursionError):
            return code
        if not isinstance(given, dict) or not isinstance(given.get("imports", {}), dict):
            return code
        merged = self.pinned_map(given)
        text = json.dumps(merged, ensure_ascii=False).replace("<", "\\u003c")
        self.edits.append((token.start, token.end, text))
        return text

    def pinned_map(self, given: dict[str, Any]) -> dict[str, Any]:
        def entries(group: object) -> object:
            if not isinstance(group, dict):
                return group
            return {key: self.map_target(value) for key, value in group.items()}

        merged = {
            **given,
            "imports": {**self.map_entries(), **_mapping(entries(given.get("imports")))},
        }
        if isinstance(scopes := given.get("scopes"), dict):
            # Modules are loaded from the pinned folder, so a scope is found there.
            merged["scopes"] = {
                self.map_target(key): entries(group) for key, group in scopes.items()
            }
        if isinstance(seals := given.get("integrity"), dict):
            merged["integrity"] = {self.map_target(key): value for key, value in seals.items()}
        return merged

    def map_target(self, value: Any) -> Any:
        """Return an address of an import map, pinned if it is a file or a folder of ours."""
        if not isinstance(value, str) or not value.startswith(("/", "./", "../")):
            return value
        if value.startswith(("/~", "//")):
            return value
        if not value.endswith("/"):
            return self.pins.pinned(value, page=self.path) or value
        inside = next((p for p in self.pins.paths if self.is_inside(p, value)), None)
        return self.pins.root + self.folder(value) if inside is not None else value

    def is_inside(self, path: str, folder: str) -> bool:
        return path.startswith(self.folder(folder))

    def folder(self, reference: str) -> str:
        parts = [] if reference.startswith("/") else self.path.split("/")[:-1]
        for segment in reference.strip("/").split("/"):
            if segment == "..":
                del parts[-1:]
            elif segment not in (".", ""):
                parts.append(segment)
        return "".join(f"{part}/" for part in parts)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _head(pieces: Iterable[Token]) -> int:
    """Return where the first element of <head> begins, also in pages that leave it out."""
    place = 0
    for token in pieces:
        if token.kind == "doctype" or (token.kind == "start" and token.name == "html"):
            place = token.end
        elif token.kind == "start" and token.name == "head":
            return token.end
        elif token.kind in ("start", "raw", "end"):
            return place
    return place


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    pieces, at = [], 0
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [text[at:start], replacement]
        at = end
    return "".join([*pieces, text[at:]])
