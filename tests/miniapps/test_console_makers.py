"""Becoming a maker, members and their roles, registering an app, its listing and its end."""

import io

import pytest
from PIL import Image

from identity.models import Maker, MakerMember
from miniapps.models import App
from tests.miniapps import build
from tests.miniapps.browsing import counted, said, words
from tests.people import make_person, signed_in

LISTING = {
    "slug": "hello-ali", "name_fa": "سلام", "name_en": "Hello", "category": "tools",
    "about_fa": "سلام می‌کند.", "about_en": "",
}  # fmt: skip


def english(person):
    client = signed_in(person)
    client.cookies["language"] = "en"
    return client


def test_a_stranger_is_sent_to_the_sign_in(client, db):
    answer = client.get("/console/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/signin/?next=/console/")


def test_who_makes_nothing_yet_is_asked_to_become_a_maker(mina):
    assert "Become a maker" in words(english(mina).get("/console/"))


def test_a_person_becomes_a_maker_and_registers_an_app_whose_token_is_shown_once(mina):
    client = english(mina)
    answer = client.post("/console/makers/new/", {"kind": "person", "name": "مینا"})
    maker = Maker.objects.get(founder=mina)
    assert answer["Location"] == f"/console/makers/{maker.public_id}/"

    answer = client.post("/console/apps/new/", LISTING | {"maker": maker.public_id})
    app = App.objects.get(slug="hello-ali")
    first, second = client.get(answer["Location"]), client.get(answer["Location"])

    assert f"{app.number}:" in words(first)
    assert "no-store" in first["Cache-Control"]
    assert f"{app.number}:" not in words(second)
    assert app.public_id in words(second)


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a\u202eb"])
def test_a_maker_without_a_proper_name_is_refused_beside_the_field(mina, name):
    answer = english(mina).post("/console/makers/new/", {"kind": "person", "name": name})

    assert answer.status_code == 400
    assert 'id="name-error"' in answer.content.decode()
    assert not Maker.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("slug", "Bad Slug", "small Latin letters"),
        ("slug", "admin", "kept for the platform"),
        ("name_fa", "", "must not be empty"),
        ("category", "nothing", "Choose one of the list"),
    ],
)
def test_every_fault_of_a_registration_stands_beside_its_field(studio, sara, field, value, says):
    given = LISTING | {"maker": studio.public_id, field: value}

    answer = english(sara).post("/console/apps/new/", given)

    assert answer.status_code == 400
    assert says in words(answer)
    assert f'id="{field}-error"' in answer.content.decode()
    assert 'value="Hello"' in answer.content.decode()  # what was right is kept


def test_a_taken_slug_is_told_with_its_code(studio, cafe, sara):
    given = LISTING | {"maker": studio.public_id, "slug": cafe.slug}

    answer = english(sara).post("/console/apps/new/", given)

    assert answer.status_code == 409
    assert "slug-taken" in words(answer)


def test_an_analyst_registers_nothing(studio, ana):
    answer = english(ana).post("/console/apps/new/", LISTING | {"maker": studio.public_id})

    assert answer.status_code == 403
    assert not App.objects.exists()


def test_an_owner_adds_changes_and_removes_a_member(studio, sara, mina):
    client, place = english(sara), f"/console/makers/{studio.public_id}/"
    client.post(f"{place}members/", {"phone": mina.phone, "role": "analyst"})
    member = MakerMember.objects.get(maker=studio, person=mina)
    assert member.role == "analyst"

    client.post(f"{place}members/", {"member": mina.public_id, "role": "developer"})
    member.refresh_from_db()
    assert member.role == "developer"

    page = said(client, client.post(f"{place}members/gone/", {"member": mina.public_id}))
    assert "was removed" in page
    assert not MakerMember.objects.filter(maker=studio, person=mina).exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"phone": "hello", "role": "analyst"}, "bad-phone"),
        ({"phone": "09350000000", "role": "analyst"}, "person-unknown"),
        ({"phone": "{dara}", "role": "king"}, "invalid-input"),
    ],
)
def test_what_is_wrong_with_a_new_member_is_a_notice_on_the_page(studio, sara, dara, given, code):
    place = f"/console/makers/{studio.public_id}/"
    given = {name: text.format(dara=dara.phone) for name, text in given.items()}
    client = english(sara)

    page = said(client, client.post(f"{place}members/", given | {"back": place}))

    assert code in page


def test_the_last_owner_cannot_leave(studio, sara):
    place = f"/console/makers/{studio.public_id}/"
    client = english(sara)

    answer = client.post(f"{place}members/gone/", {"member": sara.public_id, "back": place})

    assert "last-owner" in said(client, answer)


