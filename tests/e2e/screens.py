"""Takes the pictures of the README: ``python -m tests.e2e.screens --out docs/pictures``."""

import argparse
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from PIL import Image
from playwright.sync_api import FrameLocator, Locator, Page, ViewportSize, expect, sync_playwright

from config.supervisor import chromium
from config.supervisor.testing import Product, run_product, test_folder
from tests.e2e import stories
from tests.e2e import test_payment_journey as money_journey
from tests.e2e.people import (
    PATIENCE_MS,
    PHONE,
    Demo,
    Visits,
    app_of,
    bubbles,
    enter_chat,
    main_button,
    runner,
)
from tests.e2e.test_payment_journey import DEAF_MS

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"  # texts are read here, never rows
GROUP = "کوه جمعه‌ها"
BYTES_MAX = 150_000  # of one picture
WIDE: ViewportSize = {"width": 1360, "height": 850}


def main() -> None:
    """Start a product of our own and go through its screens."""
    parser = argparse.ArgumentParser(description="Take the pictures of the README.")
    parser.add_argument("--out", type=Path, required=True, help="the folder they are written to")
    parser.add_argument(
        "--only", default="", help="parts of the names of the wanted pictures, with commas"
    )
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    home = test_folder(os.environ)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": NOWHERE,
        "BARNAMAK_VAR": str(home / "screens"),
    }
    django.setup()
    with tempfile.TemporaryDirectory() as folder, run_product(Path(folder) / "var") as product:
        _take_all(product, Path(folder), given.out, given.only)


def _take_all(product: Product, folder: Path, out: Path, only: str) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    _app, version = stories.version_with_findings(product, folder)
    case = stories.cases_in_queue(product, folder)
    shots: dict[str, Callable[[Page], object]] = {
        "chats": _list,
        "chat": _chat,
        "app": _app_over_chat,
        "messenger": _app_over_chat,
        "sheet": _sheet,
        "receipt": _receipt,
        "money": _money,
        "console": lambda page: _console(page, version),
        "queue": lambda page: page.goto("/admin/miniapps/submission/"),
        "desk": lambda page: _desk(page, case),
    }
    shots |= _storefront(product)
    people = {
        "money": "sara",
        "console": "sara",
        "queue": "mina",
        "desk": "mina",
        "shopdesk": "maryam",
    }
    with _windows(product) as open_window:
        for name, go in shots.items():
            for scheme in ("light", "dark"):
                if not any(part in f"{name}-{scheme}" for part in only.split(",")):
                    continue
                wide = name in {"messenger", "console", "queue", "desk", "money", "shopdesk"}
                page = open_window(people.get(name, "ali"), scheme, WIDE if wide else PHONE)
                go(page)
                _save(page, out / f"{name}-{scheme}.webp")
                page.context.close()


def _storefront(product: Product) -> dict[str, Callable[[Page], object]]:
    """Return the walks to the storefront's pages; an order is under way, a cart is full."""
    said = stories.shell(product, stories.ORDERED)
    goods, chat = said[-2:]
    return {
        "showcase": lambda page: page.goto("/showcase/"),
        "shop": lambda page: page.goto(f"/shops/{stories.SHOP}/"),
        "product": lambda page: page.goto(f"/shops/{stories.SHOP}/{goods}/"),
        "checkout": lambda page: page.goto(f"/cart/{stories.SHOP}/checkout/"),
        "order": lambda page: _order(page, chat),
        "shopdesk": lambda page: page.goto(f"/shops/desk/{stories.SHOP}/products/"),
    }


def _order(page: Page, chat: str) -> None:
    page.goto(f"/chats/{chat}/")
    expect(page.locator(".order-card").last).to_be_visible()
    page.locator("#chat-pane .wall").evaluate("wall => { wall.scrollTop = wall.scrollHeight; }")


@contextmanager
def _windows(product: Product) -> Iterator[Callable[[str, str, ViewportSize], Page]]:
    found = chromium.find_or_get(chromium.browsers_folder())
    if found is None:
        raise SystemExit("No Chromium is here and none can be had: set CHROMIUM to one.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(found.path), args=list(found.arguments), env=found.env
        )
        visits = Visits(browser, product, Demo(product))

        def open_window(who: str, scheme: str, screen: ViewportSize) -> Page:
            scale = 2 if screen["width"] < WIDE["width"] else 1
            page = visits.open(
                who, "/account/", screen=screen, scheme=scheme, device_scale_factor=scale
            )
            page.goto("/admin/" if who == "mina" else "/")
            return page

        yield open_window
        browser.close()
        for complaint in visits.complaints():
            raise SystemExit(complaint)


def _list(page: Page) -> None:
    expect(page.locator("#chat-list a").first).to_be_visible()


def _chat(page: Page) -> None:
    enter_chat(page, GROUP)
    expect(bubbles(page).last).to_be_visible()
    page.locator("#chat-pane .wall").evaluate("wall => { wall.scrollTop = wall.scrollHeight; }")


def _app_over_chat(page: Page) -> None:
    enter_chat(page, "کافه نارون")
    page.locator("#chat-pane [data-app]").last.click()
    _consent(runner(page))
    for item in ("لاته", "چای لاهیجان"):
        button = app_of(page).get_by_role("button", name=f"افزودن {item}", exact=True)
        button.click()


def _sheet(page: Page) -> Locator:
    """Stop before the press that pays."""
    _app_over_chat(page)
    main_button(page).click()
    expect(app_of(page).get_by_role("heading", name="سفارش شما")).to_be_visible()
    main_button(page).click()
    sheet = runner(page).locator("dialog.pay-sheet")
    expect(sheet).to_be_visible()
    page.wait_for_timeout(DEAF_MS)
    return sheet


def _receipt(page: Page) -> None:
    """Pay, and look at the ticket of the café with the number of the receipt."""
    money_journey.pay(page, _sheet(page))
    expect(app_of(page).locator(".receipt-number")).to_be_visible()
    page.goto(f"/wallet/payments/{app_of(page).locator('.receipt-number').inner_text()}/")


def _money(page: Page) -> None:
    page.goto(money_journey.money_page_of(page))
    expect(page.locator("main")).to_contain_text("کافه نارون")


def _console(page: Page, version: str) -> None:
    page.goto(f"/console/versions/{version}/")
    expect(page.locator(".finding--error").first).to_be_visible()


def _desk(page: Page, case: str) -> None:
    page.goto(f"/admin/miniapps/submission/{case}/change/")
    page.locator("[data-preview] [type=submit]").click()
    around = page.frame_locator("[data-screen] iframe")
    _consent(around)
    app = around.frame_locator("iframe.run-frame").get_by_role("heading", name="کافه نارون")
    expect(app).to_be_visible()


def _consent(around: FrameLocator) -> None:
    """Say yes where the platform asks before the first time."""
    expect(around.locator("iframe.run-frame, .consent")).to_be_visible()
    if around.locator(".consent").is_visible():
        around.locator(".consent [type=submit]").click()


def _save(page: Page, path: Path) -> None:
    """Write the window as WebP, as finely as the limit of a picture allows."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    for quality in (90, 80, 70, 60):
        held = io.BytesIO()
        picture.save(held, "WEBP", quality=quality, method=6)
        if held.tell() <= BYTES_MAX:
            break
    path.write_bytes(held.getvalue())


if __name__ == "__main__":
    main()
