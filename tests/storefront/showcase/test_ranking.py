from datetime import timedelta

import pytest
from django.utils import timezone

from messenger import chats, headcount
from messenger.models import Chat, Membership
from miniapps import launching
from miniapps.models import AppPerson
from storefront.shops.models import ProductSearch, Shop
from storefront.showcase import listings, ranking, shown
from storefront.showcase.models import Day, Kin, Listing, Report
from tests.miniapps import build
from tests.people import make_person
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_what_is_public_has_a_row_and_what_is_not_is_closed(sara):
    app = build.live_app(build.make_maker(sara))
    shop = make_shop(make_person())
    make_shop(make_person(), slug="hidden_shop")
    Shop.objects.filter(slug="hidden_shop").update(status="draft")
    channel = chats.create_channel(
        founder=sara, title="کانال خبر", about="", handle="khabar", now=NOW
    )
    listings.renew(now=NOW)

    found = Listing.objects.filter(is_open=True)
    assert {(one.kind, one.app_id or one.shop_id or one.channel_id) for one in found} == {
        ("app", app.pk), ("shop", shop.pk), ("channel", channel.pk),
    }  # fmt: skip
    assert all(one.tsv for one in found)

    Shop.objects.filter(pk=shop.pk).update(status="suspended")
    assert listings.renew(now=NOW) == 1
    assert listings.renew(now=NOW) == 0
    assert not Listing.objects.get(shop=shop).is_open


def test_a_person_counts_once_a_week_however_often_he_opens(sara, mina):
    app = build.live_app(build.make_maker(sara))
    listings.renew(now=NOW)
    for _time in range(3):
        launching.launch(person=mina, app=app, source="link", now=timezone.now())
    now = timezone.now()
    ranking.rank(now=now)
    assert Listing.objects.get(app=app).people == 1

    AppPerson.objects.update(last_opened_at=now - timedelta(days=8))
    ranking.rank(now=now)
    assert Listing.objects.get(app=app).people == 1, "nobody opened it since: the night counts it"
    ranking.rank(now=now, whole=True)
    assert Listing.objects.get(app=app).people == 0


def grown(shop, *, members, week_ago):
    Chat.objects.filter(pk=shop.channel_id).update(members_count=members)
    listing = Listing.objects.get(shop=shop)
    Day.objects.create(
        listing=listing, day=timezone.localdate(NOW) - timedelta(days=7), people=0, members=week_ago
    )
    return listing


def test_who_grows_stands_before_who_is_big_and_few_people_are_no_trend(sara, mina):
    rising, big, tiny = (make_shop(make_person(), slug=f"shop_{n}") for n in range(3))
    listings.renew(now=NOW)
    grown(rising, members=400, week_ago=100)
    grown(big, members=90_000, week_ago=89_990)
    grown(tiny, members=19, week_ago=0)

    ranking.rank(now=NOW)

    trend = {one.shop_id: one.trend for one in Listing.objects.all()}
    assert trend[rising.pk] == pytest.approx(300 / 5)
    assert trend[big.pk] == trend[tiny.pk] == 0


def test_a_report_that_was_upheld_and_an_expired_enamad_cost_the_place(sara, mina):
    good, bad = (make_shop(make_person(), slug=f"shop_{n}") for n in range(2))
    listings.renew(now=NOW)
    Shop.objects.filter(pk=bad.pk).update(enamad_until=timezone.localdate(NOW) - timedelta(days=1))
    Report.objects.create(
        listing=Listing.objects.get(shop=bad), person=mina, reason="fraud", state="upheld",
        created_at=NOW,
    )  # fmt: skip

    ranking.rank(now=NOW)

    score = {one.shop_id: one.score for one in Listing.objects.all()}
    assert score[good.pk] - score[bad.pk] == pytest.approx(1.0, abs=0.01)


def test_circles_are_compared_only_where_many_people_follow_both(monkeypatch):
    monkeypatch.setattr(ranking, "SHOWCASE_KIN_MEMBERS_MIN", 3)
    monkeypatch.setattr(ranking, "SHOWCASE_KIN_BOTH_MIN", 3)
    one, two, three = (make_shop(make_person(), slug=f"shop_{n}") for n in range(3))
    people = [make_person() for _n in range(4)]
    for shop, followers in ((one, people), (two, people[:3]), (three, people[:2])):
        for person in followers:
            chats.join(channel=shop.channel, person=person)
    headcount.fold()
    listings.renew(now=NOW)

    ranking.relate()

    assert {(kin.follows_id, kin.listing.shop_id) for kin in Kin.objects.all()} == {
        (one.channel_id, two.pk), (two.channel_id, one.pk),
    }  # fmt: skip
    assert Membership.objects.count() == 3 + 4 + 3 + 2


def test_showings_are_counted_apart_and_folded_once(sara):
    listings_row = listings.listing_of(make_shop(sara), now=NOW)
    shown.fold()
    for _time in range(3):
        shown.count([listings_row.pk, listings_row.pk])

    assert (shown.fold(), shown.fold()) == (1, 0)
    listings_row.refresh_from_db()
    assert listings_row.shown == 3


def test_a_day_is_remembered_once(sara):
    listings.listing_of(make_shop(sara), now=NOW)

    assert [ranking.remember_day(timezone.localdate(NOW)) for _n in range(2)] == [1, 0]


def test_sales_that_were_taken_back_are_taken_from_search(sara):
    product = make_product(make_shop(sara))
    ProductSearch.objects.update(sold=50, tier=1)

    assert ranking.count_sales(now=NOW) == 1
    assert ProductSearch.objects.get(pk=product.pk).sold == 0
