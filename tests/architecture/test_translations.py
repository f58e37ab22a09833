"""Everything a person sees is said in Persian too: no text of the source is missing from a catalogue."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import django
import polib
import pytest
from django.utils.translation import templatize

from config.env import REPOSITORY

FLOORS = ("config", "core", "identity", "messenger", "wallet", "miniapps", "storefront", "host")
NAMES = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
NAMES_WITH_CONTEXT = {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
_QUOTED = r"u?(['\"])((?:\\.|(?!\{0}).)*)\{0}"
_IN_TEMPLATE = re.compile(
    r"(?<![\w.])(?:(?:_|n?gettext)\(|n?pgettext\(" + _QUOTED.format(1) + r",\s*)"
    + _QUOTED.format(3),
    re.DOTALL,
)  # fmt: skip
FORMATS = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w+)\}")


Text = tuple[str, str]  # its context, mostly none, and its words


def texts_of_python(file: Path) -> set[Text]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        words = [one.value if isinstance(one, ast.Constant) else None for one in node.args[:2]]
        if name in NAMES and isinstance(words[0], str):
            found.add(("", words[0]))
        if name in NAMES_WITH_CONTEXT and isinstance(words[-1], str):
            found.add((str(words[0]), words[-1]))
    return found


def texts_of_template(file: Path) -> set[Text]:
    source = templatize(file.read_text(encoding="utf-8"))
    return {
        (context, ast.literal_eval(f'"""{text}"""'))
        for _, context, _, text in _IN_TEMPLATE.findall(source)
    }


def texts_of(floor: str) -> set[Text]:
    folder = REPOSITORY / floor
    found: set[Text] = set()
    for file in folder.rglob("*.py"):
        if not {"migrations", "management"} & set(file.parts):
            found |= texts_of_python(file)
    for file in folder.rglob("templates/**/*.html"):
        found |= texts_of_template(file)
    return {text for text in found if text[1].strip()}


def po_files() -> list[Path]:
    """Our catalogues: of each floor, and of the apps inside a floor."""
    return [
        file
        for floor in FLOORS
        for file in sorted((REPOSITORY / floor).glob("**/locale/fa/LC_MESSAGES/django.po"))
    ]


def key_of(entry: polib.POEntry) -> Text:
    return entry.msgctxt or "", entry.msgid


def catalogue() -> dict[Text, polib.POEntry]:
    """All Persian catalogues together, ours over Django's, as Django merges them."""
    found = {}
    theirs = Path(django.__file__).parent / "contrib/admin/locale/fa/LC_MESSAGES/django.po"
    for file in (theirs, *po_files()):
        for entry in polib.pofile(str(file)):
            found[key_of(entry)] = entry
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


def test_no_catalogue_says_a_text_twice():
    twice = [
        (str(file.relative_to(REPOSITORY)), *text)
        for file in po_files()
        for text, times in Counter(key_of(one) for one in polib.pofile(str(file))).items()
        if times > 1
    ]

    assert twice == []


def test_no_catalogue_is_overruled_by_another():
    """Of two catalogues only one is seen: what means another thing needs a context of its own."""
    said = defaultdict(set)
    for entry in own_entries():
        if not entry.msgid_plural:
            said[key_of(entry)].add(entry.msgstr)

    assert {text: words for text, words in said.items() if len(words) > 1} == {}
