"""Two spellings of the same words are equal, to Python and to PostgreSQL alike."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.text import fold, tight

# What this Python knows: a character that only a newer Unicode has means nothing to it yet.
KNOWN = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00")
PERSIAN = st.sampled_from("یيىئكکڪةۀەہھآأإٱؤےۓ‌‍ًٍَُِّْـ۰۱٠٩،؛؟«»٬٫ ابپت\u0654\u0670\u200f")
TEXTS = st.text(
    st.one_of(PERSIAN, st.characters(max_codepoint=0x24F, exclude_characters="\x00"), KNOWN)
)


@pytest.mark.parametrize(
    "spellings",
    [
        ("می‌خواهم", "مي‌خواهم", "می خواهم", "  می\u00a0خواهم "),
        ("کتاب", "كتاب", "ﮐﺘﺎﺏ", "کـتـاب", "کِتاب", "\u200fکتاب\u200f"),
        ("خانه", "خانة", "خانہ", "خانۀ", "خانۀ"),
        ("آرش", "ارش", "أرش", "ٱرش"),
        ("مسئول", "مسيول", "مسیول"),
        ("۱۲۳ abc", "١٢٣ ABC", "123 Abc", "１２３ ａｂｃ"),
        ("سلام، دنیا", "سلام دنیا", "«سلام» دنیا"),
        ("Ünal CAFÉ", "unal café", "unal cafe"),
        ("ПРИВЕТ", "привет"),
    ],
)
def test_spellings_of_the_same_words_are_one(spellings):
    assert {fold(one) for one in spellings} == {fold(spellings[0])}


def test_a_half_space_that_is_left_out_is_found_by_the_tight_form():
    assert len({tight(one) for one in ("می‌خواهم", "میخواهم", "مي خواهم")}) == 1
    assert fold("می‌خواهم") != fold("میخواهم")


def test_letters_of_other_scripts_keep_their_vowels():
    assert unicodedata.normalize("NFC", "किताब") == fold("किताब")


@given(TEXTS)
def test_what_is_folded_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


def _of_database(text):
    with connection.cursor() as cursor:
        cursor.execute("select core_fold(%s), core_tight(%s)", [text, text])
        return cursor.fetchone()


@pytest.mark.django_db
@settings(max_examples=600, deadline=None)
@given(TEXTS)
@example("İSTANBUL ẞ ǅ K Å ﷺ ﷼ ㎏ ½")
@example("".join(map(chr, range(1, 0x600))))
@example("".join(map(chr, range(0x600, 0x900))))
@example("".join(map(chr, range(0x2000, 0x2070))))
def test_postgresql_folds_every_text_as_python_does(text):
    known = "".join(c for c in text if unicodedata.category(c) != "Cn")

    assert _of_database(known) == (fold(known), tight(known))
