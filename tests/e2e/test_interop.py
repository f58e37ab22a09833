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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import qrcode
from playwright.sync_api import APIRequestContext, Page, Playwright, expect

from config.supervisor.testing import Product
from tests.e2e import firefoxes
from tests.e2e.npm_packages import NpmUnavailable, locked
from tests.e2e.people import DESK, Visits, answer, app_of, fa, main_button, runner

pytestmark = pytest.mark.e2e

HARNESS = Path(__file__).parent / "harness"
SOURCES = HARNESS / "interop"
SDKS = ("tma2", "tma3", "tmajs", "twa", "vkruglikov")
DOCUMENT = "document"  # React owns the page from <html> on
TELEGRAM = '<script src="https://telegram.org/js/telegram-web-app.js"></script>'
DARK = "#182120"
DEAF_MS = 550  # a dialog takes no press in the first half second
BUILD_S = 60
FIREFOX_S = 300
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
    scopes = ["versions:write", "versions:read", "submissions:write", "payments:write",
              "messages:write"]
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


@dataclass(frozen=True)
class Uploaded:
    """An app that is live: where it opens, with an invoice of its own, and its server's key."""

    address: str
    app_id: str
    key: str


def bundled(project: Path, source: str, *flags: str) -> bytes:
    """Return one script with all that it imports."""
    esbuild = project.parent / "node_modules" / "esbuild" / "bin" / "esbuild"
    flags = ("--bundle", "--minify", '--define:process.env.NODE_ENV="production"', *flags)
    done = subprocess.run(
        ["node", str(esbuild), f"{source}.js", *flags],
        cwd=project, check=True, capture_output=True, timeout=BUILD_S,
    )  # fmt: skip
    return done.stdout


def page_of(name: str, project: Path) -> bytes:
    """Return the page of an app: written by hand, or rendered by React as a server would."""
    if name == DOCUMENT:
        program = bundled(project, "document-page", "--format=cjs", "--platform=node")
        run = ["node", "-"]
        return subprocess.run(
            run, input=program, check=True, capture_output=True, timeout=BUILD_S
        ).stdout
    text = (SOURCES / "index.html").read_text()
    return text.replace("<!--script-->", TELEGRAM if name == "vkruglikov" else "").encode()


def built(name: str, packages: Path) -> bytes:
    """Bundle one app as its maker would and return the zip."""
    project = packages / "src"
    shutil.copytree(SOURCES, project, dirs_exist_ok=True)
    manifest = {
        "app_id": f"ir.example.{name}", "name": name, "version": {"code": 1, "name": "1.0.0"},
        "pages": ["index.html"], "req_permissions": [{"name": "payments", "reason": "آزمون"}],
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("index.html", page_of(name, project))
        bundle.writestr("app.js", bundled(project, name, "--format=esm"))
        bundle.writestr("manifest.json", json.dumps(manifest))
    return out.getvalue()


@pytest.fixture(scope="module")
def apps(product: Product, playwright: Playwright) -> dict[str, Uploaded]:
    """Each app, uploaded, approved and released."""
    try:
        packages = locked(SOURCES)
    except NpmUnavailable as reason:
        pytest.skip(f"NOT TESTED, apps built with SDKs from npm: {reason}")
    tail = f"{os.getpid()}-{time.time_ns() % 10**6}"
    slugs = {name: f"{name}-{tail}" for name in (*SDKS, DOCUMENT)}
    registered = product.manage("shell", "-v", "0", "-c", REGISTER.format(slugs=[*slugs.values()]))
    made = json.loads(registered)
    doors = {name: door(playwright, product, made[slug]["key"]) for name, slug in slugs.items()}
    versions, cases, opened = {}, [], {}
    for name, api in doors.items():  # all are checked side by side
        bundle = {"name": "a.zip", "mimeType": "application/zip", "buffer": built(name, packages)}
        sent = api.post(
            f"/api/v1/apps/{made[slugs[name]]['id']}/versions", multipart={"bundle": bundle}
        )
        assert sent.status == 202, sent.text()
        versions[name] = sent.json()["id"]
    for name, api in doors.items():
        version = checked(api, versions[name])
        assert version["state"] == "ready", version["findings"]
        case = api.post(
            f"/api/v1/apps/{made[slugs[name]]['id']}/submissions", data={"version": versions[name]}
        )
        assert case.status == 201, case.text()
        cases.append(case.json()["id"])
    product.manage("shell", "-v", "0", "-c", APPROVE.format(cases=cases))
    for name, api in doors.items():
        asked = api.post(
            "/api/v1/invoices",
            data={"title": "چای", "amount_rials": 50_000, "order_ref": f"order-{name}"},
            headers={"Idempotency-Key": f"interop-{slugs[name]}"},
        )
        assert asked.status == 201, asked.text()
        address = f"/a/{slugs[name]}?startapp={asked.json()['slug']}"
        app = made[slugs[name]]
        opened[name] = Uploaded(address=address, app_id=app["id"], key=app["key"])
        api.dispose()
    return opened


def door(playwright: Playwright, product: Product, key: str) -> APIRequestContext:
    """Return the API as a maker's server reaches it."""
    return playwright.request.new_context(
        base_url=product.origin, extra_http_headers={"Authorization": f"Bearer {key}"}
    )


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
    sdk: str, apps: dict[str, Uploaded], visits: Visits
) -> None:
    ali = visits.open("ali", apps[sdk].address, screen=DESK)
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


