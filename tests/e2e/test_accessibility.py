"""axe finds nothing serious on the pages people live in, in Persian, in light and dark."""

import time
import zipfile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

from config.supervisor.testing import Product
from tests.e2e.people import (
    DESK,
    PHONE,
    Visits,
    app_of,
    bubbles,
    enter_chat,
    fa,
    open_menu,
    runner,
)

pytestmark = pytest.mark.e2e

GROUP = "کوه جمعه‌ها"
LOOKS = [("light", PHONE), ("dark", DESK)]
# An app whose version has an error, a warning's worth of scripts, and nothing else.
FAULTY_APP = """
from django.utils import timezone
from identity.models import Maker
from miniapps import registration, submission
from miniapps.models import Version
maker = Maker.objects.get(name="استودیو نارون")
app, _token = registration.register(
    maker=maker, actor=maker.founder, slug={slug!r}, name_fa="کتاب‌خانه", name_en="Library",
    category="education", about_fa="کتاب امانت بگیرید.",
)
with open({path!r}, "rb") as upload:
    version, _new = submission.receive(
        app=app, upload=upload, actor=maker.founder, via=Version.Via.API, now=timezone.now()
    )
print(app.public_id, version.public_id)
"""


def serious(page: Page) -> list[str]:
    """Return what axe finds serious or critical, with the element it is about."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def fits(page: Page) -> bool:
    """Tell whether nothing hangs over the side of the screen."""
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


@pytest.fixture(scope="module")
def faulty(product: Product, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """An app and its version with findings, by public id."""
    bundle = tmp_path_factory.mktemp("faulty") / "faulty.zip"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr(
            "index.html",
            '<!doctype html><html lang="fa"><head><title>x</title>\n'
            '<script src="https://cdn.example.com/a.js"></script></head>\n'
            '<body onload="eval(1)"></body></html>',
        )
    code = FAULTY_APP.format(slug=f"library-{time.time_ns() % 10**6}", path=str(bundle))
    app, version = product.manage("shell", "-v", "0", "-c", code).split()[-2:]
    return app, version


@pytest.fixture(params=LOOKS, ids=["light-phone", "dark-desk"])
def look(request: pytest.FixtureRequest) -> tuple[str, ViewportSize]:
    found: tuple[str, ViewportSize] = request.param
    return found


def check(page: Page) -> None:
    assert serious(page) == []
    assert fits(page)


def test_signing_in_and_the_messenger(visits: Visits, look: tuple[str, ViewportSize]) -> None:
    scheme, screen = look
    # axe is injected as a script, which the pages' own policy rightly refuses.
    how = {"scheme": scheme, "screen": screen, "bypass_csp": True}
    stranger = visits.open("", "/signin/", **how)
    check(stranger)
    stranger.goto("/a/cafe-naron")
    check(stranger)
    ali = visits.open("ali", **how)
    expect(ali.locator("#chat-list a").first).to_be_visible()
    check(ali)
    enter_chat(ali, GROUP)
    expect(bubbles(ali).last).to_be_visible()
    check(ali)
    open_menu(ali)
    check(ali)
    ali.keyboard.press("Escape")
    ali.locator("#chat-pane [data-app]").last.click()
    expect(app_of(ali).locator("#app:not([aria-busy])")).to_be_visible()
    check(ali)
    for path in ("/apps/", "/account/"):
        ali.goto(path)
        check(ali)


def test_the_question_before_an_app_starts(visits: Visits, look: tuple[str, ViewportSize]) -> None:
    scheme, screen = look
    reza = visits.open("reza", "/a/cafe-naron", scheme=scheme, screen=screen, bypass_csp=True)
    expect(runner(reza).get_by_role("button", name=fa("Open the app"))).to_be_visible()
    # By itself: axe looks at one document, and this one stands in a frame.
    reza.goto(reza.locator("#app-pane iframe").get_attribute("src") or "")
    expect(reza.get_by_role("button", name=fa("Open the app"))).to_be_visible()

    check(reza)


def test_the_console(
    visits: Visits, look: tuple[str, ViewportSize], faulty: tuple[str, str]
) -> None:
    scheme, screen = look
    app, version = faulty
    sara = visits.open("sara", "/console/", scheme=scheme, screen=screen, bypass_csp=True)
    check(sara)
    for path in (f"apps/{app}/", f"apps/{app}/releases/", "apps/new/", "rules/"):
        sara.goto(f"/console/{path}")
        check(sara)
    sara.goto(f"/console/versions/{version}/")
    expect(sara.locator(".finding--error").first).to_be_visible(timeout=90_000)
    check(sara)


def test_the_staff_s_desk(visits: Visits, look: tuple[str, ViewportSize]) -> None:
    scheme, screen = look
    how = {"scheme": scheme, "screen": screen, "bypass_csp": True}
    check(visits.open("", "/admin/", **how))
    mina = visits.open("mina", "/admin/miniapps/submission/?queue=all", **how)
    check(mina)
    mina.locator("#result_list").get_by_role("link", name="دانا").first.click()
    expect(mina.locator("[data-desk]")).to_be_visible()
    check(mina)
    for tab in ("findings", "asks", "files"):
        mina.locator(f"#tab-{tab}").click()
        check(mina)
