"""The whole journey, by pages alone: from a stranger with a zip to an app that is gone again."""

import http.client
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from config.supervisor.testing import Product
from core.limits import ROUTE_POLL_S
from tests.e2e.people import (
    DESK,
    Demo,
    Visits,
    app_of,
    enter_chat,
    fa,
    main_button,
    open_menu,
    runner,
    sign_in,
    sign_in_staff,
)
from tests.tutorial import TEXT, follow

pytestmark = pytest.mark.e2e

GROUP = "کوه جمعه‌ها"
GREETING = "سلام"  # the heading of the tutorial's app
OPEN_ENDS_WITHIN_S = 10.0
GONE_WITHIN_S = 5.0 + ROUTE_POLL_S


@pytest.fixture
def zips(tmp_path: Path) -> Path:
    """The tutorial's files: hello-1.zip with its fault, hello-2.zip without, verify.py."""
    follow(tmp_path)
    return tmp_path


def become_maker(page: Page, demo: Demo, number: str) -> None:
    """A stranger wants to make apps: sign in, say a name, become a maker."""
    sign_in(page, f"۰۹۳۵ {number}", lambda: demo.new_code(f"+98935{number}"))
    page.get_by_label(fa("First name"), exact=True).fill("نرگس")
    page.get_by_role("button", name=fa("Go on")).click()
    expect(page).to_have_url(re.compile("/console/$"))
    page.get_by_label(fa("Name of the maker")).fill("کارگاه نرگس")
    page.get_by_role("button", name=fa("Become a maker")).click()


def register(page: Page, slug: str, name: str) -> str:
    """Register the app and return its id."""
    page.goto("/console/")
    page.get_by_role("link", name=fa("Register an app")).first.click()
    page.get_by_label(fa("Slug"), exact=True).fill(slug)
    page.get_by_label(fa("Name in Persian")).fill(name)
    page.get_by_label(fa("Name in English")).fill("Hello")
    page.get_by_label(fa("Description in Persian")).fill("سلام می‌کند و بازدیدها را می‌شمارد.")
    page.get_by_role("button", name=fa("Register"), exact=True).click()
    expect(page.locator("#token-shown code")).to_have_text(re.compile(r"^\d+:\S+$"))
    return page.locator("code").filter(has_text=re.compile("^app_")).inner_text()


def upload(page: Page, bundle: Path) -> None:
    page.locator("#upload input[type=file]").set_input_files(bundle)
    page.locator("#upload [type=submit]").click()
    expect(page).to_have_url(re.compile("/console/versions/"))
    expect(page.locator("#check")).to_have_count(0, timeout=90_000)


def mend_and_preview(page: Page, zips: Path) -> None:
    """The faulty zip is refused with its finding; the mended one runs in the preview."""
    upload(page, zips / "hello-1.zip")
    finding = page.locator(".finding--error")
    expect(finding).to_have_count(1)
    expect(finding).to_contain_text("html-remote-script")
    expect(finding).to_contain_text("index.html:8")
    assert "`html-remote-script` in `index.html`, line 8" in TEXT
    page.get_by_role("link", name=fa("Upload again")).click()
    upload(page, zips / "hello-2.zip")
    expect(page.locator(".finding--error")).to_have_count(0)
    page.locator("[data-preview] [type=submit]").click()
    preview = page.frame_locator("[data-screen] iframe").frame_locator("iframe.run-frame")
    expect(preview.locator("#greeting")).to_have_text(GREETING)
    expect(preview.locator("#visits")).to_have_text("۱")
    page.locator("#submit [type=submit]").click()
    expect(page).to_have_url(re.compile("/console/(cases|versions)/"))
    expect(page.locator("#submit")).to_have_count(0)


def approve(page: Page, demo: Demo, name: str) -> None:
    """Mina finds the case in the queue, runs the app beside it and approves."""
    page.goto("/admin/")
    sign_in_staff(page, demo, "mina")
    page.goto("/admin/miniapps/submission/")
    page.locator("#result_list").get_by_role("link", name=name).click()
    page.locator("[data-preview] [type=submit]").click()
    preview = page.frame_locator("[data-screen] iframe").frame_locator("iframe.run-frame")
    expect(preview.locator("#greeting")).to_have_text(GREETING)
    page.locator("form[action$='/claim/'] [type=submit]").click()
    page.locator("#decide [value=approve]").click()
    page.locator("#confirm-approve [value=approve]").click()
    expect(page.locator(".desk__panel")).to_contain_text(fa("Decided"))


