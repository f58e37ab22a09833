"""Signing in by hand: the page keeps up with whoever is quicker than its script."""

import threading

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.people import Visits, fa

pytestmark = pytest.mark.e2e

NOBODYS_PHONE, WRONG_CODE = "09120007777", "00000"


def test_a_code_that_stood_there_before_the_script_is_sent_as_well(visits: Visits) -> None:
    visits.forgive(r"status of 400 .*/signin/code/")
    page = visits.open("", "/signin/")
    held: list[Route] = []
    asked = threading.Event()

    def hold(route: Route) -> None:
        held.append(route)
        asked.set()

    page.route("**/identity/code*.js", hold)
    page.get_by_label(fa("Phone number")).fill(NOBODYS_PHONE)
    page.get_by_role("button", name=fa("Send the code")).click(no_wait_after=True)
    field = page.locator("input[name=code]")
    expect(field).to_be_visible()
    field.fill(WRONG_CODE)
    assert asked.is_set()
    for route in held:
        route.continue_()

    expect(page.locator("input[name=code][aria-invalid=true]")).to_be_visible()
