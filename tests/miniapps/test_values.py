"""What an app keeps for a person stays within limits and belongs to one app and one person."""

import pytest

from core.limits import CLOUD_KEYS_MAX, LOCAL_STORE_BYTES_MAX
from core.problems import InvalidInput
from miniapps import pairwise, values
from miniapps.errors import StorageFull
from miniapps.models import StoredValue
from tests.miniapps import build

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(mina):
    return pairwise.person_in(build.make_app(), mina)


def test_what_was_saved_comes_back_and_a_missing_key_is_blank(known):
    values.save(app_person=known, key="score", value="۱۱۵۰")

    assert values.get(app_person=known, keys=["score", "other"]) == {"score": "۱۱۵۰", "other": ""}
    assert values.keys(app_person=known) == ["score"]


def test_saving_again_replaces_and_deleting_twice_is_fine(known):
    values.save(app_person=known, key="a", value="1")
    values.save(app_person=known, key="a", value="2")
    values.delete(app_person=known, keys=["a"])
    values.delete(app_person=known, keys=["a"])

    assert values.keys(app_person=known) == []


@pytest.mark.parametrize("key", ["", "a b", "ک", "a" * 129, "a.b"])
def test_a_key_of_another_shape_is_refused(known, key):
    with pytest.raises(InvalidInput):
        values.save(app_person=known, key=key, value="x")


@pytest.mark.parametrize("value", ["x" * 4097, "a\x00b"])
def test_a_value_that_does_not_fit_is_refused(known, value):
    with pytest.raises(InvalidInput):
        values.save(app_person=known, key="a", value=value)


def test_there_is_a_most_of_keys_and_replacing_still_works(known):
    StoredValue.objects.bulk_create(
        StoredValue(app_person=known, area="cloud", key=f"k{n}", value="")
        for n in range(CLOUD_KEYS_MAX)
    )

    with pytest.raises(StorageFull):
        values.save(app_person=known, key="one_more", value="")
    values.save(app_person=known, key="k0", value="new")


def test_another_app_and_another_person_see_nothing(known, dara):
    values.save(app_person=known, key="a", value="1")

    others = [
        pairwise.person_in(known.app, dara),
        pairwise.person_in(build.make_app(), known.person),
    ]

    assert [values.keys(app_person=other) for other in others] == [[], []]


def test_local_changes_are_applied_together(known):
    values.save_local(app_person=known, changes={"a": "1", "ب": "2"})
    values.save_local(app_person=known, changes={"a": None, "c": "3"})

    assert values.local(known) == {"ب": "2", "c": "3"}


def test_a_local_store_that_is_too_large_changes_nothing(known):
    values.save_local(app_person=known, changes={"a": "1"})

    with pytest.raises(StorageFull):
        values.save_local(
            app_person=known, changes={"a": None, "b": "x" * (LOCAL_STORE_BYTES_MAX + 1)}
        )

    assert values.local(known) == {"a": "1"}
