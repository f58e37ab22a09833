import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from core.problems import InvalidInput
from messenger import chats
from miniapps import launching
from storefront.shops.models import Shop
from storefront.showcase import listings, opinions
from storefront.showcase.errors import NotBought, NotOpenedYet, ReportDecided
from storefront.showcase.models import Listing, Rating, Report, Slot
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def app(sara):
    return build.live_app(build.make_maker(sara))


@pytest.fixture
def listing(app):
    return listings.listing_of(app, now=NOW)


def rate(listing, person, stars=5, text=""):
    return opinions.rate(listing=listing, person=person, stars=stars, text=text, now=NOW)


def sums(listing):
    listing.refresh_from_db()
    return listing.rating_sum, listing.rating_n


def test_only_who_opened_an_app_rates_it_and_once(app, listing, mina):
    with pytest.raises(NotOpenedYet):
        rate(listing, mina)

    launching.launch(person=mina, app=app, source="link", now=timezone.now())
    rate(listing, mina, 2, "کند است")
    rate(listing, mina, 4, "بهتر شد")

    assert sums(listing) == (4, 1)
    assert Rating.objects.get().text == "بهتر شد"


@pytest.mark.parametrize(("stars", "text"), [(0, ""), (6, ""), (3, "آ" * 1001)])
def test_a_rating_has_one_to_five_stars_and_a_bounded_text(app, listing, mina, stars, text):
    launching.launch(person=mina, app=app, source="link", now=timezone.now())

    with pytest.raises(InvalidInput):
        rate(listing, mina, stars, text)


def test_followers_rate_a_shop_and_the_shop_knows(sara, mina, dara):
    shop = make_shop(sara)
    listing = listings.listing_of(shop, now=NOW)
    for nobody in (mina, sara):  # she works there, and follows it of course
        with pytest.raises(NotOpenedYet):
            rate(listing, nobody)

    for person, stars in ((mina, 5), (dara, 3)):
        chats.join(channel=shop.channel, person=person)
        rate(listing, person, stars)

    assert list(Shop.objects.values_list("rating_sum", "rating_n")) == [(8, 2)]


def test_a_product_is_reviewed_by_its_buyers_only(sara, mina):
    product = make_product(make_shop(sara))

    with pytest.raises(NotBought):
        opinions.review(product=product, person=mina, stars=5, text="", now=NOW)
    answer = signed_in(mina).post(
        f"/shops/golestan/{product.public_id}/review/", {"stars": "5"},
        headers={"accept": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (403, "not-bought")


def test_no_score_is_shown_below_five_votes(app, listing):
    for number in range(5):
        page = Client().get(f"/apps/{app.slug}/").content.decode()
        assert "show-stars" not in page.split("show-opinion")[0] or number == 5
        person = make_person()
        launching.launch(person=person, app=app, source="link", now=timezone.now())
        rate(listing, person, 4)

    assert "۴٫۰" in Client().get(f"/apps/{app.slug}/").content.decode()


def test_a_report_that_is_upheld_hides_the_rating_and_its_stars_once(app, listing, mina, zahra):
    launching.launch(person=mina, app=app, source="link", now=timezone.now())
    rating = rate(listing, mina, 1, "ناسزا")
    first, second = (
        opinions.report(of=rating, person=person, reason="insult", text="", now=NOW)
        for person in (make_person(), make_person())
    )

    for one in (first, second):
        opinions.decide(report=one, upheld=True, actor=zahra, now=NOW)

    assert sums(listing) == (0, 0)
    assert "ناسزا" not in Client().get(f"/apps/{app.slug}/").content.decode()
    with pytest.raises(ReportDecided):
        opinions.decide(report=first, upheld=False, actor=zahra, now=NOW)


def test_a_hidden_rating_stays_out_of_the_sums_when_it_is_changed(app, listing, mina, zahra):
    launching.launch(person=mina, app=app, source="link", now=timezone.now())
    rating = rate(listing, mina, 1)
    report = opinions.report(of=rating, person=make_person(), reason="insult", text="", now=NOW)
    opinions.decide(report=report, upheld=True, actor=zahra, now=NOW)

    rate(listing, mina, 5)

    assert sums(listing) == (0, 0)


def test_somebody_reports_a_thing_once(listing, mina):
    for _time in range(2):
        opinions.report(of=listing, person=mina, reason="fraud", text="", now=NOW)

    assert Report.objects.count() == 1


def test_a_shop_and_its_products_are_reported_to_the_shops_queue_only(sara, mina):
    shop = make_shop(sara)
    product = make_product(shop)
    browser, place = signed_in(mina), f"/shops/report/golestan/?product={product.public_id}"

    assert place in browser.get(f"/shops/golestan/{product.public_id}/").content.decode()
    browser.post(place, {"reason": "fake"})
    for thing in (product, listings.listing_of(shop, now=NOW)):
        refused = browser.post(f"/showcase/report/{thing.public_id}/", {"reason": "fraud"})
        assert refused.status_code == 404

    assert not Report.objects.exists()
    assert shop.reports.get().product == product


def test_only_those_who_work_there_answer_a_rating(app, listing, sara, mina, dara):
    launching.launch(person=mina, app=app, source="link", now=timezone.now())
    rating = rate(listing, mina)
    place = f"/showcase/ratings/{rating.public_id}/reply/"

    assert signed_in(dara).post(place, {"text": "سپاس"}).status_code == 404
    assert signed_in(sara).post(place, {"text": "سپاس"}).status_code == 303
    rating.refresh_from_db()
    assert rating.reply == "سپاس"


@pytest.mark.parametrize(
    ("begins", "ends", "place", "free"),
    [(0, 2, "hero", False), (1, 3, "hero", False), (2, 3, "hero", True), (0, 2, "side", True)],
)
def test_two_slots_never_stand_in_one_place_at_one_time(listing, begins, ends, place, free):
    hour = timezone.timedelta(hours=1)

    def make(begins, ends, place):
        Slot.objects.create(
            place=place, listing=listing, title_fa="ن", starts_at=NOW + begins * hour,
            ends_at=NOW + ends * hour,
        )  # fmt: skip

    make(0, 2, "hero")
    if free:
        make(begins, ends, place)
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            make(begins, ends, place)


def test_the_database_keeps_a_listing_one_thing(listing):
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(kind="shop")
