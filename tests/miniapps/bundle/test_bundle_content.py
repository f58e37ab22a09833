"""What the content rules find, with its line, and what they leave alone."""

import io

import pytest

from miniapps.bundle import Limits, Report, inspect, scripts, suggest
from tests.hostile.bundles.raw_zip import MANIFEST, PAGE, File, build, head, manifest, page


def check(*files: File, limits: Limits | None = None) -> Report:
    return inspect(io.BytesIO(build(*files)), limits=limits or Limits())


def check_code(code: str, **members: object) -> Report:
    return check(page(), manifest(**members), File("a.js", code.encode()))


def found(report: Report) -> set[tuple[str, str, int | None]]:
    return {(it.rule, it.path, it.line) for it in report.findings}


def rules(report: Report) -> set[str]:
    return {it.rule for it in report.findings}


SCRIPT_RULES = [
    ("eval('1')", "js-eval"),
    ("window.eval(x)", "js-eval"),
    ("new Function('a')", "js-eval"),
    ("Function('return this')()", "js-eval"),
    ("setTimeout('x()', 5)", "js-implied-eval"),
    ("self.setInterval(`x()`, 5)", "js-implied-eval"),
    ("document.write('x')", "js-document-write"),
    ("window.document.writeln('x')", "js-document-write"),
    ("navigator.serviceWorker.register('/sw.js')", "js-service-worker"),
    ("new RTCPeerConnection()", "js-webrtc"),
    ("new window.RTCPeerConnection()", "js-webrtc"),
    ("new Worker('w.js')", "js-worker"),
    ("WebAssembly.instantiate(b)", "js-wasm"),
    ("alert(1)", "js-dialog"),
    ("window.confirm('x')", "js-dialog"),
    ("window.open('https://a.example')", "js-popup"),
    ("top.location = 'x'", "js-top-navigation"),
    ("window.parent.location.href = 'x'", "js-top-navigation"),
    ("window['ev' + 'al']('x')", "js-computed-global"),
    ("import('https://a.example/a.js')", "js-remote-code"),
    ("importScripts('//a.example/a.js')", "js-remote-code"),
]


@pytest.mark.parametrize(("code", "rule"), SCRIPT_RULES, ids=[code for code, _ in SCRIPT_RULES])
def test_a_script_rule_names_the_file_and_the_line(code, rule):
    report = check_code(f"// first line\n{code}\n")

    assert (rule, "a.js", 2) in found(report)
    assert "js-not-parsed" not in rules(report)


@pytest.mark.parametrize(
    "code",
    [
        "// eval('1')",
        "const text = \"eval('1')\"",
        "retrieval(x); medieval.eval; obj.evaluate()",
        "setTimeout(() => x(), 5); setTimeout(x, 5)",
        "editor.write('x'); db.register('y')",
        "const Workers = 3; dialog.alert('x')",
        "location.reload(); topper.location",
        "window[key]",
        "const ns = 'http://www.w3.org/2000/svg'; document.createElementNS(ns, 'g')",
        "fetch('/api/items'); fetch('data.json')",
    ],
)
def test_ordinary_code_is_left_alone(code):
    report = check_code(code)

    assert rules(report) <= {"manifest-no-icon"}


NETWORK = [
    ("fetch('https://api.shop.ir/v1')", "https://api.shop.ir"),
    ("fetch(`https://api.shop.ir/v1/${id}`)", "https://api.shop.ir"),
    ("const API = 'https://api.shop.ir/v1'; fetch(API + '/items')", "https://api.shop.ir"),
    ("const API = 'https://api.shop.ir/v1'; fetch(`${API}/items`)", "https://api.shop.ir"),
    ("x.open('GET', 'https://api.shop.ir:8443/v1')", "https://api.shop.ir:8443"),
    ("new WebSocket('wss://live.shop.ir/')", "wss://live.shop.ir"),
    ("new EventSource('https://live.shop.ir/')", "https://live.shop.ir"),
    ("navigator.sendBeacon('https://log.shop.ir/', 'x')", "https://log.shop.ir"),
    ("axios.create({baseURL: 'https://api.shop.ir'})", "https://api.shop.ir"),
    ("fetch(new URL('/x', 'https://api.shop.ir'))", "https://api.shop.ir"),
]


@pytest.mark.parametrize(("code", "origin"), NETWORK, ids=[code for code, _ in NETWORK])
def test_an_origin_is_missed_in_the_manifest_until_it_is_declared(code, origin):
    undeclared = check_code(code)
    declared = check_code(code, barnamak={"network": {"connect": [origin]}})

    facts = [it.facts for it in undeclared.findings if it.rule == "network-undeclared"]
    assert facts == [{"origin": origin, "kind": "connect"}]
    assert undeclared.accepted
    assert "network-undeclared" not in rules(declared)
    assert declared.accepted, declared.findings


