"""Network origins as a manifest may declare them.

What is accepted here is written into the app's Content-Security-Policy, so nothing passes that
could be read as another directive, another host or more hosts than one.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from miniapps.bundle.rules import gettext_noop

SCHEMES = frozenset({"https", "wss"})
HOST_CHARS_MAX = 253  # RFC 1035
PORT_MAX = 65_535
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)\Z")
ORIGIN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)\Z")
LOCAL_SUFFIXES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "test")
FOREIGN = frozenset(";,'\"\\`<>()[]{}|^%$!&=")
PORT_NUMBER = re.compile(r"[1-9][0-9]{0,4}\Z")
# What a maker's own machine serves while he develops; only where the platform runs for development.
LOOPBACK = re.compile(r"(?:http|ws)://localhost:([1-9][0-9]{0,4})\Z")
PRINTABLE = re.compile(r"[!-~]+\Z")

CHARACTERS = gettext_noop("it holds a space, a quote or another character that no origin has")
NOT_ORIGIN = gettext_noop("it is not scheme://host")
SCHEME = gettext_noop("only https:// and wss:// are allowed")
WILDCARD = gettext_noop("a wildcard stands for hosts nobody has reviewed")
CREDENTIALS = gettext_noop("it holds a name or password")
PATH = gettext_noop("it goes on after the host: no path, query or slash at the end")
ADDRESS = gettext_noop("it is a network address, not a name")
LOCAL = gettext_noop("it names a machine of a private network")
PORT = gettext_noop("its port is not a number from 1 to 65535")
HOST = gettext_noop("its host is not a full domain name in ASCII letters")
REASONS = (
    CHARACTERS, NOT_ORIGIN, SCHEME, WILDCARD, CREDENTIALS, PATH, ADDRESS, LOCAL, PORT, HOST
)  # fmt: skip


def origin_fault(text: str, *, local: bool = False) -> str | None:
    """Why ``text`` is not an origin a manifest may declare (an English msgid), or None.

    ``local`` also lets a server on the developer's own machine be declared: ``http://localhost:…``.
    """
    if local and (loopback := LOOPBACK.match(text)) and int(loopback[1]) <= PORT_MAX:
        return None
    scheme, separator, rest = text.partition("://")
    host, colon, port = rest.partition(":")
    faults = {
        ADDRESS: rest.startswith("["),
        CHARACTERS: not PRINTABLE.match(text) or bool(set(text) & FOREIGN),
        NOT_ORIGIN: not separator or not rest,
        SCHEME: scheme not in SCHEMES,
        PATH: bool(set(rest) & set("/?#")),
        CREDENTIALS: "@" in rest,
        WILDCARD: "*" in rest,
        PORT: bool(colon) and not (PORT_NUMBER.match(port) and int(port) <= PORT_MAX),
    }
    return next((reason for reason, applies in faults.items() if applies), _host_fault(host))


def _host_fault(host: str) -> str | None:
    labels = host.split(".")
    if _is_address(host):
        return ADDRESS
    if labels[-1] in LOCAL_SUFFIXES:
        return LOCAL
    full = len(labels) > 1 and len(host) <= HOST_CHARS_MAX and all(map(LABEL.match, labels))
    return None if full and not labels[-1].isdigit() else HOST


def _is_address(host: str) -> bool:
    """Whether a browser reads the host as an IPv4 address, in any of its spellings."""
    last = host.rstrip(".").rsplit(".", 1)[-1].lower()
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def origin_of(url: str) -> str | None:
    """Give the origin of an absolute or scheme-relative http(s)/ws(s) URL, or None."""
    text = f"https:{url}" if url.startswith("//") else url
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https", "ws", "wss") or not parts.hostname:
        return None
    if parts.hostname == "localhost":
        return f"{scheme}://localhost" + (f":{port}" if port else "")
    # A page of an app is secure, so the browser would not go there by http in any case.
    secure = {"http": "https", "ws": "wss"}.get(scheme, scheme)
    default = {None, 443}
    return f"{secure}://{parts.hostname}" + ("" if port in default else f":{port}")
