"""Rules of the house that a tool can hold; each says what to do instead."""

import ast
import re
import subprocess

import pytest

from config.env import REPOSITORY

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
NOT_OURS = re.compile(r"(^|/)(migrations|node_modules|vendor)/|\.min\.js$")
INSTEAD = {
    r"datetime\.utcnow|datetime\.now\(\)": "receive `now`, or ask django.utils.timezone at the door",
    r"\.delay\(|\.apply_async\(": "core.jobs.enqueue_on_commit",
    r"mark_safe|format_html_join\(.*%|\|safe\b": "a template that escapes",
    r"@csrf_exempt|csrf_exempt\(|import csrf_exempt": "CSRF on every page; keys on the API",
    r"\binnerHTML\b|insertAdjacentHTML|document\.write\(": "build nodes, set textContent",
    r"postMessage\([^)]*,\s*['\"]\*['\"]": "the exact origin",
    r"AuditEvent\.objects\.create": "core.audit.record",
    r"Route\.objects\.(create|update_or_create)": "miniapps.routing.write_routes",
}
AT_HOME = {
    "core/jobs.py", "core/audit.py", "miniapps/routing.py", "miniapps/bundle/", "sdk/app/",
    "tests/", "bench/", "docs/",
}  # fmt: skip
BAD_NAMES = {"utils", "helpers", "common", "misc", "services", "signals"}


def tracked(*endings: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    kept = [name for name in listed if (REPOSITORY / name).exists()]
    return [name for name in kept if name.endswith(endings) and not NOT_OURS.search(name)]


def text_of(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def test_no_file_grows_past_its_length():
    names = [name for name in tracked(".py", ".css") if not name.startswith("tests/")]

    long = {name: lines for name in names if (lines := text_of(name).count("\n")) > FILE_LINES_MAX}

    assert long == {}


def test_no_function_grows_past_its_length():
    long = {}
    for name in tracked(".py"):
        for node in ast.walk(ast.parse(text_of(name))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION_LINES_MAX:
                    long[f"{name}:{node.lineno} {node.name}"] = length

    assert long == {}


def test_no_module_is_named_for_nothing():
    bad = [name for name in tracked(".py", ".js") if BAD_NAMES & set(re.split(r"[/.]", name))]

    assert bad == []


@pytest.mark.parametrize("pattern", INSTEAD)
def test_a_forbidden_word_has_its_replacement(pattern):
    found = [
        f"{name}: use {INSTEAD[pattern]}"
        for name in tracked(".py", ".js", ".html")
        if not any(name.startswith(home) for home in AT_HOME) and re.search(pattern, text_of(name))
    ]

    assert found == []


def test_nothing_is_promised_for_later():
    promise = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|coming soon")

    found = [
        name
        for name in tracked(".py", ".js", ".html", ".css", ".md")
        if promise.search(text_of(name)) and name != "tests/architecture/test_tidy.py"
    ]

    assert found == []


def test_every_page_of_decisions_is_numbered_once():
    numbers = [
        name.split("/")[-1][:4] for name in tracked(".md") if name.startswith("docs/decisions/")
    ]

    assert len(numbers) == len(set(numbers))
