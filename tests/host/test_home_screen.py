"""A mini-app on the home screen: its page and its own web manifest."""

import pytest

from miniapps.models import App
from tests.miniapps import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def cafe():
    return build.live_app(name_fa="کافه نارون", name_en="Narvan Café")


def test_the_page_names_the_app_s_own_manifest_and_not_the_house_s(client, cafe):
    page = client.get(f"/a/{cafe.slug}/home").content.decode()

    assert f'rel="manifest" href="/a/{cafe.slug}/home.webmanifest"' in page
    assert page.count('rel="manifest"') == 1
    assert "کافه نارون" in page


def test_the_manifest_starts_the_app_and_nothing_else(client, cafe):
    answer = client.get(f"/a/{cafe.slug}/home.webmanifest")

    told = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["dir"]) == ("کافه نارون", "rtl")
    assert told["start_url"] == told["id"] == f"/a/{cafe.slug}"
    assert [icon["sizes"] for icon in told["icons"]] == ["512x512"]


@pytest.mark.parametrize("address", ["home", "home.webmanifest"])
def test_an_app_the_world_may_not_know_of_has_no_such_page(client, cafe, address):
    App.objects.filter(pk=cafe.pk).update(status=App.Status.DRAFT)

    assert client.get(f"/a/{cafe.slug}/{address}").status_code == 404
