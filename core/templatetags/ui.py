"""Filters and tags for what people read: digits, dates, amounts, sizes, names, icons.

Models keep UTC, rials and E.164; Jalali dates, toman and spaced phone numbers exist only here.
In Persian (``fa``) digits are Persian, dates are Jalali and separators are U+066C; in any other
language digits are Latin, dates are Gregorian. Clock times are those of ``TIME_ZONE`` in force
(Asia/Tehran).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zlib import crc32

import phonenumbers
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext
from persiantools.digits import to_word
from persiantools.jdatetime import JalaliDate

from core.text import ZWNJ, persian_digits

register = template.Library()

TINTS = 8  # --tint-0 … --tint-7 in tokens.css
RIALS_PER_TOMAN = 10
PERSIAN_SEPARATOR = "\u066c"
PERSIAN_DECIMAL = "\u066b"
MINUS = "\u2212"
LTR_ISOLATE, FIRST_STRONG_ISOLATE, END_ISOLATE = "\u2066", "\u2068", "\u2069"

# Icons that point along the line of reading; in a right-to-left page they are mirrored.
DIRECTIONAL = frozenset({
    "arrow-left", "arrow-right", "arrow-up-right", "chevron-left", "chevron-right",
    "external-link", "forward", "list", "list-checks", "log-in", "log-out", "panel-left", "reply",
    "send", "undo-2",
})  # fmt: skip

_JALALI_MONTHS = (
    "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
    "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
)  # fmt: skip


def in_persian() -> bool:
    """Tell whether the language in force is Persian."""
    return (get_language() or "").split("-")[0] == "fa"


@register.filter
def digits(value: object) -> str:
    """Write the value's digits as the language does: ۱۲۳ in Persian, 123 elsewhere."""
    return persian_digits(str(value)) if in_persian() else str(value)


@register.filter
def number(value: int | None) -> str:
    """Write a whole number with separators: ۱۲٬۵۰۰ in Persian, 12,500 elsewhere."""
    if value is None:
        return ""
    text = f"{abs(value):,}"
    if in_persian():
        text = persian_digits(text.replace(",", PERSIAN_SEPARATOR))
    return f"{LTR_ISOLATE}{MINUS}{text}{END_ISOLATE}" if value < 0 else text


@register.filter
def percent(value: float | None) -> str:
    """Write a share of 0–100 as ۴۲٪ in Persian, 42% elsewhere."""
    if value is None:
        return ""
    return f"{digits(round(value))}٪" if in_persian() else f"{round(value)}%"


