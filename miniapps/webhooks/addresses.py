"""Which addresses a webhook may go to: the text of the URL, then what its name means now.

A URL is read by one strict pattern and written anew from its parts, so that no second reader can
understand it differently. Which networks are the public internet is our own list, because
``ipaddress.is_global`` differs between versions of Python.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, NoReturn

import idna
from django.conf import settings

from core.limits import WEBHOOK_PORTS, WEBHOOK_URL_CHARS_MAX
from core.problems import Fault, InvalidInput

Address = IPv4Address | IPv6Address

HTTPS_PORT: Final = 443
HTTP_PORT: Final = 80
PORT_MAX: Final = 65_535
LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost"})
# Names that mean something only inside a house; what they resolve to would be refused as well.
INNER_ENDINGS: Final = frozenset({
    "arpa", "corp", "home", "internal", "intranet", "invalid", "lan", "local", "localdomain",
    "localhost", "onion", "private",
})  # fmt: skip

_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#\\\s]*)"
    r"(?P<path>/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?(?P<query>\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?"
)
_AUTHORITY = re.compile(r"(?P<host>[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_NUMERIC = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)

# IANA's special-purpose registries, and what a packet must not be sent to anyway.
NOT_PUBLIC_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Everything that is not global unicast is refused, so loopback, link-local, unique local, mapped
# IPv4 and NAT64 need no line of their own.
GLOBAL_UNICAST_6: Final = IPv6Network("2000::/3")
NOT_PUBLIC_6: Final = tuple(
    ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)


@dataclass(frozen=True)
class Target:
    """A URL that may be called, in parts. ``host`` is ASCII and lower case."""

    scheme: str
    host: str
    port: int
    rest: str  # path and query
    is_local: bool

    @property
    def authority(self) -> str:
        """What stands in the Host header: the port only where it is not the usual one."""
        usual = HTTPS_PORT if self.scheme == "https" else HTTP_PORT
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL as it is kept."""
        return f"{self.scheme}://{self.authority}{self.rest}"


class AddressForbidden(Exception):
    """The name means an address that is not on the public internet."""


def read(text: str) -> Target:
    """Return what a maker's URL says. Raises InvalidInput with what is wrong with it."""
    if len(text) > WEBHOOK_URL_CHARS_MAX:
        _refuse(f"must have at most {WEBHOOK_URL_CHARS_MAX} characters", "long")
    found = _URL.fullmatch(text)
    if found is None:
        _refuse("must be a whole URL without a fragment", "url")
    scheme = found["scheme"].lower()
    if scheme not in ("https", "http"):
        _refuse("must begin with https://", "scheme")
    host, port = _host_and_port(found["authority"])
    rest = (found["path"] or "/") + (found["query"] or "")
    if settings.WEBHOOKS_ALLOW_LOCAL and scheme == "http" and host in LOCAL_NAMES:
        target = Target(scheme, host, HTTP_PORT if port is None else port, rest, is_local=True)
        ports: Collection[int] = range(1, PORT_MAX + 1)
    elif scheme == "http":
        _refuse("must begin with https://", "scheme")
    else:
        name = _public_name(host)
        target = Target(scheme, name, HTTPS_PORT if port is None else port, rest, is_local=False)
        ports = WEBHOOK_PORTS
    if target.port not in ports:
        _refuse(f"must use one of the ports {', '.join(map(str, WEBHOOK_PORTS))}", "port")
    if len(target.url) > WEBHOOK_URL_CHARS_MAX:
        _refuse(f"must have at most {WEBHOOK_URL_CHARS_MAX} characters", "long")
    return target


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        _refuse("must not hold a user name or a password", "userinfo")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        code = "literal" if authority.startswith("[") else "host"
        _refuse("must name a host, not a number", code)
    return parts["host"].lower(), None if parts["port"] is None else int(parts["port"])


def _public_name(host: str) -> str:
    """Return the name in ASCII. Raises InvalidInput for numbers in any dress and inner names."""
    try:
        name = idna.encode(host.rstrip("."), uts46=True, std3_rules=True).decode("ascii")
    except idna.IDNAError:
        _refuse("must be the name of a host", "host")
    last = name.rpartition(".")[2]
    if _NUMERIC.fullmatch(last):
        _refuse("must name a host, not a number", "literal")
    if not _HOST.fullmatch(name) or last in INNER_ENDINGS:
        _refuse("must be the public name of a host", "host")
    return name


def _refuse(detail: str, code: str) -> NoReturn:
    raise InvalidInput([Fault("#/url", detail, code)])


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet, by our own list."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    if address.scope_id is not None or address not in GLOBAL_UNICAST_6:
        return False
    return not any(address in network for network in NOT_PUBLIC_6)


def resolve(target: Target) -> Address:
    """Look the name up once and return the address to connect to.

    Raises AddressForbidden if any of its addresses is not public (for a local target: not
    loopback), socket.gaierror if there is none. Waits for the resolver: call it with ``within``.
    """
    told = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(entry[4][0])) for entry in told]
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    permitted = _is_loopback if target.is_local else is_public
    if not all(permitted(address) for address in addresses):
        raise AddressForbidden
    return addresses[0]


def _is_loopback(address: Address) -> bool:
    return address.is_loopback
