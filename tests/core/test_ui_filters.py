"""What people read: digits, Jalali days, toman, sizes, phones, initials, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from core.templatetags import ui

NOON = datetime(2026, 11, 22, 10, 35, tzinfo=UTC)  # 14:05 in Tehran, 1 Azar 1405


@pytest.fixture
def fa() -> Iterator[None]:
    with translation.override("fa"):
        yield


@pytest.fixture
def en() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.usefixtures("fa")
def test_numbers_in_persian() -> None:
    assert ui.digits("v1.4.20") == "v۱.۴.۲۰"
    assert ui.number(31_000_000) == "۳۱٬۰۰۰٬۰۰۰"
    assert ui.number(-1200) == "\u2066−۱٬۲۰۰\u2069"
    assert ui.percent(42.4) == "۴۲٪"


@pytest.mark.usefixtures("en")
def test_numbers_in_english() -> None:
    assert ui.digits("v1.4.20") == "v1.4.20"
    assert ui.number(31_000_000) == "31,000,000"
    assert ui.percent(42.4) == "42%"


@pytest.mark.usefixtures("fa")
def test_days_and_times_in_persian_are_jalali_and_of_tehran() -> None:
    assert ui.jalali(NOON) == "۱ آذر ۱۴۰۵"
    assert ui.jalali(date(2026, 3, 20)) == "۲۹ اسفند ۱۴۰۴"
    assert ui.jalali(date(2026, 3, 21)) == "۱ فروردین ۱۴۰۵"
    assert ui.jalali_short(NOON) == "۱۴۰۵/۰۹/۰۱"
    assert ui.clock(NOON) == "۱۴:۰۵"
    assert ui.jalali_time(NOON) == "۱ آذر ۱۴۰۵، ۱۴:۰۵"


def test_an_instant_late_in_utc_is_already_the_next_day_in_tehran() -> None:
    with translation.override("fa"):
        assert ui.jalali_time(datetime(2026, 11, 21, 21, 0, tzinfo=UTC)) == "۱ آذر ۱۴۰۵، ۰۰:۳۰"


@pytest.mark.usefixtures("en")
def test_days_and_times_in_english_are_gregorian() -> None:
    assert ui.jalali(NOON) == "22 Nov 2026"
    assert ui.jalali_short(NOON) == "2026-11-22"
    assert ui.jalali_time(NOON) == "22 Nov 2026, 14:05"


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("distance", "persian", "english"),
    [
        (timedelta(seconds=59), "همین حالا", "just now"),
        (timedelta(seconds=-30), "همین حالا", "just now"),
        (timedelta(minutes=1), "۱ دقیقه پیش", "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "۵۹ دقیقه پیش", "59 minutes ago"),
        (timedelta(hours=3), "۳ ساعت پیش", "3 hours ago"),
        (timedelta(days=30), "۳۰ روز پیش", "30 days ago"),
        (timedelta(days=31), "۳۰ مهر ۱۴۰۵", "22 Oct 2026"),
        (timedelta(hours=-5), "۵ ساعت دیگر", "in 5 hours"),
        (timedelta(days=-1), "۱ روز دیگر", "in 1 day"),
    ],
)
def test_how_long_ago(distance: timedelta, persian: str, english: str) -> None:
    with translation.override("fa"):
        assert ui.ago(NOON - distance) == persian
    with translation.override("en"):
        assert ui.ago(NOON - distance) == english


@pytest.mark.usefixtures("at_noon", "fa")
def test_the_stamp_of_a_chat_list() -> None:
    assert ui.stamp(NOON) == "۱۴:۰۵"
    assert ui.stamp(NOON - timedelta(days=1)) == "دیروز"
    assert ui.stamp(NOON - timedelta(days=6)) == "دوشنبه"
    assert ui.stamp(NOON - timedelta(days=7)) == "۲۴ آبان ۱۴۰۵"
    assert ui.day_label(NOON) == "امروز"


@pytest.mark.usefixtures("fa")
def test_money_in_persian_is_toman_with_the_sign_before_the_digits() -> None:
    assert ui.toman(125_000) == "۱۲٬۵۰۰ تومان"
    assert ui.toman(0) == "۰ تومان"
    assert ui.toman_number(125_005) == "۱۲٬۵۰۰٫۵"
    assert ui.toman_signed(500_000) == "\u2066+۵۰٬۰۰۰\u2069"
    assert ui.toman_signed(-500_000) == "\u2066−۵۰٬۰۰۰\u2069"
    assert ui.rials(125_000) == "۱۲۵٬۰۰۰ ریال"


@pytest.mark.usefixtures("en")
def test_money_in_english() -> None:
    assert ui.toman(125_000) == "12,500 toman"
    assert ui.toman_number(125_005) == "12,500.5"
    assert ui.rials(125_000) == "125,000 rials"


def test_sizes() -> None:
    with translation.override("fa"):
        assert ui.filesize_fa(2_516_582) == "۲٫۴ مگابایت"
        assert ui.filesize_fa(900) == "۹۰۰ بایت"
    with translation.override("en"):
        assert ui.filesize_fa(1024) == "1.0 KB"
        assert ui.filesize_fa(50 * 1024 * 1024) == "50.0 MB"


def test_phone_numbers() -> None:
    with translation.override("fa"):
        assert ui.phone("+989121234567") == "\u2066۰۹۱۲ ۱۲۳ ۴۵۶۷\u2069"
        assert ui.phone("+442079460958") == "\u2066+۴۴ ۲۰ ۷۹۴۶ ۰۹۵۸\u2069"
    with translation.override("en"):
        assert ui.phone("+989121234567") == "\u2066+98 912 123 4567\u2069"
        assert ui.phone("no number") == "no number"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("علی (Ali) ۵۰٬۰۰۰+", "ع"),
        ("علی رضایی", "ع\u200cر"),
        ("narges rahimi zadeh", "N\u200cZ"),
        ("کوه جمعه\u200cها", "ک\u200cج"),
        ("09121234567", "0"),
        ("", ""),
    ],
)
def test_initials_do_not_join(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_a_tint_belongs_to_its_seed() -> None:
    assert ui.tint("per_1") == ui.tint("per_1")
    assert len({ui.tint(f"per_{number}") for number in range(100)}) == ui.TINTS


@pytest.mark.parametrize(
    "name",
    ["digits", "jalali", "jalali_short", "jalali_time", "clock", "ago", "stamp", "day_label",
     "toman", "toman_number", "toman_signed", "rials", "number", "percent", "filesize_fa", "phone"],
)  # fmt: skip
def test_nothing_is_written_for_what_is_not_there(name: str) -> None:
    shown = Template("{% load ui %}{{ value|" + name + " }}").render(Context({"value": None}))

    assert shown == ("None" if name == "digits" else "")


def test_an_icon_is_decoration_unless_it_has_a_name() -> None:
    silent = Template('{% load ui %}{% icon "check" %}').render(Context())
    spoken = Template('{% load ui %}{% icon "send" 24 label=word %}').render(
        Context({"word": "<Send>"})
    )

    assert 'aria-hidden="true"' in silent
    assert "icon--flip" not in silent
    assert 'role="img" aria-label="&lt;Send&gt;"' in spoken
    assert 'class="icon icon--24 icon--flip"' in spoken
    assert "ui/icons.svg#send" in spoken