PAGE_RULES = [
    ('<script src="https://a.example/a.js"></script>', "html-remote-script"),
    ('<link rel="stylesheet" href="//a.example/a.css">', "html-remote-style"),
    ('<link rel="preconnect" href="https://a.example">', "html-remote-hint"),
    ('<iframe src="https://a.example"></iframe>', "html-frame"),
    ('<object data="a.swf"></object>', "html-frame"),
    ('<base href="/x/">', "html-base"),
    ('<meta http-equiv="refresh" content="1">', "html-meta-refresh"),
    ('<meta http-equiv="Content-Security-Policy" content="x">', "html-meta-policy"),
    ("<script>let x = 1</script>", "html-inline-script"),
    ('<img src="a.png" onerror="x()">', "html-inline-handler"),
    ('<a href="java\tscript:x()">x</a>', "html-javascript-url"),
    ('<form action="https://a.example/"></form>', "html-remote-form"),
    ('<script src="https://telegram.org/js/telegram-web-app.js?57"></script>', "sdk-replaced"),
    ('<script src="https://tapi.bale.ai/miniapp.js?3"></script>', "sdk-replaced"),
    ("<script>\n\neval('1')</script>", "js-eval"),
    ('<img src="https://a.example/a.png">', "network-undeclared"),
    ('<img srcset="a.png 1x, //a.example/a.png 2x">', "network-undeclared"),
    ('<video poster="https://a.example/a.png"></video>', "network-undeclared"),
    ('<p style="background:url(https://a.example/a.png)">', "network-undeclared"),
    ("<style>@import 'https://a.example/a.css';</style>", "css-remote-import"),
]


@pytest.mark.parametrize(("markup", "rule"), PAGE_RULES, ids=[markup for markup, _ in PAGE_RULES])
def test_a_page_rule_names_the_file_and_the_line(markup, rule):
    report = check(head(b"\n\n" + markup.encode()), manifest())

    line = 5 if markup.startswith("<script>\n\n") else 3
    assert (rule, "index.html", line) in found(report)


def test_a_page_without_a_character_set_is_named():
    report = check(File("index.html", b"<!doctype html><p>a"), manifest())

    assert report.accepted
    assert ("html-charset", "index.html", 1) in found(report)


def test_kinds_of_network_use_are_told_apart():
    font = b"@font-face{src:url('https://f.example/a.woff2')}"
    markup = b'<img src="https://i.example/a.png"><audio src="https://m.example/a.mp3"></audio>'
    report = check(page(markup), manifest(), File("a.css", font))

    kinds = {
        it.facts["origin"]: it.facts["kind"]
        for it in report.findings
        if it.rule == "network-undeclared"
    }
    assert kinds == {
        "https://f.example": "font", "https://i.example": "img", "https://m.example": "media"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "speaks"),
    [
        ("Telegram.WebApp.ready()", {"telegram"}),
        ("window.Telegram?.WebApp.ready()", {"telegram"}),
        ("window.Bale.WebApp.ready()", {"bale"}),
        ("window.barnamak.ready()", {"barnamak"}),
        ("barnamak.getToken(); Telegram.WebApp.expand()", {"telegram", "barnamak"}),
        ("console.log('telegram')", set()),
    ],
)
def test_what_the_build_speaks_is_found(code, speaks):
    assert check_code(code).speaks == speaks


def test_the_scripts_a_page_loads_tell_what_it_speaks():
    tags = (
        b'<script src="https://telegram.org/js/telegram-web-app.js"></script>'
        b'<script src="https://tapi.bale.ai/miniapp.js?1"></script>'
    )

    report = check(head(tags), manifest())

    assert report.accepted, report.findings
    assert report.speaks == {"telegram", "bale"}


def test_relaxations_that_the_code_needs_are_listed_and_compared_with_the_manifest():
    asked = {"relaxations": {"unsafe-eval": "Formulas", "wasm": "Chess engine"}}
    report = check(
        page(b'<p onclick="x()">'), manifest(barnamak=asked), File("a.js", b"eval('1');alert(1)")
    )

    notes = {(it.rule, it.facts["name"]) for it in report.findings if "relaxation" in it.rule}
    assert report.relaxations == ["dialogs", "inline-handlers", "unsafe-eval"]
    assert notes == {
        ("relaxation-unused", "wasm"),
        ("relaxation-undeclared", "dialogs"),
        ("relaxation-undeclared", "inline-handlers"),
    }


def test_a_large_script_is_read_by_its_words_and_says_so():
    code = b"// first\neval(x);new Worker('w')\n" + b"x();\n" * 1_000
    report = check(
        page(), manifest(), File("a.js", code), limits=Limits(script_parse_bytes_max=1_000)
    )

    assert {("js-not-parsed", "a.js", 1), ("js-eval", "a.js", 2), ("js-worker", "a.js", 2)} <= (
        found(report)
    )
    assert report.relaxations == ["unsafe-eval", "workers"]


