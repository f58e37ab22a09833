"""What is answered to what: paths, methods, hosts, forms, parts."""

import gzip

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from core import limits
from miniapps.serving import asked
from miniapps.serving.indexes import Bounded
from tests.serving.conftest import DOMAIN, NAVIGATE, PAGE, Site

SCRIPT = "console.log('barnamak');\n" * 400


@pytest.fixture
def version(site: Site) -> str:
    digest16 = site.publish(
        {
            "index.html": PAGE.format("start"),
            "about.html": PAGE.format("about"),
            "docs/index.html": PAGE.format("docs"),
            "app.js": SCRIPT,
            "پوشه/نقشه.txt": "راه",
            "a b.txt": "space",
            "clip.txt": "0123456789",
        }
    )
    site.route(digest16)
    return digest16


def title(answer):
    return answer.body.decode().partition("<title>")[2].partition("</title>")[0]


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/", "start"),
        ("/about", "about"),
        ("/about.html", "about"),
        ("/docs", "docs"),
        ("/docs/", "docs"),
        ("/menu/of/a/router", "start"),
        ("/user/ali.reza", "start"),
    ],
)
def test_a_navigation_finds_a_page_and_else_the_page_that_routes(site, version, path, wanted):
    answer = site.ask(path, **NAVIGATE)

    assert (answer.status, title(answer)) == (200, wanted)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_an_old_browser_navigates_by_accepting_html(site, version):
    assert title(site.ask("/menu", accept="text/html,*/*")) == "start"
    assert site.ask("/menu.png", accept="text/html,*/*").status == 404
    assert site.ask("/menu", accept="*/*").status == 404
    assert site.ask("/menu", sec_fetch_mode="cors", accept="text/html").status == 404


def test_the_manifest_names_the_start_page(site):
    manifest = {"pages": ["about", "index"]}
    files = {"index.html": PAGE.format("index"), "about.html": PAGE.format("about")}
    site.route(site.publish(files, manifest=manifest))

    assert title(site.ask("/", **NAVIGATE)) == "about"
    assert title(site.ask("/unknown", **NAVIGATE)) == "index"


def test_a_page_opened_beside_the_host_leads_to_the_host(site, version):
    answer = site.ask(
        "/about",
        query="bnv=1&tgWebAppStartParam=ref_7&x=y",
        sec_fetch_mode="navigate",
        sec_fetch_dest="document",
    )

    assert answer.status == 303
    assert answer.headers["location"] == "http://localhost:8000/a/app_1?startapp=ref_7"
    pinned = site.ask(f"/~v/{version}/about.html", sec_fetch_dest="document")
    assert pinned.status == 303
    assert pinned.headers["location"] == "http://localhost:8000/a/app_1"


def test_a_pinned_file_is_immutable_and_of_the_right_type(site, version):
    answer = site.ask(f"/~v/{version}/app.js")

    assert answer.body == SCRIPT.encode()
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-length"] == str(len(SCRIPT))


def test_names_in_any_language_are_found_by_their_bytes(site, version):
    path = f"/~v/{version}/پوشه/نقشه.txt".encode().decode("latin-1")

    assert site.ask(path).body.decode() == "راه"
    assert site.ask(f"/~v/{version}/a b.txt").body == b"space"


def test_a_fetched_page_comes_as_it_was_uploaded(site, version):
    fetched = site.ask("/about.html", sec_fetch_dest="empty", sec_fetch_mode="cors")
    pinned = site.ask(f"/~v/{version}/about.html", sec_fetch_dest="empty")

    assert fetched.body.decode() == pinned.body.decode() == PAGE.format("about")
    assert "Sec-Fetch-Dest" in fetched.headers["vary"]
    assert "Sec-Fetch-Dest" in pinned.headers["vary"]
    framed = site.ask(f"/~v/{version}/about.html", sec_fetch_dest="iframe")
    assert b"/~b/relay.js" in framed.body
    assert framed.headers["cache-control"] == "no-cache"


