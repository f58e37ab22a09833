"""An instant as editors write it: a day of the Persian calendar and a time of Tehran."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from persiantools.jdatetime import JalaliDateTime

from core.text import latin_digits, persian_digits

_SHAPE = re.compile(r"(\d{4})[/-](\d{1,2})[/-](\d{1,2})\s+(\d{1,2}):(\d{2})")
_PERSIAN_YEARS = range(1300, 1600)  # any other year is of the Gregorian calendar


def written(moment: datetime) -> str:
    """Return an instant as it is shown in a field: «۱۴۰۵/۰۹/۰۴ ۱۸:۳۰»."""
    local = timezone.localtime(moment)
    shamsi = JalaliDateTime(local)  # type: ignore[no-untyped-call]  # it types its results only
    text: str = shamsi.strftime("%Y/%m/%d %H:%M")
    return persian_digits(text)


def read(text: str) -> datetime | None:
    """Return the instant a text names, None when it names none."""
    match = _SHAPE.fullmatch(latin_digits(text).strip())
    if match is None:
        return None
    year, month, day, hour, minute = map(int, match.groups())
    try:
        if year in _PERSIAN_YEARS:
            shamsi = JalaliDateTime(year, month, day, hour, minute)  # type: ignore[no-untyped-call]
            plain = shamsi.to_gregorian()  # type: ignore[no-untyped-call]
        else:
            plain = datetime(year, month, day, hour, minute)  # noqa: DTZ001  (made aware below)
        return timezone.make_aware(plain.replace(tzinfo=None))
    except ValueError:
        return None


class MomentField(forms.CharField):
    """A field for an instant, in digits of either kind."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("A day and a time of Tehran, such as ۱۴۰۵/۰۹/۰۴ ۱۸:۳۰."))
        for name in ("input_formats", "localize"):
            kwargs.pop(name, None)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show an instant as people write it."""
        return written(value) if isinstance(value, datetime) else value

    def clean(self, value: Any) -> Any:
        """Return the instant. Raises ValidationError for a text that names none."""
        text = super().clean(value)
        if not text:
            return None
        found = read(text)
        if found is None:
            raise ValidationError(
                _("Write a day and a time, such as ۱۴۰۵/۰۹/۰۴ ۱۸:۳۰."), code="moment"
            )
        return found
