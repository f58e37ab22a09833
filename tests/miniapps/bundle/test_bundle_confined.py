"""A check in a process of its own: the same answer, and never a pass when it dies."""

import io

import pytest

from miniapps.bundle import Report, confined, inspect
from miniapps.bundle.confined import inspect_confined
from tests.hostile.bundles.raw_zip import MANIFEST, File, build, good, page


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(good(File("a.js", b"eval('1')")))
    return path


def test_the_answer_is_the_same_as_without_a_process(archive):
    assert inspect_confined(archive) == inspect(io.BytesIO(archive.read_bytes()))


def test_the_form_goes_along(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(build(page()))

    assert inspect_confined(path, manifest_override=MANIFEST).manifest == MANIFEST


def test_a_report_survives_the_way_into_json_and_back(archive):
    report = inspect(io.BytesIO(archive.read_bytes()))

    assert Report.from_document(report.as_document()) == report


@pytest.mark.parametrize(
    ("bounds", "reason"),
    [
        ({"wall_s": 0.01}, confined.TOO_LONG),
        ({"memory_bytes": 32 * 1024 * 1024}, confined.DIED),
    ],
)
def test_a_check_that_does_not_end_well_refuses_the_bundle(archive, bounds, reason):
    report = inspect_confined(archive, **bounds)

    assert not report.accepted
    assert report.files == []
    assert [(it.rule, it.facts) for it in report.findings] == [
        ("check-interrupted", {"reason": reason})
    ]


def test_an_archive_that_is_gone_refuses_the_bundle(tmp_path):
    assert not inspect_confined(tmp_path / "missing.zip").accepted
