"""A code is rate-limited, short-lived, of few tries, compared in constant time, used once."""

import hmac
import itertools
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.limits import (
    CODE_REQUESTS_PER_PHONE_DAY_MAX,
    CODE_RESEND_AFTER_S,
    CODE_TRIES_MAX,
    CODE_TTL,
    SESSION_AGE_S,
)
from core.problems import NotAllowed, TooManyRequests
from identity import devices, senders, signin, tasks
from identity.errors import BadPhone, CodeExpired, CodeTooSoon, WrongCode
from identity.models import Device, Person, SignInCode

pytestmark = pytest.mark.django_db
_numbers = itertools.count(1)
LATER = timedelta(seconds=CODE_RESEND_AFTER_S + 1)


class Postbox:
    """Keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, phone: str, code: str) -> None:
        self.sent.append((phone, code))

    @property
    def code(self) -> str:
        return self.sent[-1][1]


@pytest.fixture
def postbox(monkeypatch) -> Postbox:
    box = Postbox()
    monkeypatch.setattr(senders, "sender", lambda: box)
    return box


@pytest.fixture
def phone() -> str:
    return f"+98935{next(_numbers):07d}"


@pytest.fixture
def address() -> str:
    return f"10.1.{next(_numbers) // 250}.{next(_numbers) % 250}"


def ask(phone: str, address: str, now=None) -> SignInCode:
    return signin.send_code(phone=phone, address=address, now=now or timezone.now())


def enter(phone: str, code: str, address: str, now=None) -> Person:
    return signin.check_code(phone=phone, code=code, address=address, now=now or timezone.now())


def wrong(code: str) -> str:
    return str((int(code) + 1) % 100_000).zfill(5)


def test_the_right_code_signs_a_new_person_in(postbox, phone, address):
    ask(phone, address)

    person = enter(phone, postbox.code, address)

    assert (person.phone, person.has_name, person.has_usable_password()) == (phone, False, False)


def test_the_code_may_be_typed_in_persian_digits(postbox, phone, address):
    from core.text import persian_digits

    ask(phone, address)

    assert enter(phone, f" {persian_digits(postbox.code)} ", address).phone == phone


def test_the_same_phone_is_the_same_person(postbox, phone, address):
    ask(phone, address)
    first = enter(phone, postbox.code, address)
    ask(phone, address)

    assert enter(phone, postbox.code, address).pk == first.pk


def test_a_code_is_used_once(postbox, phone, address):
    ask(phone, address)
    enter(phone, postbox.code, address)

    with pytest.raises(CodeExpired):
        enter(phone, postbox.code, address)


def test_patience_gives_no_endless_guesses(postbox, phone, monkeypatch):
    monkeypatch.setattr(signin, "CODE_REQUESTS_PER_PHONE_MAX", 1_000)
    now = timezone.now()
    for place in range(CODE_REQUESTS_PER_PHONE_DAY_MAX):
        ask(phone, f"10.9.0.{place}", now + place * LATER)

    with pytest.raises(TooManyRequests) as refused:
        ask(phone, "10.9.1.1", now + CODE_REQUESTS_PER_PHONE_DAY_MAX * LATER)
    assert refused.value.members["retry_after_s"] > 600


def test_a_code_expires(postbox, phone, address):
    now = timezone.now()
    ask(phone, address, now)

    with pytest.raises(CodeExpired):
        enter(phone, postbox.code, address, now + CODE_TTL + timedelta(seconds=1))


def test_wrong_tries_are_counted_and_the_last_kills_the_code(postbox, phone, address):
    ask(phone, address)
    left = []
    for _ in range(CODE_TRIES_MAX):
        with pytest.raises(WrongCode) as refused:
            enter(phone, wrong(postbox.code), address)
        left.append(refused.value.members["tries_left"])

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(CodeExpired):
        enter(phone, postbox.code, address)


def test_a_code_is_worthless_for_another_phone(postbox, phone, address):
    ask(phone, address)
    other = f"{phone[:-1]}{(int(phone[-1]) + 1) % 10}"
    code = postbox.code
    ask(other, address)
    if postbox.code == code:
        pytest.skip("both drew the same code")

    with pytest.raises(WrongCode):
        enter(other, code, address)


def test_another_code_kills_the_one_before(postbox, phone, address):
    now = timezone.now()
    ask(phone, address, now)
    first = postbox.code
    SignInCode.objects.filter(phone=phone).update(created_at=now - LATER)
    ask(phone, address, now)
    if postbox.code == first:
        pytest.skip("both drew the same code")

    with pytest.raises(WrongCode):
        enter(phone, first, address, now)


def test_another_code_must_wait_a_little(postbox, phone, address):
    ask(phone, address)

    with pytest.raises(CodeTooSoon) as refused:
        ask(phone, address)

    assert 1 <= refused.value.members["retry_after_s"] <= CODE_RESEND_AFTER_S
    assert len(postbox.sent) == 1


def test_one_phone_gets_few_codes(postbox, phone, address, monkeypatch):
    monkeypatch.setattr(signin, "CODE_REQUESTS_PER_PHONE_MAX", 2)
    for _ in range(2):
        ask(phone, address)
        SignInCode.objects.filter(phone=phone).update(created_at=timezone.now() - LATER)

    with pytest.raises(TooManyRequests):
        ask(phone, address)


def test_one_address_asks_for_few_codes_and_tries_few(postbox, phone, address, monkeypatch):
    monkeypatch.setattr(signin, "CODE_REQUESTS_PER_ADDRESS_MAX", 1)
    monkeypatch.setattr(signin, "CODE_CHECKS_PER_ADDRESS_MAX", 1)
    ask(phone, address)

    with pytest.raises(TooManyRequests):
        ask(f"{phone[:-1]}{(int(phone[-1]) + 1) % 10}", address)
    with pytest.raises(WrongCode):
        enter(phone, wrong(postbox.code), address)
    with pytest.raises(TooManyRequests):
        enter(phone, postbox.code, address)


class Watched:
    """The module hmac, which remembers what it compared."""

    new = staticmethod(hmac.new)

    def __init__(self, compared: list[tuple[str, str]]) -> None:
        self.compared = compared

    def compare_digest(self, a: str, b: str) -> bool:
        self.compared.append((a, b))
        return hmac.compare_digest(a, b)


def test_only_a_keyed_hash_is_kept_and_compared_in_constant_time(
    postbox, phone, address, monkeypatch
):
    compared: list[tuple[str, str]] = []
    row = ask(phone, address)
    monkeypatch.setattr(signin, "hmac", Watched(compared))
    with pytest.raises(WrongCode):
        enter(phone, wrong(postbox.code), address)

    assert len(compared) == 1
    assert all(len(side) == 64 for side in compared[0])
    assert postbox.code not in row.digest


def test_a_closed_account_does_not_open(postbox, phone, address):
    Person.objects.create_user(phone=phone, is_active=False)
    ask(phone, address)

    with pytest.raises(NotAllowed):
        enter(phone, postbox.code, address)


def test_asking_does_not_tell_whether_a_phone_is_known(postbox, phone, address):
    Person.objects.create_user(phone=phone)
    known = ask(phone, address)
    other = ask(f"{phone[:-1]}{(int(phone[-1]) + 1) % 10}", address)

    assert type(known) is type(other)
    assert Person.objects.count() == 1


def test_what_is_no_phone_is_a_problem_of_its_own():
    with pytest.raises(BadPhone):
        signin.phone_of("not a phone")


def test_what_is_over_is_forgotten_and_what_holds_is_kept(postbox, phone, address, client):
    now = timezone.now()
    ask(phone, address)
    person = enter(phone, postbox.code, address)
    client.force_login(person, backend="identity.backends.StaffPasswordBackend")
    key = str(client.session.session_key)
    devices.note(person=person, session_key=key, user_agent="", address=address)
    devices.note(person=person, session_key="long-ago", user_agent="", address=address)
    Device.objects.filter(session_key="long-ago").update(
        signed_in_at=now - timedelta(seconds=SESSION_AGE_S + 1)
    )

    tasks.forget_what_is_over()
    kept = SignInCode.objects.filter(phone=phone).count()
    SignInCode.objects.update(created_at=now - timedelta(days=2))
    tasks.forget_what_is_over()

    assert (kept, SignInCode.objects.count()) == (1, 0)
    assert [one.session_key for one in Device.objects.all()] == [key]
    assert client.get("/account/").status_code in (200, 302)
    assert Session.objects.filter(session_key=key).exists()
