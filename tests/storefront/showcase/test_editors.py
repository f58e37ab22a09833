import pytest
from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.models import AuditEvent
from storefront.showcase import editing, listings, moments
from storefront.showcase.errors import SlotTaken
from storefront.showcase.models import Collection, Report, Slot
from tests.people import make_person, signed_in
from tests.shopping import make_shop

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def listing(sara):
    return listings.listing_of(make_shop(sara), now=NOW)


@pytest.fixture
def desk(db) -> Client:
    """The admin as an editor has it, the code of the authenticator given."""
    person = make_person("ویراستار", role="editor")
    client = signed_in(person)
    session = client.session
    device = TOTPDevice.objects.create(user=person, name="phone", confirmed=True)
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def form(listing, begins="۱۴۰۵/۰۹/۰۴ ۱۸:۳۰", ends="1405/09/05 18:30", **more):
    return {
        "place": "hero", "listing": listing.pk, "title_fa": "عطر زعفران", "starts_at": begins,
        "ends_at": ends,
    } | more  # fmt: skip


def test_an_editor_puts_a_thing_into_a_place_by_the_persian_calendar(desk, listing):
    answer = desk.post("/admin/showcase/slot/add/", form(listing))

    slot = Slot.objects.get()
    assert answer.status_code == 302
    assert slot.starts_at.isoformat() == "2026-11-25T15:00:00+00:00"
    assert AuditEvent.objects.get(event="showcase.slot.put").facts["title"] == "عطر زعفران"
    page = desk.get(f"/admin/showcase/slot/{slot.pk}/change/").content.decode()
    assert "۱۴۰۵/۰۹/۰۴ ۱۸:۳۰" in page
    assert "/showcase/?at=" in page


def test_the_form_refuses_a_place_that_is_taken_and_a_day_that_is_none(desk, listing):
    desk.post("/admin/showcase/slot/add/", form(listing))

    taken = desk.post("/admin/showcase/slot/add/", form(listing, begins="1405/09/05 10:00",
                                                        ends="1405/09/06 10:00"))  # fmt: skip
    no_day = desk.post("/admin/showcase/slot/add/", form(listing, begins="1405/13/05 10:00"))

    assert "جایگاه دیگری در همین مکان" in taken.content.decode()
    assert "روز و ساعت را بنویسید" in no_day.content.decode()
    assert Slot.objects.count() == 1


def test_two_editors_at_once_do_not_share_a_place(listing, zahra):
    def slot():
        return Slot(
            place="hero", listing=listing, title_fa="ن", starts_at=NOW,
            ends_at=NOW + timezone.timedelta(hours=1),
        )  # fmt: skip

    editing.put(slot=slot(), actor=zahra)
    with pytest.raises(SlotTaken):
        editing.put(slot=slot(), actor=zahra)


def test_a_collection_with_its_items_is_in_the_audit_trail(desk, listing):
    inline = {
        "items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-listing": listing.pk,
        "items-0-position": "1",
    }  # fmt: skip
    form = {"title_fa": "سوغات", "position": "1", "starts_at": "1405/09/04 10:00", "ends_at": ""}

    desk.post("/admin/showcase/collection/add/", form | inline)

    assert Collection.objects.get().items.get().listing == listing
    assert AuditEvent.objects.get(event="showcase.collection.arranged").facts == {
        "items": [listing.public_id]
    }


def test_an_editor_upholds_a_report(desk, listing, mina):
    report = Report.objects.create(listing=listing, person=mina, reason="fraud", created_at=NOW)

    desk.post("/admin/showcase/report/", {"action": "uphold", "_selected_action": [str(report.pk)]})

    report.refresh_from_db()
    assert report.state == "upheld"
    assert AuditEvent.objects.filter(event="showcase.report.upheld").count() == 1


@pytest.mark.parametrize("text", ["", "۱۴۰۵", "1405/12/31 10:00", "1405/01/01 25:00", "فردا"])
def test_a_text_that_is_no_moment_is_none(text):
    assert moments.read(text) is None


def test_a_moment_is_read_as_it_is_written():
    moment = NOW.replace(second=0, microsecond=0)

    assert moments.read(moments.written(moment)) == moment
