import re

import pytest
from django.test import Client
from django.utils import timezone

from messenger import chats
from messenger.models import Chat, Membership
from miniapps import launching
from miniapps.models import App
from storefront.shops.models import Shop, Stock
from storefront.showcase import front, listings, pinning, ranking, shown
from storefront.showcase.models import Collection, CollectionItem, Kin, Listing, Slot
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HOUR = timezone.timedelta(hours=1)


@pytest.fixture
def shop(sara):
    return make_shop(sara, title="گلستان")


@pytest.fixture
def app(sara):
    return build.live_app(build.make_maker(sara))


def text_of(answer):
    return re.sub(r"[\u2066-\u2069]", "", answer.content.decode())


def slot(listing, *, begins=-1, ends=1, place="hero", **more):
    return Slot.objects.create(
        place=place, listing=listing, title_fa="عطر زعفران", starts_at=NOW + begins * HOUR,
        ends_at=NOW + ends * HOUR, **more,
    )  # fmt: skip


def test_the_first_page_is_two_queries_for_strangers_and_three_for_people(
    shop, app, mina, django_assert_num_queries
):
    for number in range(6):
        make_shop(make_person(), slug=f"shop_{number}")
    listings.renew(now=NOW)
    slot(Listing.objects.get(shop=shop))
    kept = Collection.objects.create(title_fa="سوغات", starts_at=NOW - HOUR)
    for listing in Listing.objects.all():
        CollectionItem.objects.create(collection=kept, listing=listing)
    launching.launch(person=mina, app=app, source="link", now=timezone.now())
    pinning.pin(listing=Listing.objects.get(shop=shop), person=mina, now=NOW)
    front.choose(now=NOW)
    stranger, browser = Client(), signed_in(mina)

    with django_assert_num_queries(2):
        page = text_of(stranger.get("/showcase/"))
    assert "عطر زعفران" in page
    assert "سوغات" in page
    assert page.count("چرا این را می‌بینم؟") > 8
    with django_assert_num_queries(4):  # who is it; then the three of the page
        page = text_of(browser.get("/showcase/"))
    assert "سنجاق‌شده" in page
    assert "تازگی باز کرده‌اید" in page


def test_a_slot_stands_in_its_time_only_and_editors_look_ahead(shop, zahra, mina):
    slot(listings.listing_of(shop, now=NOW), begins=2, ends=3)
    then = (NOW + 2.5 * HOUR).isoformat()
    editor = signed_in(zahra)

    assert "عطر زعفران" not in text_of(editor.get("/showcase/"))
    assert "عطر زعفران" in text_of(editor.get("/showcase/", {"at": then}))
    assert signed_in(mina).get("/showcase/", {"at": then}).status_code == 404
    assert Client().get("/showcase/", {"at": "x"}).status_code == 404


def test_a_paid_placement_says_so(shop):
    slot(listings.listing_of(shop, now=NOW), is_paid=True)

    assert "جایگاه پولی" in text_of(Client().get("/showcase/"))


def test_what_is_suspended_leaves_the_page_at_once(shop):
    slot(listings.listing_of(shop, now=NOW))
    Shop.objects.update(status="suspended")

    page = text_of(Client().get("/showcase/"))

    assert "گلستان" not in page
    assert "عطر زعفران" not in page


def test_what_is_closed_leaves_the_rows_at_once_and_the_next_comes_up(shop, app, sara):
    chats.create_channel(founder=sara, title="کانال خبر", about="", handle="khabar", now=NOW)
    for number in range(front.KEPT):
        make_shop(make_person(), slug=f"shop_{number}")
    listings.renew(now=NOW)
    Listing.objects.exclude(kind="shop").update(shown=0)
    Listing.objects.filter(kind="shop").update(shown=1)
    front.choose(now=NOW)
    before = set(
        re.findall(r'href="(/(?:shops|apps|c)/[\w-]+/)"', text_of(Client().get("/showcase/")))
    )
    assert {"/c/khabar/", f"/apps/{app.slug}/"} <= before

    Chat.objects.filter(handle="khabar").update(handle=None)
    App.objects.update(status="suspended")
    gone = next(path for path in before if path.startswith("/shops/")).split("/")[2]
    Shop.objects.filter(slug=gone).update(status="suspended")
    after = set(
        re.findall(r'href="(/(?:shops|apps|c)/[\w-]+/)"', text_of(Client().get("/showcase/")))
    )

    assert before - after == {"/c/khabar/", f"/apps/{app.slug}/", f"/shops/{gone}/"}
    assert len(after) == len(before)


