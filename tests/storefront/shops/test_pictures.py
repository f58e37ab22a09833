import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from core.problems import NotFound
from storefront.shops import pictures
from storefront.shops.errors import PictureRefused, TooManyPictures
from storefront.shops.models import Picture, ProductPicture
from tests.people import signed_in
from tests.shopping import make_product, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.STORE = tmp_path


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def photo(size=(1600, 1000), colour="#2a9aa0", form="JPEG", **options):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **options)
    return io.BytesIO(out.getvalue())


def kept(shop, picture):
    return pictures.keep(shop=shop, picture=picture, now=timezone.now())


def with_place_and_turn():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a phone that says where it is"
    return photo(exif=exif)


def test_a_picture_is_drawn_anew_upright_in_two_sizes_without_what_the_phone_said(shop):
    row = kept(shop, with_place_and_turn())

    assert (row.width, row.height) == (750, 1200)
    files = pictures.store()
    for path, longest in (
        (files.path(row.digest), 1200),
        (files.size_path(row.digest, "small"), 400),
    ):
        with Image.open(path) as drawn:
            assert (drawn.format, max(drawn.size)) == ("WEBP", longest)
            assert "exif" not in drawn.info
            assert b"where it is" not in path.read_bytes()


def test_the_middle_of_a_picture_stands_for_the_shop_as_a_square(shop, sara):
    photo_of_a_wall = SimpleUploadedFile("wall.jpg", photo().getvalue())

    answer = signed_in(sara).post("/shops/desk/golestan/logo/", {"image": photo_of_a_wall})

    assert answer.status_code == 303
    shop.refresh_from_db()
    with Image.open(pictures.store().path(shop.logo)) as drawn:
        assert drawn.size == (800, 800)
    page = signed_in(sara).get("/shops/golestan/")
    assert f"/pictures/{shop.logo}-small.webp" in page.content.decode()


def test_the_same_picture_is_kept_once(shop):
    assert kept(shop, photo()) == kept(shop, photo())
    assert Picture.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (lambda: io.BytesIO(b"<svg onload=alert(1)>"), "unreadable"),
        (lambda: io.BytesIO(photo().getvalue()[:200]), "unreadable"),
        (lambda: photo(form="GIF"), "unreadable"),
        (lambda: photo(size=(8000, 8000), form="PNG"), "too-many-pixels"),
        (lambda: io.BytesIO(b"\xff\xd8" + bytes(13 * 1024 * 1024)), "too-many-bytes"),
    ],
    ids=["svg", "torn", "gif", "bomb", "heavy"],
)
def test_what_is_no_picture_of_ours_is_refused_by_name(shop, sent, reason):
    with pytest.raises(PictureRefused) as refusal:
        kept(shop, sent())

    assert refusal.value.members == {"reason": reason}
    assert not Picture.objects.exists()


def test_the_first_picture_is_the_cover_and_pictures_change_places(shop, sara):
    product, now = make_product(shop), timezone.now()
    first, second = kept(shop, photo()), kept(shop, photo(colour="red"))
    for one in (first, second, first):
        pictures.add(product=product, picture=one, actor=sara, now=now)
    places = list(ProductPicture.objects.order_by("position"))
    assert [one.picture for one in places] == [first, second]

    pictures.arrange(product=product, order=[places[1].pk, places[0].pk], actor=sara, now=now)
    product.refresh_from_db()
    assert product.cover == second.digest

    pictures.arrange(product=product, order=[places[0].pk], actor=sara, now=now)
    product.refresh_from_db()
    assert product.cover == first.digest
    assert ProductPicture.objects.get().position == 0


def test_a_picture_of_another_shop_or_product_is_not_found(shop, sara, mina):
    other = make_product(make_shop(mina, slug="another"))
    mine, now = make_product(shop), timezone.now()
    theirs = pictures.add(product=other, picture=kept(other.shop, photo()), actor=mina, now=now)

    with pytest.raises(NotFound):
        pictures.add(product=mine, picture=theirs.picture, actor=sara, now=now)
    with pytest.raises(NotFound):
        pictures.arrange(product=mine, order=[theirs.pk], actor=sara, now=now)
    with pytest.raises(NotFound):
        pictures.describe(product=mine, place=theirs, alt="x", actor=sara, now=now)


def test_a_product_has_so_many_pictures_and_no_more(shop, sara, monkeypatch):
    monkeypatch.setattr(pictures, "PRODUCT_PICTURES_MAX", 1)
    product, now = make_product(shop), timezone.now()
    pictures.add(product=product, picture=kept(shop, photo()), actor=sara, now=now)

    with pytest.raises(TooManyPictures):
        pictures.add(product=product, picture=kept(shop, photo(colour="red")), actor=sara, now=now)


def test_a_picture_is_served_for_ever_and_nothing_else_by_its_door(shop, client):
    digest = kept(shop, photo()).digest

    for size in ("large", "small"):
        answer = client.get(f"/pictures/{digest}-{size}.webp")
        assert answer.status_code == 200
        assert answer["Content-Type"] == "image/webp"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert b"".join(answer.streaming_content)[:4] == b"RIFF"
    for path in (
        f"{digest}-huge",
        f"{'0' * 64}-small",
        "../../etc/passwd-large",
        f"{digest[:-1]}-large",
    ):
        assert client.get(f"/pictures/{path}.webp").status_code == 404
