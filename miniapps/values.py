"""What an app keeps for a person: CloudStorage, and localStorage where the browser blocks it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Length

from core.limits import (
    CLOUD_KEY_CHARS_MAX,
    CLOUD_KEYS_MAX,
    CLOUD_VALUE_CHARS_MAX,
    LOCAL_KEY_CHARS_MAX,
    LOCAL_KEYS_MAX,
    LOCAL_STORE_BYTES_MAX,
)
from core.problems import Fault, InvalidInput
from miniapps.errors import StorageFull
from miniapps.models import AppPerson, StoredValue

Area = StoredValue.Area
_KEY = re.compile(rf"[A-Za-z0-9_-]{{1,{CLOUD_KEY_CHARS_MAX}}}")


@transaction.atomic
def save(*, app_person: AppPerson, key: str, value: str) -> None:
    """Keep one CloudStorage value. Raises InvalidInput, StorageFull (members: keys_max)."""
    _refuse_bad_keys([key])
    if len(value) > CLOUD_VALUE_CHARS_MAX or "\x00" in value:
        fault = Fault("#/value", f"must have at most {CLOUD_VALUE_CHARS_MAX} characters")
        raise InvalidInput([fault])
    AppPerson.objects.select_for_update().get(pk=app_person.pk)
    mine = StoredValue.objects.filter(app_person=app_person, area=Area.CLOUD)
    if not mine.filter(key=key).exists() and mine.count() >= CLOUD_KEYS_MAX:
        raise StorageFull(keys_max=CLOUD_KEYS_MAX)
    StoredValue.objects.update_or_create(
        app_person=app_person, area=Area.CLOUD, key=key, defaults={"value": value}
    )


def get(*, app_person: AppPerson, keys: Sequence[str]) -> dict[str, str]:
    """Return the values of ``keys``; a key that is not there has the value ``""``."""
    _refuse_bad_keys(keys)
    rows = StoredValue.objects.filter(app_person=app_person, area=Area.CLOUD, key__in=keys)
    return dict.fromkeys(keys, "") | dict(rows.values_list("key", "value"))


def delete(*, app_person: AppPerson, keys: Sequence[str]) -> None:
    """Forget the values of ``keys``; forgetting twice is fine."""
    _refuse_bad_keys(keys)
    StoredValue.objects.filter(app_person=app_person, area=Area.CLOUD, key__in=keys).delete()


def keys(*, app_person: AppPerson) -> list[str]:
    """Return the CloudStorage keys in order."""
    rows = StoredValue.objects.filter(app_person=app_person, area=Area.CLOUD)
    return list(rows.order_by("key").values_list("key", flat=True))


def local(app_person: AppPerson) -> dict[str, str]:
    """Return the whole stand-in of localStorage: at most LOCAL_STORE_BYTES_MAX of characters."""
    rows = StoredValue.objects.filter(app_person=app_person, area=Area.LOCAL)
    return dict(rows.order_by("key").values_list("key", "value"))


@transaction.atomic
def save_local(*, app_person: AppPerson, changes: Mapping[str, str | None]) -> None:
    """Apply changes to the stand-in (None deletes). Raises StorageFull; then nothing changed."""
    AppPerson.objects.select_for_update().get(pk=app_person.pk)
    gone = [key for key, value in changes.items() if value is None]
    kept = [
        StoredValue(app_person=app_person, area=Area.LOCAL, key=key, value=value)
        for key, value in changes.items()
        if value is not None
    ]
    if any("\x00" in row.key or "\x00" in row.value for row in kept):
        raise InvalidInput([Fault("#/changes", "must not hold NUL characters")])
    if any(len(row.key) > LOCAL_KEY_CHARS_MAX for row in kept):
        detail = f"keys must have at most {LOCAL_KEY_CHARS_MAX} characters"
        raise InvalidInput([Fault("#/changes", detail)])
    mine = StoredValue.objects.filter(app_person=app_person, area=Area.LOCAL)
    mine.filter(key__in=gone).delete()
    StoredValue.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["app_person", "area", "key"],
        update_fields=["value", "changed_at"],
    )
    size = mine.aggregate(chars=Sum(Length("key") + Length("value")), rows=Count("pk"))
    if (size["chars"] or 0) > LOCAL_STORE_BYTES_MAX:
        raise StorageFull(chars_max=LOCAL_STORE_BYTES_MAX)
    if size["rows"] > LOCAL_KEYS_MAX:
        raise StorageFull(keys_max=LOCAL_KEYS_MAX)


def _refuse_bad_keys(wanted: Sequence[str]) -> None:
    faults = [
        Fault(f"#/keys/{place}", f"must be 1 to {CLOUD_KEY_CHARS_MAX} of A-Z a-z 0-9 _ -")
        for place, key in enumerate(wanted)
        if not _KEY.fullmatch(key)
    ]
    if len(wanted) > CLOUD_KEYS_MAX:
        faults = [Fault("#/keys", f"must be at most {CLOUD_KEYS_MAX}")]
    if faults:
        raise InvalidInput(faults)
