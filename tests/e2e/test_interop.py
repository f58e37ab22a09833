"""The SDKs that makers of Telegram apps use, each in a small app that is uploaded and opened here.

Their packages come from npm when the test runs, as the lock beside the sources has them.
"""

import io
import json
import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import qrcode
from playwright.sync_api import Page, Playwright, expect

from config.supervisor.testing import Product
from tests.e2e.npm_packages import NpmUnavailable, locked
from tests.e2e.people import DESK, Visits, answer, app_of, main_button, runner

pytestmark = pytest.mark.e2e

SOURCES = Path(__file__).parent / "harness" / "interop"
SDKS = ("tma2", "tma3", "tmajs", "twa", "vkruglikov")
TELEGRAM = '<script src="https://telegram.org/js/telegram-web-app.js"></script>'
DARK = "#182120"
DEAF_MS = 550  # a dialog takes no press in the first half second
BUILD_S = 60
REGISTER = """
import json
from django.utils import timezone
from identity.models import Maker
from miniapps import apikeys, registration
maker = Maker.objects.get(name="استودیو نارون")
made = {{}}
for slug in {slugs!r}:
    app, _token = registration.register(
        maker=maker, actor=maker.founder, slug=slug, name_fa=slug, name_en=slug, category="tools",
        about_fa="برای میزبان دیگری نوشته شده است.",
    )
    scopes = ["versions:write", "versions:read", "submissions:write", "payments:write"]
    key, text = apikeys.issue(
        app=app, actor=maker.founder, name="CI", now=timezone.now(), scopes=scopes
    )
    made[slug] = {{"id": app.public_id, "key": text}}
print(json.dumps(made))
"""
APPROVE = """
from django.utils import timezone
from identity.models import Person
from miniapps import review
from miniapps.models import Submission
mina = Person.objects.get(phone="+989120001011")
for case in Submission.objects.filter(public_id__in={cases!r}):
    review.claim(submission=case, reviewer=mina, now=timezone.now())
    review.approve(submission=case, reviewer=mina, reasons="Runs as it is.", now=timezone.now())
"""


def built(sdk: str, packages: Path) -> bytes:
    """Bundle one app as its maker would and return the zip."""
    project = packages / "src"
    shutil.copytree(SOURCES, project, dirs_exist_ok=True)
    esbuild = packages / "node_modules" / "esbuild" / "bin" / "esbuild"
    flags = ["--bundle", "--format=esm", "--minify", '--define:process.env.NODE_ENV="production"']
    done = subprocess.run(
        ["node", str(esbuild), f"{sdk}.js", *flags],
        cwd=project, check=True, capture_output=True, timeout=BUILD_S,
    )  # fmt: skip
    page = (SOURCES / "index.html").read_text()
    page = page.replace("<!--script-->", TELEGRAM if sdk == "vkruglikov" else "")
    manifest = {
        "app_id": f"ir.example.{sdk}", "name": sdk, "version": {"code": 1, "name": "1.0.0"},
        "pages": ["index.html"], "req_permissions": [{"name": "payments", "reason": "آزمون"}],
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("index.html", page)
        bundle.writestr("app.js", done.stdout)
        bundle.writestr("manifest.json", json.dumps(manifest))
    return out.getvalue()


@pytest.fixture(scope="module")
def addresses(product: Product, playwright: Playwright) -> dict[str, str]:
    """Where each app opens, with an invoice of its own: uploaded, approved, released."""
    try:
        packages = locked(SOURCES)
    except NpmUnavailable as reason:
        pytest.skip(f"NOT TESTED, apps built with SDKs from npm: {reason}")
    tail = f"{os.getpid()}-{time.time_ns() % 10**6}"
    slugs = {sdk: f"{sdk}-{tail}" for sdk in SDKS}
    registered = product.manage("shell", "-v", "0", "-c", REGISTER.format(slugs=[*slugs.values()]))
    made = json.loads(registered)
    doors = {
        sdk: playwright.request.new_context(
            base_url=product.origin,
            extra_http_headers={"Authorization": f"Bearer {made[slug]['key']}"},
        )
        for sdk, slug in slugs.items()
    }
    versions, cases, opened = {}, [], {}
    for sdk, api in doors.items():  # all are checked side by side
        bundle = {"name": "a.zip", "mimeType": "application/zip", "buffer": built(sdk, packages)}
        sent = api.post(
            f"/api/v1/apps/{made[slugs[sdk]]['id']}/versions", multipart={"bundle": bundle}
        )
        assert sent.status == 202, sent.text()
        versions[sdk] = sent.json()["id"]
    for sdk, api in doors.items():
        version = checked(api, versions[sdk])
        assert version["state"] == "ready", version["findings"]
        case = api.post(
            f"/api/v1/apps/{made[slugs[sdk]]['id']}/submissions", data={"version": versions[sdk]}
        )
        assert case.status == 201, case.text()
        cases.append(case.json()["id"])
    product.manage("shell", "-v", "0", "-c", APPROVE.format(cases=cases))
    for sdk, api in doors.items():
        asked = api.post(
            "/api/v1/invoices",
            data={"title": "چای", "amount_rials": 50_000, "order_ref": f"order-{sdk}"},
            headers={"Idempotency-Key": f"interop-{slugs[sdk]}"},
        )
        assert asked.status == 201, asked.text()
        opened[sdk] = f"/a/{slugs[sdk]}?startapp={asked.json()['slug']}"
        api.dispose()
    return opened


def checked(api: Any, version_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 90
    while True:
        version: dict[str, Any] = api.get(f"/api/v1/versions/{version_id}").json()
        if version["state"] not in {"uploaded", "processing"}:
            return version
        assert time.monotonic() < deadline, version
        time.sleep(0.2)


def sees(page: Page, name: str, value: Any) -> None:
    """Wait until the app shows a fact with this value."""
    text = f"{json.dumps(name)}:{json.dumps(value)}"
    expect(app_of(page).locator("#facts")).to_contain_text(text)


def picture_of(text: str) -> bytes:
    out = io.BytesIO()
    qrcode.make(text, box_size=6).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize("sdk", SDKS)
def test_an_app_of_this_sdk_does_all_a_person_sees(
    sdk: str, addresses: dict[str, str], visits: Visits
) -> None:
    ali = visits.open("ali", addresses[sdk], screen=DESK)
    sees(ali, "cloud", "salam")
    app = app_of(ali)

    expect(main_button(ali)).to_have_text("Order")
    main_button(ali).click()
    sees(ali, "clicks", 1)
    ali.locator("#app-pane .sheet__bar > .icon-button").first.click()
    sees(ali, "backs", 1)

    ali.emulate_media(color_scheme="dark")
    sees(ali, "theme", DARK)

    app.locator("#ask").click()
    expect(runner(ali).get_by_role("dialog")).to_contain_text("Sure?")
    answer(ali, "Yes")
    sees(ali, "ask", "yes")

    app.locator("#scan").click()
    code = {"name": "c.png", "mimeType": "image/png", "buffer": picture_of("table-4")}
    runner(ali).locator("dialog.run-scan input[type=file]").set_input_files([code])
    sees(ali, "scan", "table-4")
    expect(runner(ali).locator("dialog.run-scan")).to_have_count(0)

    app.locator("#pay").click()
    sheet = runner(ali).locator("dialog.pay-sheet")
    expect(sheet).to_be_visible()
    ali.wait_for_timeout(DEAF_MS)
    sheet.locator("[data-pay=pay]").click()
    sheet.locator("[data-pay=done]").click()
    sees(ali, "pay", "paid")
