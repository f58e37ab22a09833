"""Webhook, payment token, introspection and GET say the same of a payment, at every step."""

import json
from datetime import timedelta

import jwt
import pytest
from django.utils import timezone

from identity import keys
from miniapps import charging, payment_tokens, telling
from miniapps.models import WebhookEvent
from tests.miniapps import build
from tests.miniapps.api.money import paid, post, refunds_of

pytestmark = pytest.mark.django_db


def read(token: str, app) -> dict:
    """Check a token as a maker's server does, with nothing but the published set."""
    public = {key["kid"]: jwt.PyJWK(key).key for key in keys.jwks()["keys"]}
    header = jwt.get_unverified_header(token)
    assert header["typ"] == "payment+jwt"
    return jwt.decode(
        token, public[header["kid"]], algorithms=["EdDSA"], audience=f"app:{app.public_id}",
        options={"strict_aud": True},
    )  # fmt: skip


def introspected(server, token: str) -> dict:
    return post(server, "tokens/introspect", {"token": token}).json()


def told_by_all(server, app, payment) -> list[dict]:
    """What each of the four ways says of the payment now, in the members a token has."""
    payment.refresh_from_db()
    telling.tell(object_id=payment.public_id)
    event = WebhookEvent.objects.filter(object_id=payment.public_id).order_by("sequence").last()
    assert event is not None
    token = payment_tokens.issue(payment=payment, app=app, now=timezone.now()).token
    claims, worth = read(token, app), introspected(server, token)
    whole = [
        json.loads(event.body)["data"],
        server.get(f"/api/v1/payments/{payment.public_id}").json(),
        claims["payment"] | {"payer": claims["sub"]},
        worth["payment"] | {"payer": worth["sub"]},
    ]
    assert set(whole[0]) - {"refund"} == set(whole[1])
    assert all(whole[0][name] == whole[1][name] for name in whole[1])
    names = (*payment_tokens.MEMBERS, "payer")
    return [{name: one[name] for name in names} for one in whole]


@pytest.mark.parametrize("book", ["live", "test"])
def test_all_agree_from_the_capture_to_the_last_refund(server, test_server, cafe, book):
    client = server if book == "live" else test_server
    payment = paid(cafe, amount=200_000, book=book, order_ref="o-1", payload="میز ۴")

    captured = told_by_all(client, cafe, payment)
    refunds_of(client, payment, {"amount_rials": 50_000}, key="a")
    part = told_by_all(client, cafe, payment)
    refunds_of(client, payment, {}, key="b")
    whole = told_by_all(client, cafe, payment)

    for step, refunded in ((captured, 0), (part, 50_000), (whole, 200_000)):
        assert step[0] == step[1] == step[2] == step[3]
        assert (step[0]["status"], step[0]["refunded_rials"]) == ("captured", refunded)
        assert step[0]["test"] is (book == "test")


def test_introspection_knows_what_happened_after_the_token_was_made(server, cafe):
    payment = paid(cafe)
    token = payment_tokens.issue(payment=payment, app=cafe, now=timezone.now()).token

    refunds_of(server, payment, {"amount_rials": 70_000})

    worth = introspected(server, token)
    assert (worth["active"], worth["token_type"]) == (True, "payment+jwt")
    assert worth["payment"]["refunded_rials"] == 70_000
    assert worth["sub"] == charging.payer_of(payment)
    assert read(token, cafe)["payment"]["refunded_rials"] == 0


def test_a_payment_token_is_worth_nothing_where_it_does_not_belong(server, test_server, cafe):
    live = payment_tokens.issue(payment=paid(cafe), app=cafe, now=timezone.now()).token
    trial = payment_tokens.issue(
        payment=paid(cafe, book="test"), app=cafe, now=timezone.now()
    ).token
    other = build.make_app(cafe.maker)
    theirs = payment_tokens.issue(payment=paid(other), app=other, now=timezone.now()).token
    old = payment_tokens.issue(
        payment=paid(cafe), app=cafe, now=timezone.now() - timedelta(seconds=620)
    ).token

    assert introspected(server, live)["active"] is True
    assert introspected(test_server, trial)["active"] is True
    for client, token in ((server, trial), (test_server, live), (server, theirs), (server, old)):
        assert introspected(client, token) == {"active": False}


def test_a_payment_token_is_no_user_token_and_the_reverse(server, cafe, mina):
    from miniapps import tokens

    payment = payment_tokens.issue(payment=paid(cafe), app=cafe, now=timezone.now()).token
    claims = jwt.decode(payment, options={"verify_signature": False})
    signed_as_user = tokens.sign(claims)

    assert tokens.verified(payment, app=cafe, now=timezone.now()) is None
    assert introspected(server, signed_as_user) == {"active": False}


@pytest.mark.parametrize("payload", ["\x01" * 1024, "ب" * 512, "😀" * 256])
def test_the_longest_payload_still_makes_a_token_that_is_read(server, cafe, payload):
    payment = paid(cafe, payload=payload, order_ref="😀" * 64)

    token = payment_tokens.issue(payment=payment, app=cafe, now=timezone.now()).token

    assert introspected(server, token)["payment"]["payload"] == payload


@pytest.mark.parametrize("text", ["x", "a.b.c", "é", "e30.e30.e30", "." * 100])
def test_what_is_no_token_is_not_active(server, text):
    assert introspected(server, text) == {"active": False}
