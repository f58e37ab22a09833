"""Signing in with a password: staff only, at the admin's door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from identity import phones
from identity.models import Person

NAME_CHARS_MAX = 255  # characters of django-axes' column


def locked_name(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str | None:
    """Return the name that failed sign-ins are counted by (AXES_USERNAME_CALLABLE).

    One phone has any number of spellings; counted by spelling, the tries would never end. The
    name stands under ``username`` when a failure is counted and under the model's own field, the
    phone, when django-axes asks whether one is locked out.
    """
    given = credentials or (request.POST if request is not None else {})
    typed = given.get("username") or given.get(Person.USERNAME_FIELD)
    if not isinstance(typed, str):
        return None
    try:
        return phones.normalise(typed)
    except phones.NotAPhoneNumber:
        return typed[:NAME_CHARS_MAX].replace("\x00", "")


class StaffPasswordBackend(ModelBackend):
    """Phone number and password for members of staff; others have no password at all."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> Person | None:
        """Return the member of staff, or None."""
        del request
        typed = username or kwargs.get("phone") or ""
        if password is None:
            return None
        try:
            phone = phones.normalise(typed)
        except phones.NotAPhoneNumber:
            phone = ""
        person = Person.objects.filter(phone=phone, is_staff=True, is_active=True).first()
        if person is None:
            Person().set_password(password)  # the same time as for a phone that is known
            return None
        return person if person.check_password(password) else None
