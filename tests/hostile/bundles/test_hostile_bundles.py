"""Every attack is refused by its own rule, and nothing of it reaches the store."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miniapps.bundle import RULES, BundleRefused, Report, describe, inspect, open_files
from tests.hostile.bundles.attacks import ATTACKS
from tests.hostile.bundles.raw_zip import File, build, good, manifest, page

ROOT = Path(__file__).resolve().parents[3]
MEMORY_MIB_MAX = 64  # above the process's own size before the first archive


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_an_attack_is_refused_by_its_rule_before_anything_is_stored(name):
    rule, generator = ATTACKS[name]
    archive = io.BytesIO(generator())

    report = inspect(archive)

    found = {finding.rule for finding in report.findings if finding.severity == "error"}
    assert rule in found
    assert not report.accepted
    assert report.files == []
    assert report.digest == ""
    with pytest.raises(BundleRefused):
        next(open_files(archive, report))


def test_the_bundle_every_attack_is_built_on_is_accepted():
    report = inspect(io.BytesIO(good(File("a.css", b"a{}"))))

    assert report.accepted, report.findings
    assert [facts.path for facts in report.files] == ["a.css", "index.html", "manifest.json"]


def test_a_finding_never_carries_the_attack_itself():
    for _, generator in ATTACKS.values():
        for finding in inspect(io.BytesIO(generator())).findings:
            texts = [finding.path, *map(str, finding.facts.values())]
            texts += describe(finding.rule, finding.facts, finding.path, str)
            assert all(text.isprintable() for text in texts), finding
            assert max(map(len, texts)) < 1_000


def test_structural_rules_have_an_attack_each():
    attacked = {rule for rule, _ in ATTACKS.values()}
    errors = {rule.id for rule in RULES.values() if rule.severity == "error"}

    # These say that a check itself failed; tests/miniapps/bundle tries them.
    assert errors - attacked == {"scanner-failed", "check-interrupted"}


def _assert_sound(report: Report) -> None:
    assert report.accepted or any(it.severity == "error" for it in report.findings)
    assert bool(report.files) == report.accepted
    for facts in report.files:
        assert not facts.path.startswith(("/", "."))
        assert facts.size_bytes <= 20 * 1024 * 1024


@given(st.binary(max_size=4_000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_yield_findings_and_no_exception(data):
    _assert_sound(inspect(io.BytesIO(data)))


@given(st.binary(max_size=600))
@settings(max_examples=200, deadline=None)
def test_any_bytes_after_a_local_header_yield_findings_and_no_exception(data):
    _assert_sound(inspect(io.BytesIO(b"PK\x03\x04" + data + good()[-22:])))


WHOLE = build(
    page(b"<script>fetch('https://a.example/x')</script>"),
    manifest(barnamak={"network": {"connect": ["https://a.example"]}}),
    File("a.js", b"eval('1')"),
    File("b/", b"", mode=0o040755),
)


@given(
    changes=st.lists(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=6
    ),
    cut=st.integers(0, 40),
)
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_changed_archive_is_accepted_or_refused_and_never_crashes_the_reader(changes, cut):
    data = bytearray(WHOLE)
    for place, value in changes:
        data[place] = value
    report = inspect(io.BytesIO(bytes(data[: len(data) - cut])))

    _assert_sound(report)
    if report.accepted:
        archive = io.BytesIO(bytes(data[: len(data) - cut]))
        for facts, pieces in open_files(archive, report):
            assert sum(map(len, pieces)) == facts.size_bytes


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_manifest_yields_findings_and_no_exception(data):
    _assert_sound(inspect(io.BytesIO(build(page(), File("manifest.json", data)))))


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_page_and_script_yield_findings_and_no_exception(text):
    data = text.encode("utf-8", "surrogatepass")
    report = inspect(
        io.BytesIO(good(File("a.html", data), File("a.js", data), File("a.css", data)))
    )

    _assert_sound(report)
    assert "scanner-failed" not in {finding.rule for finding in report.findings}


MEASURE = """
import io, resource, sys, gc
sys.path.insert(0, ".")
from tests.hostile.bundles.attacks import ATTACKS
from miniapps.bundle import inspect
from tests.hostile.bundles.raw_zip import good
inspect(io.BytesIO(good()))
def peak(): return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
worst = (0, "")
for name in sys.argv[1:]:
    data = ATTACKS[name][1]()
    gc.collect()
    open("/proc/self/clear_refs", "w").write("5")
    before = peak()
    inspect(io.BytesIO(data))
    worst = max(worst, (peak() - before, name))
print(worst[0] // 1024, worst[1])
"""


def test_memory_stays_bounded_whatever_the_archive_claims():
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *sorted(ATTACKS)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip

    mib, name = done.stdout.split()
    assert int(mib) < MEMORY_MIB_MAX, name
