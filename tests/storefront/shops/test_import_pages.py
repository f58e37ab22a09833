import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override
from PIL import Image

from storefront.shops.imports import illustrating
from storefront.shops.models import Import, Product, ProductPicture, Shop
from tests.people import make_person, signed_in
from tests.shopping import make_shop
from tests.storefront.conftest import text_of
from tests.storefront.shops.importing import (
    HEAD,
    checked,
    codes,
    csv_of,
    imported,
    undone,
    worked,
)
from tests.storefront.shops.test_imports import SHOP_HEAD

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(sara):
    return make_shop(sara)


def picture(colour="red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


def test_a_merchant_goes_from_the_file_to_the_products_and_back(sara, shop):
    browser = signed_in(sara)
    file = SimpleUploadedFile(
        "کالاها.csv", csv_of(("a1", "قوری مسی", 12500, 3), ("a2", "", "گران", 1))
    )

    to_columns = browser.post("/imports/in/golestan/begin/", {"file": file})
    place = to_columns["Location"]
    assert "قیمت" in text_of(browser.get(place))
    chosen = {"column_sku": "0", "column_title": "1", "column_price": "2", "column_on_hand": "3"}
    refused = browser.post(f"{place}columns/", chosen)
    assert refused.status_code == 400
    browser.post(f"{place}columns/", chosen | {"unit": "toman", "publish": "1"})
    batch = worked(Import.objects.get())
    seen = text_of(browser.get(place))
    assert "قیمت عدد نیست" in seen
    assert "گران" in seen
    assert not Product.objects.exists()

    browser.post(f"{place}apply/")
    worked(batch)
    assert Product.objects.get().title == "قوری مسی"
    assert b"".join(browser.get(f"{place}failed/")).decode().count("\r\n") == 2
    browser.post(f"{place}undo/")
    worked(batch)

    assert not Product.objects.exists()
    assert browser.get(f"{place}?part=state").status_code == 200


def test_a_file_that_is_no_table_is_told_on_the_page_of_the_form(sara, shop):
    answer = signed_in(sara).post(
        "/imports/in/golestan/begin/", {"file": SimpleUploadedFile("a.csv", b"a,b\x00")}
    )

    assert answer.status_code == 422
    assert "not-text" in answer.content.decode()


def test_an_import_of_another_shop_answers_like_one_that_is_not_there(sara, shop, mina):
    make_shop(mina, slug="senobar")
    batch = checked(sara, csv_of(("a1", "قوری", 1, 1)), shop=shop)
    pages = ("", "failed/")
    steps = ("columns/", "apply/", "undo/")

    for owner in ("senobar", "golestan"):
        place = f"/imports/in/{owner}/{batch.public_id}/"
        browser = signed_in(mina)
        assert {browser.get(place + one).status_code for one in pages} == {404}
        assert {browser.post(place + one).status_code for one in steps} == {404}


def test_an_operator_opens_shops_in_the_admin_and_nobody_else_does(omid, saman):
    from tests.architecture.permission_matrix import _with_code

    file = csv_of(("golbarg", "گلبرگ", "09123456789", "نرگس", "قم"), head=SHOP_HEAD)
    browser = _with_code(omid)
    answer = browser.post("/admin/shops/import/begin/", {"file": SimpleUploadedFile("f.csv", file)})
    place = answer["Location"]
    chosen = {"column_slug": "0", "column_title": "1", "column_phone": "2", "publish": "1"}
    browser.post(f"{place}columns/", chosen)
    batch = worked(Import.objects.get())
    browser.post(f"{place}apply/")
    worked(batch)

    assert Shop.objects.get().slug == "golbarg"
    assert browser.get(place).status_code == browser.get("/admin/shops/import/").status_code == 200
    assert _with_code(saman).get(place).status_code == 403


def test_the_command_checks_first_and_writes_when_told(omid, tmp_path, capsys):
    file = tmp_path / "fleet.csv"
    rows = [("golbarg", "گلبرگ", "09123456789", "", ""), ("بد", "", "", "", "")]
    file.write_bytes(csv_of(*rows, head=SHOP_HEAD))

    call_command("import_shops", str(file), "--by", omid.phone)
    assert not Shop.objects.exists()
    call_command(
        "import_shops", str(file), "--by", omid.phone, "--apply", "--failed", str(tmp_path / "bad")
    )

    assert Shop.objects.get().slug == "golbarg"
    assert "1 rows imported, 1 not." in capsys.readouterr().out
    assert len((tmp_path / "bad").read_text().splitlines()) == 2


class Pictures(BaseHTTPRequestHandler):
    """A stranger's server: good, missing, moved, endless."""

    def do_GET(self):
        if self.path == "/moved.png":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/secret")
            self.end_headers()
            return
        found = {"/good.png": picture("blue"), "/text.png": b"<html>", "/large.png": b"x" * 2000}
        body = found.get(self.path)
        self.send_response(404 if body is None else 200)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_args):
        pass


@pytest.fixture
def server(settings):
    settings.WEBHOOKS_ALLOW_LOCAL = True
    with HTTPServer(("127.0.0.1", 0), Pictures) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def test_pictures_come_from_the_zip_and_from_addresses_and_their_faults_are_findings(
    sara, shop, server, monkeypatch
):
    monkeypatch.setattr(illustrating, "IMPORT_PICTURE_BYTES_MAX", 1000)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("عکس‌ها/Red.PNG", picture())
        file.writestr("broken.jpg", b"no picture")
        file.writestr("big.png", b"0" * 1001)
    wanted = {
        "a1": f"red.png {server}/good.png", "a2": "nowhere.png", "a3": "broken.jpg", "a4": "big.png",
        "a5": f"{server}/absent.png", "a6": f"{server}/moved.png", "a7": f"{server}/text.png",
        "a8": f"{server}/large.png", "a9": "https://169.254.169.254/latest", "b1": "ftp://x.ir/a.png",
    }  # fmt: skip
    rows = [(sku, f"کالای {sku}", 100, 1, names) for sku, names in wanted.items()]
    data = csv_of(*rows, head=[*HEAD, "عکس"])

    batch = imported(sara, data, shop=shop, pictures=archive.getvalue())

    assert (batch.state, batch.rows_applied) == ("done", len(rows))
    assert [one[0] for one in codes(batch).values()] == [
        "picture-missing", "picture-bad", "picture-large", "picture-lost", "picture-lost",
        "picture-bad", "picture-large", "picture-address", "picture-address",
    ]  # fmt: skip
    assert ProductPicture.objects.filter(product__title="کالای a1").count() == 2
    assert Product.objects.get(title="کالای a1").cover

    undone(batch, sara)

    assert not Product.objects.exists()


def test_the_pages_of_an_import_are_complete_in_english(sara, shop):
    batch = checked(sara, csv_of(("a1", "قوری", "گران", 1)), shop=shop)
    browser: Client = signed_in(sara, headers={"accept-language": "en"})
    browser.cookies["language"] = "en"

    with override("en"):
        seen = text_of(browser.get(f"/imports/in/golestan/{batch.public_id}/"))

    assert "The price is not a number" in seen
    assert "Row 2" in seen


def test_staff_without_the_right_to_the_catalogue_import_nothing(sara, shop):
    clerk = make_person("منشی")
    shop.staff.create(person=clerk, role="clerk", added_at=shop.created_at)

    assert signed_in(clerk).get("/imports/in/golestan/").status_code == 403