TRAVERSALS = [
    "/../secret",
    "/..",
    "/a/../../etc/passwd",
    "/./app.js",
    "/docs/./index.html",
    "//app.js",
    "/docs//index.html",
    "//evil.example/app.js",
    "/..\\..\\secret",
    "/app.js\\",
    "/app.js\x00.png",
    "/\x00",
    "/\r\nSet-Cookie: a=b",
    "/app.js;v=1",
    "/app.js/",
    "/%2e%2e/secret",
    "/%252e%252e/secret",
    "/~v/../app.js",
    "/~v/0000000000000000/app.js",
    "/~v//app.js",
    "/~v/{v}/../{v}/app.js",
    "/~v/{v}//app.js",
    "/~v/{v}/..",
    "/~v/{v}",
    "/~v/{V}/app.js",
    "/~b/../app.js",
    "/~b/",
    "/~b/relay.js/",
    "/~b/../../config/settings.py",
    "/~b/telegram-web-app.js",
    "/~",
    "/~root/x",
    "app.js",
    "",
    "*",
    "http://evil.example/",
    "/\xff\xfe",
    "/.git/config",
    "/indexes/",
    "/blobs/00/0",
    "/admin/",
    "/api/v1/apps",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_a_crooked_path_finds_nothing(site, version, path):
    path = path.replace("{v}", version).replace("{V}", version.upper())
    answer = site.ask(path, accept="text/plain")

    assert answer.status == 404
    assert "Nothing is here" in answer.body.decode()


@given(path=st.text(alphabet=st.sampled_from("/.%\\~vb0;a\x00\xff\u0100 "), max_size=30))
def test_no_path_makes_the_reader_fail(path):
    read = asked.path_of(f"/{path}")

    assert read is None or not {"..", "."} & set(read.split("/"))


def test_a_path_of_six_thousand_characters_is_refused(site, version):
    assert site.ask("/" + "a/" * 3000, **NAVIGATE).status == 414


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_only_reading_is_possible(site, version, method):
    answer = site.ask("/app.js", method=method)

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (f"cafe.{DOMAIN}", 200),
        (f"CAFE.{DOMAIN}", 200),
        ("cafe.apps.localhost.:8000", 200),
        ("cafe.apps.localhost", 404),
        ("cafe.apps.localhost:8001", 404),
        (f"a.cafe.{DOMAIN}", 404),
        (f"cafe{DOMAIN}", 404),
        (DOMAIN, 404),
        (f".{DOMAIN}", 404),
        (f"cafe.{DOMAIN}.evil.example", 404),
        (f"cafe.{DOMAIN},cafe.{DOMAIN}", 404),
        ("127.0.0.1", 404),
        ("", 404),
    ],
)
def test_a_name_must_be_exactly_one_that_is_served(site, version, host, status):
    assert site.ask(f"/~v/{version}/app.js", host=host).status == status


def test_a_request_for_a_service_worker_is_refused(site, version):
    site.ask(f"/~v/{version}/app.js")

    assert site.ask(f"/~v/{version}/app.js", service_worker="script").status == 403


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("br", "br"),
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", None),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("BR", "br"),
        ("*", None),
        ("*;q=0", ""),
        ("identity", ""),
        ("", ""),
        ("deflate", ""),
        ("br;q=0", ""),
        ("br;q=0.5, identity;q=0.9", ""),
        (";;;,,q=", ""),
    ],
)
def test_the_form_is_the_one_the_client_likes_best(site, version, accepted, encoding):
    answer = site.ask(f"/~v/{version}/app.js", accept_encoding=accepted)

    got = answer.headers.get("content-encoding", "")
    if encoding is None:
        assert got in {"br", "zstd", "gzip"}
    else:
        assert got == encoding
    undo = {
        "br": brotli.decompress,
        "gzip": gzip.decompress,
        "zstd": zstandard.decompress,
        "": bytes,
    }
    assert undo[got](answer.body).decode() == SCRIPT
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["vary"] == "Accept-Encoding"


def test_every_form_has_a_tag_of_its_own(site, version):
    tags = {
        site.ask(f"/~v/{version}/app.js", accept_encoding=form).headers["etag"]
        for form in ("", "br", "gzip", "zstd")
    }

    assert len(tags) == 4
    assert not any(tag.startswith("W/") for tag in tags)


def test_small_and_incompressible_files_have_one_form(site, version):
    answer = site.ask(f"/~v/{version}/clip.txt", accept_encoding="br")

    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


def test_what_is_known_is_not_sent_again(site, version):
    path = f"/~v/{version}/app.js"
    tag = site.ask(path, accept_encoding="br").headers["etag"]

    for condition in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = site.ask(path, accept_encoding="br", if_none_match=condition)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == tag
        assert "content-length" not in answer.headers
    assert site.ask(path, accept_encoding="br", if_none_match='"other"').status == 200
    assert site.ask(path, if_none_match=tag).status == 200


def test_a_page_is_known_only_with_its_policy(site):
    files = {"index.html": PAGE.format("same")}
    plain, open_ = site.publish(files), site.publish(files, relaxations=["popups"])
    assert plain == open_  # the same bytes are the same version: the index is built again
    site.route(plain)
    site.assets.indexes.clear()
    tag = site.ask("/", **NAVIGATE).headers["etag"]
    site.publish(files)
    site.assets.indexes.clear()

    assert site.ask("/", if_none_match=tag, **NAVIGATE).status == 200