def test_a_developer_leaves_by_himself_but_removes_nobody(studio, dara, ana):
    place, client = f"/console/makers/{studio.public_id}/members/gone/", english(dara)

    assert client.post(place, {"member": ana.public_id}).status_code == 403
    assert client.post(place, {"member": dara.public_id})["Location"] == "/console/"
    assert client.get(f"/console/makers/{studio.public_id}/").status_code == 404


def test_the_listing_is_changed_and_faults_stay_in_the_form(cafe, sara):
    client, place = english(sara), f"/console/apps/{cafe.public_id}/listing/"
    good = {"name_fa": "قهوه‌خانه", "name_en": "Coffee", "category": "food", "about_fa": "چای"}

    assert "was saved" in said(client, client.post(place, good))
    wrong = client.post(place, good | {"name_en": "", "name_fa": "نام دیگر"})

    cafe.refresh_from_db()
    assert (cafe.name_fa, cafe.name_en) == ("قهوه‌خانه", "Coffee")
    assert wrong.status_code == 400
    assert "نام دیگر" in wrong.content.decode()


def picture(kind="PNG"):
    stream = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(stream, kind)
    stream.seek(0)
    stream.name = "icon.png"
    return stream


def test_an_icon_is_taken_or_refused_with_words(cafe, sara):
    client, place = english(sara), f"/console/apps/{cafe.public_id}/icon/"

    client.post(place, {"image": picture()})
    cafe.refresh_from_db()
    kept = cafe.icon
    text = io.BytesIO(b"no picture")
    text.name = "icon.png"
    back = f"/console/apps/{cafe.public_id}/listing/"
    page = said(client, client.post(place, {"image": text, "back": back}))

    assert kept
    assert "icon-refused" in page
    assert f"/icons/{kept}.png" in client.get(back).content.decode()


def test_a_new_token_is_shown_once(cafe, sara):
    client = english(sara)

    answer = client.post(f"/console/apps/{cafe.public_id}/token/")

    assert f"{cafe.number}:" in said(client, answer)
    assert f"{cafe.number}:" not in words(client.get(answer["Location"]))


def test_an_app_is_deleted_only_by_its_own_name(cafe, sara):
    client, place = english(sara), f"/console/apps/{cafe.public_id}/delete/"
    back = f"/console/apps/{cafe.public_id}/settings/"

    page = said(client, client.post(place, {"slug": "yes", "back": back}))
    assert "exactly as it is" in page
    client.post(place, {"slug": cafe.slug})

    cafe.refresh_from_db()
    assert cafe.status == App.Status.DELETED
    assert client.get(f"/console/apps/{cafe.public_id}/").status_code == 404


def test_a_live_app_is_hidden_and_shown_again(studio, sara):
    app, client = build.live_app(studio), english(sara)
    place = f"/console/apps/{app.public_id}/listed/"

    client.post(place, {"listed": "no"})
    app.refresh_from_db()
    hidden = app.status
    client.post(place, {"listed": "yes"})
    app.refresh_from_db()

    assert (hidden, app.status) == (App.Status.UNLISTED, App.Status.LIVE)


def test_a_step_leads_to_no_other_site(cafe, sara):
    answer = signed_in(sara).post(
        f"/console/apps/{cafe.public_id}/icon/", {"back": "https://evil.example/"}
    )

    assert answer["Location"] == "/"


def test_the_first_page_asks_as_much_for_many_apps_as_for_one(studio, sara):
    build.live_app(studio)
    client = signed_in(sara)
    client.get("/console/")
    with counted() as one:
        client.get("/console/")
    for _ in range(4):
        build.live_app(studio)
    with counted() as many:
        assert client.get("/console/").status_code == 200

    assert many() == one()


def test_members_do_not_cost_a_query_each(studio, sara):
    client, place = signed_in(sara), f"/console/makers/{studio.public_id}/"
    client.get(place)
    with counted() as few:
        client.get(place)
    for number in range(5):
        person = make_person(f"عضو {number}")
        MakerMember.objects.create(maker=studio, person=person, role="developer")
    with counted() as more:
        page = client.get(place)

    assert "عضو 4" in words(page)
    assert more() == few()


def test_a_nul_in_a_form_or_an_address_is_refused_and_breaks_nothing(studio, sara):
    client = english(sara)
    given = {"kind": "organisation", "name": "نام", "contact": "a\x00b"}

    assert client.post("/console/makers/new/", given).status_code == 400
    assert client.get("/console/apps/a%00b/").status_code == 404
    assert client.get("/console/apps/new/?maker=%00").status_code == 404
    place = f"/console/makers/{studio.public_id}/"
    answer = client.post(f"{place}members/", {"member": "\x00", "back": place})
    assert answer.status_code == 400
