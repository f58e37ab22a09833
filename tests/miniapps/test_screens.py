import io

import pytest
from django.test import Client
from PIL import Image

from miniapps import review
from tests.miniapps import build
from tests.miniapps.browsing import at_the_desk
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def files() -> dict[str, bytes]:
    out = io.BytesIO()
    Image.new("RGB", (1500, 2000), "#2a9aa0").save(out, "PNG")
    named = {"screenshots": [{"src": "menu.png", "alt": "فهرست نوشیدنی‌ها"}]}
    return build.files(barnamak=named) | {"menu.png": out.getvalue()}


def test_a_screenshot_is_drawn_anew_and_waits_for_the_review(cafe, sara, mina, reza):
    case = build.claimed_upload(cafe, reza, files())
    place = f"/screens/{case.version.public_id}/0.webp"

    with Image.open(io.BytesIO(signed_in(sara).get(place).content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (900, 1200))
    for browser in (Client(), signed_in(mina)):
        assert browser.get(place).status_code == 404
    assert signed_in(reza).get(place).status_code == 200
    assert signed_in(reza).get(place.replace("/0.", "/1.")).status_code == 404
    desk = at_the_desk(reza).get(f"/admin/miniapps/submission/{case.pk}/change/")
    assert place in desk.content.decode()


def test_everybody_sees_the_screenshots_of_what_is_released(cafe, reza):
    case = build.claimed_upload(cafe, reza, files())
    review.approve(submission=case, reviewer=reza, now=build.NOW)

    page = Client().get(f"/apps/{cafe.slug}/").content.decode()

    place = f"/screens/{case.version.public_id}/0.webp"
    assert f'src="{place}" alt="فهرست نوشیدنی‌ها"' in page
    assert Client().get(place).status_code == 200
