"""Iranian identifiers by rule, with the vectors of docs/reference/identifiers.md."""

import json
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet import identifiers as ids
from wallet.identifiers import banks
from wallet.identifiers.bills import _check
from wallet.identifiers.shebas import check_digits

FOLDER = Path(ids.__file__).parent
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

CARDS = [
    ("6037991234567893", "melli", "603799******7893"),
    ("6219861111111117", "saman", "621986******1117"),
    ("6037701689095443", "keshavarzi", "603770******5443"),
    ("۶۰۳۷ ۹۹۱۲ ۳۴۵۶ ۷۸۹۳", "melli", "603799******7893"),
    ("6037-9912-3456-7893", "melli", "603799******7893"),
    ("٦٠٣٧\u200c٩٩١٢\u200c٣٤٥٦\u200c٧٨٩٣", "melli", "603799******7893"),
    ("\u202a6037\u00a0991234567893\u202c", "melli", "603799******7893"),
]
BAD_CARDS = [
    ("6037991234567890", "checksum"),
    ("603799123456789", "length"),
    ("60379912345678930", "length"),
    ("6000000000000000", "unassigned"),
    ("6037991234000000", "unassigned"),
    ("0000000000000000", "unassigned"),
    ("", "not-digits"),
    ("6037 9912 3456 789x", "not-digits"),
    ("6037991234567٫893", "not-digits"),
    ("²037991234567893", "not-digits"),
    ("६०३७९९१२३४५६७८९३", "not-digits"),
    ("6" * 65, "length"),
]


@pytest.mark.parametrize(("text", "bank", "masked"), CARDS)
def test_a_card_is_read_with_its_bank(text, bank, masked):
    card = ids.read_card(text)

    assert card.bank is not None
    assert (card.bank.key, card.masked) == (bank, masked)


@pytest.mark.parametrize(("text", "reason"), BAD_CARDS)
def test_what_is_no_card_says_why(text, reason):
    with pytest.raises(ids.BadCard) as refusal:
        ids.read_card(text)

    assert refusal.value.reason == reason


def test_a_card_of_an_unknown_bank_is_still_a_card():
    assert ids.read_card("4111111111111111").bank is None


def test_no_card_number_stands_in_a_repr_or_in_a_refusal():
    card = ids.read_card("6037991234567893")
    with pytest.raises(ids.BadCard) as refusal:
        ids.read_card("6037991234567890")

    assert "123456" not in repr(card)
    assert not re.search(r"\d{4}", f"{refusal.value!r} {refusal.value}")


SHEBAS = [
    ("IR820540102680020817909002", "parsian", "054", "20817909002"),
    ("IR200170000000000123456789", "melli", "017", "123456789"),
    ("820540102680020817909002", "parsian", "054", "20817909002"),
    ("ir82 0540 1026 8002 0817 9090 02", "parsian", "054", "20817909002"),
    ("IR۸۲۰۵۴۰۱۰۲۶۸۰۰۲۰۸۱۷۹۰۹۰۰۲", "parsian", "054", "20817909002"),
]
BAD_SHEBAS = [
    ("IR820540102680020817909003", "checksum"),
    ("IR82054010268002081790900", "length"),
    ("IR8205401026800208179090021", "length"),
    ("GB820540102680020817909002", "country"),
    ("IRR20540102680020817909002", "not-digits"),
    ("RI", "not-digits"),
    ("", "not-digits"),
]


@pytest.mark.parametrize(("text", "bank", "code", "account_end"), SHEBAS)
def test_a_sheba_is_read_with_its_bank_and_account(text, bank, code, account_end):
    sheba = ids.read_sheba(text)

    assert sheba.bank is not None
    assert (sheba.bank.key, sheba.bank_code) == (bank, code)
    assert sheba.account.endswith(account_end)
    assert re.fullmatch(r"IR[0-9]{24}", sheba.number)


@pytest.mark.parametrize(("text", "reason"), BAD_SHEBAS)
def test_what_is_no_sheba_says_why(text, reason):
    with pytest.raises(ids.BadSheba) as refusal:
        ids.read_sheba(text)

    assert refusal.value.reason == reason


