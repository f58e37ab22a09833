"""Rules for HTML and CSS: what the app's Content-Security-Policy will stop, found beforehand."""

import re
import time
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from miniapps.bundle.context import Context
from miniapps.bundle.origins import origin_of
from miniapps.capabilities import NetworkKind

TELEGRAM_SDK = re.compile(r"(?:https?:)?//telegram\.org/js/telegram-web-app\.js(?:[?#].*)?\Z")
BALE_SDK = re.compile(r"(?:https?:)?//tapi\.bale\.ai/miniapp\.js(?:[?#].*)?\Z")
SCRIPT_TYPES = re.compile(
    r"(?:module|(?:text|application)/(?:x-)?(?:java|ecma)script.*)?\Z", re.IGNORECASE
)
REMOTE = re.compile(r"\s*(?:(?:https?|wss?):)?//", re.IGNORECASE)
JAVASCRIPT = re.compile(r"[\s\x00-\x20]*j\s*a\s*v\s*a\s*s\s*c\s*r\s*i\s*p\s*t\s*:", re.IGNORECASE)
HANDLER = re.compile(r"on[a-z]{3,}\Z")
CSS_URL = re.compile(
    r"(@import\s+(?:url\(\s*)?|url\(\s*)[\"']?((?:https?:)?//[^\"')\s;]+)", re.IGNORECASE
)
FONT_FILE = re.compile(r"\.(?:woff2?|ttf|otf|eot)(?:[?#]|\Z)", re.IGNORECASE)
UTF8 = re.compile(r"utf-?8\Z", re.IGNORECASE)
FEED_CHARS = 64 * 1024
PENDING_CHARS_MAX = 256 * 1024  # a tag or comment that is still open after so much is not HTML
TITLE_CHARS_MAX = 60
MEDIA_TAGS = frozenset({"audio", "video", "track"})
IMAGE_TAGS = frozenset({"img", "image", "input", "use"})
FRAME_TAGS = frozenset({"iframe", "frame", "object", "embed", "portal", "fencedframe"})
HINT_RELS = frozenset({"preconnect", "dns-prefetch", "prefetch", "preload", "modulepreload"})
ICON_RELS = frozenset({"icon", "apple-touch-icon", "shortcut"})


@dataclass(slots=True)
class InlineScript:
    """Code between script tags, with the line on which it begins."""

    line: int
    text: str


@dataclass(slots=True)
class _Page:
    has_charset: bool = False
    title: list[str] = field(default_factory=list)
    scripts: list[InlineScript] = field(default_factory=list)


def check_page(path: str, text: str, context: Context) -> list[InlineScript]:
    """Add the findings of one HTML page; gives its inline scripts for the script rules."""
    reader = _PageReader(path, context)
    deadline = time.monotonic() + context.limits.scan_file_s
    is_late = False
    try:
        for at in range(0, len(text), FEED_CHARS):
            is_late = time.monotonic() > deadline
            if is_late:
                break
            reader.feed(text[at : at + FEED_CHARS])
            if len(reader.rawdata) > PENDING_CHARS_MAX and reader.cdata_elem is None:
                break
        # The parser looks at an open end again and again: what is left must be short.
        if is_late or (reader.cdata_elem is None and len(reader.rawdata) > FEED_CHARS):
            context.findings.add("html-unreadable", path, reader.getpos()[0])
        else:
            reader.close()
    except AssertionError:
        context.findings.add("html-unreadable", path, reader.getpos()[0])
    reader.finish()
    return reader.page.scripts


def check_style(path: str, text: str, context: Context, first_line: int = 1) -> None:
    """Add the remote resources a style sheet reaches for."""
    for match in CSS_URL.finditer(text):
        line = first_line + text.count("\n", 0, match.start())
        url = match[2]
        origin = origin_of(url)
        if match[1].lower().startswith("@import"):
            context.findings.add("css-remote-import", path, line, url=url)
        else:
            kind: NetworkKind = "font" if FONT_FILE.search(url) else "img"
            context.note_use(kind, origin, path, line)


def is_sdk(url: str) -> bool:
    """Whether the platform serves its own file in place of this script."""
    return bool(TELEGRAM_SDK.match(url.strip()) or BALE_SDK.match(url.strip()))