def open_in_chat(page: Page, name: str) -> None:
    open_menu(page).locator(".app-line", has_text=name).locator("button").first.click()
    expect(app_of(page).locator("#greeting")).to_have_text(GREETING)


def verified(zips: Path, product: Product, app_id: str, token: str) -> str:
    """Give the token to the tutorial's server side; return what it says."""
    script = zips / "verify.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("http://localhost:8000", product.origin), encoding="utf-8")
    command = [sys.executable, str(script), app_id]
    done = subprocess.run(
        command, input=token + "\n", capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def measure(page: Page, name: str, step: str, reason: str) -> float:
    """Omid takes a step on the app with a reason; return when he pressed, in monotonic seconds."""
    page.goto("/admin/miniapps/app/")
    page.locator("#result_list").get_by_role("link", name=name).click()
    page.locator(f".object-tools a[href$='/do/{step}/']").click()
    page.locator("#reason").fill(reason)
    began = time.monotonic()
    page.locator(".measure [type=submit]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    return began


def status_of(product: Product, url: str) -> int:
    """Ask the app's origin for a page; names below localhost are known to browsers only."""
    connection = http.client.HTTPConnection("localhost", product.plan.port, timeout=10)
    parts = urlsplit(url)
    connection.request("GET", f"{parts.path}?{parts.query}", headers={"Host": parts.netloc})
    status = connection.getresponse().status
    connection.close()
    return status


def test_from_a_stranger_with_a_zip_to_an_app_that_is_gone(
    visits: Visits,
    demo: Demo,
    product: Product,
    zips: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    number = str(time.time_ns())[-7:]
    name, slug = f"سلام {number}", f"hello-{number}"
    maker = visits.open("", "/console/", screen=DESK)
    become_maker(maker, demo, number)
    app_id = register(maker, slug, name)
    mend_and_preview(maker, zips)

    approve(visits.open("", "/admin/", screen=DESK), demo, name)

    ali = visits.open("ali")
    enter_chat(ali, GROUP)
    open_in_chat(ali, name)
    expect(app_of(ali).locator("#visits")).to_have_text("۱")
    expect(app_of(ali).locator("#token")).to_have_value(re.compile(r"^\S+\.\S+\.\S+$"))
    token = app_of(ali).locator("#token").input_value()
    assert re.fullmatch(r"This is person [0-9a-z]{26}\n", verified(zips, product, app_id, token))
    broken = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    assert verified(zips, product, app_id, broken).startswith("Refused: ")
    main_button(ali).click()
    expect(ali.locator("#app-pane .sheet")).to_have_count(0)
    open_in_chat(ali, name)
    expect(app_of(ali).locator("#visits")).to_have_text("۲")

    frame_url = runner(ali).locator("iframe.run-frame").get_attribute("src") or ""
    assert status_of(product, frame_url) == 200
    visits.forgive(r"status of (409|410|404|403)")
    omid = visits.open("omid", "/admin/", screen=DESK)
    began = measure(omid, name, "suspend", "به کاربران آسیب می‌زند.")
    expect(runner(ali).locator(".run-end")).to_be_visible(timeout=OPEN_ENDS_WITHIN_S * 1000)
    ended_s = time.monotonic() - began
    while status_of(product, frame_url) != 410:
        assert time.monotonic() - began < GONE_WITHIN_S
    gone_s = time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(f"\nsuspended: page ended in {ended_s:.2f} s, 410 in {gone_s:.2f} s\n")
    assert ended_s < OPEN_ENDS_WITHIN_S
    maryam = visits.open("maryam", f"/a/{slug}")
    expect(maryam.locator("#main")).to_contain_text(
        fa("This mini-app cannot be opened at the moment.")
    )
    ali.goto("/")
    enter_chat(ali, GROUP)
    expect(open_menu(ali).locator(".app-line", has_text=name)).to_have_count(0)
    maker.goto(f"/console/apps/{app_id}/history/")
    expect(maker.locator("#main")).to_contain_text("به کاربران آسیب می‌زند.")

    began = measure(omid, name, "restore", "درست شد.")
    while status_of(product, frame_url) != 200:
        assert time.monotonic() - began < GONE_WITHIN_S
    ali.reload()
    open_in_chat(ali, name)
    expect(app_of(ali).locator("#visits")).to_have_text("۳")
