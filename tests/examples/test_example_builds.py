"""The zips: the same bytes every time, nothing of the server inside, nothing the CSP would stop."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from examples.build import NAMES, build, files_of

MARKUP_NAMESPACES = {
    "http://www.w3.org/2000/svg",
    "http://scripts.sil.org/OFL",
    "https://github.com/rastikerdar/vazirmatn",
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


def test_same_sources_same_bytes(name: str, tmp_path: Path) -> None:
    first = build(name, tmp_path / "first.zip").read_bytes()
    command = [sys.executable, "-m", "examples.build", name, str(tmp_path / "second.zip")]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[2])
    assert (tmp_path / "second.zip").read_bytes() == first
    with zipfile.ZipFile(BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(archive.namelist())


def test_only_the_app_is_inside(name: str) -> None:
    files = files_of(name)
    assert {
        "index.html",
        "manifest.json",
        "kit/platform.js",
        "kit/fonts/vazirmatn.woff2",
        "kit/fonts/OFL.txt",
    } <= set(files)
    assert not [
        path for path in files if path.endswith((".py", ".pyc")) or path.startswith(("art/", "."))
    ]
    assert sum(map(len, files.values())) < 250_000


def test_nothing_inline_and_nothing_from_elsewhere(name: str) -> None:
    for path, content in files_of(name).items():
        if path.endswith((".woff2", ".png", ".webp")):
            continue
        text = content.decode()
        urls = set(re.findall(r"https?://[^\s\"'<>)]+", text)) - MARKUP_NAMESPACES
        assert not urls, path
        if path.endswith(".html"):
            assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|<style|\sstyle=", text), path
        if path.endswith(".js"):
            assert not re.search(
                r"\binnerHTML\b|\beval\(|new Function|insertAdjacentHTML|document\.write", text
            ), path


def test_references_exist(name: str) -> None:
    files = files_of(name)
    for path, content in files.items():
        folder = path.rpartition("/")[0]
        if path.endswith(".html"):
            found = re.findall(r'(?:src|href)="([^"]+)"', content.decode())
        elif path.endswith(".js"):
            found = re.findall(r'from "(\./[^"]+)"', content.decode())
        elif path.endswith(".css"):
            found = re.findall(r'url\("([^"]+)"\)', content.decode())
        else:
            continue
        for reference in found:
            target = "/".join(part for part in (folder, reference.removeprefix("./")) if part)
            assert target in files, (path, reference)


def test_manifest_speaks_of_what_is_there(name: str) -> None:
    files = files_of(name)
    manifest = json.loads(files["manifest.json"])
    assert (manifest["lang"], manifest["dir"], manifest["color_scheme"]) == ("fa", "rtl", "auto")
    assert manifest["app_id"] == f"ir.barnamak.{name}"
    assert set(manifest["barnamak"]) == {"screenshots"}
    assert {one["src"] for one in manifest["barnamak"]["screenshots"]} <= set(files)
    for icon in manifest["icons"]:
        with Image.open(BytesIO(files[icon["src"]])) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]


def test_the_backend_is_told_to_both_sides() -> None:
    files = files_of("quiz", connect="http://localhost:8091")
    assert json.loads(files["manifest.json"])["barnamak"]["network"]["connect"] == [
        "http://localhost:8091"
    ]
    assert files["backend.js"] == b'export const BACKEND = "http://localhost:8091";\n'


def test_only_an_app_with_a_backend_gets_one() -> None:
    with pytest.raises(ValueError, match="no backend"):
        files_of("dong", connect="http://localhost:8091")
    with pytest.raises(ValueError, match="No example"):
        files_of("../cafe")


def test_accepted_by_the_platform(name: str, tmp_path: Path) -> None:
    inspection = pytest.importorskip("miniapps.bundle.inspection")
    with build(name, tmp_path / "app.zip").open("rb") as file:
        report = inspection.inspect(file)
    assert report.accepted, report.findings
    assert [finding for finding in report.findings if finding.severity != "note"] == []
    assert report.manifest["app_id"] == f"ir.barnamak.{name}"
