"""An app gets its permanent names, its token, its icon."""

import hashlib
import hmac
import io

import pytest
from PIL import Image

from core.models import AuditEvent
from core.problems import InvalidInput
from identity.errors import NotInMaker
from miniapps import access, registration, retiring
from miniapps.errors import IconRefused, SlugTaken, TooManyApps
from miniapps.models import App
from miniapps.storage import Store
from tests.miniapps import build
from tests.miniapps.build import NOW

LISTING = {"name_fa": "کافه", "name_en": "Café", "category": "food"}


def a_picture(width: int, height: int, kind: str = "PNG", **options) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, kind, **options)
    out.seek(0)
    return out


def test_an_app_is_registered_as_a_draft_with_a_token_of_its_own(studio, sara):
    app, token = registration.register(maker=studio, actor=sara, slug="naron", **LISTING)

    number, _, secret = token.partition(":")
    assert app.status == App.Status.DRAFT
    assert int(number) == app.number
    assert len(secret) == 35


def test_the_stored_secret_is_the_one_that_signs_init_data(studio, sara):
    app, token = registration.register(maker=studio, actor=sara, slug="naron", **LISTING)

    expected = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    assert registration.app_secret(app) == expected
    assert expected not in bytes(app.secret_sealed)


def test_a_rotated_token_replaces_the_old_one(cafe, sara):
    before = registration.app_secret(cafe)

    token = registration.rotate_token(app=cafe, actor=sara)

    cafe.refresh_from_db()
    assert registration.app_secret(cafe) != before
    assert registration.app_secret(cafe) == hmac.digest(b"WebAppData", token.encode(), "sha256")


def test_no_audit_event_holds_a_secret(studio, sara):
    app, token = registration.register(maker=studio, actor=sara, slug="naron", **LISTING)
    other = registration.rotate_token(app=app, actor=sara)

    facts = "".join(str(event.facts) for event in AuditEvent.objects.all())
    assert token.partition(":")[2] not in facts
    assert other.partition(":")[2] not in facts


@pytest.mark.parametrize(
    "slug",
    ["", "ab", "a" * 33, "Cafe", "cafe_1", "1cafe", "-cafe", "cafe-", "ca--fe", "کافه", "xn--a",
     "admin", "cafe.x", "cafe\n"],
)  # fmt: skip
def test_a_slug_that_could_not_be_an_origin_is_refused(studio, sara, slug):
    with pytest.raises(InvalidInput) as refusal:
        registration.register(maker=studio, actor=sara, slug=slug, **LISTING)

    assert [fault.pointer for fault in refusal.value.faults] == ["#/slug"]


def test_all_faults_of_a_listing_are_told_at_once(studio, sara):
    with pytest.raises(InvalidInput) as refusal:
        registration.register(
            maker=studio, actor=sara, slug="A", name_fa=" ", name_en="x" * 61, category="none"
        )

    pointers = {fault.pointer for fault in refusal.value.faults}
    assert pointers == {"#/slug", "#/name_fa", "#/name_en", "#/category"}


def test_a_slug_is_never_given_twice_not_even_after_deletion(studio, sara):
    app = build.make_app(studio, slug="naron")
    retiring.delete(app=app, actor=sara, now=NOW)

    with pytest.raises(SlugTaken):
        registration.register(maker=studio, actor=sara, slug="naron", **LISTING)


def test_a_maker_has_only_so_many_apps(studio, sara, monkeypatch):
    monkeypatch.setattr(registration, "APPS_PER_MAKER_MAX", 1)
    build.make_app(studio)

    with pytest.raises(TooManyApps):
        build.make_app(studio)


def test_editing_writes_down_what_changed(cafe, sara):
    registration.edit_listing(app=cafe, actor=sara, name_en="Naron", about_fa=cafe.about_fa)

    event = AuditEvent.objects.filter(event="miniapps.app.edited").get()
    assert event.facts == {"changed": {"name_en": "Naron"}}


def test_the_slug_cannot_be_edited(cafe, sara):
    with pytest.raises(InvalidInput):
        registration.edit_listing(app=cafe, actor=sara, slug="other")


def test_an_icon_is_drawn_anew_as_a_square_png_without_metadata(cafe, sara, own_store):
    picture = a_picture(300, 200, "JPEG", comment=b"secret place")

    app = registration.set_icon(app=cafe, actor=sara, image=picture)

    stored = Store(own_store).read(app.icon)
    assert b"secret place" not in stored
    with Image.open(io.BytesIO(stored)) as icon:
        assert (icon.format, icon.size, icon.info) == ("PNG", (512, 512), {})


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (io.BytesIO(b"GIF89a" + b"\0" * 50), "unreadable"),
        (io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "unreadable"),
        (io.BytesIO(a_picture(200, 200).getvalue()[:60]), "unreadable"),
        (a_picture(1025, 10), "too-many-pixels"),
        (io.BytesIO(b"\x89PNG" + b"\0" * (2 * 1024 * 1024)), "too-many-bytes"),
    ],
    ids=["gif", "svg", "truncated", "wide", "heavy"],
)
def test_what_is_no_small_picture_is_no_icon(cafe, sara, own_store, picture, reason):
    picture.seek(0)
    with pytest.raises(IconRefused) as refusal:
        registration.set_icon(app=cafe, actor=sara, image=picture)

    assert refusal.value.members == {"reason": reason}
    assert not list(own_store.rglob("*"))


def test_an_analyst_sees_an_app_and_may_not_edit_it(cafe, ana):
    assert access.app_of_maker(ana, cafe.public_id) == cafe

    with pytest.raises(NotInMaker):
        access.app_of_maker(ana, cafe.public_id, right="edit")
