"""Levels, staff, reports, takedowns and appeals."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import AuditEvent
from core.problems import InvalidInput, TooManyRequests
from identity.errors import PersonUnknown
from messenger.models import Membership
from storefront.shops import access, catalogue, opening, reporting, staffing, verifying
from storefront.shops.errors import (
    AppealedAlready,
    DecidedAlready,
    LastShopOwner,
    ShopStateForbids,
    TakenDown,
    TooManyStaff,
)
from storefront.shops.models import Report, Shop, Verification
from storefront.shops.verifying import Proof
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def appoint(shop, person, role, actor):
    return staffing.appoint(
        shop=shop, phone=person.phone, role=role, actor=actor, now=timezone.now()
    )


def channel_role(shop, person):
    return Membership.objects.get(chat=shop.channel, person=person).role


@pytest.mark.parametrize(
    ("role", "there"),
    [("manager", "admin"), ("content", "admin"), ("clerk", "member"), ("owner", "owner")],
)
def test_who_writes_for_the_shop_writes_in_its_channel(shop, sara, mina, role, there):
    appoint(shop, mina, role, sara)

    assert access.role_in(mina, shop) == role
    assert channel_role(shop, mina) == there


def test_who_is_dismissed_only_follows_the_channel(shop, sara, mina):
    appoint(shop, mina, "manager", sara)

    staffing.dismiss(shop=shop, person=mina, actor=sara)

    assert access.role_in(mina, shop) is None
    assert channel_role(shop, mina) == "member"


def test_the_last_owner_stays_an_owner(shop, sara, mina):
    appoint(shop, mina, "manager", sara)

    with pytest.raises(LastShopOwner):
        staffing.dismiss(shop=shop, person=sara, actor=sara)
    with pytest.raises(LastShopOwner):
        appoint(shop, sara, "clerk", sara)

    appoint(shop, mina, "owner", sara)
    staffing.dismiss(shop=shop, person=sara, actor=mina)
    assert access.role_in(sara, shop) is None


def test_a_shop_has_so_many_people_and_only_those_who_are_here(shop, sara, mina, monkeypatch):
    with pytest.raises(PersonUnknown):
        staffing.appoint(
            shop=shop, phone="+989129999999", role="clerk", actor=sara, now=timezone.now()
        )
    monkeypatch.setattr(staffing, "STAFF_PER_SHOP_MAX", 1)
    with pytest.raises(TooManyStaff):
        appoint(shop, mina, "clerk", sara)


def ask(shop, actor, **proof):
    given = {"level": 2, "enamad_number": "۱۰۴۸۲۱۹۳"}
    given["enamad_until"] = timezone.localdate() + timedelta(days=90)
    return verifying.ask(shop=shop, proof=Proof(**(given | proof)), actor=actor, now=timezone.now())


def decide(asked, actor, *, accept=True, answer=""):
    return verifying.decide(
        verification=asked, accept=accept, answer=answer, actor=actor, now=timezone.now()
    )


def test_an_accepted_enamad_raises_the_level_until_its_last_day_is_over(shop, sara, omid):
    decide(ask(shop, sara), omid)
    shop.refresh_from_db()
    assert (shop.level, shop.enamad_number) == (2, "10482193")
    last_day = timezone.make_aware(
        timezone.datetime.combine(shop.enamad_until, timezone.datetime.max.time())
    )

    assert verifying.downgrade_expired(now=last_day) == 0
    assert verifying.downgrade_expired(now=last_day + timedelta(seconds=1)) == 1
    assert verifying.downgrade_expired(now=last_day + timedelta(seconds=1)) == 0

    shop.refresh_from_db()
    assert shop.level == Shop.Level.IDENTITY
    assert AuditEvent.objects.filter(event="shops.shop.level_ended").count() == 1


def test_a_newer_request_takes_the_place_of_the_one_that_waits(shop, sara, omid):
    first = ask(shop, sara)
    ask(shop, sara)

    with pytest.raises(DecidedAlready):
        decide(first, omid)

    assert Verification.objects.filter(shop=shop, state="waiting").count() == 1


@pytest.mark.parametrize(
    "proof",
    [
        {"level": 3},
        {"enamad_number": "12a"},
        {"enamad_until": timezone.localdate()},
        {"enamad_number": ""},
        {"level": 1, "enamad_number": ""},
    ],
    ids=["level-3", "letters", "over-today", "nothing", "no-card"],
)
def test_a_level_is_not_asked_for_without_its_proof(shop, sara, proof):
    with pytest.raises(InvalidInput):
        ask(shop, sara, **proof)


def test_a_refusal_says_why(shop, sara, omid):
    asked = ask(shop, sara)
    with pytest.raises(InvalidInput):
        decide(asked, omid, accept=False)

    assert decide(asked, omid, accept=False, answer="شماره پیدا نشد").state == "refused"
    shop.refresh_from_db()
    assert shop.level == 0


def test_the_higher_the_level_the_more_a_shop_may():
    caps = [verifying.caps(level) for level in Shop.Level]

    assert [one.held_per_day_rials for one in caps] == sorted({c.held_per_day_rials for c in caps})
    assert [one.nudges_per_day for one in caps] == sorted({one.nudges_per_day for one in caps})
    assert [one.payout_delay.days for one in caps] == [14, 7, 3, 1]


def report(shop, person, *, product=None, reason="fake", text=""):
    return reporting.report(
        shop=shop, product=product, person=person, reason=reason, text=text, now=timezone.now()
    )


def take_down(shop, actor, product=None):
    return reporting.take_down(
        shop=shop, product=product, reason="fake", text="کالای تقلبی", actor=actor,
        now=timezone.now(),
    )  # fmt: skip


def test_a_report_counts_once_as_long_as_it_waits(shop, mina):
    product = make_product(shop)

    assert report(shop, mina) == report(shop, mina)
    report(shop, mina, product=product)

    assert Report.objects.count() == 2


def test_a_person_reports_so_much_in_a_day_and_no_more(shop, mina, monkeypatch):
    monkeypatch.setattr(reporting, "REPORTS_PER_DAY_MAX", 1)
    report(shop, mina)

    with pytest.raises(TooManyRequests):
        report(shop, mina, product=make_product(shop))


def test_something_else_must_be_said_in_words(shop, mina):
    with pytest.raises(InvalidInput):
        report(shop, mina, reason="other")
    with pytest.raises(InvalidInput):
        report(shop, mina, reason="because")


def test_a_shop_that_was_taken_down_appeals_once_and_the_answer_is_final(shop, sara, mina, omid):
    report(shop, mina)
    taken, now = take_down(shop, omid), timezone.now()
    shop.refresh_from_db()
    assert shop.status == "suspended"
    assert not Report.objects.filter(closed_at=None).exists()
    with pytest.raises(ShopStateForbids):
        opening.step(shop=shop, name="open", actor=sara)

    reporting.appeal(takedown=taken, text="کالا اصل است", actor=sara, now=now)
    with pytest.raises(AppealedAlready):
        reporting.appeal(takedown=taken, text="باز هم", actor=sara, now=now)
    reporting.decide(takedown=taken, lift=False, answer="سند ندارد", actor=omid, now=now)
    with pytest.raises(DecidedAlready):
        reporting.decide(takedown=taken, lift=True, answer="نه", actor=omid, now=now)
    with pytest.raises(AppealedAlready):
        reporting.appeal(takedown=taken, text="باز هم", actor=sara, now=now)


def test_a_lifted_shop_is_paused_until_its_people_open_it(shop, sara, omid):
    taken, now = take_down(shop, omid), timezone.now()
    reporting.appeal(takedown=taken, text="کالا اصل است", actor=sara, now=now)

    reporting.decide(takedown=taken, lift=True, answer="درست است", actor=omid, now=now)

    shop.refresh_from_db()
    assert shop.status == "paused"
    assert opening.step(shop=shop, name="open", actor=sara).status == "open"


def test_a_product_that_was_taken_down_stays_off_the_shelf_until_it_is_lifted(shop, sara, omid):
    product, now = make_product(shop), timezone.now()
    taken = take_down(shop, omid, product)

    with pytest.raises(TakenDown):
        catalogue.set_status(product=product, status="published", actor=sara, now=now)
    with pytest.raises(DecidedAlready):
        take_down(shop, omid, product)

    reporting.decide(takedown=taken, lift=True, answer="اشتباه ما", actor=omid, now=now)
    assert (
        catalogue.set_status(product=product, status="published", actor=sara, now=now).status
        == "published"
    )
