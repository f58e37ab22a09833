"""axe finds nothing serious on the pages of the books; none scrolls sideways, on a phone or a desk."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest import mock

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.db import connection, connections
from django.utils import timezone
from playwright.sync_api import Browser

from core.ids import new_id
from tests.miniapps import build
from tests.miniapps.browsing import at_the_desk
from tests.miniapps.money_build import given_back, paid
from tests.people import make_person
from tests.wallet.conftest import wallet_of
from tests.wallet.test_orders_in_admin import payout, top_up
from wallet import accounts, corrections, ledger, reconciliation
from wallet.models import Correction, MerchantTerms, ReconciliationRun, Transfer

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
BOOKS = "/admin/wallet"


@pytest.fixture(autouse=True, scope="session")
def rows_beside_a_browser():
    """Playwright's loop runs in this thread, which Django takes for an asynchronous caller."""
    with mock.patch.dict(os.environ, {"DJANGO_ALLOW_ASYNC_UNSAFE": "true"}):
        yield


def made_pages():
    """Books with everything that can stand in them, an alarm included; who looks, and where."""
    try:
        vida, kian = make_person("ویدا", role="treasurer"), make_person("کیان", role="treasurer")
        payer, payee = (
            wallet_of(make_person("علی (Ali) ۵۰٬۰۰۰+"), 9_000_000),
            wallet_of(make_person()),
        )
        held = ledger.hold(
            debit=payer.pk, credit=accounts.inbox(accounts.platform("escrow")), amount=50_005,
            reason="payment", key="h", book="live", expires_at=timezone.now(),
            reference=new_id("pay"),
        )  # fmt: skip
        hold = ledger.post(held)[0].id
        made = [
            corrections.propose(
                key=new_id("cor"), debit=payer, credit=payee, amount=amount, reason="دو بار",
                about=new_id("pay"), actor=vida, now=timezone.now(),
            )
            for amount in (10, 10**12, 20)
        ]  # fmt: skip
        corrections.approve(correction=made[2], actor=kian, reason="دیدم", now=timezone.now())
        accounts.freeze(account=payee, actor=kian, reason="حکم")
        with connection.cursor() as cursor:
            cursor.execute("alter table wallet_account disable trigger user")
            cursor.execute("update wallet_account set credits_posted = 7 where id = %s", [payee.pk])
            cursor.execute("alter table wallet_account enable trigger user")
        reconciliation.run(depth="full", gateways=[], now=timezone.now())
        app = build.make_app(build.make_maker(make_person("علی (Ali) ۵۰٬۰۰۰+")))
        payment = paid(app, 1_000_000, title="علی (Ali) ۵۰٬۰۰۰+", order_ref=f"order-{'7' * 50}")
        given_back(payment, 10_005, "سرد")
        late = timezone.now() - timedelta(days=5)
        came, went = top_up(payer.person, created_at=late), payout(app.maker, created_at=late)
        agreed = MerchantTerms.objects.create(
            maker=app.maker, fee_basis_points=75, fee_max_rials=10_005
        )
        desk, look = at_the_desk(kian), ReconciliationRun.objects.get()
        corrected = Transfer.objects.get(reason="correction")
        waiting = Correction.objects.filter(state="proposed").order_by("pk")
        return desk, [
            f"{BOOKS}/account/", f"{BOOKS}/account/{payer.pk}/change/",
            f"{BOOKS}/account/{payee.pk}/change/", f"{BOOKS}/account/{payer.pk}/do/freeze/",
            f"{BOOKS}/account/{accounts.platform('escrow').pk}/change/",
            f"{BOOKS}/transfer/", f"{BOOKS}/transfer/?day=1405/13/1",
            f"{BOOKS}/transfer/{hold}/change/", f"{BOOKS}/transfer/{corrected.pk}/change/",
            f"{BOOKS}/correction/", f"{BOOKS}/correction/propose/",
            *(f"{BOOKS}/correction/{one.pk}/change/" for one in waiting),
            f"{BOOKS}/correction/{made[2].pk}/change/",
            f"{BOOKS}/invoice/", f"{BOOKS}/invoice/{payment.invoice_id}/change/",
            f"{BOOKS}/payment/", f"{BOOKS}/payment/{payment.pk}/change/",
            f"{BOOKS}/topup/", f"{BOOKS}/topup/{came.pk}/change/",
            f"{BOOKS}/payout/", f"{BOOKS}/payout/{went.pk}/change/",
            f"{BOOKS}/spendinglimit/", f"{BOOKS}/spendinglimit/phone/change/",
            f"{BOOKS}/merchantterms/", f"{BOOKS}/merchantterms/agree/",
            f"{BOOKS}/merchantterms/{agreed.pk}/change/", f"{BOOKS}/merchantterms/{agreed.pk}/end/",
            f"{BOOKS}/reconciliationrun/", f"{BOOKS}/reconciliationrun/{look.pk}/change/",
        ]  # fmt: skip
    finally:
        connections.close_all()


@pytest.mark.e2e
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "theme", "screen"),
    [("fa", "dark", PHONE), ("fa", "light", DESK), ("en", "dark", DESK)],
)
def test_the_books_have_no_serious_finding(
    live_server, browser: Browser, language: str, theme: str, screen: dict[str, int]
):
    with ThreadPoolExecutor(1) as pool:
        desk, paths = pool.submit(made_pages).result()
    # axe is injected as a script, which the page's own policy rightly refuses.
    context = browser.new_context(
        viewport=screen, bypass_csp=True, reduced_motion="reduce", color_scheme=theme
    )
    session = desk.cookies[django_settings.SESSION_COOKIE_NAME].value
    kept = {django_settings.SESSION_COOKIE_NAME: session, "language": language}
    context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in kept.items()]
    )
    page, serious, wide = context.new_page(), {}, []

    for path in paths:
        answer = page.goto(live_server.url + path)
        assert answer is not None
        assert answer.status == 200, path
        found = Axe().run(page).response["violations"]
        names = [one["id"] for one in found if one["impact"] in ("serious", "critical")]
        if names:
            serious[path] = names
        if page.evaluate("document.documentElement.scrollWidth") > screen["width"]:
            wide.append(path)
    context.close()

    assert serious == {}
    assert wide == []
