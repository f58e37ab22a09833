"""The desk's pages of posts and numbers: written on a phone, seen by those who may, in sums only."""

from datetime import timedelta

import pytest
from django.utils import timezone

from messenger.models import Message
from storefront.shops import quiet
from storefront.shops.models import DayCount, Post, ProductCount, Staff
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def at(shop, rest: str = "posts/") -> str:
    return f"/shops/desk/{shop.slug}/{rest}"


def test_a_post_is_written_planned_and_called_off(shop, sara):
    product, browser = make_product(shop), signed_in(sara)
    day = timezone.localtime(timezone.now(), quiet.TEHRAN).date() + timedelta(days=2)
    words = {"text": "زعفران تازه", "products": [product.public_id]}

    now = browser.post(at(shop, "posts/new/"), words | {"when": "now"})
    later = browser.post(
        at(shop, "posts/new/"), words | {"when": "later", "day": str(day), "time": "۱۸:۳۰"}
    )
    planned = Post.objects.get(state="scheduled")
    listed = browser.get(at(shop)).content.decode()
    off = browser.post(at(shop, f"posts/{planned.public_id}/off/"))

    assert [answer.status_code for answer in (now, later, off)] == [303, 303, 303]
    assert Message.objects.filter(chat=shop.channel, kind="card").count() == 1
    assert timezone.localtime(planned.due_at, quiet.TEHRAN).strftime("%H:%M") == "18:30"
    assert "زعفران تازه" in listed
    planned.refresh_from_db()
    assert planned.state == "cancelled"


def test_a_refused_post_keeps_what_was_written(shop, sara):
    product = make_product(shop)
    answer = signed_in(sara).post(
        at(shop, "posts/new/"),
        {
            "text": "متن من",
            "products": [product.public_id],
            "when": "later",
            "day": "x",
            "time": "9",
        },
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "متن من" in page
    assert f'value="{product.public_id}" checked' in page


def test_a_clerk_writes_no_posts_and_sees_no_numbers(shop):
    clerk = make_person("سفارش‌کار")
    Staff.objects.create(shop=shop, person=clerk, role="clerk", added_at=timezone.now())
    browser = signed_in(clerk)

    answers = [browser.get(at(shop, rest)) for rest in ("posts/", "posts/new/", "numbers/")]

    assert [one.status_code for one in answers] == [403] * 3


def test_a_post_of_another_shop_does_not_exist(shop, sara, mina):
    other = make_shop(mina, slug="narges")
    post = Post.objects.create(
        shop=other, text="x", due_at=timezone.now(), created_at=timezone.now()
    )

    assert signed_in(sara).post(at(shop, f"posts/{post.public_id}/off/")).status_code == 404


def test_days_of_few_people_are_not_told_apart(shop, sara, django_assert_max_num_queries):
    product = make_product(shop)
    today = timezone.localtime(timezone.now(), quiet.TEHRAN).date()
    for back, visitors in ((0, 19), (1, 20)):
        for kind, n in (("visitors", visitors), ("views", 777), ("orders", 3), ("revenue", 5_000)):
            day = today - timedelta(days=back)
            DayCount.objects.create(shop=shop, day=day, kind=kind, n=n)
    ProductCount.objects.create(
        shop=shop, product_id=product.pk, day=today, pieces=2, rials=2_400_000
    )
    browser = signed_in(sara)

    table = browser.get(at(shop, "numbers/?days=7&form=csv")).content.decode().splitlines()
    with django_assert_max_num_queries(6):  # session, person, staff, days, products twice
        page = browser.get(at(shop, "numbers/?days=7")).content.decode()

    assert table[1].split(",")[2:] == ["", "", "", "3", "5000"]
    assert table[2].split(",")[2:] == ["20", "777", "0", "3", "5000"]
    assert len(table) == 8
    assert product.title in page
