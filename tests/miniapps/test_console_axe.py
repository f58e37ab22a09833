"""axe finds nothing serious on the maker's main pages and the desk; no page scrolls sideways."""

import os
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.db import connections
from django.utils import timezone
from playwright.sync_api import Browser

from miniapps import review
from miniapps.webhooks import events
from tests.miniapps import build
from tests.miniapps.browsing import at_the_desk
from tests.miniapps.money_build import given_back, paid
from tests.people import make_person, signed_in
from wallet import accounts, paylinks

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture(autouse=True, scope="session")
def rows_beside_a_browser():
    """Playwright's loop runs in this thread, which Django takes for an asynchronous caller."""
    with mock.patch.dict(os.environ, {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"}):
        yield


def made_pages():
    """Something to look at; who looks, and where."""
    try:
        owner, reviewer = make_person("سارا"), make_person("رضا", role="reviewer")
        app = build.make_app(build.make_maker(owner))
        bad = build.checked_version(app, build.packed({"index.html": b"<p onclick='go()'>"}))
        case = build.claimed(app, reviewer)
        review.add_finding(
            submission=case, reviewer=reviewer, rule="review-function", severity="error", text="x"
        )
        hook = build.make_endpoint(app, f"{'hooks-' * 9}naron.ir", note="سرور")
        event = events.record_trial(endpoint=hook, actor=owner, now=timezone.now())
        maker, desk = signed_in(owner), at_the_desk(reviewer)
        place = f"/console/apps/{app.public_id}"
        return [
            (maker, "/console/"), (maker, f"{place}/"), (maker, f"{place}/releases/"),
            (maker, f"{place}/webhooks/"), (maker, f"{place}/webhooks/endpoints/{hook.public_id}/"),
            (maker, f"{place}/webhooks/log/"), (maker, f"{place}/webhooks/events/{event.public_id}/"),
            (maker, f"/console/versions/{bad.public_id}/"), (maker, f"/console/cases/{case.public_id}/"),
            *((maker, path) for path in money_pages(app)),
            (desk, "/admin/miniapps/submission/"),
            (desk, f"/admin/miniapps/submission/{case.pk}/change/#findings"),
        ]  # fmt: skip
    finally:
        connections.close_all()


def money_pages(app) -> list[str]:
    """The pages of an app's money, with a payment and a pay link on them."""
    accounts._forget()
    payment = paid(app, 1_000_000, title="علی (Ali) ۵۰٬۰۰۰+", order_ref=f"order-{'7' * 50}")
    given_back(payment, 10_005, "سرد")
    link = paylinks.create(
        maker=app.maker, book="live", title="پیشخوان", amount=None, key="axe",
        actor=app.maker.founder, now=timezone.now(),
    )  # fmt: skip
    money = f"/console/makers/{app.maker.public_id}/money/"
    one = f"{money}payments/{payment.public_id}/"
    return [
        money, f"{money}?mode=test", f"{money}?since=never", f"{money}refunds/", f"{money}days/",
        one, f"{one}refund/?amount=5", f"{money}links/", f"{money}links/{link.public_id}/",
        f"{money}links/{link.public_id}/print/", f"/console/apps/{app.public_id}/money/",
        f"/console/apps/{app.public_id}/simulator/",
    ]  # fmt: skip


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "theme", "screen"), [("fa", "light", PHONE), ("en", "dark", DESK)]
)
def test_console_and_desk_have_no_serious_finding(
    live_server, browser: Browser, language: str, theme: str, screen: dict[str, int]
):
    with ThreadPoolExecutor(1) as pool:  # news is told by an event loop of its own
        pages = pool.submit(made_pages).result()
    serious, wide = {}, []

    for client, path in pages:
        # axe is injected as a script, which the page's own policy rightly refuses.
        context = browser.new_context(viewport=screen, bypass_csp=True, reduced_motion="reduce")
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        kept = {django_settings.SESSION_COOKIE_NAME: session, "language": language, "theme": theme}
        context.add_cookies(
            [{"name": name, "value": value, "url": live_server.url} for name, value in kept.items()]
        )
        page = context.new_page()
        page.goto(live_server.url + path)
        found = Axe().run(page).response["violations"]
        names = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
        if names:
            serious[path] = names
        if page.evaluate("document.documentElement.scrollWidth") > screen["width"]:
            wide.append(path)
        context.close()

    assert serious == {}
    assert wide == []
