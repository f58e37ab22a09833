"""One phone, many spellings."""

import pytest

from identity import phones

SARA = "+989121234567"


@pytest.mark.parametrize(
    "typed",
    [
        "09121234567", "9121234567", "0912 123 4567", "0912-123-4567", "(0912) 1234567",
        "+989121234567", "+98 912 123 4567", "+98 (0) 912 123 4567", "00989121234567",
        "0098 912 123 4567", "989121234567", "98 0912 123 4567", "۰۹۱۲۱۲۳۴۵۶۷", "۰۹۱۲ ۱۲۳ ۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧", "+۹۸ ۹۱۲ ۱۲۳ ۴۵۶۷", "0912\u200c123\u200c4567", "\u202a+989121234567\u202c",
        "＋989121234567",
        "0912.123.4567", "0912_123_4567", " 0912/1234567 ",
    ],
)  # fmt: skip
def test_every_usual_spelling_of_an_iranian_number_is_one(typed):
    assert phones.normalise(typed) == SARA


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("+44 20 7946 0958", "+442079460958"), ("0044 20 7946 0958", "+442079460958"),
        ("+1 (202) 456-1111", "+12024561111"), ("+۴۹ ۳۰ ۹۰۱۸۲۰", "+4930901820"),
        ("021 8888 1234", "+982188881234"), ("+93 70 123 4567", "+93701234567"),
    ],
)  # fmt: skip
def test_other_numbers_are_read_too(typed, e164):
    assert phones.normalise(typed) == e164


@pytest.mark.parametrize(
    "typed",
    ["", "0912", "abc", "0912 123 456", "0912 123 45678", "+98", "12345", "0912a1234567", "۰۹۱۲؟", "+" * 5,
     "0" * 500, "+999 123 456 789", "09121234567; drop table"],
)  # fmt: skip
def test_what_is_no_phone_is_refused(typed):
    with pytest.raises(phones.NotAPhoneNumber):
        phones.normalise(typed)


def test_a_masked_number_keeps_only_its_ends():
    assert phones.masked(SARA) == "+98912•••4567"