def _local(value: date | datetime) -> date | datetime:
    """Return an instant in the time zone in force; a plain date as it is."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _day(value: date | datetime) -> date:
    """Return the calendar day of an instant in the time zone in force."""
    local = _local(value)
    return local.date() if isinstance(local, datetime) else local


def _shamsi(day: date) -> JalaliDate:
    """Return the day in the Persian calendar."""
    return JalaliDate(day)  # type: ignore[no-untyped-call]  # persiantools types its results only


@register.filter
def jalali(value: date | datetime | None) -> str:
    """Write the day: «۱ آذر ۱۴۰۵» in Persian, "22 Nov 2026" elsewhere."""
    if value is None:
        return ""
    day = _day(value)
    if not in_persian():
        return date_format(day, "j M Y")
    shamsi = _shamsi(day)
    return persian_digits(f"{shamsi.day} {_JALALI_MONTHS[shamsi.month - 1]} {shamsi.year}")


@register.filter
def decimal(value: float | None) -> str:
    """Write a number with one decimal: «۴٫۶» or "4.6"."""
    if value is None:
        return ""
    text = f"{value:.1f}"
    return persian_digits(text.replace(".", PERSIAN_DECIMAL)) if in_persian() else text


@register.filter
def jalali_short(value: date | datetime | None) -> str:
    """Write the day for a narrow column: ۱۴۰۵/۰۹/۰۱ in Persian, 2026-11-22 elsewhere."""
    if value is None:
        return ""
    day = _day(value)
    if not in_persian():
        return day.isoformat()
    shamsi = _shamsi(day)
    return persian_digits(f"{shamsi.year}/{shamsi.month:02}/{shamsi.day:02}")


@register.filter
def clock(value: datetime | None) -> str:
    """Write the time of day in 24 hours: «۱۴:۰۵» or "14:05"."""
    if value is None:
        return ""
    return digits(f"{_local(value):%H:%M}")


@register.filter
def jalali_time(value: datetime | None) -> str:
    """Write the day and the time: «۱ آذر ۱۴۰۵، ۱۴:۰۵» or "22 Nov 2026, 14:05"."""
    if value is None:
        return ""
    comma = "، " if in_persian() else ", "
    return f"{jalali(value)}{comma}{clock(value)}"


@register.filter
def day_label(value: date | datetime | None) -> str:
    """Name the day as in a chat: today, yesterday, the weekday of this week, else the date."""
    if value is None:
        return ""
    day, today = _day(value), timezone.localdate()
    past = (today - day).days
    if past == 0:
        return gettext("Today")
    if past == 1:
        return gettext("Yesterday")
    if 1 < past < 7:  # noqa: PLR2004  # within the last week the weekday says it all
        return date_format(day, "l")
    return jalali(day)


@register.filter
def stamp(value: datetime | None) -> str:
    """Write an instant for a chat list: the time today, else the day's name or date."""
    if value is None:
        return ""
    return clock(value) if _day(value) == timezone.localdate() else day_label(value)


def time_span(seconds: int) -> str:
    """Name a length of time by its largest unit, at least one minute, at most days."""
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return digits(ngettext("%(n)d day", "%(n)d days", days) % {"n": days})
    if hours:
        return digits(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    return digits(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})


@register.filter
def ago(value: datetime | None) -> str:
    """Say how long ago (or how far ahead) an instant is; after 30 days the date.

    Under a minute either way it is «همین حالا» / "just now".
    """
    if value is None:
        return ""
    distance = timezone.now() - value
    seconds = int(abs(distance.total_seconds()))
    if seconds < 60:  # noqa: PLR2004  # a minute
        return gettext("just now")
    if abs(distance) > timedelta(days=30):
        return jalali(value)
    span = time_span(seconds)
    if distance < timedelta(0):
        return gettext("in %(span)s") % {"span": span}
    return gettext("%(span)s ago") % {"span": span}


def _toman_text(rials: int) -> str:
    """Return the amount in toman without sign or unit; an odd rial is one decimal."""
    toman_part, odd = divmod(abs(rials), RIALS_PER_TOMAN)
    text = f"{toman_part:,}" + (f".{odd}" if odd else "")
    if in_persian():
        text = text.replace(",", PERSIAN_SEPARATOR).replace(".", PERSIAN_DECIMAL)
        text = persian_digits(text)
    return text


@register.filter
def toman_number(rials: int | None) -> str:
    """Write rials as toman without the unit: 125000 is «۱۲٬۵۰۰» or "12,500"."""
    if rials is None:
        return ""
    text = _toman_text(rials)
    return f"{LTR_ISOLATE}{MINUS}{text}{END_ISOLATE}" if rials < 0 else text


@register.filter
def toman(rials: int | None) -> str:
    """Write rials as toman with the unit: 125000 is «۱۲٬۵۰۰ تومان» or "12,500 toman"."""
    if rials is None:
        return ""
    return gettext("%(amount)s toman") % {"amount": toman_number(rials)}


@register.filter
def toman_words(rials: int | None) -> str:
    """Say an amount in Persian words: 125000 is «دوازده هزار و پانصد تومان». Elsewhere nothing."""
    if not rials or rials < 0 or not in_persian():
        return ""
    toman_part, odd = divmod(rials, RIALS_PER_TOMAN)
    parts = [(toman_part, "تومان"), (odd, "ریال")]
    return " و ".join(f"{to_word(count)} {unit}" for count, unit in parts if count)