def test_who_follows_a_channel_is_shown_what_others_follow_too(shop, mina):
    known, other = (make_shop(make_person(), slug=f"shop_{n}", title=f"باغ {n}") for n in range(2))
    listings.renew(now=NOW)
    for like, likeness in ((known, 0.9), (other, 0.5)):
        Kin.objects.create(
            follows=shop.channel, listing=Listing.objects.get(shop=like),
            chat_id=like.channel_id, likeness=likeness,
        )  # fmt: skip
    for followed in (shop, known):
        chats.join(channel=followed.channel, person=mina)

    page = text_of(signed_in(mina).get("/showcase/"))

    assert "باغ 1" in page
    assert "باغ 0" not in page, "what one follows already is no news"


def test_newcomers_are_shown_the_least_shown_first_and_counted(shop, mina):
    other = make_shop(mina, slug="other_shop")
    listings.renew(now=NOW)
    shown.fold()
    Listing.objects.filter(shop=shop).update(shown=900)
    front.choose(now=NOW)
    page = text_of(Client().get("/showcase/"))
    assert page.index(f"/shops/{other.slug}/") < page.index(f"/shops/{shop.slug}/")

    shown.fold()
    assert dict(Listing.objects.values_list("shop__slug", "shown")) == {
        "golestan": 901, "other_shop": 1,
    }  # fmt: skip


def test_one_owner_fills_no_row(sara):
    for number in range(4):
        make_shop(sara, slug=f"shop_{number}")
    listings.renew(now=NOW)
    front.choose(now=NOW)

    page = text_of(Client().get("/showcase/"))

    assert len(set(re.findall(r'href="(/shops/shop_\d/)"', page))) == 1


def test_recents_are_forgotten_when_asked(app, mina):
    listings.renew(now=NOW)
    launching.launch(person=mina, app=app, source="link", now=timezone.now())
    browser = signed_in(mina)
    assert "تازگی باز کرده‌اید" in text_of(browser.get("/showcase/"))

    browser.post("/showcase/own/", {"do": "forget"})

    assert "تازگی باز کرده‌اید" not in text_of(browser.get("/showcase/"))


def test_a_shop_is_three_queries(shop, mina, django_assert_num_queries):
    for number in range(30):
        make_product(shop, title=f"سوهان {number}")
    listings.renew(now=NOW)
    stranger, browser = Client(), signed_in(mina)

    with django_assert_num_queries(3):
        page = text_of(stranger.get("/shops/golestan/"))
    with django_assert_num_queries(4):  # who is it
        browser.get("/shops/golestan/")
    more = re.search(r'rel="next" href="(\?before=prd_[^"]+)"', page)[1]
    rest = text_of(stranger.get(f"/shops/golestan/{more}"))
    titles = re.findall(r"سوهان \d+", page) + re.findall(r"سوهان \d+", rest)
    assert len(titles) == len(set(titles)) == 30
    with django_assert_num_queries(3):
        assert "سوهان 7" in text_of(stranger.get("/shops/golestan/", {"q": "سوهان 7"}))


def test_a_product_is_four_queries_and_says_what_is_left(shop, mina, django_assert_num_queries):
    product = make_product(shop, title="زعفران نگین", price=1_200_000, on_hand=3)
    with django_assert_num_queries(4):
        page = text_of(Client().get(f"/shops/golestan/{product.public_id}/"))
    assert "تنها ۳ تا مانده" in page
    assert "۱۲۰٬۰۰۰" in page
    assert 'action="/cart/golestan/add/"' in page

    Stock.objects.update(reserved=3)
    page = text_of(Client().get(f"/shops/golestan/{product.public_id}/"))
    assert "تمام شد" in page


