"""Rules for JavaScript, asked of its syntax tree.

Static reading cannot stop code that is put together at run time; the Content-Security-Policy does
that. These rules tell a maker beforehand what the policy will stop, and a reviewer where to look.
"""

import re
import time
from collections.abc import Iterator
from functools import cache

import tree_sitter
import tree_sitter_javascript

from miniapps.bundle.context import Context
from miniapps.bundle.origins import origin_of
from miniapps.capabilities import Relaxation

Nodes = dict[str, tree_sitter.Node]
CALLS = "eval execScript Function setTimeout setInterval fetch alert confirm prompt importScripts"
METHODS = f"{CALLS} write writeln register open sendBeacon"
CONSTRUCTORS = (
    "Function WebSocket EventSource RTCPeerConnection webkitRTCPeerConnection"
    " Worker SharedWorker WebTransport"
)
GLOBALS = frozenset({"window", "self", "globalThis", "top", "parent", "this"})
BASE_URL_KEYS = frozenset({"baseURL", "baseUrl"})
TIMERS = frozenset({"setTimeout", "setInterval"})
DIALOGS = frozenset({"alert", "confirm", "prompt"})
RTC = frozenset({"RTCPeerConnection", "webkitRTCPeerConnection"})
NETWORK = frozenset({"WebSocket", "EventSource", "WebTransport"})

HINTS = frozenset({"hint_script", "hint_network"})  # rules in signatures.yar


def _any_of(words: str) -> str:
    return " ".join(f'"{word}"' for word in words.split())


QUERY = f"""
(call_expression function: (identifier) @call arguments: (_) @arguments
  (#any-of? @call {_any_of(CALLS)}))
(call_expression
  function: (member_expression object: (_) @owner property: (property_identifier) @method)
  arguments: (_) @arguments (#any-of? @method {_any_of(METHODS)}))
(new_expression constructor: (identifier) @new arguments: (_)? @arguments
  (#any-of? @new {_any_of(CONSTRUCTORS)}))
(new_expression constructor: (member_expression property: (property_identifier) @new)
  arguments: (_)? @arguments (#any-of? @new {_any_of(CONSTRUCTORS)}))
(call_expression function: (import) arguments: (arguments . (string) @import))
(import_statement source: (string) @import)
(export_statement source: (string) @import)
(member_expression object: (_) @framed property: (property_identifier) @location
  (#eq? @location "location"))
(subscript_expression object: (identifier) @computed index: [(binary_expression) (call_expression)]
  (#any-of? @computed "window" "globalThis" "self" "document"))
(member_expression object: (identifier) @wasm (#eq? @wasm "WebAssembly"))
(pair key: (property_identifier) @key value: (_) @url (#any-of? @key "baseURL" "baseUrl"))
"""
# Asked first, for the names of addresses that calls use later.
CONSTANTS = """
(variable_declarator name: (identifier) @name value: (string) @literal
  (#match? @literal "^.(https?:|wss?:)?//"))
"""
READ_BYTES = 64 * 1024  # read and asked about at a time, so that time and memory stay bounded
# A query costs the square of the nesting, and of what stands in one stretch that cannot be parsed;
# it cannot be stopped. What has more is not asked.
DEPTH_MAX = 2_000
ERROR_CHILDREN_MAX = 2_000
ARGUMENTS_MAX = 8  # arguments of a call that are looked at
CONSTANTS_MAX = 1_000


class _TooSlow(Exception):
    """The script is made so that reading it takes too long."""


@cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_javascript.language())


@cache
def _query(text: str) -> tree_sitter.Query:
    return tree_sitter.Query(_language(), text)


def check_script(
    path: str, code: bytes, hints: frozenset[str], context: Context, first_line: int = 1
) -> None:
    """Add the findings of one script. Scripts above the limits are read by their words only.

    ``hints`` are those of the file's signatures: without one there is nothing to find.
    """
    if not HINTS & hints:
        return
    limits = context.limits
    all_bytes = context.parsed_bytes + len(code)
    if len(code) > limits.script_parse_bytes_max or all_bytes > limits.script_parse_all_bytes_max:
        _check_words(path, code, context, first_line)
        return
    context.parsed_bytes = all_bytes
    try:
        _Script(path, code, context, first_line).read()
    except _TooSlow:
        _check_words(path, code, context, first_line)


def _parse(code: bytes, deadline: float) -> tree_sitter.Tree:
    """Parse within the time. Raises _TooSlow."""
    parser = tree_sitter.Parser(_language())
    try:
        # Only a parser that reads piece by piece can be stopped.
        tree = parser.parse(
            lambda at, _point: code[at : at + READ_BYTES],
            encoding="utf8",
            progress_callback=lambda _at, _has_error: time.monotonic() > deadline,
        )
    except ValueError as fault:
        raise _TooSlow from fault
    # The second pass takes over the first one's tree; now its nodes know their text.
    return parser.parse(code, tree)


