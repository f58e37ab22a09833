"""The style sheets and templates keep the rules of the look: roles, logical sides, no inline style."""

import re
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from core.templatetags import ui

ROOT = Path(__file__).parents[2]
UI = ROOT / "core" / "static" / "ui"
SHEETS = sorted(UI.glob("*.css"))
FLOORS = ("core", "identity", "messenger", "miniapps", "storefront", "host")
TEMPLATES = sorted(path for floor in FLOORS for path in (ROOT / floor).glob("templates/**/*.html"))
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch)\(", re.IGNORECASE)
PHYSICAL = re.compile(
    r"^\s*(?:margin|padding|border)-(?:left|right|top|bottom)|^\s*(?:left|right|top|bottom)\s*:"
    r"|:\s*(?:left|right)\s*;",
    re.MULTILINE,
)


def bare(sheet: Path) -> str:
    """Return the style sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)


def symbols() -> set[str]:
    tree = ET.parse(UI / "icons.svg")  # noqa: S314  # our own file
    return {symbol.attrib["id"] for symbol in tree.getroot() if "id" in symbol.attrib}


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_sheet_is_short_and_names_no_colour_and_no_physical_side(sheet: Path) -> None:
    css = bare(sheet)

    assert len(sheet.read_text(encoding="utf-8").splitlines()) < 500
    assert PHYSICAL.findall(css) == []
    if sheet.name != "tokens.css":
        assert COLOUR.findall(css) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_every_role_a_sheet_uses_exists(sheet: Path) -> None:
    known = set(re.findall(r"--([\w-]+)\s*:", "".join(bare(other) for other in SHEETS)))

    assert set(re.findall(r"var\(--([\w-]+)", bare(sheet))) <= known


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_has_no_inline_style_or_script(template: Path) -> None:
    html = template.read_text(encoding="utf-8")

    assert not re.search(
        r"\sstyle\s*=|<style|\son(?:click|change|input|submit|load|error|key\w+|focus|blur)\s*=|javascript:",
        html,
    )
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", html, re.DOTALL):
        assert "src=" in attributes
        assert body.strip() == ""


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_icon_a_template_names_is_in_the_sprite(template: Path) -> None:
    html = template.read_text(encoding="utf-8")
    named = re.findall(r"{%\s*icon\s+[\"']([\w-]+)[\"']", html)
    named += re.findall(r"<c-[\w-]+[^>]*?\sicon=\"([\w-]+)\"", html)

    assert set(named) <= symbols()


def test_the_directional_icons_are_real_and_the_same_in_both_languages() -> None:
    script = (UI / "ui.js").read_text(encoding="utf-8")
    in_script = re.search(r"DIRECTIONAL = new Set\(\[(.*?)\]\)", script, re.DOTALL)

    assert in_script
    assert set(re.findall(r'"([\w-]+)"', in_script.group(1))) == ui.DIRECTIONAL
    assert symbols() >= ui.DIRECTIONAL


def test_what_was_made_elsewhere_is_what_the_list_says() -> None:
    rows = re.findall(
        r"^\| (\S+) \|.*`([0-9a-f]{64})` \|$",
        (UI / "VENDORED.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert {name for name, _ in rows} == {
        "icons.svg",
        *(f"fonts/{path.name}" for path in (UI / "fonts").glob("*.woff2")),
    }
    for name, expected in rows:
        assert sha256((UI / name).read_bytes()).hexdigest() == expected
    assert "SIL Open Font License" in (UI / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "ISC License" in (UI / "icons-LICENSE.txt").read_text(encoding="utf-8")
