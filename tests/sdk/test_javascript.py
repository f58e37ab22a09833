"""The JavaScript of both ends of the bridge: its own tests, its types, its shape."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.npm_packages import NpmUnavailable, installed

ROOT = Path(__file__).parents[2]
TYPES = {"typescript": "5.9.3", "@types/telegram-web-app": "10.1.0"}


@pytest.fixture(scope="module")
def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("NOT TESTED, node is needed for the tests of the bridge's JavaScript")
    return found


@pytest.fixture(scope="module")
def types() -> Path:
    try:
        return installed("types", TYPES)
    except NpmUnavailable as reason:
        pytest.skip(f"NOT TESTED, npm is needed to check the types: {reason}")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_node_tests_hold(node: str) -> None:
    files = sorted(str(path) for path in (ROOT / "sdk" / "tests").glob("*.test.js"))
    done = run(node, "--test", "--test-reporter=tap", *files)

    assert done.returncode == 0, done.stdout
    assert "\n# pass 0\n" not in done.stdout


def test_what_is_generated_from_the_protocol_is_current(node: str) -> None:
    done = run(node, "sdk/generate.js", "--check")

    assert done.returncode == 0, done.stderr


def test_the_types_written_in_comments_hold(node: str, types: Path) -> None:
    done = run(node, str(types / "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json")

    assert done.returncode == 0, done.stdout


def test_the_types_of_the_package_are_those_of_its_code(
    node: str, types: Path, tmp_path: Path
) -> None:
    compiler = str(types / "node_modules/typescript/bin/tsc")
    done = run(node, compiler, "-p", "sdk/tsconfig.json", "--outDir", str(tmp_path))

    assert done.returncode == 0, done.stdout
    made, kept = (
        {file.name: file.read_text() for file in folder.glob("*.d.ts")}
        for folder in (tmp_path, ROOT / "sdk" / "types")
    )
    del kept["protocol.d.ts"]  # written by sdk/generate.js, which a test of its own holds fresh
    assert made == kept, "run: npm run types --prefix sdk"


def test_our_telegram_object_has_everything_its_published_types_promise(
    node: str, types: Path
) -> None:
    done = run(node, "sdk/tests/shape.js", str(types / "node_modules"))

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["missing"] == []
    assert found["wrong"] == []
    assert found["checked"] > 150
