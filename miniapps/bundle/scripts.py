"""Rules for JavaScript, asked of its syntax tree.

Static reading cannot stop code that is put together at run time; the Content-Security-Policy does
that. These rules tell a maker beforehand what the policy will stop, and a reviewer where to look.
"""

import re
from functools import cache

import tree_sitter
import tree_sitter_javascript

from miniapps.bundle.context import Context
from miniapps.bundle.origins import origin_of
from miniapps.capabilities import Relaxation

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
(call_expression function: (identifier) @call (#any-of? @call {_any_of(CALLS)}))
(call_expression function: (member_expression property: (property_identifier) @method)
  (#any-of? @method {_any_of(METHODS)}))
(new_expression constructor: (identifier) @new (#any-of? @new {_any_of(CONSTRUCTORS)}))
(new_expression constructor: (member_expression property: (property_identifier) @new)
  (#any-of? @new {_any_of(CONSTRUCTORS)}))
(call_expression function: (import) arguments: (arguments . (string) @import))
(import_statement source: (string) @import)
(export_statement source: (string) @import)
(member_expression object: (_) @framed property: (property_identifier) @location
  (#eq? @location "location") (#match? @framed "(^|[.])(top|parent)$"))
(subscript_expression object: (identifier) @computed index: [(binary_expression) (call_expression)]
  (#any-of? @computed "window" "globalThis" "self" "document"))
(member_expression object: (identifier) @wasm (#eq? @wasm "WebAssembly"))
(variable_declarator name: (identifier) @name value: (string) @literal
  (#match? @literal "^.(https?:|wss?:)?//"))
(pair key: (property_identifier) @key value: (_) @url (#any-of? @key "baseURL" "baseUrl"))
"""


@cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_javascript.language())


@cache
def _query() -> tree_sitter.Query:
    return tree_sitter.Query(_language(), QUERY)


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
    tree = tree_sitter.Parser(_language()).parse(code)
    _Script(path, context, first_line).read(tree.root_node)


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

    def __init__(self, path: str, context: Context, first_line: int) -> None:
        self.path = path
        self.context = context
        self.first_line = first_line
        self.constants: dict[str, str] = {}

    def read(self, root: tree_sitter.Node) -> None:
        matches = tree_sitter.QueryCursor(_query()).matches(root)
        found = [{name: nodes[0] for name, nodes in match.items()} for _, match in matches]
        for nodes in found:
            if "literal" in nodes:
                self.constants[_text(nodes["name"])] = _text(nodes["literal"])[1:-1]
        for nodes in found:
            for name, node in nodes.items():
                check = getattr(self, f"on_{name}", None)
                if check is not None:
                    check(node)

    def note(
        self, rule: str, node: tree_sitter.Node, relaxation: Relaxation | None = None, **facts: str
    ) -> None:
        self.context.findings.add(rule, self.path, self.line(node), **facts)
        if relaxation:
            self.context.relaxations.add(relaxation)

    def line(self, node: tree_sitter.Node) -> int:
        return int(node.start_point[0]) + self.first_line

    def on_call(self, node: tree_sitter.Node) -> None:
        self.check_named(_text(node), _arguments(node.parent), node)

    def on_method(self, node: tree_sitter.Node) -> None:
        name = _text(node)
        member = node.parent
        owner_node = member.child_by_field_name("object") if member is not None else None
        owner = _text(owner_node) if owner_node is not None else ""
        arguments = _arguments(member.parent if member is not None else None)
        last = owner.rsplit(".", 1)[-1].rstrip("?")
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
            self.on_import(first)

    def on_new(self, node: tree_sitter.Node) -> None:
        name = _text(node)
        parent = node.parent
        if parent is not None and parent.type == "member_expression":
            parent = parent.parent
        arguments = _arguments(parent)
        if name == "Function":
            self.note("js-eval", node, "unsafe-eval", name="new Function")
        elif name in RTC:
            self.note("js-webrtc", node)
        elif name in ("Worker", "SharedWorker"):
            self.note("js-worker", node, "workers", name=name)
        elif name in NETWORK and arguments:
            self.note_network(arguments[0])

    def on_import(self, node: tree_sitter.Node) -> None:
        origin = origin_of(_text(node)[1:-1])
        if origin is not None:
            self.note("js-remote-code", node, origin=origin)

    def on_location(self, node: tree_sitter.Node) -> None:
        self.note("js-top-navigation", node)

    def on_computed(self, node: tree_sitter.Node) -> None:
        self.note("js-computed-global", node, name=_text(node))

    def on_wasm(self, node: tree_sitter.Node) -> None:
        self.note("js-wasm", node, "wasm")

    def on_url(self, node: tree_sitter.Node) -> None:
        self.note_network(node)

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
                arguments = _arguments(node)
                inner = arguments[-1] if arguments else None
            return self.leading_text(inner, depth + 1) if inner is not None else ""
        return ""


TEXT_BYTES_MAX = 2_000  # of one node; a URL or a name is shorter


def _text(node: tree_sitter.Node) -> str:
    text = node.text or b""
    if len(text) > TEXT_BYTES_MAX:
        text = text[: TEXT_BYTES_MAX // 2] + text[-TEXT_BYTES_MAX // 2 :]
    return text.decode("utf-8", "replace")


def _arguments(call: tree_sitter.Node | None) -> list[tree_sitter.Node]:
    node = call.child_by_field_name("arguments") if call is not None else None
    if node is None or node.type != "arguments":
        return []
    return [child for child in node.named_children[:8] if child.type != "comment"]
