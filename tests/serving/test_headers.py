"""The table of headers: what each declaration changes, and that nothing else does."""

import pytest

from miniapps.serving import headers
from tests.serving.conftest import NAVIGATE, PAGE, Site

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; frame-src 'none'; worker-src 'none'; manifest-src 'none'; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; "
    "sandbox allow-scripts allow-same-origin allow-forms"
)
REFUSED = [
    "accelerometer",
    "aria-notify",
    "autoplay",
    "browsing-topics",
    "camera",
    "captured-surface-control",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "cross-origin-isolated",
    "deferred-fetch",
    "deferred-fetch-minimal",
    "digital-credentials-create",
    "digital-credentials-get",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "interest-cohort",
    "keyboard-map",
    "language-detector",
    "language-model",
    "local-fonts",
    "local-network",
    "local-network-access",
    "loopback-network",
    "magnetometer",
    "media-playback-while-not-visible",
    "microphone",
    "midi",
    "on-device-speech-recognition",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "private-state-token-issuance",
    "private-state-token-redemption",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "speaker-selection",
    "storage-access",
    "summarizer",
    "sync-xhr",
    "translator",
    "unload",
    "usb",
    "window-management",
    "xr-spatial-tracking",
]


def policy(network=None, permissions=(), relaxations=()):
    return headers.policy_of(
        network=network or {}, permissions=permissions, relaxations=relaxations
    )


def test_an_app_that_declares_nothing_gets_nothing():
    got = policy()

    assert got.csp == STRICT
    assert got.permissions_policy == ", ".join(f"{name}=()" for name in REFUSED)
    assert len(REFUSED) == 54
    assert got.connection_allowlist == "(response-origin)"


@pytest.mark.parametrize(
    ("relaxation", "before", "after"),
    [
        ("unsafe-eval", "script-src 'self'", "script-src 'self' 'unsafe-eval'"),
        ("wasm", "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"),
        ("workers", "worker-src 'none'", "worker-src 'self'"),
        ("popups", "allow-forms", "allow-forms allow-popups"),
        ("dialogs", "allow-forms", "allow-forms allow-modals"),
        ("inline-handlers", "", ""),
        ("no-such-thing", "", ""),
    ],
)
def test_a_relaxation_changes_its_own_directive_and_no_other(relaxation, before, after):
    assert policy(relaxations=[relaxation]).csp == STRICT.replace(before, after)


@pytest.mark.parametrize(
    ("kind", "directive"),
    [
        ("connect", "connect-src 'self'"),
        ("img", "img-src 'self' data: blob:"),
        ("media", "media-src 'self' blob:"),
        ("font", "font-src 'self' data:"),
    ],
)
def test_a_declared_origin_is_added_to_its_own_directive(kind, directive):
    got = policy(network={kind: ["https://b.example:444", "https://a.example"]})

    origins = "https://a.example https://b.example:444"
    assert got.csp == STRICT.replace(directive, f"{directive} {origins}")
    assert (
        got.connection_allowlist
        == '(response-origin "https://a.example/*" "https://b.example:444/*")'
    )


