"""Amounts as people type them."""

import pytest

from wallet.typed import BadAmount, read_toman


@pytest.mark.parametrize(
    ("typed", "rials"),
    [
        ("50000", 500_000), ("۵۰٬۰۰۰", 500_000), ("٥٠,٠٠٠", 500_000), (" ۵۰،۰۰۰ تومان", 500_000),
        ("50.000", 500_000), ("1'250'000 toman", 12_500_000), ("۵۰\u200c۰۰۰", 500_000), ("007", 70),
        ("50 000", 500_000), ("\u2066۱۲٬۵۰۰\u2069", 125_000),
    ],
)  # fmt: skip
def test_digits_of_all_kinds_and_separators_are_read(typed, rials):
    assert read_toman(typed) == rials


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "required"), (" تومان", "required"), ("12.5", "not-digits"), ("1,00", "not-digits"),
        ("-5", "not-digits"), ("²", "not-digits"), ("1e6", "not-digits"), ("0", "range"),
        ("9" * 15, "range"), ("9" * 16, "not-digits"), ("5" * 41, "range"), ("۵ ریال", "not-digits"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_a_reason(typed, reason):
    with pytest.raises(BadAmount) as refused:
        read_toman(typed)

    assert refused.value.reason == reason
