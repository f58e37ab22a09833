"""One letter wrong in a Persian word: how many of three hundred are understood."""

import random
from pathlib import Path

import pytest
from django.db import connection

from core.text import tight
from storefront.shops.search.vocabulary import meaning_of
from storefront.shops.search.words import distance, one_letter_less, read

WORDS = sorted(
    {tight(word) for word in Path(__file__).with_name("persian_words.txt").read_text().split()}
)
LETTERS = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
SAME_SOUND = ["زذضظ", "سصث", "تط", "غق", "حه"]
RECALL_MIN = 0.92


def edited(word: str, chance: random.Random, way: str) -> str:
    place = chance.randrange(len(word))
    letter = chance.choice(LETTERS)
    match way:
        case "other":
            return word[:place] + letter + word[place + 1 :]
        case "missing":
            return word[:place] + word[place + 1 :]
        case "more":
            return word[:place] + letter + word[place:]
        case "swapped":
            place = min(place, len(word) - 2)
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    for number, one in enumerate(word):
        for sound in SAME_SOUND:
            if one in sound:
                return word[:number] + chance.choice(sound.replace(one, "")) + word[number + 1 :]
    return word


@pytest.mark.django_db
def test_nine_of_ten_words_with_one_letter_wrong_are_understood():
    chance = random.Random(1405)
    long = [word for word in WORDS if len(word) >= 4]
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into shops_searchword (word, ndoc) values (%s, %s)",
            [(word, 3 + chance.randrange(5_000)) for word in WORDS],
        )
    tried = {"other": [], "missing": [], "more": [], "swapped": [], "sound": []}
    while sum(map(len, tried.values())) < 300:
        way = chance.choice(list(tried))
        word = chance.choice(long)
        typo = edited(word, chance, way)
        if typo != word and typo not in WORDS:
            found = meaning_of(typo)
            tried[way].append((found.corrected or found.typed) == word)

    recall = {way: sum(right) / len(right) for way, right in tried.items()}
    overall = sum(map(sum, tried.values())) / 300
    assert overall >= RECALL_MIN, recall


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("کتاب", "کتاب", 0), ("کتاب", "کاتب", 1), ("کتاب", "کتب", 1), ("کتاب", "کتابی", 1),
     ("کتاب", "کباب", 1), ("کفش", "فرش", 2), ("", "آب", 2)],
)  # fmt: skip
def test_the_distance_counts_a_swap_as_one(one, other, edits):
    assert distance(one, other) == distance(other, one) == edits


@pytest.mark.django_db
@pytest.mark.parametrize("word", ["کتاب", "آب", "زعفران", "aab", "کتاب\u0301"])
def test_python_and_the_database_leave_out_the_same_letters(word):
    with connection.cursor() as cursor:
        cursor.execute("select shops_one_letter_less(%s)", [word])
        assert set(cursor.fetchone()[0]) == set(one_letter_less(word))


@pytest.mark.parametrize(
    ("typed", "other"),
    [(";jhf", "کتاب"), ("CHgi", "ژآله"), ("]hd", "چای"), ("هحاخدث", "iphone"), ("ضصث", "qwe")],
)
def test_the_other_keyboard(typed, other):
    assert read(typed)[0].other_keys == tight(other)
