"""Where things stand in an HTML page: tags and raw text with their positions, nothing changed.

Follows the tokenizer of the HTML standard as far as positions need it; linear in the page's size.
Re-serialising a parsed tree would change bytes nobody asked us to change; this does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape as unescape_text
from html.entities import html5
from typing import Literal

RAW_TEXT = frozenset(
    {"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes", "noscript"}
)
FOREIGN = frozenset({"svg", "math"})
_NAME = re.compile(r"[A-Za-z][^\s/>]*")
_ATTRIBUTE = re.compile(
    r"""[\s/]*(?P<name>[^\s/>][^\s/>=]*)
        (?:\s*=\s*(?P<value>"(?P<double>[^"]*)(?:"|\Z)|'(?P<single>[^']*)(?:'|\Z)|(?P<bare>[^\s>]*)))?""",
    re.VERBOSE,
)
_TAG_END = re.compile(r"[\s/]*>")
_COMMENT_END = re.compile(r"--!?>")
_SCRIPT_MARK = re.compile(r"<!--|-->|<(/?)script(?=[\s/>])", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#(?:[0-9]+|[xX][0-9a-fA-F]+);?|[A-Za-z][A-Za-z0-9]*;?)")

Kind = Literal["doctype", "comment", "text", "start", "end", "raw"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its name begins at ``at``; ``start`` to ``end`` is its value with quotes."""

    name: str
    value: str
    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the page from ``start`` to ``end``. ``name`` is a tag's, in lower case."""

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: list[Attribute] = field(default_factory=list)

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute, the first of that name as browsers do."""
        return next((each for each in self.attributes if each.name == name), None)

    def value(self, name: str) -> str:
        """Return the attribute's value, empty when there is none."""
        found = self.attribute(name)
        return found.value if found else ""


def tokens(page: str) -> Iterator[Token]:
    """Go through a page; what an unclosed tag or comment swallows is left out as browsers do."""
    at, foreign = 0, 0
    while at < len(page):
        token = _next(page, at)
        if token is None:
            return
        yield token
        at = token.end
        if token.kind not in ("start", "end"):
            continue
        closed = page.endswith("/>", token.start, token.end)
        if token.name in FOREIGN and not closed:
            foreign = max(0, foreign + (1 if token.kind == "start" else -1))
        if token.kind == "end" or token.name not in RAW_TEXT or (foreign and closed):
            continue
        if foreign and token.name not in ("script", "style"):
            continue
        end = _script_end(page, at) if token.name == "script" else _raw_end(page, at, token.name)
        yield Token("raw", at, end, token.name)
        at = end


def _next(page: str, at: int) -> Token | None:
    if page[at] != "<":
        following = page.find("<", at)
        return Token("text", at, following if following >= 0 else len(page))
    after = page[at + 1 : at + 2]
    if after in {"!", "?"}:
        return _declaration(page, at)
    is_end = after == "/"
    named = _NAME.match(page, at + 1 + is_end)
    if named is None:
        if is_end:
            return _until(page, at, ">", "comment")
        return Token("text", at, at + 1)
    found: list[Attribute] = []
    place = named.end()
    while (closing := _TAG_END.match(page, place)) is None:
        match = _ATTRIBUTE.match(page, place)
        if match is None or match.end() == place:
            return None
        found.append(_attribute(match))
        place = match.end()
    return Token("end" if is_end else "start", at, closing.end(), named[0].lower(), found)


def _attribute(match: re.Match[str]) -> Attribute:
    raw = next(
        (match[kind] for kind in ("double", "single", "bare") if match[kind] is not None), ""
    )
    at = match.start("name")
    start, end = match.span("value") if match["value"] is not None else (match.end(), match.end())
    return Attribute(match["name"].lower(), _newlines(unescape(raw)), at, start, end)


def _declaration(page: str, at: int) -> Token | None:
    if page.startswith("<!--", at):
        # <!--> and <!---> are whole comments, hence from the dashes that opened it.
        closing = _COMMENT_END.search(page, at + 2)
        return Token("comment", at, closing.end()) if closing else None
    kind: Kind = "doctype" if page[at + 2 : at + 9].lower() == "doctype" else "comment"
    return _until(page, at, ">", kind)


def _until(page: str, at: int, end: str, kind: Kind) -> Token | None:
    found = page.find(end, at)
    return Token(kind, at, found + 1) if found >= 0 else None


def _raw_end(page: str, at: int, name: str) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(page, at)
    return found.start() if found else len(page)


def _script_end(page: str, at: int) -> int:
    """Find where a script ends: between <!-- and -->, a <script> inside it takes the next end."""
    in_comment = inside = False
    for match in _SCRIPT_MARK.finditer(page, at):
        mark = match[0].lower()
        if mark == "<!--":
            in_comment = True
        elif mark == "-->":
            in_comment = inside = False
        elif mark == "<script":
            inside = in_comment
        elif inside:
            inside = False
        else:
            return match.start()
    return len(page)


def unescape(text: str) -> str:
    """Return an attribute's value with its character references replaced."""
    return _REFERENCE.sub(lambda match: _character(match, text), text) if "&" in text else text


def _character(match: re.Match[str], text: str) -> str:
    reference = match[0]
    if reference[1] == "#" or (reference[1:] in html5 and reference.endswith(";")):
        return unescape_text(reference)
    # An old name without its semicolon counts, but not before "=" or a letter: ?a=1&copy=2
    following = text[match.end() : match.end() + 1]
    if reference[1:] in html5 and following != "=":
        return html5[reference[1:]]
    return reference


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
