"""Signing in by phone number and one-time code.

A code is six things at once: rate-limited, short-lived, of few tries, compared in constant time,
used once, and worthless for any other phone.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from core import audit, rates
from core.limits import (
    CODE_CHECKS_PER_ADDRESS_MAX,
    CODE_DIGITS,
    CODE_REQUESTS_PER_ADDRESS_MAX,
    CODE_REQUESTS_PER_PHONE_DAY_MAX,
    CODE_REQUESTS_PER_PHONE_MAX,
    CODE_REQUESTS_PERIOD_S,
    CODE_RESEND_AFTER_S,
    CODE_TTL,
)
from core.problems import NotAllowed
from core.text import latin_digits
from identity import phones, senders
from identity.errors import BadPhone, CodeExpired, CodeTooSoon, WrongCode
from identity.models import Person, SignInCode

DAY_S = 24 * 60 * 60


def phone_of(text: str) -> str:
    """Return E.164 for what a person typed. Raises BadPhone."""
    try:
        return phones.normalise(text)
    except phones.NotAPhoneNumber:
        raise BadPhone from None


def send_code(*, phone: str, address: str, now: datetime) -> SignInCode:
    """Send a new code to ``phone`` (E.164); older codes of the phone die.

    ``address`` is the caller's network address. Raises, the first that applies: TooManyRequests,
    CodeTooSoon. The answer does not tell whether the phone is known.
    """
    rates.hit(
        "codes-address",
        address,
        limit=CODE_REQUESTS_PER_ADDRESS_MAX,
        period_s=CODE_REQUESTS_PERIOD_S,
    )
    with transaction.atomic():
        newest = SignInCode.objects.select_for_update().filter(phone=phone).order_by("-pk").first()
        if newest is not None and newest.used_at is None:
            again_at = newest.created_at + timedelta(seconds=CODE_RESEND_AFTER_S)
            if now < again_at:
                raise CodeTooSoon(retry_after_s=int((again_at - now).total_seconds()) + 1)
        rates.hit(
            "codes-phone", phone, limit=CODE_REQUESTS_PER_PHONE_MAX, period_s=CODE_REQUESTS_PERIOD_S
        )
        # Without this, patience finds any code: a thousand guesses in an afternoon.
        rates.hit("codes-phone-day", phone, limit=CODE_REQUESTS_PER_PHONE_DAY_MAX, period_s=DAY_S)
        SignInCode.objects.filter(phone=phone, used_at=None).update(tries_left=0)
        code = senders.draw_code(phone)
        row = SignInCode.objects.create(
            phone=phone, digest=_digest(phone, code), expires_at=now + CODE_TTL
        )
    senders.sender().send(phone, code)
    return row


def check_code(*, phone: str, code: str, address: str, now: datetime) -> Person:
    """Return the person who proved to hold ``phone``; a new one is made at the first time.

    Raises, the first that applies: TooManyRequests, CodeExpired, WrongCode, NotAllowed (the
    person's account is closed). A wrong try is counted even though the call is refused.
    """
    rates.hit(
        "code-checks", address, limit=CODE_CHECKS_PER_ADDRESS_MAX, period_s=CODE_REQUESTS_PERIOD_S
    )
    with transaction.atomic():
        row = SignInCode.objects.select_for_update().filter(phone=phone).order_by("-pk").first()
        if row is None or not row.is_good(now=now):
            raise CodeExpired
        typed = latin_digits(code).strip()[: CODE_DIGITS + 1]
        right = hmac.compare_digest(row.digest, _digest(phone, typed))
        if right:
            SignInCode.objects.filter(pk=row.pk).update(used_at=now)
        else:
            SignInCode.objects.filter(pk=row.pk).update(tries_left=F("tries_left") - 1)
    if not right:
        raise WrongCode(tries_left=row.tries_left - 1)
    return _person_of(phone)


def forget_old_codes(*, now: datetime) -> int:
    """Delete codes of yesterday and before, and with them who asked; return how many."""
    gone, _rows = SignInCode.objects.filter(created_at__lt=now - timedelta(seconds=DAY_S)).delete()
    return gone


@transaction.atomic
def _person_of(phone: str) -> Person:
    person = Person.objects.filter(phone=phone).first()
    if person is None:
        person, made = Person.objects.get_or_create(phone=phone)
        if made:
            person.set_unusable_password()
            person.save(update_fields=["password"])
            audit.record("identity.person.joined", by=person, of=person)
    if not person.is_active:
        raise NotAllowed
    return person


def _digest(phone: str, code: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"sign-in {phone} {code}".encode(), hashlib.sha256).hexdigest()