def test_another_shops_product_a_draft_and_a_closed_shop_are_not_there(shop, mina):
    make_shop(mina, slug="another")
    product = make_product(shop)
    draft = make_product(shop, title="پیش‌نویس", published=False)

    for path in (
        f"/shops/another/{product.public_id}/", f"/shops/golestan/{draft.public_id}/",
        "/shops/nothing/", "/apps/nothing/",
    ):  # fmt: skip
        assert Client().get(path).status_code == 404, path
    Shop.objects.filter(pk=shop.pk).update(status="closed")
    assert Client().get("/shops/golestan/").status_code == 404


def test_following_joins_the_channel(shop, mina):
    assert Client().post("/shops/golestan/follow/").headers["Location"].startswith("/signin/")

    signed_in(mina).post("/shops/golestan/follow/")

    assert Membership.objects.filter(chat=shop.channel, person=mina).exists()


def test_a_search_is_three_queries_and_finds_everything(shop, app, sara, django_assert_num_queries):
    chats.create_channel(founder=sara, title="گلستان خبر", about="", handle="golkhabar", now=NOW)
    make_product(shop, title="گلاب گلستان")
    listings.renew(now=NOW)
    Client().get("/showcase/search/")  # the shelves are kept from here on

    with django_assert_num_queries(3):
        page = text_of(Client().get("/showcase/search/", {"q": "گلستان"}))

    assert page.index('href="/shops/golestan/"') < page.index('href="/c/golkhabar/"')
    assert "گلاب گلستان" in page
    apps = text_of(Client().get("/showcase/search/", {"q": app.name_fa, "kind": "apps"}))
    assert f'href="/apps/{app.slug}/"' in apps


def test_a_correction_is_said_and_can_be_refused(shop):
    make_product(shop, title="کفش چرم")
    page = text_of(Client().get("/showcase/search/", {"q": "کقش"}))

    assert "کفش چرم" in page
    assert "exactly=1" in page
    assert "کفش چرم" not in text_of(Client().get("/showcase/search/", {"q": "کقش", "exactly": "1"}))


def test_suggestions_name_things_and_queries(shop):
    make_product(shop, title="گلدان سفالی")
    listings.renew(now=NOW)

    part = text_of(Client().get("/showcase/suggest/", {"q": "گل"}))

    assert "/shops/golestan/" in part
    assert "گلدان" in part


@pytest.mark.parametrize("path", ["/showcase/", "/shops/golestan/"])
def test_pages_tell_crawlers_what_they_are(shop, path):
    page = Client().get(path).content.decode()

    assert f'<link rel="canonical" href="http://localhost:8000{path}">' in page
    assert '<meta property="og:title"' in page


def test_the_map_and_the_robots_file_name_what_is_public(shop, app):
    product = make_product(shop)
    browser = Client()

    index = browser.get("/sitemap.xml").content.decode()
    places = re.findall(r"<loc>http://localhost:8000(.*?)</loc>", index)
    found = "".join(browser.get(place).content.decode() for place in places)
    assert f"/shops/golestan/{product.public_id}/" in found
    assert f"/apps/{app.slug}/" in found
    assert "Disallow: /showcase/search/" in browser.get("/robots.txt").content.decode()


def test_a_shared_link_has_a_picture(shop, app):
    for path in (f"/apps/{app.slug}/card.png", "/shops/golestan/card.png"):
        answer = Client().get(path)
        assert answer.content.startswith(b"\x89PNG")
        assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_an_app_is_opened_with_its_start_parameter(app):
    ranking.rank(now=NOW)
    page = text_of(Client().get(f"/apps/{app.slug}/", {"startapp": "table-7"}))

    assert f'href="/a/{app.slug}?startapp=table-7"' in page