@pytest.mark.parametrize(
    "origin",
    [
        "https://a.example; script-src *",
        "https://a.example 'unsafe-inline'",
        "https://a.example,https://b.example",
        "https://*.example",
        "https://a.example/",
        "https://a.example\r\nSet-Cookie: a=b",
        'https://a.example/*" "https://evil.example',
        "*",
        "data:",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_is_not_one_origin_never_reaches_a_header(origin):
    with pytest.raises(headers.NotAnOrigin):
        policy(network={"connect": [origin]})


def test_a_permission_switches_on_its_feature_for_the_app_alone():
    got = policy(permissions=["camera", "location", "profile", "payments"])

    granted = [part for part in got.permissions_policy.split(", ") if not part.endswith("=()")]
    assert granted == ["camera=(self)", "geolocation=(self)"]
    assert headers.frame_features(["camera", "location", "profile"]) == ["camera", "geolocation"]


def test_inline_code_is_named_by_hash_and_handlers_only_with_their_relaxation():
    given = {"scripts": ["sha256-" + "A" * 43 + "="], "handlers": ["sha256-" + "B" * 43 + "="]}
    without = headers.content_security_policy(network={}, relaxations=[], **given)
    relaxed = headers.content_security_policy(network={}, relaxations=["inline-handlers"], **given)

    assert f"script-src 'self' '{given['scripts'][0]}';" in without
    assert "unsafe-hashes" not in without
    assert (
        f"script-src 'self' 'unsafe-hashes' '{given['scripts'][0]}' '{given['handlers'][0]}';"
        in relaxed
    )
    assert "'unsafe-inline'" not in relaxed.partition("style-src")[0]


def test_https_brings_strict_transport_security():
    plain = headers.every_answer(headers.NOTHING_GRANTED, host_origin="http://localhost:8000")
    secure = headers.every_answer(headers.NOTHING_GRANTED, host_origin="https://m.example")

    assert "Strict-Transport-Security" not in dict(plain)
    assert dict(secure)["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert dict(secure)["Content-Security-Policy"] == f"{STRICT}; frame-ancestors https://m.example"


ALWAYS = {
    "connection-allowlist": "(response-origin)",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "origin-agent-cluster": "?1",
    "x-dns-prefetch-control": "off",
    "x-permitted-cross-domain-policies": "none",
}


def every_status(site: Site):
    """One request for each status there is, with the status."""
    version = site.publish(
        {"index.html": PAGE.format(1), "a.js": "1;" * 600, "data.bin.txt": "0123456789"}
    )
    other = site.publish({"index.html": PAGE.format(2), "a.js": "2;" * 600})
    site.route(version, other)
    site.route(version, label="ended", status="suspended")
    lost = "f" * 16
    site.versions[lost] = {"digest": "f" * 64, "until": None}
    site.route(lost, label="lost")
    pinned = f"/~v/{version}"
    tag = site.ask(f"{pinned}/a.js").headers["etag"]
    yield 200, site.ask("/", **NAVIGATE)
    yield 200, site.ask(f"{pinned}/a.js", accept_encoding="br")
    yield 200, site.ask("/~b/relay.js")
    yield 200, site.ask("/", method="HEAD", **NAVIGATE)
    yield 206, site.ask(f"{pinned}/data.bin.txt", range="bytes=2-3")
    yield 303, site.ask("/", sec_fetch_mode="navigate", sec_fetch_dest="document")
    yield 304, site.ask(f"{pinned}/a.js", if_none_match=tag)
    yield 304, site.ask("/~b/relay.js", if_none_match=site.ask("/~b/relay.js").headers["etag"])
    yield 403, site.ask(f"{pinned}/a.js", service_worker="script")
    yield 404, site.ask("/nope.png")
    yield 404, site.ask("/", host="nobody.apps.localhost:8000")
    yield 404, site.ask("/", host="localhost:8000")
    yield 404, site.ask("/~x/y")
    yield 405, site.ask("/", method="POST")
    yield 409, site.ask("/a.js")
    yield 410, site.ask("/", host="ended.apps.localhost:8000", **NAVIGATE)
    yield 414, site.ask("/" + "a" * 6000)
    yield 416, site.ask(f"{pinned}/data.bin.txt", range="bytes=10-")
    yield 503, site.ask("/", host="lost.apps.localhost:8000", **NAVIGATE)


def test_every_answer_of_every_status_carries_every_header(site):
    for status, answer in every_status(site):
        assert answer.status == status, (status, answer)
        for name, value in ALWAYS.items():
            assert answer.headers[name] == value, (status, name)
        assert len(set(map(str.lower, answer.names))) == len(answer.names), (status, answer.names)
        csp = answer.headers["content-security-policy"]
        assert csp.endswith("; frame-ancestors http://localhost:8000"), status
        assert "default-src 'none'" in csp
        assert "sandbox allow-scripts allow-same-origin allow-forms;" in csp
        assert answer.headers["permissions-policy"].count("=()") == 54
        assert "set-cookie" not in answer.headers
        assert "cache-control" in answer.headers
        kind = answer.headers.get("content-type", "")
        assert status == 304 or "charset=utf-8" in kind, status
        if status not in (200, 206, 304):
            assert answer.headers["cache-control"] == "no-store", status