def test_a_sheba_is_shown_grouped_and_masked():
    sheba = ids.read_sheba("IR200170000000000123456789")

    assert sheba.grouped == "IR20 0170 0000 0000 0123 4567 89"
    assert sheba.masked == "IR20017***************6789"


def test_check_digits_that_are_never_issued_are_refused():
    # 98 leaves the same remainder as 01: dividing alone would take both.
    rest = next(
        f"017{number:019d}" for number in range(2000) if check_digits(f"017{number:019d}") == "98"
    )
    ids.read_sheba("98" + rest)

    with pytest.raises(ids.BadSheba, match="checksum"):
        ids.read_sheba("01" + rest)


BAD_NATIONAL_CODES = [
    ("0012345678", "checksum"),
    ("1111111111", "repeated"),
    ("0000000000", "repeated"),
    ("12345679", "length"),
    ("00012345679", "length"),
    ("001234567x", "not-digits"),
    ("", "not-digits"),
]


@pytest.mark.parametrize("text", ["0012345679", "۰۰۱۲۳۴۵۶۷۹", "001-234567-9", "٠٠١ ٢٣٤ ٥٦٧٩"])
def test_a_national_code_is_read(text):
    assert ids.read_national_code(text).number == "0012345679"


@pytest.mark.parametrize(("text", "reason"), BAD_NATIONAL_CODES)
def test_what_is_no_national_code_says_why(text, reason):
    with pytest.raises(ids.BadNationalCode) as refusal:
        ids.read_national_code(text)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("10380284791", "checksum"),
        ("11111111111", "checksum"),
        ("1038028479", "length"),
        ("1038028479x", "not-digits"),
    ],
)
def test_what_is_no_legal_id_says_why(text, reason):
    with pytest.raises(ids.BadLegalId) as refusal:
        ids.read_legal_id(text)

    assert refusal.value.reason == reason


@pytest.mark.parametrize("number", ["10380284790", "10100387143", "77111986110"])
def test_a_legal_id_is_read(number):
    assert ids.read_legal_id(number.translate(PERSIAN)).number == number


MOBILES = [
    ("09121234567", "mci"), ("+98 912 123 4567", "mci"), ("00989121234567", "mci"), ("989121234567", "mci"),
    ("9121234567", "mci"), ("۰۹۱۲ ۱۲۳ ۴۵۶۷", "mci"), ("0990-123-4567", "mci"), ("09961234567", "mci"),
    ("09021234567", "irancell"), ("09411234567", "irancell"), ("09391234567", "irancell"),
    ("09201234567", "rightel"), ("09321234567", "taliya"), ("09981012345", "shatel"),
    ("09981712345", "shatel"), ("09991012345", "aptel"), ("09991412345", "aptel"), ("09999123456", "samantel"),
    ("09981812345", None), ("09401234567", None), ("09991512345", None), ("09971234567", None),
]  # fmt: skip
BAD_MOBILES = [
    ("0902200258012345", "length"),
    ("0912123456", "not-mobile"),
    ("912123456", "length"),
    ("02188776655", "not-mobile"),
    ("+449121234567", "not-mobile"),
    ("0912123456a", "not-digits"),
    ("0912+1234567", "not-digits"),
    ("", "not-digits"),
]


@pytest.mark.parametrize(("text", "operator"), MOBILES)
def test_a_mobile_number_is_read_with_its_first_operator(text, operator):
    mobile = ids.read_mobile(text)

    assert (mobile.operator.key if mobile.operator else None) == operator
    assert re.fullmatch(r"\+989[0-9]{9}", mobile.international)
    assert mobile.national == "0" + mobile.international[3:]


@pytest.mark.parametrize(("text", "reason"), BAD_MOBILES)
def test_what_is_no_mobile_number_says_why(text, reason):
    with pytest.raises(ids.BadMobile) as refusal:
        ids.read_mobile(text)

    assert refusal.value.reason == reason


