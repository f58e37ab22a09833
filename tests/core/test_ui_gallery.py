"""The gallery shows every component in both languages and both themes, and only with DEBUG."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from core.gallery import SAMPLE

COTTON = Path(__file__).parents[2] / "core" / "templates" / "cotton"


@pytest.mark.parametrize(
    ("language", "theme", "word"),
    [("fa", "light", "ویترین"), ("fa", "dark", "ویترین"), ("en", "auto", "Showcase")],
)
def test_the_gallery_is_whole(
    client: Client, settings: Settings, language: str, theme: str, word: str
) -> None:
    settings.DEBUG = True

    page = client.get("/gallery/", {"lang": language, "theme": theme}).content.decode()

    assert re.search(rf'<html lang="{language}" dir="{"rtl" if language == "fa" else "ltr"}"', page)
    assert f'data-theme="{theme}"' in page
    assert word in page
    assert SAMPLE in page
    assert "<c-" not in page
    assert " style=" not in page


def test_the_gallery_is_not_there_without_debug(client: Client, settings: Settings) -> None:
    settings.DEBUG = False

    assert client.get("/gallery/").status_code == 404


def test_an_unknown_theme_is_the_device_s(client: Client, settings: Settings) -> None:
    settings.DEBUG = True

    assert 'data-theme="auto"' in client.get("/gallery/?theme=%22x").content.decode()


def test_every_component_is_in_the_gallery() -> None:
    specimens = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("gallery", "ui", "cotton")
        for path in (COTTON.parent / folder).glob("*.html")
    )

    for component in COTTON.glob("*.html"):
        assert f"<c-{component.stem.replace('_', '-')}" in specimens


def test_ids_on_the_page_are_unique_and_labels_have_their_fields(
    client: Client, settings: Settings
) -> None:
    settings.DEBUG = True

    page = client.get("/gallery/?lang=en").content.decode()

    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label[^>]*\sfor="([^"]+)"', page)) <= set(ids)
    for names in re.findall(r'aria-(?:describedby|labelledby)="\s*([^"]+)"', page):
        assert set(names.split()) <= set(ids)
