"""A maker hears of his payouts wherever he asked to: once an address, whichever app it belongs to."""

import json
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from core.models import OutboxJob
from miniapps import telling
from miniapps.models import WebhookDelivery, WebhookEvent
from miniapps.tasks import tell_of_money
from miniapps.webhooks import endpoints
from tests.miniapps import build
from tests.people import make_person
from tests.wallet.conftest import fill, wallet_of
from tests.wallet.psp import _running_psp, psp  # noqa: F401  (fixtures)
from tests.wallet.test_payouts import ask, through
from wallet import accounts
from wallet.gateways import sandbox
from wallet.models import News, Payout

WAIT = timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _gateways(psp):  # noqa: F811  (the fixture)
    accounts._forget()
    with override_settings(WALLET_GATEWAYS=sandbox.rows(psp.url)):
        yield


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def sent(studio, now) -> Payout:
    """A payout of Sara's maker on its way."""
    fill(accounts.of_maker(studio), 1_000_000)
    return ask(studio, studio.founder, now)


def receivers(event: WebhookEvent | None = None) -> set[int]:
    rows = WebhookDelivery.objects.all() if event is None else event.deliveries.all()
    return set(rows.values_list("endpoint", flat=True))


@pytest.mark.parametrize(
    ("mode", "kind"), [("", "payout.settled"), ("payout-fails", "payout.failed")]
)
def test_every_address_that_names_the_kind_is_told_once(sent, now, psp, mode, kind):  # noqa: F811
    studio = sent.maker
    cafe, shop = build.make_app(studio), build.make_app(studio)
    listening = build.make_endpoint(cafe, kinds=["payout.settled", "payout.failed"])
    also = build.make_endpoint(shop, kinds=[kind])
    build.make_endpoint(cafe, "all.naron.ir")
    build.make_endpoint(cafe, "other.naron.ir", kinds=["payment.captured"])
    build.make_endpoint(cafe, "test.naron.ir", kinds=[kind], mode="test")
    off = build.make_endpoint(shop, "off.naron.ir", kinds=[kind])
    endpoints.change(endpoint=off, actor=studio.founder, is_on=False, now=now)
    stranger = build.make_app(build.make_maker(make_person("دیگری")))
    build.make_endpoint(stranger, "else.naron.ir", kinds=[kind])
    if mode:
        psp.control(mode=mode)

    through(sent, now)
    for _again in range(2):
        tell_of_money(sent.public_id)

    assert receivers() == {listening.pk, also.pk}
    for event in WebhookEvent.objects.all():
        body = json.loads(event.body)
        assert (body["type"], body["object"], body["sequence"]) == (kind, sent.public_id, 1)
        assert (body["test"], body["app"]) == (False, event.app.public_id)
        assert body["data"]["amount_rials"] == 400_000
        assert body["data"]["status"] == kind.partition(".")[2]


def test_nobody_learns_from_it_to_whom_the_money_went(studio, sent, now):
    build.make_endpoint(build.make_app(studio), kinds=["payout.settled"])

    through(sent, now)
    tell_of_money(sent.public_id)

    body = WebhookEvent.objects.get().body
    assert sent.holder not in json.dumps(json.loads(body), ensure_ascii=False)
    assert "9002" not in body.replace(str(sent.number), "")


def test_the_telling_leaves_with_the_payouts_end(studio, sent, now):
    build.make_endpoint(build.make_app(studio), kinds=["payout.settled"])
    assert not News.objects.exists()

    through(sent, now)

    assert OutboxJob.objects.filter(task="miniapps.tell_of_money").count() == 1
    assert telling.tell_what_waits(now=now + 2 * WAIT) == 1
    assert receivers()


def test_a_persons_payout_is_told_to_no_maker(sara, studio, now):
    build.make_endpoint(build.make_app(studio), kinds=["payout.settled"])
    wallet_of(sara, 1_000_000)

    through(ask(sara, sara, now), now)

    assert not News.objects.exists()