def _is_costly(root: tree_sitter.Node) -> bool:
    """Tell whether asking the tree could take without end (measured: 10 s for 100,000 brackets).

    Only where there are nodes enough for the rest of the way down is there a reason to go on, so
    that ordinary scripts, wide and shallow, are left after a few steps.
    """
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEPTH_MAX or (node.is_error and node.child_count > ERROR_CHILDREN_MAX):
            return True
        if node.descendant_count > DEPTH_MAX - depth:
            waiting += [(child, depth + 1) for child in node.children]
    return False


def _check_words(path: str, code: bytes, context: Context, first_line: int) -> None:
    """Apply the rules by words alone: coarser, but nothing passes for being large."""
    kib = context.limits.script_parse_bytes_max // 1024
    context.findings.add("js-not-parsed", path, first_line, size_kib=len(code) // 1024, limit=kib)
    for pattern, rule, relaxation in COARSE:
        match = pattern.search(code)
        if match:
            context.findings.add(rule, path, first_line + code.count(b"\n", 0, match.start()))
            if relaxation:
                context.relaxations.add(relaxation)


COARSE: tuple[tuple[re.Pattern[bytes], str, Relaxation | None], ...] = (
    (re.compile(rb"(?<![.\w$])eval\s*\(|\bnew\s+Function\s*\("), "js-eval", "unsafe-eval"),
    (re.compile(rb"""\bset(?:Timeout|Interval)\s*\(\s*["'`]"""), "js-implied-eval", "unsafe-eval"),
    (re.compile(rb"\bdocument\s*\.\s*writeln?\s*\("), "js-document-write", None),
    (re.compile(rb"\bserviceWorker\s*\.\s*register\b"), "js-service-worker", None),
    (re.compile(rb"RTCPeerConnection\s*\("), "js-webrtc", None),
    (re.compile(rb"\bnew\s+(?:Shared)?Worker\s*\("), "js-worker", "workers"),
    (re.compile(rb"\bWebAssembly\s*\."), "js-wasm", "wasm"),
    (re.compile(rb"\bwindow\s*\.\s*open\s*\("), "js-popup", "popups"),
    (re.compile(rb"\b(?:top|parent)\s*\.\s*location\b"), "js-top-navigation", None),
)


class _Script:
    """One parsed script."""

    def __init__(self, path: str, code: bytes, context: Context, first_line: int) -> None:
        self.path = path
        self.code = code
        self.context = context
        self.first_line = first_line
        self.constants: dict[str, str] = {}
        self.deadline = time.monotonic() + context.limits.scan_file_s

    def read(self) -> None:
        root = _parse(self.code, self.deadline).root_node
        if _is_costly(root):
            raise _TooSlow
        for nodes in self.matches(root, CONSTANTS):
            if len(self.constants) < CONSTANTS_MAX:
                self.constants[_text(nodes["name"])] = _text(nodes["literal"])[1:-1]
        for nodes in self.matches(root, QUERY):
            for name in nodes:
                check = getattr(self, f"on_{name}", None)
                if check is not None:
                    check(nodes)

    def matches(self, root: tree_sitter.Node, query: str) -> Iterator[Nodes]:
        """Give the matches of a query, a stretch of the code at a time. Raises _TooSlow."""
        for start in range(0, len(self.code), READ_BYTES):
            cursor = tree_sitter.QueryCursor(_query(query))
            cursor.set_byte_range(start, start + READ_BYTES)
            found = cursor.matches(root)
            if self.is_late():
                raise _TooSlow
            for _, match in found:
                yield {name: nodes[0] for name, nodes in match.items()}

    def is_late(self) -> bool:
        """Whether the time for this script is over."""
        return time.monotonic() > self.deadline

    def note(
        self, rule: str, node: tree_sitter.Node, relaxation: Relaxation | None = None, **facts: str
    ) -> None:
        self.context.findings.add(rule, self.path, self.line(node), **facts)
        if relaxation:
            self.context.relaxations.add(relaxation)

    def line(self, node: tree_sitter.Node) -> int:
        return int(node.start_point[0]) + self.first_line

    def on_call(self, nodes: Nodes) -> None:
        self.check_named(_text(nodes["call"]), _arguments(nodes), nodes["call"])

    def on_method(self, nodes: Nodes) -> None:
        node = nodes["method"]
        name = _text(node)
        last = self.last_name(nodes["owner"])
        arguments = _arguments(nodes)
        if name in ("write", "writeln") and last == "document":
            self.note("js-document-write", node)
        elif name == "register" and last == "serviceWorker":
            self.note("js-service-worker", node)
        elif name == "sendBeacon" and arguments:
            self.note_network(arguments[0])
        elif name == "open" and last in GLOBALS:
            self.note("js-popup", node, "popups")
        elif name == "open" and len(arguments) > 1:
            self.note_network(arguments[1])
        elif last in GLOBALS:
            self.check_named(name, arguments, node)

    def last_name(self, owner: tree_sitter.Node) -> str:
        """Give the last part of a chain of members, of which only the end is read."""
        end = self.code[max(owner.start_byte, owner.end_byte - NAME_BYTES_MAX) : owner.end_byte]
        return end.decode("utf-8", "replace").rsplit(".", 1)[-1].strip().rstrip("?")

    def check_named(
        self, name: str, arguments: list[tree_sitter.Node], node: tree_sitter.Node
    ) -> None:
        first = arguments[0] if arguments else None
        if name in ("eval", "execScript", "Function"):
            self.note("js-eval", node, "unsafe-eval", name=name)
        elif name in TIMERS:
            if first is not None and first.type in ("string", "template_string"):
                self.note("js-implied-eval", node, "unsafe-eval", name=name)
        elif name in DIALOGS:
            self.note("js-dialog", node, "dialogs", name=name)
        elif name == "fetch" and first is not None:
            self.note_network(first)
        elif name == "importScripts" and first is not None:
            self.note_remote_code(first)

    def on_new(self, nodes: Nodes) -> None:
        node = nodes["new"]
        name = _text(node)
        arguments = _arguments(nodes)
        if name == "Function":
            self.note("js-eval", node, "unsafe-eval", name="new Function")
        elif name in RTC:
            self.note("js-webrtc", node)
        elif name in ("Worker", "SharedWorker"):
            self.note("js-worker", node, "workers", name=name)
        elif name in NETWORK and arguments:
            self.note_network(arguments[0])

    def on_import(self, nodes: Nodes) -> None:
        self.note_remote_code(nodes["import"])

    def note_remote_code(self, node: tree_sitter.Node) -> None:
        origin = origin_of(_text(node)[1:-1])
        if origin is not None:
            self.note("js-remote-code", node, origin=origin)

    def on_location(self, nodes: Nodes) -> None:
        if self.last_name(nodes["framed"]) in ("top", "parent"):
            self.note("js-top-navigation", nodes["location"])

    def on_computed(self, nodes: Nodes) -> None:
        self.note("js-computed-global", nodes["computed"], name=_text(nodes["computed"]))

    def on_wasm(self, nodes: Nodes) -> None:
        self.note("js-wasm", nodes["wasm"], "wasm")

    def on_url(self, nodes: Nodes) -> None:
        self.note_network(nodes["url"])

    def note_network(self, node: tree_sitter.Node) -> None:
        """Note the origin of a URL given as a literal, or as a literal that was named before."""
        url = self.leading_text(node, depth=0)
        self.context.note_use("connect", origin_of(url), self.path, self.line(node))

    def leading_text(self, node: tree_sitter.Node, depth: int) -> str:
        if node.type == "string":
            return _text(node)[1:-1]
        if node.type == "identifier":
            return self.constants.get(_text(node), "")
        if node.type == "template_string":
            first = node.named_children[0] if node.named_children else None
            if first is not None and first.type == "template_substitution" and depth < 4:  # noqa: PLR2004 - deep enough for any URL a person wrote
                whole = _text(node)[1:]
                inner = first.named_children[0] if first.named_children else None
                if whole.startswith("${") and inner is not None:
                    return self.leading_text(inner, depth + 1)
            return _text(node)[1:].split("${", 1)[0].rstrip("`")
        if node.type in ("binary_expression", "new_expression") and depth < 4:  # noqa: PLR2004 - as above
            inner = node.child_by_field_name("left")
            if node.type == "new_expression":
                found = node.child_by_field_name("arguments")
                arguments = _arguments({"arguments": found}) if found is not None else []
                inner = arguments[-1] if arguments else None
            return self.leading_text(inner, depth + 1) if inner is not None else ""
        return ""


NAME_BYTES_MAX = 200  # of a name; a longer one is none of ours
TEXT_BYTES_MAX = 2_000  # of one node; a URL or a name is shorter


def _text(node: tree_sitter.Node) -> str:
    text = node.text or b""
    if len(text) > TEXT_BYTES_MAX:
        text = text[: TEXT_BYTES_MAX // 2] + text[-TEXT_BYTES_MAX // 2 :]
    return text.decode("utf-8", "replace")


def _arguments(nodes: Nodes) -> list[tree_sitter.Node]:
    node = nodes.get("arguments")
    if node is None or node.type != "arguments":  # a template after a name is none
        return []
    count = min(node.named_child_count, ARGUMENTS_MAX)
    children = [node.named_child(number) for number in range(count)]
    return [child for child in children if child.type != "comment"]
