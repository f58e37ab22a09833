"""What a shop says in its channel: now or later, within its bounds, its products always as now."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.problems import InvalidInput
from messenger.models import Message
from storefront.shops import catalogue, counting, opening, postcards, posting, quiet
from storefront.shops.errors import (
    PostStateForbids,
    ShopStateForbids,
    TooManyNudges,
    TooManyPosts,
)
from storefront.shops.models import DayCount, Post, ProductCount
from storefront.shops.posting import PostWish
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop

NOON = datetime(2026, 11, 25, 12, tzinfo=quiet.TEHRAN)


def write(shop, text="امروز ارسال رایگان است", *, now=NOON, **wish) -> Post:
    author = shop.maker.founder
    return posting.write(shop=shop, wish=PostWish(text, **wish), author=author, now=now)


@pytest.fixture
def shop(sara):
    made = make_shop(sara)
    made.level = 2
    made.save(update_fields=["level"])
    return made


def test_a_post_is_one_message_that_names_its_products_only(shop):
    product = make_product(shop)

    post = write(shop, products=[product.public_id])

    message = Message.objects.get(chat=shop.channel, kind="card")
    assert message.card == {"post": post.public_id, "products": [product.public_id]}
    assert (message.text, message.pk) == ("امروز ارسال رایگان است", post.message_id)


def test_a_planned_post_is_sent_when_its_time_has_come_and_once(shop):
    post = write(shop, due_at=NOON + timedelta(hours=2))

    early = posting.send_due(now=NOON + timedelta(hours=1))
    sent = [posting.send_due(now=NOON + timedelta(hours=3)) for _ in range(2)]

    post.refresh_from_db()
    assert (early, sent, post.state) == (0, [1, 0], "sent")
    assert Message.objects.filter(chat=shop.channel, kind="card").count() == 1


def test_a_post_of_a_shop_that_closed_meanwhile_is_not_sent(shop, sara):
    post = write(shop, due_at=NOON + timedelta(hours=2))
    opening.step(shop=shop, name="close", actor=sara)

    posting.send_due(now=NOON + timedelta(hours=3))

    post.refresh_from_db()
    assert (post.state, post.message) == ("dropped", None)
    with pytest.raises(ShopStateForbids):
        write(shop)


def test_only_a_post_that_waits_can_be_called_off(shop, sara):
    post = write(shop, due_at=NOON + timedelta(hours=2))
    posting.call_off(post=post, actor=sara)

    with pytest.raises(PostStateForbids):
        posting.call_off(post=post, actor=sara)
    assert posting.send_due(now=NOON + timedelta(hours=3)) == 0


def test_the_level_of_a_shop_bounds_the_posts_of_a_day_of_tehran(shop):
    shop.level = 0
    shop.save(update_fields=["level"])
    with pytest.raises(TooManyNudges):
        write(shop, nudges=True)
    for _ in range(2):
        write(shop)

    with pytest.raises(TooManyPosts):
        write(shop, due_at=NOON + timedelta(hours=11))
    assert write(shop, due_at=NOON + timedelta(hours=12)).state == "scheduled"  # tomorrow


@pytest.mark.parametrize(
    "wish",
    [
        {"text": " "},
        {"text": "x" * 5000},
        {"products": ["prd_" + "0" * 26]},
        {"due_at": NOON - timedelta(minutes=1)},
        {"due_at": NOON + timedelta(days=91)},
    ],
)
def test_a_post_that_cannot_be_is_refused(shop, wish):
    with pytest.raises(InvalidInput):
        write(shop, **{"text": "سلام"} | wish)


def test_a_product_of_another_shop_or_a_draft_is_not_posted(shop, mina):
    other = make_product(make_shop(mina, slug="narges"))
    draft = make_product(shop, published=False)

    for one in (other, draft):
        with pytest.raises(InvalidInput):
            write(shop, products=[one.public_id])


def test_cards_say_what_is_true_now_in_one_query(shop, sara):
    sold, few, out, gone, draft = (
        make_product(shop, title=title, on_hand=on_hand, published=title != "پیش‌نویس")
        for title, on_hand in (
            ("فراوان", 90), ("کم", 3), ("تمام", 0), ("بایگانی", 9), ("پیش‌نویس", 9),
        )
    )  # fmt: skip
    catalogue.set_status(product=gone, status="archived", actor=sara, now=NOON)
    variant = sold.variants.get()
    catalogue.set_price(
        variant=variant, price=900_000, compare_price=1_000_000, actor=sara, now=NOON
    )
    asked = [one.public_id for one in (few, sold, out, gone, draft)] + ["prd_" + "0" * 26]

    with CaptureQueriesContext(connection) as queries:
        cards, shops = postcards.shown(asked)

    assert [one["state"] for one in cards] == ["sold", "sold", "out", "archived", "gone", "gone"]
    assert [one["left"] for one in cards[:3]] == [3, None, None]
    assert (cards[1]["price_rials"], cards[1]["compare_rials"]) == (900_000, 1_000_000)
    assert (cards[3]["title"], cards[3]["price_rials"], cards[4]["title"]) == ("بایگانی", None, "")
    assert (len(queries), shops) == (1, {shop.pk: 3})


def test_who_sees_a_post_is_counted_once_and_never_by_name(shop, mina):
    product = make_product(shop)
    post = write(shop, products=[product.public_id])
    at = f"/api/v1/products/shown?ids={product.public_id}&posts={post.public_id}"
    for person in (mina, mina, make_person("دیگری")):
        assert signed_in(person).get(at).status_code == 200
    with connection.cursor():  # on_commit of a test is run by the client's own transaction
        counting.fold(now=timezone.now())

    post.refresh_from_db()
    counts = dict(DayCount.objects.filter(shop=shop).values_list("kind", "n"))
    assert post.views == 2
    assert counts["visitors"] == 2


@pytest.mark.parametrize(
    "query", ["ids=x", "ids=" + ",".join(["prd_" + "0" * 26] * 51), "ids=a%2Cb"]
)
def test_ids_that_are_none_are_refused(shop, mina, query):
    assert signed_in(mina).get(f"/api/v1/products/shown?{query}").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_counts_are_added_once_even_when_the_worker_dies_between(shop):
    product = make_product(shop)
    for _ in range(3):
        counting.count(shop, "carts", 2, NOON)
    counting.count_sold(shop.pk, product.pk, pieces=2, rials=2_400_000, now=NOON)
    batch = counting._batch()
    valkey = counting._valkey()
    counting._fold_batch(batch, NOON)
    # As it is after a death between the commit and the striking out: the batch is still there.
    valkey.set(counting._key("batch"), batch)
    valkey.hset(counting._key(f"aside:{batch}"), f"2026-11-25|{shop.pk}|carts", 6)
    counting.count(shop, "carts", 1, NOON)

    counting.fold(now=NOON + timedelta(minutes=1))
    counting.fold(now=NOON + timedelta(minutes=2))

    assert DayCount.objects.get(shop=shop, kind="carts").n == 7
    assert ProductCount.objects.get(shop=shop).rials == 2_400_000


@pytest.mark.parametrize(
    ("hour", "heard"), [(7, 8), (8, 8), (12, 12), (21, 21), (22, 32), (23, 32), (0, 8)]
)
def test_nobody_is_told_anything_at_night(hour, heard):
    moment = datetime(2026, 11, 25, hour, tzinfo=quiet.TEHRAN)

    told = quiet.heard_at(moment)

    assert told == datetime(2026, 11, 25, tzinfo=quiet.TEHRAN) + timedelta(hours=heard)
