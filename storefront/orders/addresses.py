"""A person's address book. The provinces are those of the post; cities are written freely."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import transaction

from core.limits import ADDRESS_LINE_CHARS_MAX, ADDRESSES_MAX, NAME_CHARS_MAX
from core.problems import Conflict, Fault, InvalidInput, NotFound
from core.text import fold, latin_digits
from identity.models import Person
from identity.phones import NotAPhoneNumber, normalise
from messenger import wording
from storefront.orders.models import Address

PROVINCES: Final = (
    "آذربایجان شرقی", "آذربایجان غربی", "اردبیل", "اصفهان", "البرز", "ایلام", "بوشهر", "تهران",
    "چهارمحال و بختیاری", "خراسان جنوبی", "خراسان رضوی", "خراسان شمالی", "خوزستان", "زنجان",
    "سمنان", "سیستان و بلوچستان", "فارس", "قزوین", "قم", "کردستان", "کرمان", "کرمانشاه",
    "کهگیلویه و بویراحمد", "گلستان", "گیلان", "لرستان", "مازندران", "مرکزی", "هرمزگان", "همدان",
    "یزد",
)  # fmt: skip
_BY_FOLD: Final = {fold(name): name for name in PROVINCES}
POSTAL_CODE: Final = re.compile(r"[13-9]{4}[1346-9][0-9]{5}")  # of Iran's post: no 0 and 2 in front


def province_of(text: str) -> str | None:
    """Return the province that somebody wrote, as we write it, or None."""
    return _BY_FOLD.get(fold(text))


@transaction.atomic
def add(*, person: Person, given: dict[str, str], now: datetime) -> Address:
    """Keep a place: name, phone, province, city, line, postal_code.

    Raises InvalidInput with every fault; Conflict (addresses-max) when the book is full.
    """
    kept = checked(given)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    twin = Address.objects.filter(person=person, **kept).first()
    if twin is not None:
        return twin
    if Address.objects.filter(person=person).count() >= ADDRESSES_MAX:
        raise Conflict(reason="addresses-max", most=ADDRESSES_MAX)
    return Address.objects.create(person=person, used_at=now, **kept)


def remove(*, person: Person, address_id: str) -> None:
    """Forget a place; orders that went there keep their copy. Raises NotFound."""
    gone, _rows = Address.objects.filter(person=person, public_id=address_id).delete()
    if not gone:
        raise NotFound


def checked(given: dict[str, str]) -> dict[str, str]:
    """Return an address as it is kept. Raises InvalidInput with every fault at once."""
    faults: list[Fault] = []
    bounds = (("name", NAME_CHARS_MAX), ("city", 40), ("line", ADDRESS_LINE_CHARS_MAX))
    kept = {name: _line(given.get(name, ""), name, most, faults) for name, most in bounds}
    try:
        kept["phone"] = normalise(given.get("phone", ""))
    except NotAPhoneNumber:
        faults.append(Fault("#/phone", "must be a phone number", "shape"))
    province = province_of(given.get("province", ""))
    if province is None:
        faults.append(Fault("#/province", "must be a province of Iran", "choice"))
    kept["province"] = province or ""
    kept["postal_code"] = re.sub(r"[\s-]", "", latin_digits(given.get("postal_code", "")))
    if not POSTAL_CODE.fullmatch(kept["postal_code"]):
        faults.append(Fault("#/postal_code", "must be ten digits of the post", "shape"))
    if faults:
        raise InvalidInput(faults)
    return kept


def _line(text: str, name: str, most: int, faults: list[Fault]) -> str:
    try:
        return wording.one_line(text, pointer=f"#/{name}", most=most)
    except InvalidInput as refusal:
        faults.extend(refusal.faults)
        return ""