BILLS = [
    ("1117753200140", "12070160", "landline", 120_000),
    ("2050327604613", "1070189", "water", 10_000),
    ("7748317800142", "1770160", "landline", 17_000),
    ("1234567800720", "125050353", "power", 1_250_000),
]
BAD_BILLS = [
    ("9174639504124", "12908197", "pair-checksum"),
    ("1117753200141", "12070160", "bill-checksum"),
    ("1117753200140", "12070161", "pair-checksum"),
    ("1117753200140", "12070170", "payment-checksum"),
    ("1117753200140", "1070189", "pair-checksum"),
    ("11177", "12070160", "length"),
    ("1117753200140", "12070160123456", "length"),
    ("1117753200140", "1207016x", "not-digits"),
]


@pytest.mark.parametrize(("bill_id", "payment_id", "kind", "amount"), BILLS)
def test_a_bill_says_what_it_is_for_and_how_much(bill_id, payment_id, kind, amount):
    bill = ids.read_bill(bill_id, payment_id.translate(PERSIAN))

    assert (bill.kind.key, bill.amount_rials) == (kind, amount)
    assert len(bill.barcode) == 26
    assert ids.read_barcode(bill.barcode) == bill


@pytest.mark.parametrize(("bill_id", "payment_id", "reason"), BAD_BILLS)
def test_what_is_no_bill_says_why(bill_id, payment_id, reason):
    with pytest.raises(ids.BadBill) as refusal:
        ids.read_bill(bill_id, payment_id)

    assert refusal.value.reason == reason


@pytest.mark.parametrize("digit", "07")
def test_a_kind_of_bill_that_is_not_assigned_is_refused(digit):
    bill_id = "123456001" + digit

    with pytest.raises(ids.BadBill) as refusal:
        ids.read_bill(bill_id + _check(bill_id), "12070160")

    assert refusal.value.reason == "kind"


def test_a_bar_code_of_another_length_is_refused():
    with pytest.raises(ids.BadBill, match="length"):
        ids.read_barcode("1" * 25)


def test_a_merged_bank_keeps_its_name_and_names_who_answers_for_it():
    ansar = ids.bank_of_card("627381")

    assert ansar is not None
    assert ansar.fa == "بانک انصار"
    assert ansar.is_merged
    assert banks.bank(ansar.operating).key == "sepah"
    assert not banks.bank("melli").is_merged


def test_the_bank_table_names_no_prefix_twice_and_no_unknown_operator():
    rows = json.loads((FOLDER / "banks.json").read_text(encoding="utf-8"))
    cards = [prefix for row in rows for prefix in row["cards"]]
    shebas = [code for row in rows for code in row["sheba"]]
    keys = [row["key"] for row in rows]

    assert len(set(cards)) == len(cards)
    assert len(set(shebas)) == len(shebas)
    assert len(set(keys)) == len(keys)
    assert {row["operating"] for row in rows} - {None} <= set(keys)
    assert all(re.fullmatch(r"[0-9]{6}", prefix) for prefix in cards)
    assert all(re.fullmatch(r"[0-9]{3}", code) for code in shebas)
    assert not [row["fa"] for row in rows if re.search(r"[يكىة]", row["fa"])]


def test_names_of_operators_are_unambiguous():
    rows = json.loads((FOLDER / "operators.json").read_text(encoding="utf-8"))
    prefixes = [prefix for row in rows for prefix in row["prefixes"]]

    assert len(set(prefixes)) == len(prefixes)


# --- what the sums guarantee -----------------------------------------------------------------

numerals = st.sampled_from(string.digits)


def others(digit: str) -> st.SearchStrategy[str]:
    return st.sampled_from([other for other in string.digits if other != digit])


@st.composite
def with_one_digit_changed(draw: st.DrawFn, good: str) -> str:
    at = draw(st.integers(0, len(good) - 1))
    return good[:at] + draw(others(good[at])) + good[at + 1 :]


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    body = draw(st.from_regex(r"[0-9]{15}", fullmatch=True))
    for last in string.digits:
        try:
            return ids.read_card(body + last).number
        except ids.BadCard as refusal:
            if refusal.reason == "unassigned":
                break
    return "6037991234567893"