def test_a_script_made_to_be_slow_is_stopped_and_read_by_its_words():
    code = b"eval(" + b"[" * 900_000
    report = check(page(), manifest(), File("a.js", code), limits=Limits(scan_file_s=1))

    assert {"js-not-parsed", "js-eval"} <= rules(report)


@pytest.mark.parametrize(
    "nested",
    [b"a" + b".b" * 400_000, b"a(" * 200_000, b"x=" + b"[" * 300_000, b"1" + b"+1" * 300_000],
)
def test_a_script_that_is_nested_without_end_is_read_by_its_words(nested):
    report = check(page(), manifest(), File("a.js", b"eval(x);" + nested))

    assert {"js-not-parsed", "js-eval"} <= rules(report)


def test_findings_of_one_rule_are_capped_and_the_rest_is_counted():
    code = b"eval(x)\n" * 70
    report = check(page(), manifest(), File("a.js", code), limits=Limits(findings_per_rule_max=10))

    assert sum(it.rule == "js-eval" for it in report.findings) == 10
    more = [it.facts for it in report.findings if it.rule == "more-of-the-same"]
    assert more == [{"rule": "js-eval", "count": 60}]


def test_a_rule_that_fails_refuses_the_file(monkeypatch):
    def fail(*_args: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(scripts._Script, "read", fail)

    report = check_code("eval('1')")

    assert not report.accepted
    assert ("scanner-failed", "a.js", None) in found(report)


def test_all_faults_come_at_once_errors_first():
    report = check(
        File("index.html", b"<base href=x><script src=//a.example/a.js></script>"),
        File("manifest.json", b'{"app_id": "a",\n "x": 1,\n "version": {"code": 0, "name": "1"}}'),
        File("../a.css", b""),
        File("a.exe", b"MZ"),
        File("a.js", b"eval('1')"),
    )

    expected = {"html-base", "html-remote-script", "manifest-unknown-member", "manifest-value"}
    expected |= {"manifest-missing-member", "name-traversal", "content-type", "js-eval"}
    assert expected <= rules(report)
    assert ("manifest-unknown-member", "manifest.json", 2) in found(report)
    assert ("manifest-value", "manifest.json", 3) in found(report)
    order = [it.severity for it in report.findings]
    assert order == sorted(order, key=["error", "warning", "note"].index)


def test_a_manifest_is_proposed_for_a_build_that_has_none():
    index = PAGE.replace("م".encode(), "فروشگاه".encode()) + (
        b'<link rel="icon" href="./icon.png" sizes="512x512"><link rel="icon" href="/vite.svg">'
        b'<meta name="description" content="Buy  things"></head>'
    )
    report = check(File("index.html", index), File("a.js", b"fetch('https://api.shop.ir/v1')"))

    proposal = suggest(report, app_id="ir.shop", version_code=3)

    assert not report.accepted
    assert proposal == {
        "app_id": "ir.shop",
        "name": "فروشگاه",
        "description": "Buy things",
        "version": {"code": 3, "name": "3.0.0"},
        "pages": ["index.html"],
        "lang": "fa",
        "dir": "rtl",
        "icons": [{"src": "icon.png", "sizes": "512x512"}],
        "barnamak": {"network": {"connect": ["https://api.shop.ir"]}},
    }


def test_a_proposed_manifest_is_accepted():
    build_without = build(page(), File("a.js", b"new WebSocket('wss://a.example')"))
    first = inspect(io.BytesIO(build_without))

    second = inspect(
        io.BytesIO(build_without), manifest_override=suggest(first, app_id="ir.example")
    )

    assert second.accepted, second.findings
    assert second.manifest is not None
    assert second.manifest["barnamak"]["network"] == {"connect": ["wss://a.example"]}


def test_the_form_is_not_used_when_the_bundle_has_a_manifest():
    data = build(page(), manifest())
    report = inspect(io.BytesIO(data), manifest_override={**MANIFEST, "name": "x"})

    assert report.accepted
    assert report.manifest == MANIFEST
    assert "manifest-override-ignored" in rules(report)


@pytest.mark.parametrize(
    "origin", ["https://api.shop.ir", "wss://a-b.example:8443", "https://xn--a.ir"]
)
def test_an_ordinary_origin_may_be_declared(origin):
    assert check_code("x()", barnamak={"network": {"connect": [origin]}}).accepted


def test_a_developers_own_machine_may_be_declared_only_where_that_is_allowed():
    network = {"network": {"connect": ["http://localhost:9000"]}}
    files = page(), manifest(barnamak=network), File("a.js", b"fetch('http://localhost:9000/x')")

    development = check(*files, limits=Limits(local_origins=True))

    assert development.accepted
    assert "network-undeclared" not in rules(development)
    assert "manifest-origin" in rules(check(*files))
