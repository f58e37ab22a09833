"""Everything a person sees is said in Persian too: no text of the source is missing from a catalogue."""

import ast
import re
from pathlib import Path

import django
import polib
import pytest
from django.utils.translation import templatize

from config.env import REPOSITORY

FLOORS = ("config", "core", "identity", "messenger", "wallet", "miniapps", "storefront", "host")
NAMES = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext"}
_IN_TEMPLATE = re.compile(
    r"(?<![\w.])(?:_|gettext|ngettext)\(u?(['\"])((?:\\.|(?!\1).)*)\1", re.DOTALL
)
FORMATS = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w+)\}")


def texts_of_python(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        place = 1 if name == "pgettext" else 0
        if name in NAMES and len(node.args) > place:
            text = node.args[place]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found.add(text.value)
    return found


def texts_of_template(file: Path) -> set[str]:
    source = templatize(file.read_text(encoding="utf-8"))
    return {ast.literal_eval(f'"""{text}"""') for _, text in _IN_TEMPLATE.findall(source)}


def texts_of(floor: str) -> set[str]:
    folder = REPOSITORY / floor
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        if not {"migrations", "management"} & set(file.parts):
            found |= texts_of_python(file)
    for file in folder.rglob("templates/**/*.html"):
        found |= texts_of_template(file)
    return {text for text in found if text.strip()}


def po_files() -> list[Path]:
    """Our catalogues: of each floor, and of the apps inside a floor."""
    return [
        file
        for floor in FLOORS
        for file in sorted((REPOSITORY / floor).glob("**/locale/fa/LC_MESSAGES/django.po"))
    ]


def catalogue() -> dict[str, polib.POEntry]:
    """All Persian catalogues together, ours over Django's, as Django merges them."""
    found = {}
    theirs = Path(django.__file__).parent / "contrib/admin/locale/fa/LC_MESSAGES/django.po"
    for file in (theirs, *po_files()):
        for entry in polib.pofile(str(file)):
            found[entry.msgid] = entry
    return found


def own_entries() -> list[polib.POEntry]:
    return [entry for file in po_files() for entry in polib.pofile(str(file))]


@pytest.mark.parametrize("floor", FLOORS)
def test_every_text_has_a_persian_one(floor):
    known = catalogue()

    missing = sorted(
        text for text in texts_of(floor) if text not in known or not known[text].translated()
    )

    assert missing == []


def test_placeholders_are_the_same_in_both_languages():
    wrong = [
        entry.msgid
        for entry in own_entries()
        if entry.msgstr and set(FORMATS.findall(entry.msgid)) != set(FORMATS.findall(entry.msgstr))
    ]

    assert wrong == []


def test_persian_is_written_with_persian_letters_and_without_exclamation_marks():
    wrong = [
        entry.msgstr
        for entry in own_entries()
        if re.search(r"[يكىة]|!", entry.msgstr) and "!" not in entry.msgid
    ]

    assert wrong == []
