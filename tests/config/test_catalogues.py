"""Translations are compiled when they are newer, and a broken one is named."""

import gettext
import os

import pytest

from config.catalogues import compile_all

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "Send"
msgstr "{}"
"""


@pytest.fixture
def catalogue(tmp_path):
    po = tmp_path / "core" / "locale" / "fa" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO.format("فرستادن"), encoding="utf-8")
    return po


def send(catalogue) -> str:
    with catalogue.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext("Send")


def test_a_catalogue_is_compiled_once(catalogue, tmp_path):
    assert compile_all(tmp_path) == [catalogue]
    assert send(catalogue) == "فرستادن"

    assert compile_all(tmp_path) == []


def test_an_edited_catalogue_is_compiled_again(catalogue, tmp_path):
    compile_all(tmp_path)
    catalogue.write_text(PO.format("بفرست"), encoding="utf-8")
    later = catalogue.stat().st_mtime_ns + 10**9
    os.utime(catalogue, ns=(later, later))

    assert compile_all(tmp_path) == [catalogue]
    assert send(catalogue) == "بفرست"


def test_a_broken_catalogue_is_named(catalogue, tmp_path):
    catalogue.write_text('msgid "Send"\nnonsense "x"\n', encoding="utf-8")

    with pytest.raises(ValueError, match=r"django\.po is not a readable catalogue"):
        compile_all(tmp_path)
