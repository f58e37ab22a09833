"""A JSON reader that knows the line of every member and takes nothing on trust.

Python's ``json`` keeps the last of two equal keys, reads NaN, and fails on deep nesting by
exhausting the stack. Manifests are small, so a plain recursive reader is quick enough.
"""

import re
from dataclasses import dataclass, field
from json import JSONDecodeError
from json import decoder as json_decoder
from typing import Any

from miniapps.bundle.rules import gettext_noop

BLANK = re.compile(r"[ \t\r\n]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
NOT_NUMBERS = ("NaN", "Infinity", "-Infinity")
INTEGER_MAX = 2**53 - 1  # the largest that JavaScript reads exactly (RFC 8259, section 6)

UNEXPECTED = gettext_noop("a value, a comma or a bracket is missing or stands in the wrong place")
BAD_STRING = gettext_noop("a string is not closed or holds a wrong escape")
SURROGATE = gettext_noop("a string holds half of a character (a lone surrogate)")
TRAILING = gettext_noop("something follows after the end")
REASONS = (UNEXPECTED, BAD_STRING, SURROGATE, TRAILING)


class JsonFault(Exception):
    """The text is not acceptable JSON. ``rule`` names why, ``line`` counts from 1."""

    def __init__(self, rule: str, line: int, **facts: str | int) -> None:
        super().__init__(rule)
        self.rule = rule
        self.line = line
        self.facts = facts


@dataclass(slots=True)
class Located:
    """A JSON value with the line on which each of its members begins."""

    value: Any = None
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def line_of(self, path: tuple[str | int, ...]) -> int | None:
        """Give the line of the member, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)


def parse(text: str, *, depth_max: int) -> Located:
    """Read one JSON document. Raises JsonFault."""
    reader = _Reader(text, depth_max)
    value, at = reader.value(reader.blank(0), ())
    if reader.blank(at) != len(text):
        raise reader.fault("manifest-json", at, reason=TRAILING)
    return Located(value, reader.lines)


class _Reader:
    def __init__(self, text: str, depth_max: int) -> None:
        self.text = text
        self.depth_max = depth_max
        self.lines: dict[tuple[str | int, ...], int] = {}

    def line(self, at: int) -> int:
        return self.text.count("\n", 0, at) + 1

    def fault(self, rule: str, at: int, **facts: str | int) -> JsonFault:
        return JsonFault(rule, self.line(at), **facts)

    def blank(self, at: int) -> int:
        match = BLANK.match(self.text, at)
        assert match is not None
        return match.end()

    def value(self, at: int, path: tuple[str | int, ...]) -> tuple[Any, int]:
        self.lines[path] = self.line(at)
        if len(path) > self.depth_max:
            raise self.fault("manifest-too-deep", at, limit=self.depth_max)
        char = self.text[at : at + 1]
        if char == "{":
            return self.members(at + 1, path)
        if char == "[":
            return self.items(at + 1, path)
        if char == '"':
            return self.string(at)
        for word, value in WORDS.items():
            if self.text.startswith(word, at):
                return value, at + len(word)
        if self.text.startswith(NOT_NUMBERS, at):
            raise self.fault("manifest-number", at)
        return self.number(at)

    def number(self, at: int) -> tuple[int, int]:
        match = NUMBER.match(self.text, at)
        if match is None:
            raise self.fault("manifest-json", at, reason=UNEXPECTED)
        if match[1] or match[2] or len(match[0]) > len(str(-INTEGER_MAX)):
            raise self.fault("manifest-number", at)
        number = int(match[0])
        if abs(number) > INTEGER_MAX:
            raise self.fault("manifest-number", at)
        return number, match.end()

    def string(self, at: int) -> tuple[str, int]:
        try:
            text, end = json_decoder.scanstring(self.text, at + 1, True)  # type: ignore[attr-defined]  # typeshed lacks it
        except JSONDecodeError as fault:
            raise self.fault("manifest-json", at, reason=BAD_STRING) from fault
        if any("\ud800" <= char <= "\udfff" for char in text):
            raise self.fault("manifest-json", at, reason=SURROGATE)
        return text, end

    def items(self, at: int, path: tuple[str | int, ...]) -> tuple[list[Any], int]:
        items: list[Any] = []
        at = self.blank(at)
        if self.text[at : at + 1] == "]":
            return items, at + 1
        while True:
            item, at = self.value(self.blank(at), (*path, len(items)))
            items.append(item)
            at = self.blank(at)
            char = self.text[at : at + 1]
            if char == "]":
                return items, at + 1
            if char != ",":
                raise self.fault("manifest-json", at, reason=UNEXPECTED)
            at += 1

    def members(self, at: int, path: tuple[str | int, ...]) -> tuple[dict[str, Any], int]:
        members: dict[str, Any] = {}
        at = self.blank(at)
        if self.text[at : at + 1] == "}":
            return members, at + 1
        while True:
            at = self.blank(at)
            if self.text[at : at + 1] != '"':
                raise self.fault("manifest-json", at, reason=UNEXPECTED)
            key_at = at
            key, at = self.string(at)
            if key in members:
                raise self.fault("manifest-duplicate-key", key_at, member=key)
            at = self.blank(at)
            if self.text[at : at + 1] != ":":
                raise self.fault("manifest-json", at, reason=UNEXPECTED)
            members[key], at = self.value(self.blank(at + 1), (*path, key))
            self.lines[(*path, key)] = self.line(key_at)
            at = self.blank(at)
            char = self.text[at : at + 1]
            if char == "}":
                return members, at + 1
            if char != ",":
                raise self.fault("manifest-json", at, reason=UNEXPECTED)
            at += 1
