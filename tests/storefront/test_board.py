"""My Bank's services and mini-apps: what stands there, in whose order, without a script."""

import pytest
from django.utils import timezone

from core.limits import BANK_TILES_MAX
from miniapps.models import App
from storefront.bank import arranging, tiles
from storefront.errors import BoardFull
from storefront.models import Board
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.storefront.conftest import text_of

pytestmark = pytest.mark.django_db


def keys_of(person):
    return [one.key for one in tiles.pinned(person)]


def tap(browser, act, key=""):
    answer = browser.post("/wallet/services/arrange/", {"act": act, "key": key})
    assert answer.status_code == 303
    return answer


def test_the_usual_services_stand_there_before_anybody_arranges(browser, mina):
    assert keys_of(mina) == tiles.USUAL
    assert not Board.objects.exists()
    assert "سطح و سقف‌ها" in text_of(browser.get("/wallet/"))


def test_a_tile_moves_by_one_place_and_stays_at_the_end(browser, mina):
    tap(browser, "later", "months")
    tap(browser, "earlier", "security")
    tap(browser, "earlier", "export")

    assert keys_of(mina) == ["export", "months", "security", "limits"]


def test_the_button_that_moved_a_tile_keeps_the_keyboard(browser):
    page = browser.get(tap(browser, "later", "months")["Location"]).content.decode()

    pressed = page[: page.index(" autofocus")].rindex("<button")
    assert 'value="later"' in page[pressed : page.index(" autofocus")]
    assert page.count(" autofocus") == 1


def test_a_mini_app_is_pinned_once_and_opens_in_its_place(browser, mina, maker):
    app = build.live_app(maker)
    tap(browser, "pin", app.public_id)
    tap(browser, "pin", app.public_id)
    tap(browser, "unpin", "months")

    assert keys_of(mina) == ["export", "limits", "security", app.public_id]
    assert f'href="/a/{app.slug}"' in browser.get("/wallet/").content.decode()


def test_an_app_that_cannot_be_opened_is_not_drawn_and_no_longer_in_the_way(mina, maker):
    app = build.live_app(maker)
    now = timezone.now()
    arranging.arrange(person=mina, act="pin", key=app.public_id, now=now)
    arranging.arrange(person=mina, act="earlier", key=app.public_id, now=now)
    App.objects.update(status=App.Status.SUSPENDED)

    assert keys_of(mina) == tiles.USUAL
    arranging.arrange(person=mina, act="earlier", key="security", now=now)
    assert keys_of(mina) == ["months", "export", "security", "limits"]


def test_money_apps_and_opened_apps_are_offered_and_others_are_not(browser, mina, maker):
    food = build.live_app(maker)
    money = build.live_app(maker, slug="purse")
    App.objects.filter(pk=money.pk).update(category="finance")

    offered = [one.key for one in tiles.offered(mina, tiles.USUAL)]

    assert offered == ["apps", money.public_id]
    assert food.public_id not in browser.get("/wallet/services/").content.decode()


@pytest.mark.parametrize(
    ("act", "key"),
    [("pin", "nothing"), ("pin", "app_x"), ("later", "apps"), ("burn", "months"), ("", "")],
)
def test_what_nobody_can_pin_is_not_there(browser, mina, act, key):
    answer = browser.post("/wallet/services/arrange/", {"act": act, "key": key})

    assert answer.status_code == 404
    assert not Board.objects.exists()


def test_the_board_is_bounded(browser, mina, monkeypatch):
    monkeypatch.setattr(arranging, "BANK_TILES_MAX", len(tiles.USUAL))

    with pytest.raises(BoardFull):
        arranging.arrange(person=mina, act="pin", key="apps", now=timezone.now())
    tap(browser, "pin", "apps")
    assert "اول یکی را بردارید" in text_of(browser.get("/wallet/services/"))
    assert len(tiles.SERVICES) <= BANK_TILES_MAX


def test_the_usual_comes_back_and_other_peoples_boards_stay(browser, mina):
    other = make_person("رضا")
    tap(signed_in(other), "unpin", "months")
    tap(browser, "unpin", "months")
    tap(browser, "usual")

    assert keys_of(mina) == tiles.USUAL
    assert keys_of(other) == tiles.USUAL[1:]


def test_whoever_takes_everything_away_is_told_how_to_come_back(browser):
    for key in tiles.USUAL:
        tap(browser, "unpin", key)

    assert "اینجا چیزی سنجاق نشده است" in text_of(browser.get("/wallet/"))