@st.composite
def sheba_numbers(draw: st.DrawFn) -> str:
    rest = draw(st.from_regex(r"[0-9]{22}", fullmatch=True))
    return check_digits(rest) + rest


@st.composite
def national_codes(draw: st.DrawFn) -> str:
    body = draw(st.from_regex(r"[0-9]{9}", fullmatch=True))
    total = sum(int(digit) * (10 - at) for at, digit in enumerate(body)) % 11
    return body + str(total if total < 2 else 11 - total)


@given(st.data(), card_numbers())
def test_no_card_survives_one_wrong_digit(data, good):
    wrong = data.draw(with_one_digit_changed(good))

    with pytest.raises(ids.BadCard):
        ids.read_card(wrong)


@given(st.data(), sheba_numbers())
def test_no_sheba_survives_one_wrong_digit(data, good):
    assert ids.read_sheba(good).number == "IR" + good
    wrong = data.draw(with_one_digit_changed(good))

    with pytest.raises(ids.BadSheba, match="checksum"):
        ids.read_sheba(wrong)


@given(st.data(), sheba_numbers())
def test_no_sheba_survives_two_neighbours_swapped(data, good):
    at = data.draw(st.integers(0, len(good) - 2))
    swapped = good[:at] + good[at + 1] + good[at] + good[at + 2 :]
    if swapped != good:
        with pytest.raises(ids.BadSheba, match="checksum"):
            ids.read_sheba(swapped)


@given(st.data(), national_codes().filter(lambda code: code[-1] != "1" and len(set(code)) > 1))
def test_no_national_code_survives_one_wrong_digit_unless_its_check_digit_is_1(data, good):
    assert ids.read_national_code(good).number == good
    at = data.draw(st.integers(0, 8))
    wrong = good[:at] + data.draw(others(good[at])) + good[at + 1 :]

    with pytest.raises(ids.BadNationalCode):
        ids.read_national_code(wrong)


@given(st.data(), national_codes().filter(lambda code: len(set(code)) > 1))
def test_a_national_code_has_one_check_digit(data, good):
    with pytest.raises(ids.BadNationalCode):
        ids.read_national_code(good[:-1] + data.draw(others(good[-1])))


def test_the_gap_of_national_codes_is_known():
    # Remainders 1 and 10 share the check digit 1, so some codes that end in 1 differ in one digit.
    pairs = [
        (f"00123{a}{b}891", f"00123{c}{b}891")
        for a in string.digits for b in string.digits for c in string.digits if a < c
    ]  # fmt: skip

    assert any(good(a) and good(b) for a, b in pairs)


def good(code: str) -> bool:
    try:
        return ids.read_national_code(code).number == code
    except ids.BadNationalCode:
        return False


@given(sheba_numbers(), st.sampled_from([PERSIAN, ARABIC, {}]), st.sampled_from([" ", "-", "\u200c", ""]))  # fmt: skip
def test_writing_does_not_change_a_sheba(number, script, between):
    written = between.join(f"IR{number}"[at : at + 4] for at in range(0, 26, 4)).translate(script)

    assert ids.read_sheba(written).number == f"IR{number}"


READERS = [
    (ids.read_card, ids.BadCard), (ids.read_sheba, ids.BadSheba), (ids.read_mobile, ids.BadMobile),
    (ids.read_national_code, ids.BadNationalCode), (ids.read_legal_id, ids.BadLegalId), (ids.read_barcode, ids.BadBill),
]  # fmt: skip


@pytest.mark.parametrize(("reader", "refusal"), READERS)
@given(text=st.text(max_size=80) | st.text("0123456789۰۱۲۳۴۵٦IR+- \u200c", max_size=30))
def test_any_text_is_read_or_refused_with_a_reason(reader, refusal, text):
    reason = "none"
    try:
        reader(text)
    except refusal as problem:
        reason = problem.reason

    assert re.fullmatch(r"[a-z-]+", reason)
