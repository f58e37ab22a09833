"""Telling people of a post: those who are here, within their day, once, also after a death."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from redis import Redis

from config.env import REPOSITORY
from core import live
from messenger import chats, reading
from storefront.shops import posting, pushing, quiet
from storefront.shops.models import Nudge, Push
from storefront.shops.posting import PostWish
from tests.people import make_person
from tests.shopping import make_shop

NOON = datetime(2026, 11, 25, 12, tzinfo=quiet.TEHRAN)
DIES = """
import os, signal, django
django.setup()
from datetime import datetime
from storefront.shops import pushing, quiet
from storefront.shops.models import Push
pushing.NUDGE_CHUNK_ROWS = 3  # the founder, who wrote it, and two
now = datetime(2026, 11, 25, 12, tzinfo=quiet.TEHRAN)
key = Push.objects.get().pk
assert pushing.one_step(key, now=now) == 2
Push.save = lambda *_args, **_named: os.kill(os.getpid(), signal.SIGKILL)
pushing.one_step(key, now=now)
"""


@pytest.fixture
def shop(sara):
    made = make_shop(sara)
    made.level = 3
    made.save(update_fields=["level"])
    return made


@pytest.fixture
def here():
    """Let people be here: as their socket does, something listens to their topics."""
    listener = Redis.from_url(settings.REDIS_URL).pubsub()

    def arrive(*people):
        for person in people:
            listener.subscribe(live._channel(f"person.{person.pk}"))
            listener.get_message(timeout=5)

    yield arrive
    listener.close()


def followers(shop, count: int):
    people = [make_person(f"پیرو {number}") for number in range(count)]
    for person in people:
        chats.join(channel=shop.channel, person=person)
    return people


def post(shop, *, now=NOON):
    wish = PostWish("حراج", nudges=True)
    return posting.write(shop=shop, wish=wish, author=shop.maker.founder, now=now)


def test_only_those_who_are_here_and_listen_are_told(shop, here):
    present, muted, _away = followers(shop, 3)
    reading.set_muted(shop.channel, muted, muted=True)
    here(present, muted, shop.maker.founder)
    made = post(shop)

    assert pushing.go_on(now=NOON) == 1

    assert list(Nudge.objects.values_list("person", "post")) == [(present.pk, made.pk)]
    assert pushing.go_on(now=NOON) == 0
    assert Push.objects.get().due_at is None


def test_nobody_is_told_more_often_in_a_day_than_he_may_be(shop, here):
    (person,) = followers(shop, 1)
    here(person)
    other = make_shop(make_person("فروشنده"), slug="narges")
    other.level = 3
    other.save(update_fields=["level"])
    chats.join(channel=other.channel, person=person)
    for one in (shop, other, shop, other):
        post(one)

    told = pushing.go_on(now=NOON)
    post(shop, now=NOON + timedelta(days=1))
    next_day = pushing.go_on(now=NOON + timedelta(days=1))

    assert (told, next_day) == (3, 1)


def test_a_post_at_night_is_told_in_the_morning(shop, here):
    here(*followers(shop, 1))
    night = NOON + timedelta(hours=11)
    post(shop, now=night)

    asleep = pushing.go_on(now=night + timedelta(hours=1))
    awake = pushing.go_on(now=NOON + timedelta(hours=20))

    assert (asleep, awake) == (0, 1)


def test_it_is_forgotten_who_was_told(shop, here):
    here(*followers(shop, 1))
    post(shop)
    pushing.go_on(now=NOON)

    assert pushing.forget_old(now=NOON + timedelta(days=2)) == 0
    assert pushing.forget_old(now=NOON + timedelta(days=4)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_push_goes_on_where_a_killed_worker_was(shop, here):
    people = followers(shop, 5)
    here(*people)
    post(shop)
    name = connection.settings_dict["NAME"]
    base, _slash, rest = os.environ["DATABASE_URL"].rpartition("/")
    url = f"{base}/{name}" + (f"?{rest.partition('?')[2]}" if "?" in rest else "")
    killed = subprocess.run(
        [sys.executable, "-c", DIES],
        cwd=REPOSITORY,
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert Nudge.objects.count() == 2

    assert pushing.go_on(now=NOON) == 3

    assert sorted(Nudge.objects.values_list("person", flat=True)) == sorted(p.pk for p in people)
    assert Push.objects.get().told == 5