@pytest.mark.parametrize(
    ("asked_for", "status", "body", "told"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=-30", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=99-100", 416, None, "bytes */10"),
        ("bytes=5-3", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
        ("bytes=a-b", 200, b"0123456789", None),
        ("bytes=" + "9" * 40 + "-", 200, b"0123456789", None),
    ],
)
def test_parts_of_a_file(  # noqa: PLR0917 - a table
    site, version, asked_for, status, body, told
):
    answer = site.ask(f"/~v/{version}/clip.txt", range=asked_for)

    assert answer.status == status
    assert body is None or answer.body == body
    assert answer.headers.get("content-range") == told
    assert answer.headers["content-length"] == str(len(answer.body))


def test_a_part_is_of_the_plain_form_and_only_of_the_file_that_is_meant(site, version):
    path = f"/~v/{version}/app.js"
    tag = site.ask(path).headers["etag"]
    br_tag = site.ask(path, accept_encoding="br").headers["etag"]

    part = site.ask(path, accept_encoding="br", range="bytes=0-6", if_range=tag)
    assert (part.status, part.body) == (206, b"console")
    assert "content-encoding" not in part.headers
    assert part.headers["etag"] == tag
    for other in (br_tag, f"W/{tag}", "Sun, 22 Nov 2026 10:00:00 GMT"):
        whole = site.ask(path, range="bytes=0-6", if_range=other)
        assert (whole.status, whole.body) == (200, SCRIPT.encode())


def test_the_head_of_an_answer_is_the_answer_without_its_body(site, version):
    for path, headers in (
        (f"/~v/{version}/app.js", {"accept_encoding": "br"}),
        (f"/~v/{version}/clip.txt", {"range": "bytes=1-2"}),
        ("/~b/relay.js", {}),
        ("/nope", {}),
        ("/", NAVIGATE),
    ):
        whole, head = site.ask(path, **headers), site.ask(path, method="HEAD", **headers)
        assert (head.status, head.headers, head.body) == (whole.status, whole.headers, b"")


def test_the_relay_is_told_its_host_and_can_be_kept_by_its_tag(site, version):
    answer = site.ask("/~b/relay.js", accept_encoding="br")
    plain = site.ask("/~b/relay.js")

    assert plain.body.startswith(b'self.__BARNAMAK__={"host":"http://localhost:8000"};\n')
    assert brotli.decompress(answer.body) == plain.body
    assert plain.headers["cache-control"] == "no-cache"
    exact = site.ask("/~b/relay.js", query=f"h={plain.headers['etag'].strip(chr(34))}")
    assert "immutable" in exact.headers["cache-control"]


def test_memory_stays_within_its_bound(site, monkeypatch):
    monkeypatch.setattr(limits, "ASSET_CACHED_FILE_BYTES_MAX", 100_000)
    held = site.assets.bytes.kept
    held.bytes_max = 500_000
    files = {f"f{n}.txt": bytes([48 + n % 10]) * 60_000 for n in range(40)}
    files["big.txt"] = b"b" * 300_000
    version = site.publish(files)
    site.route(version)

    for name, content in files.items():
        assert site.ask(f"/~v/{version}/{name}").body == content
        assert held.bytes_held <= 500_000
    assert held.get((site.store.put([files["big.txt"]]), "")) is None
    assert site.ask(f"/~v/{version}/big.txt", range="bytes=299998-").body == b"bb"


def test_hot_answers_are_few_whatever_clients_send(site, version, monkeypatch):
    monkeypatch.setattr(limits, "ASSET_READY_MAX", 10)
    for number in range(50):
        site.ask(f"/~v/{version}/app.js", accept_encoding=f"br;q=0.{number}")

    assert len(site.assets._ready) <= 10


@given(sizes=st.lists(st.integers(0, 60), max_size=60))
def test_a_bounded_cache_never_holds_more_than_its_bound(sizes):
    cache: Bounded[int] = Bounded(100)
    for key, size in enumerate(sizes):
        cache.put(key % 7, key, size)
        assert cache.bytes_held == sum(size for _, size in cache._held.values()) <= 100


def test_a_file_that_the_store_lost_is_not_found_later_either(site, version):
    path = f"/~v/{version}/app.js"
    blob = site.assets.indexes.get(site.versions[version]["digest"]).files["app.js"].blob
    site.store.path(blob).unlink()

    answer = site.ask(path)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
