"""Mini-apps written for Telegram, uploaded as they are, run in the real product's chats."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiogram.utils.web_app import check_webapp_signature
from playwright.sync_api import APIRequestContext, Page, Playwright, expect

from config.supervisor.testing import Product
from tests.e2e.foreign_apps import build_twa_zip, build_vite_zip
from tests.e2e.npm_packages import NpmUnavailable, installed
from tests.e2e.people import (
    DESK,
    Visits,
    answer,
    app_of,
    enter_chat,
    main_button,
    open_menu,
    runner,
)

pytestmark = pytest.mark.e2e

GROUP = "کوه جمعه‌ها"
CHECKED_WITHIN_S = 90
VALIDATOR = {"@telegram-apps/init-data-node": "2.0.10"}
VALIDATE = """
import { validate } from "@telegram-apps/init-data-node";
const { initData, token } = JSON.parse(process.argv[1]);
try { validate(initData, token); console.log("valid"); } catch (error) { console.log(error.name); }
"""
REGISTER = """
import json
from django.utils import timezone
from identity.models import Maker
from miniapps import apikeys, registration
maker = Maker.objects.get(name="استودیو نارون")
app, token = registration.register(
    maker=maker, actor=maker.founder, slug={slug!r}, name_fa={name!r}, name_en={slug!r},
    category="tools",
    about_fa="برای میزبان دیگری نوشته شده است.",
)
key, text = apikeys.issue(
    app=app, actor=maker.founder, name="CI", now=timezone.now(),
    scopes=["versions:write", "versions:read", "submissions:write"],
)
print(json.dumps({{"id": app.public_id, "token": token, "key": text}}))
"""
APPROVE = """
from django.utils import timezone
from identity.models import Person
from miniapps import review
from miniapps.models import Submission
case = Submission.objects.get(public_id={case!r})
mina = Person.objects.get(phone="+989120001011")
review.claim(submission=case, reviewer=mina, now=timezone.now())
review.approve(submission=case, reviewer=mina, reasons="Runs as it is.", now=timezone.now())
"""


@dataclass
class Foreign:
    """An app that was made for another host, approved here."""

    name: str
    token: str
    speaks: list[str]


def shell(product: Product, code: str) -> str:
    return product.manage("shell", "-v", "0", "-c", code)


def uploaded(api: APIRequestContext, app_id: str, build: Path) -> dict[str, Any]:
    """Upload as CI does, give the manifest that is proposed, and wait for the check."""
    bundle = {"name": build.name, "mimeType": "application/zip", "buffer": build.read_bytes()}
    answer = api.post(f"/api/v1/apps/{app_id}/versions", multipart={"bundle": bundle})
    assert answer.status == 202, answer.text()
    bare = checked(api, answer.json()["id"])
    assert [found["rule"] for found in bare["findings"] if found["severity"] == "error"] == [
        "manifest-missing"
    ]
    proposed = bare["manifest_proposed"] | {"name": "Foreign"}
    place = f"/api/v1/versions/{bare['id']}/manifest"
    answer = api.post(place, data={"manifest": proposed})
    assert answer.status == 202, answer.text()
    return checked(api, answer.json()["id"])


def checked(api: APIRequestContext, version_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + CHECKED_WITHIN_S
    while True:
        version: dict[str, Any] = api.get(f"/api/v1/versions/{version_id}").json()
        if version["state"] not in {"uploaded", "processing"}:
            return version
        assert time.monotonic() < deadline, version
        time.sleep(0.2)


@pytest.fixture(scope="module", params=["twa", "vite"])
def foreign(
    request: pytest.FixtureRequest,
    product: Product,
    playwright: Playwright,
    tmp_path_factory: pytest.TempPathFactory,
) -> Foreign:
    """The app, uploaded with a scoped key of its maker and approved by a reviewer."""
    kind = request.param
    zips: dict[str, Callable[[Path], Path]] = {"twa": build_twa_zip, "vite": build_vite_zip}
    try:
        build = zips[kind](tmp_path_factory.mktemp(kind) / f"{kind}.zip")
    except NpmUnavailable as reason:
        pytest.skip(f"NOT TESTED, an app built with npm packages ({kind}): {reason}")
    slug, name = f"foreign-{kind}-{time.time_ns() % 10**6}", f"بیگانه {kind}"
    app = json.loads(shell(product, REGISTER.format(slug=slug, name=name)))
    api = playwright.request.new_context(
        base_url=product.origin, extra_http_headers={"Authorization": f"Bearer {app['key']}"}
    )
    version = uploaded(api, app["id"], build)
    assert version["state"] == "ready", version["findings"]
    case = api.post(f"/api/v1/apps/{app['id']}/submissions", data={"version": version["id"]})
    assert case.status == 201, case.text()
    shell(product, APPROVE.format(case=case.json()["id"]))
    api.dispose()
    return Foreign(name, app["token"], version["speaks"])


@pytest.fixture
def opened(foreign: Foreign, visits: Visits) -> Page:
    """Ali has opened the app in the group; it has started."""
    ali = visits.open("ali", screen=DESK)
    enter_chat(ali, GROUP)
    open_menu(ali).locator(".app-line", has_text=foreign.name).locator("button").first.click()
    expect(app_of(ali).locator("#facts")).to_contain_text('"cloud"')
    return ali


def facts_of(page: Page) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(app_of(page).locator("#facts").inner_text())
    assert "error" not in facts, facts["error"]
    return facts


def flipped(init_data: str) -> str:
    """Flip one bit inside the signed user."""
    at = init_data.index("%22id%22") + len("%22id%22%3A")
    return init_data[:at] + chr(ord(init_data[at]) ^ 1) + init_data[at + 1 :]


def test_it_starts_with_theme_viewport_and_init_data(opened: Page, foreign: Foreign) -> None:
    facts = facts_of(opened)

    assert "telegram" in foreign.speaks
    assert len(facts["theme"]) == 15
    height = runner(opened).locator("iframe.run-frame").evaluate("frame => frame.clientHeight")
    bottom = runner(opened).locator(".run-bottom").evaluate("bar => bar.clientHeight")
    assert height - 1 <= facts["viewport"] <= height + bottom + 1  # before or after its button
    assert facts["initData"].count("hash=") == 1
    assert facts["cloud"] == "salam"
    assert facts["platform"]


def test_its_main_button_and_popup_are_the_host_s(opened: Page) -> None:
    expect(main_button(opened)).to_have_text("Pay")
    main_button(opened).click()
    expect(app_of(opened).locator("#facts")).to_contain_text('"clicks":1')
    app_of(opened).locator("#ask").click()
    expect(runner(opened).get_by_role("dialog")).to_contain_text("Sure?")
    answer(opened, "Yes")
    expect(app_of(opened).locator("#facts")).to_contain_text('"popup":"yes"')


def test_aiogram_accepts_its_init_data_and_refuses_a_flipped_bit(
    opened: Page, foreign: Foreign
) -> None:
    init_data = facts_of(opened)["initData"]

    assert check_webapp_signature(foreign.token, init_data)
    assert not check_webapp_signature(foreign.token, flipped(init_data))


def test_the_npm_validator_accepts_its_init_data_and_refuses_a_flipped_bit(
    opened: Page, foreign: Foreign
) -> None:
    try:
        packages = installed("validator", VALIDATOR)
    except NpmUnavailable as reason:
        pytest.skip(f"NOT TESTED, npm's @telegram-apps/init-data-node: {reason}")
    init_data = facts_of(opened)["initData"]

    def validate(text: str) -> str:
        given = json.dumps({"initData": text, "token": foreign.token})
        command = ["node", "--input-type=module", "-e", VALIDATE, given]
        done = subprocess.run(
            command, cwd=packages, capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout.strip()

    assert validate(init_data) == "valid"
    assert validate(flipped(init_data)) == "SignatureInvalidError"
