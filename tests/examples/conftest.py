"""The browser for the examples, and the page a person would hold in the hand."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from config.supervisor import chromium
from examples.build import files_of
from tests.examples.host_in_miniature import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Playwright

ROOT = Path(__file__).parents[2]
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def phone_browser(playwright: Playwright) -> Iterator[Browser]:
    found = chromium.find_or_get(ROOT / "var")
    if found is None:
        pytest.skip("No Chromium can be had here; the examples were not opened.")
    browser = playwright.chromium.launch(
        executable_path=str(found.path), args=list(found.arguments), env={**os.environ, **found.env}
    )
    yield browser
    browser.close()


@pytest.fixture
def opened(phone_browser: Browser) -> Iterator[Callable[..., Any]]:
    """Give `opened(name, mock=True, query="", scheme="light", …)`: a page that tolerates no error."""
    faults: list[str] = []

    @contextmanager
    def open_app(name: str, *, mock: bool = True, query: str = "", scheme: str = "light", calm: bool = False,
                 connect: str = "", before: str = "", served: Callable[[str], None] = lambda _origin: None, path: str = "/") -> Iterator[Page]:  # fmt: skip
        files = files_of(name, connect=connect)
        context = phone_browser.new_context(
            viewport=PHONE,
            locale="fa-IR",
            color_scheme=scheme,
            reduced_motion="reduce" if calm else "no-preference",
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: faults.append(line.text) if line.type in ("error", "warning") else None,
        )
        if before:
            page.add_init_script(before)
        with serve(files, mock=mock, connect=connect) as origin:
            served(origin)
            page.goto(origin + path + query)
            page.wait_for_selector("#app:not([aria-busy])")
            yield page
            context.close()

    yield open_app
    assert faults == []
