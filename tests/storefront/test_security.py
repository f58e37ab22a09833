"""Who can get at the money: the PIN, and the devices one is signed in on."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from core.models import AuditEvent
from identity import devices
from identity.models import Device
from tests.people import make_person, signed_in
from tests.storefront.conftest import text_of
from wallet import pins

pytestmark = pytest.mark.django_db(transaction=True)


def device_of(browser, person, agent="Firefox/1 Linux"):
    key = browser.cookies["session"].value
    return devices.note(person=person, session_key=key, user_agent=agent, address="192.0.2.7")


@pytest.fixture
def phone(mina):
    browser = signed_in(mina)
    device_of(browser, mina, "Chrome/1 Android")
    return browser


def test_every_device_is_named_and_only_the_others_can_be_signed_out(browser, mina, phone):
    here = device_of(browser, mina)
    there = Device.objects.exclude(pk=here.pk).get()

    page = browser.get("/wallet/security/").content.decode()

    assert "Chrome · Android" in page
    assert there.public_id in page
    assert here.public_id not in page


def test_a_device_that_is_signed_out_is_out_at_once(browser, mina, phone):
    device_of(browser, mina)
    there = Device.objects.get(agent="Chrome · Android")

    for said in ("از آن دستگاه خارج شدید", "پیش‌تر خارج شده بود"):
        browser.post("/wallet/security/out/", {"device": there.public_id})
        assert said in text_of(browser.get("/wallet/security/"))

    assert phone.get("/wallet/").status_code == 302
    assert browser.get("/wallet/").status_code == 200


def test_all_others_are_signed_out_together(browser, mina, phone):
    device_of(browser, mina)

    browser.post("/wallet/security/out/", {"device": "others"})

    assert phone.get("/wallet/").status_code == 302
    assert browser.get("/wallet/security/").status_code == 200
    assert Device.objects.count() == 1


def test_nobody_signs_out_another_persons_device(mina, phone):
    stranger = signed_in(make_person("رضا"))
    there = Device.objects.get(agent="Chrome · Android")

    stranger.post("/wallet/security/out/", {"device": there.public_id})

    assert phone.get("/wallet/").status_code == 200


def test_the_page_says_whether_there_is_a_pin_and_when_it_waits(browser, mina):
    assert "هنوز رمز ندارید" in text_of(browser.get("/wallet/security/"))

    now = timezone.now()
    pins.choose(person=mina, pin="2580", now=now)
    mina.spender.refresh_from_db()
    mina.spender.pin_locked_until = now + timedelta(minutes=5)
    mina.spender.save()

    page = text_of(browser.get("/wallet/security/"))
    assert "تغییر رمز" in page
    assert "صبر می‌کند" in page


def test_a_level_that_rises_lets_one_pay_more_at_once(browser, mina):
    before = text_of(browser.get("/wallet/limits/"))
    checked = ["--reason", "کد ملی و مالک شماره یکی است"]

    call_command("level", mina.phone, "full", *checked)
    call_command("level", mina.phone, "full", *checked)

    page = text_of(browser.get("/wallet/limits/"))
    assert "سطح شما: فقط شمارهٔ تلفن" in before
    assert "برای بالا رفتن سطح" in before
    assert "سطح شما بالاترین سطح است" in page
    assert AuditEvent.objects.filter(event="wallet.level.changed").count() == 1
    for wrong in (["09000000000", "full", *checked], [mina.phone, "full", "--reason", " "]):
        with pytest.raises(CommandError):
            call_command("level", *wrong)
