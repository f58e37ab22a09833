"""The files and commands of the tutorial do what its text says they do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.examples.host_in_miniature import serve
from tests.examples.quiz_side import APP, Platform
from tests.tutorial import TEXT, follow

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tutorial")
    assert follow(folder) == [
        "hello/index.html",
        "hello/app.css",
        "hello/app.js",
        "hello/manifest.json",
        "verify.py",
    ]
    return folder


def test_the_first_upload_has_the_finding_that_is_quoted(followed: Path) -> None:
    inspection = pytest.importorskip("miniapps.bundle.inspection")
    with (followed / "hello-1.zip").open("rb") as file:
        report = inspection.inspect(file)
    assert not report.accepted
    errors = [finding for finding in report.findings if finding.severity == "error"]
    assert [(one.rule, one.path, one.line) for one in errors] == [
        ("html-remote-script", "index.html", 8)
    ]
    assert "`html-remote-script` in `index.html`, line 8" in TEXT


def test_the_second_upload_is_accepted(followed: Path) -> None:
    inspection = pytest.importorskip("miniapps.bundle.inspection")
    with (followed / "hello-2.zip").open("rb") as file:
        report = inspection.inspect(file)
    assert report.accepted, report.findings
    assert {facts.path for facts in report.files} >= {
        "index.html",
        "app.css",
        "app.js",
        "manifest.json",
    }


@pytest.mark.e2e
def test_the_app_counts_visits_and_shows_the_token(followed: Path, phone_browser: Browser) -> None:
    files = {path.name: path.read_bytes() for path in (followed / "hello").iterdir()}
    faults: list[str] = []
    page = phone_browser.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    page.add_init_script("window.__token = 'good.token.here';")
    with serve(files, mock=True) as origin:
        page.goto(origin + "/?scheme=dark")
        for visits in ("۱", "۲"):
            page.wait_for_function("document.getElementById('token').value === 'good.token.here'")
            assert page.inner_text("#visits") == visits
            assert page.evaluate("window.__mock.state.main") == {"visible": True, "text": "خداحافظ"}
            page.reload()
    page.close()
    assert faults == []


def test_the_server_side_believes_only_a_good_token(followed: Path, tmp_path: Path) -> None:
    platform = Platform()
    try:
        script = tmp_path / "verify.py"
        text = (followed / "verify.py").read_text(encoding="utf-8")
        script.write_text(text.replace("http://localhost:8000", platform.origin), encoding="utf-8")

        def verify(token: str, app: str = APP) -> tuple[int, str]:
            done = subprocess.run(
                [sys.executable, str(script), app],
                input=token + "\n",
                capture_output=True,
                text=True,
                check=False,
                timeout=30,
            )
            return done.returncode, done.stdout + done.stderr

        assert verify(platform.token(sub="77")) == (0, "This is person 77\n")
        for token, app in (
            (platform.token(), "app_other"),
            (platform.token(exp=1), APP),
            ("nonsense", APP),
        ):
            code, said = verify(token, app)
            assert code == 1
            assert said.startswith("Refused: ")
    finally:
        platform.close()
