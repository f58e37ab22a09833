"""What every answer of an app's origin carries, computed from what its version declared. Pure.

The table, with reasons: docs/reference/headers.md. Anything not granted is refused by name: the
list of features is Chromium's own, and unknown names are ignored by the others.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from miniapps.capabilities import BROWSER_FEATURES

Header = tuple[str, str]

# document.featurePolicy.features() of Chromium 156, client hints left out.
FEATURES: Final[tuple[str, ...]] = tuple(
    """
    accelerometer aria-notify autoplay browsing-topics camera captured-surface-control
    clipboard-read clipboard-write compute-pressure cross-origin-isolated deferred-fetch
    deferred-fetch-minimal digital-credentials-create digital-credentials-get display-capture
    encrypted-media fullscreen gamepad geolocation gyroscope hid identity-credentials-get
    idle-detection interest-cohort keyboard-map language-detector language-model local-fonts
    local-network local-network-access loopback-network magnetometer
    media-playback-while-not-visible microphone midi on-device-speech-recognition otp-credentials
    payment picture-in-picture private-state-token-issuance private-state-token-redemption
    publickey-credentials-create publickey-credentials-get screen-wake-lock serial
    speaker-selection storage-access summarizer sync-xhr translator unload usb window-management
    xr-spatial-tracking
    """.split()  # noqa: SIM905 - one name a line would hide how many there are
)
SANDBOX: Final = ("allow-scripts", "allow-same-origin", "allow-forms")
SANDBOX_RELAXED: Final = {"popups": "allow-popups", "dialogs": "allow-modals"}
HSTS: Final = "max-age=63072000; includeSubDomains"
# One exact origin and nothing that could end the directive it is written into.
_ORIGIN: Final = re.compile(
    r"(?:https?|wss?)://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
)
_HASH: Final = re.compile(r"sha256-[A-Za-z0-9+/]{43}=")


class NotAnOrigin(ValueError):
    """A network source that is not scheme://host[:port] and so could change the policy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The parts of the headers that depend on the version; no host origin in them yet."""

    csp: str
    permissions_policy: str
    connection_allowlist: str


def policy_of(
    *,
    network: Mapping[str, Collection[str]],
    permissions: Collection[str],
    relaxations: Collection[str],
) -> Policy:
    """Return the policy of a version from its manifest and its relaxations; raises NotAnOrigin."""
    return Policy(
        csp=content_security_policy(network=network, relaxations=relaxations),
        permissions_policy=permissions_policy(permissions),
        connection_allowlist=connection_allowlist(network),
    )


def content_security_policy(
    *,
    network: Mapping[str, Collection[str]],
    relaxations: Collection[str],
    scripts: Sequence[str] = (),
    handlers: Sequence[str] = (),
) -> str:
    """Return the CSP without ``frame-ancestors``, which the process that serves it adds.

    ``scripts`` and ``handlers`` are hash sources of inline code, as ``sha256-…``; handlers count
    only with the relaxation for them. Raises NotAnOrigin.
    """
    script = ["'self'"]
    script += ["'unsafe-eval'"] if "unsafe-eval" in relaxations else []
    script += ["'wasm-unsafe-eval'"] if "wasm" in relaxations else []
    hashes = dict.fromkeys(scripts)
    if handlers and "inline-handlers" in relaxations:
        script.append("'unsafe-hashes'")
        hashes |= dict.fromkeys(handlers)
    assert all(_HASH.fullmatch(value) for value in hashes)
    script += [f"'{value}'" for value in hashes]
    origins = {
        kind: _origins(network.get(kind, ())) for kind in ("connect", "img", "media", "font")
    }
    directives = {
        "default-src": ["'none'"],
        "script-src": script,
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:", *origins["img"]],
        "font-src": ["'self'", "data:", *origins["font"]],
        "media-src": ["'self'", "blob:", *origins["media"]],
        "connect-src": ["'self'", *origins["connect"]],
        "frame-src": ["'none'"],
        "worker-src": ["'self'"] if "workers" in relaxations else ["'none'"],
        "manifest-src": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "sandbox": sandbox_tokens(relaxations),
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


def sandbox_tokens(relaxations: Collection[str]) -> list[str]:
    """Return the sandbox of an app, for its CSP and for the iframe it runs in."""
    return [*SANDBOX, *(token for name, token in SANDBOX_RELAXED.items() if name in relaxations)]


def frame_features(permissions: Collection[str]) -> list[str]:
    """Return the browser features an app's permissions stand for, for the iframe's ``allow``."""
    return sorted(BROWSER_FEATURES[name] for name in BROWSER_FEATURES if name in permissions)


def permissions_policy(permissions: Collection[str]) -> str:
    """Return the Permissions-Policy: every known feature refused, but those that were granted."""
    granted = set(frame_features(permissions))
    return ", ".join(f"{name}=({'self' if name in granted else ''})" for name in FEATURES)


def connection_allowlist(network: Mapping[str, Collection[str]]) -> str:
    """Return the Connection-Allowlist: the app's own origin and what it declared; no WebRTC."""
    origins = dict.fromkeys(
        origin
        for kind in ("connect", "img", "media", "font")
        for origin in _origins(network.get(kind, ()))
    )
    return f"({' '.join(['response-origin', *(_quoted(origin) for origin in origins)])})"


def every_answer(policy: Policy, *, host_origin: str, csp: str | None = None) -> list[Header]:
    """Return what every answer carries, whatever its status. ``csp`` is that of a single page."""
    headers = [
        ("Content-Security-Policy", f"{csp or policy.csp}; frame-ancestors {host_origin}"),
        ("Connection-Allowlist", policy.connection_allowlist),
        ("Permissions-Policy", policy.permissions_policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Origin-Agent-Cluster", "?1"),
        ("X-DNS-Prefetch-Control", "off"),
        ("X-Permitted-Cross-Domain-Policies", "none"),
    ]
    if host_origin.startswith("https:"):
        headers.append(("Strict-Transport-Security", HSTS))
    return headers


def _origins(declared: Iterable[str]) -> list[str]:
    for origin in declared:
        if not _ORIGIN.fullmatch(origin):
            raise NotAnOrigin(f"{origin!r} is not scheme://host[:port]")
    return sorted(set(declared))


def _quoted(origin: str) -> str:
    return f'"{origin}/*"'


NOTHING_GRANTED: Final = policy_of(network={}, permissions=(), relaxations=())