@register.filter
def toman_signed(rials: int | None) -> str:
    """Write a movement of money without the unit: + in, − out, the sign before the digits."""
    if rials is None:
        return ""
    sign = "+" if rials > 0 else MINUS if rials < 0 else ""
    return f"{LTR_ISOLATE}{sign}{_toman_text(rials)}{END_ISOLATE}"


@register.filter
def rials(amount_rials: int | None) -> str:
    """Write the amount in rials with the unit: «۱۲۵٬۰۰۰ ریال» or "125,000 rials"."""
    if amount_rials is None:
        return ""
    return gettext("%(amount)s rials") % {"amount": number(amount_rials)}


@register.filter
def filesize_fa(size_bytes: int | None) -> str:
    """Write a size in the largest unit below it: «۲٫۴ مگابایت» or "2.4 MB" (units of 1024)."""
    if size_bytes is None:
        return ""
    units = (gettext("bytes"), gettext("KB"), gettext("MB"), gettext("GB"))
    size, unit = float(size_bytes), 0
    while size >= 1024 and unit < len(units) - 1:  # noqa: PLR2004  # the unit's step
        size, unit = size / 1024, unit + 1
    text = f"{size:.0f}" if unit == 0 or size >= 100 else f"{size:.1f}"  # noqa: PLR2004
    if in_persian():
        text = persian_digits(text.replace(".", PERSIAN_DECIMAL))
    return f"{text} {units[unit]}"


@register.filter
def phone(e164: str | None) -> str:
    """Write a phone number as people read it, isolated left to right.

    An Iranian number is national in Persian («۰۹۱۲ ۱۲۳ ۴۵۶۷») and international elsewhere. What
    cannot be parsed is returned as it came.
    """
    if not e164:
        return ""
    try:
        parsed = phonenumbers.parse(e164, "IR")
    except phonenumbers.NumberParseException:
        return str(e164)
    form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
    if in_persian() and phonenumbers.region_code_for_number(parsed) == "IR":
        form = phonenumbers.PhoneNumberFormat.NATIONAL
    text = phonenumbers.format_number(parsed, form)
    return f"{LTR_ISOLATE}{digits(text)}{END_ISOLATE}"


@register.filter
def isolate(value: object) -> str:
    """Wrap a text in a first-strong isolate, for plain strings where ``<bdi>`` cannot stand."""
    return f"{FIRST_STRONG_ISOLATE}{value}{END_ISOLATE}"


@register.filter
def initials(name: object) -> str:
    """Return up to two first letters of a name, kept apart so that Persian letters do not join."""
    words = [word for word in str(name).split() if word[0].isalpha()]
    if not words:
        return str(name).strip()[:1]
    return ZWNJ.join(word[0].upper() for word in (words[:1] + words[1:][-1:]))


@register.filter
def tint(seed: object) -> str:
    """Return the class of the colour that belongs to a seed (a name or an id), always the same."""
    return f"tint-{crc32(str(seed).encode()) % TINTS}"


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "", css: str = "") -> SafeString:
    """Draw one symbol of ``ui/icons.svg``.

    ``size`` is 16, 20, 24 or 32 pixels. Without a ``label`` the icon is decoration and hidden
    from screen readers; with one it is an image of that name.
    """
    classes = ["icon"]
    if size != 20:  # noqa: PLR2004  # the size that needs no class
        classes.append(f"icon--{size}")
    if name in DIRECTIONAL:
        classes.append("icon--flip")
    if css:
        classes.append(css)
    spoken = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else SafeString('aria-hidden="true"')
    )
    return format_html(
        '<svg class="{}" viewBox="0 0 24 24" {}><use href="{}#{}"></use></svg>',
        " ".join(classes),
        spoken,
        static("ui/icons.svg"),
        name,
    )
