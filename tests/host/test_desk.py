"""The maker's desk: a page of his own machine, invented people, test money and nothing else."""

import hmac
import json
from urllib.parse import parse_qs, urlencode

import jwt
import pytest
from django.conf import settings
from django.utils import timezone

from identity import keys, makers
from miniapps import pairwise, registration
from miniapps.models import AppPerson, Launch
from tests.miniapps import build
from tests.people import signed_in
from wallet import invoices
from wallet.invoices import Asked
from wallet.models import Payment
from wallet.money import Rials

pytestmark = pytest.mark.django_db
PAGE = "http://localhost:5173/menu?table=4"


@pytest.fixture
def app(sara):
    return build.make_app(build.make_maker(sara))


def runner_of(person, app, **chosen):
    query = urlencode({"url": PAGE} | chosen)
    return signed_in(person).get(f"/console/apps/{app.public_id}/desk/run?{query}")


def config_of(answer):
    text = answer.content.decode().split('<script id="run-config" type="application/json">')[1]
    return json.loads(text.split("</script>")[0])


def caller(person, app, **chosen):
    browser = signed_in(person)
    place = f"/console/apps/{app.public_id}/desk/call?{urlencode(chosen)}"

    def call(method, **params):
        body = json.dumps({"method": method, "params": params})
        return browser.post(place, body, content_type="application/json")

    return call


def an_invoice(app, book="test", **more):
    return invoices.create(
        maker=app.maker, book=book, audience=app.public_id, key=f"desk:{book}:{more}",
        asked=Asked(title="چای", amount_rials=Rials(50_000), order_ref="o-1", **more),
        now=timezone.now(),
    )  # fmt: skip


def test_the_runner_frames_exactly_the_maker_s_page_and_the_app_s_server_believes_it(sara, app):
    answer = runner_of(sara, app, who="latin", chat="group", lang="en", start="menu")

    rules = answer.headers["Content-Security-Policy"].split("; ")
    assert "frame-src http://localhost:5173" in rules
    told = config_of(answer)
    place, fragment = told["schemes"]["dark"]["url"].split("#")
    assert place == "http://localhost:5173/menu?table=4&tgWebAppStartParam=menu"
    init_data = parse_qs(fragment)["tgWebAppData"][0]
    secret = registration.app_secret(app)
    pairs = {key: value[0] for key, value in parse_qs(init_data).items()}
    lines = "\n".join(f"{key}={pairs[key]}" for key in sorted(pairs) if key != "hash")
    assert hmac.new(secret, lines.encode(), "sha256").hexdigest() == pairs["hash"]
    assert json.loads(pairs["user"])["id"] < pairwise.NUMBER_FROM
    assert (told["dir"], told["chat_type"]) == ("ltr", "group")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.ir/", "http://localhost.example.ir/", "javascript:alert(1)", "//localhost",
        "http://user@localhost:5173/", "http://10.0.0.1/", "http://localhost:port/",
        settings.ORIGIN, f"http://cafe.{settings.APPS_DOMAIN}/", "http://localhost:5173;x/",
        "http://localhost:5173\n/",
    ],
)  # fmt: skip
def test_no_other_machine_and_no_address_of_ours_is_opened(sara, app, url):
    assert runner_of(sara, app, url=url).status_code == 400


def test_only_those_who_may_change_the_app_have_a_desk(sara, mina, dara, app):
    makers.set_member(maker=app.maker, phone=dara.phone, role="analyst", actor=sara)

    assert signed_in(sara).get(f"/console/apps/{app.public_id}/desk/").status_code == 200
    for person, status in ((mina, 404), (dara, 403)):
        assert signed_in(person).get(f"/console/apps/{app.public_id}/desk/").status_code == status
        assert runner_of(person, app).status_code == status
        assert caller(person, app)("token.get").status_code == status


def test_its_tokens_are_signed_and_name_nobody_who_exists(sara, app):
    issued = caller(sara, app, who="sara")("token.get").json()["result"]["token"]

    key = keys.public_key(jwt.get_unverified_header(issued)["kid"])
    claims = jwt.decode(issued, key, algorithms=["EdDSA"], audience=f"app:{app.public_id}")
    assert (claims["sub"], claims["env"]) == ("desk-1", "desk")
    assert not AppPerson.objects.exists()
    assert not Launch.objects.exists()


def test_money_is_the_app_s_own_test_money(sara, app):
    real, other = an_invoice(app, "live"), an_invoice(build.make_app(app.maker))
    call = caller(sara, app)

    for method in ("payments.open", "payments.confirm", "payments.test_money"):
        key = {} if method == "payments.open" else {"key": "k" * 16}
        refused = call(method, invoice=real.public_id, **key)
        assert (refused.status_code, refused.json()["code"]) == (403, "desk-takes-test-money")
        assert call(method, invoice=other.public_id, **key).status_code == 404
    assert call("payments.choose_pin", pin="2580").status_code == 404
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("scenario", "status", "state"),
    [
        ("plain", "paid", "captured"), ("refusal", "failed", "declined"), ("paid-then-cancelled", "paid", "captured"),
    ],
)  # fmt: skip
def test_a_payment_meets_the_failure_that_was_chosen(sara, app, scenario, status, state):
    invoice = an_invoice(app, ask_first=scenario == "refusal")
    call = caller(sara, app, scenario=scenario)
    call("payments.test_money", invoice=invoice.public_id, key="k" * 16)

    told = call("payments.confirm", invoice=invoice.public_id, key="p" * 16)

    assert told.json()["result"]["status"] == status, told.json()
    payment = Payment.objects.get()
    assert (payment.state, payment.book) == (state, "test")
    assert bool(payment.refunded_rials) == (scenario == "paid-then-cancelled")
    assert bool(told.json()["result"]["token"]) == (status == "paid")


def test_the_scripts_of_served_apps_are_there_for_a_page_on_the_maker_s_machine(client):
    relay = client.get("/sdk/relay.js")

    assert relay.content.startswith(b"self.__BARNAMAK__=")
    assert relay.headers["Content-Type"].startswith("text/javascript")
    assert client.get("/sdk/secrets.js").status_code == 404