def test_a_page_that_react_owns_whole_runs_and_shares_what_its_server_prepared(
    apps: dict[str, Uploaded], visits: Visits, product: Product, playwright: Playwright
) -> None:
    app = apps[DOCUMENT]
    ali = visits.open("ali", app.address, screen=DESK)
    sees(ali, "cloud", "salam")
    sees(ali, "hydrated", True)
    sees(ali, "mismatch", None)
    facts = json.loads(app_of(ali).locator("#facts").text_content() or "")
    api = door(playwright, product, app.key)
    wish = {"user": facts["number"], "text": "امشب چای؟", "start_param": "tea"}
    prepared = api.post(f"/api/v1/apps/{app.app_id}/prepared-messages", data=wish)
    assert prepared.status == 201, prepared.text()
    app_of(ali).locator("#prepared").fill(prepared.json()["id"])
    api.dispose()

    app_of(ali).locator("#share").click()
    ali.get_by_role("dialog").get_by_role("button").filter(has_text="سارا").click()
    question = ali.get_by_role("dialog")
    expect(question).to_contain_text("امشب چای؟")
    question.get_by_role("button", name=fa("Send"), exact=True).click()

    sees(ali, "shared", True)


def test_the_same_apps_run_in_firefox(
    apps: dict[str, Uploaded], visits: Visits, product: Product
) -> None:
    firefox = firefoxes.find_or_get()
    if firefox is None:
        pytest.skip("NOT TESTED in Firefox: none is here and none can be had; set FIREFOX to one")
    try:
        packages = locked(HARNESS / "firefox")
    except NpmUnavailable as reason:
        pytest.skip(f"NOT TESTED in Firefox: {reason}")
    shutil.copy(HARNESS / "firefox" / "drive.mjs", packages)
    names = ("name", "value", "domain", "path")
    cookies = [
        {name: cookie.get(name) for name in names}
        for cookie in visits.open("ali").context.cookies()
    ]
    asked = {
        "executable": firefox, "cookies": cookies,
        "apps": {name: f"{product.origin}{app.address}" for name, app in apps.items()},
    }  # fmt: skip

    run = subprocess.run(
        ["node", "drive.mjs"],
        cwd=packages, input=json.dumps(asked), capture_output=True, text=True,
        timeout=FIREFOX_S, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr[-2000:]
    shown = json.loads(run.stdout)
    for sdk in SDKS:
        assert shown[sdk].get("cloud") == "salam", (sdk, shown[sdk])
        assert (shown[sdk]["clicks"] > 0, shown[sdk]["ask"]) == (True, "yes"), (sdk, shown[sdk])
    document = shown[DOCUMENT]
    assert (document.get("hydrated"), document.get("mismatch")) == (True, None), document