class _PageReader(HTMLParser):
    def __init__(self, path: str, context: Context) -> None:
        super().__init__(convert_charrefs=False)
        self.path = path
        self.context = context
        self.page = _Page()
        self.open_text = ""
        self.open_line = 1
        self.pieces: list[str] = []

    def note(self, rule: str, **facts: str | int) -> None:
        self.context.findings.add(rule, self.path, self.getpos()[0], **facts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in reversed(attrs)}
        self.check_attributes(tag, values)
        special = getattr(self, f"on_{tag}", None)
        if special is not None:
            special(values)
        if tag in FRAME_TAGS:
            url = values.get("src") or values.get("data") or ""
            self.note("html-frame", tag=tag, url=url)

    def handle_endtag(self, tag: str) -> None:
        text = "".join(self.pieces)
        if tag == "script" and self.open_text == "script":
            self.page.scripts.append(InlineScript(self.open_line, text))
        if tag == "style" and self.open_text == "style":
            check_style(self.path, text, self.context, self.open_line)
        if tag == "title" and self.open_text == "title" and not self.page.title:
            self.page.title.append(" ".join(text.split())[:TITLE_CHARS_MAX])
        if tag == self.open_text:
            self.open_text = ""
            self.pieces = []

    def handle_data(self, data: str) -> None:
        if self.open_text:
            self.pieces.append(data)

    def handle_entityref(self, name: str) -> None:
        self.handle_data(self.unescape_reference(f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self.handle_data(self.unescape_reference(f"&#{name};"))

    def unescape_reference(self, reference: str) -> str:
        """Give the character a reference stands for."""
        return unescape(reference)

    def collect(self, kind: str) -> None:
        self.open_text, self.open_line, self.pieces = kind, self.getpos()[0], []

    def finish(self) -> None:
        """Note what is known only at the end of the page."""
        if not self.page.has_charset:
            self.context.findings.add("html-charset", self.path, 1)
        if self.page.title and not self.context.hints.title:
            self.context.hints.title = self.page.title[0]

    def check_attributes(self, tag: str, values: dict[str, str]) -> None:
        for name, value in values.items():
            if HANDLER.match(name):
                self.note("html-inline-handler", attribute=name)
                self.context.relaxations.add("inline-handlers")
            elif name in ("href", "src", "action", "formaction", "data", "xlink:href"):
                if JAVASCRIPT.match(value):
                    self.note("html-javascript-url", attribute=name)
            elif name == "style":
                check_style(self.path, value, self.context, self.getpos()[0])
        if tag in IMAGE_TAGS or tag in MEDIA_TAGS or tag == "source":
            self.check_media(tag, values)

    def check_media(self, tag: str, values: dict[str, str]) -> None:
        urls = [values.get("src", ""), values.get("href", ""), values.get("xlink:href", "")]
        urls += [part.split()[0] for part in values.get("srcset", "").split(",") if part.split()]
        is_media = tag in MEDIA_TAGS or values.get("type", "").startswith(("audio", "video"))
        for url in urls:
            self.note_remote("media" if is_media else "img", url)
        self.note_remote("img", values.get("poster", ""))

    def note_remote(self, kind: NetworkKind, url: str) -> None:
        if REMOTE.match(url):
            self.context.note_use(kind, origin_of(url.strip()), self.path, self.getpos()[0])

    def on_html(self, values: dict[str, str]) -> None:
        hints = self.context.hints
        hints.lang = hints.lang or values.get("lang", "").strip()
        hints.dir = hints.dir or values.get("dir", "").strip().lower()

    def on_title(self, _values: dict[str, str]) -> None:
        self.collect("title")

    def on_style(self, _values: dict[str, str]) -> None:
        self.collect("style")

    def on_base(self, values: dict[str, str]) -> None:
        self.note("html-base", url=values.get("href", ""))

    def on_form(self, values: dict[str, str]) -> None:
        if REMOTE.match(values.get("action", "")):
            self.note("html-remote-form", url=values["action"])

    def on_meta(self, values: dict[str, str]) -> None:
        content = values.get("content", "")
        if "charset" in values:
            self.page.has_charset |= bool(UTF8.match(values["charset"].strip()))
        equivalent = values.get("http-equiv", "").strip().lower()
        if equivalent == "content-type":
            declared = content.lower().rpartition("charset=")[2].strip()
            self.page.has_charset |= bool(UTF8.match(declared))
        elif equivalent == "refresh":
            self.note("html-meta-refresh")
        elif equivalent in ("content-security-policy", "set-cookie", "x-dns-prefetch-control"):
            self.note("html-meta-policy", name=equivalent)
        if values.get("name", "").lower() == "description" and not self.context.hints.description:
            self.context.hints.description = " ".join(content.split())[:500]

    def on_link(self, values: dict[str, str]) -> None:
        rels = set(values.get("rel", "").lower().split())
        url = values.get("href", "").strip()
        remote = bool(REMOTE.match(url))
        if "stylesheet" in rels and remote:
            self.note("html-remote-style", url=url)
        elif HINT_RELS & rels and remote:
            self.note("html-remote-hint", url=url)
        elif ICON_RELS & rels and remote:
            self.note_remote("img", url)
        elif ICON_RELS & rels and url:
            self.context.hints.icons.append({"src": url, "sizes": values.get("sizes", "")})

    def on_script(self, values: dict[str, str]) -> None:
        url = values.get("src", "").strip()
        if TELEGRAM_SDK.match(url):
            self.context.speaks.add("telegram")
            self.note("sdk-replaced", url=url)
        elif BALE_SDK.match(url):
            self.context.speaks.add("bale")
            self.note("sdk-replaced", url=url)
        elif REMOTE.match(url):
            self.note("html-remote-script", url=url)
        elif re.match(r"\s*(?:data|blob):", url, re.IGNORECASE):
            self.note("html-remote-script", url=url[:40])
        elif "src" not in values and SCRIPT_TYPES.match(values.get("type", "").strip()):
            self.note("html-inline-script")
            self.collect("script")
