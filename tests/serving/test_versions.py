"""A page of one version never gets a byte of another, however it asks."""

import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miniapps.serving.routes import UNREADABLE, read_route
from tests.serving.conftest import DOMAIN, NAVIGATE, Site

ORIGIN = f"http://cafe.{DOMAIN}"
PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>{n}</title>
<link rel="stylesheet" href="/css/s.css"><script src="app.js"></script>
<script type="module" src="./js/m.js"></script></head>
<body style="background:url(/img/b.svg)"><img src="/img/a.svg" srcset="img/b.svg 2x"></body></html>
"""
SHARED = "the same in every version\n"


def build_of(number: int) -> dict[str, str]:
    """A build whose every file but one says which version it is of."""
    mark = f"of version {number}"
    return {
        "index.html": PAGE.format(n=mark),
        "about.html": PAGE.format(n=mark),
        "app.js": f"// {mark}",
        "js/m.js": f"import '/js/n.js'; // {mark}",
        "js/n.js": f"// {mark}",
        "css/s.css": f"@import '/css/t.css'; a{{background:url('../img/a.svg')}} /* {mark} */",
        "css/t.css": f"b{{background:url(/img/b.svg)}} /* {mark} */",
        "img/a.svg": f"<svg xmlns='http://www.w3.org/2000/svg'><!-- {mark} --></svg>",
        "img/b.svg": f"<svg xmlns='http://www.w3.org/2000/svg'><!-- {mark}! --></svg>",
        "shared.txt": SHARED,
        f"only-{number}.txt": mark,
        f"assets/chunk-4f2a9c{number}e.js": f"// {mark}",
    }


@pytest.fixture
def two(site: Site) -> dict[str, int]:
    """Two live versions, by their sixteen digits."""
    digests = {site.publish(build_of(number)): number for number in (1, 2)}
    site.route(*digests)
    return digests


def numbers_in(body: bytes) -> set[int]:
    return {int(found) for found in re.findall(rb"of version (\d)", body)}


def addresses_in(text: str) -> set[str]:
    found = set(re.findall(r"/~v/[0-9a-f]{16}/[\w./-]+", text))
    return found | set(re.findall(r"(?:src|href)=\"(/~v/[^\" ]+)", text))


def test_all_that_a_page_loads_is_of_its_own_version(site, two):
    for digest16, number in two.items():
        waiting = ["/"]
        seen = set()
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            how = {"query": f"bnv={digest16}", **NAVIGATE} if path == "/" else {}
            answer = site.ask(path, **how)
            assert answer.status == 200, path
            assert numbers_in(answer.body) <= {number}, path
            waiting += addresses_in(answer.body.decode())
        root = f"/~v/{digest16}/"
        assert {f"{root}app.js", f"{root}js/m.js", f"{root}css/t.css", f"{root}img/b.svg"} <= seen


def test_the_import_map_leads_modules_to_the_page_s_own_version(site, two):
    for digest16 in two:
        page = site.ask("/", query=f"bnv={digest16}", **NAVIGATE).body.decode()
        assert f'{{"imports":{{"/":"/~v/{digest16}/","/~v/":"/~v/","/~b/":"/~b/"}}}}' in page
        assert page.index("relay.js") < page.index("importmap") < page.index("<meta")


PATHS = sorted({*build_of(1), *build_of(2), "nothing.txt", ""})


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(data=st.data())
def test_no_request_of_a_page_is_answered_by_another_version(site, data):
    """Whatever is live, whatever a page's scripts ask for, with and without a Referer."""
    if not site.versions:
        for number in (1, 2, 3):
            site.publish(build_of(number))
    digests = dict(zip(site.versions, (1, 2, 3), strict=True))
    live = data.draw(st.lists(st.sampled_from(sorted(digests)), min_size=1, unique=True))
    site.route(*live)
    digest16 = data.draw(st.sampled_from(sorted(digests)))  # perhaps of a version that has ended
    own = build_of(digests[digest16])
    path = data.draw(st.sampled_from(PATHS))
    tells = data.draw(st.sampled_from(["page", "file", "nothing"]))
    referrer = {
        "page": {"referer": f"{ORIGIN}/some/route?bnv={digest16}"},
        "file": {"referer": f"{ORIGIN}/~v/{digest16}/css/s.css"},
        "nothing": {},
    }[tells]
    use = data.draw(st.sampled_from(["script", "image", "empty", "style"]))

    answer = site.ask(f"/{path}", sec_fetch_mode="no-cors", sec_fetch_dest=use, **referrer)

    assert answer.status in {200, 404, 409}
    if answer.status != 200:
        return
    assert answer.headers["cache-control"] == "no-cache"
    if tells == "nothing" and digest16 not in live:
        pass  # a page that has ended and tells nothing cannot be told from a living one
    elif (path or "index.html") not in own:
        # A page without that name in it does not ask for it; with a Referer it would get 404.
        assert tells == "nothing"
        assert "chunk-" in path
    elif path == "shared.txt":
        assert answer.body.decode() == SHARED
    else:
        assert numbers_in(answer.body) == {digests[digest16]}


def test_what_differs_is_refused_rather_than_guessed(site, two):
    answer = site.ask("/app.js", sec_fetch_mode="no-cors")

    assert answer.status == 409
    assert answer.headers["cache-control"] == "no-store"
    assert "versions of this mini-app differ" in answer.body.decode()
    assert site.ask("/only-1.txt").status == 409
    assert site.ask("/shared.txt").body.decode() == SHARED
    assert site.ask("/nothing.txt").status == 404


def test_a_referrer_of_another_origin_tells_nothing(site, two):
    first = next(iter(two))
    for referrer in (
        f"http://evil.example/?bnv={first}",
        f"http://evil.example/~v/{first}/x",
        "http://[broken",
        "",
    ):
        assert site.ask("/app.js", referer=referrer).status == 409


def test_a_page_of_an_ended_version_is_told_to_open_again(site, two):
    first, second = two
    site.route(second)
    referrer = f"{ORIGIN}/?bnv={first}"

    answer = site.ask("/app.js", referer=referrer)
    assert answer.status == 409
    assert "no longer served" in answer.body.decode()
    assert site.ask(f"/~v/{first}/app.js").status == 404
    # A person who goes somewhere gets a page, and that page is whole.
    page = site.ask("/about", query=f"bnv={first}", **NAVIGATE)
    assert numbers_in(page.body) == {two[second]}


def test_links_between_pages_stay_in_the_version(site, two):
    first, second = two
    for digest16 in (first, second):
        referrer = f"{ORIGIN}/?bnv={digest16}"
        page = site.ask("/about.html", referer=referrer, **NAVIGATE)
        assert numbers_in(page.body) == {two[digest16]}
    assert numbers_in(site.ask("/about.html", **NAVIGATE).body) == {two[second]}


def test_a_version_ends_at_its_moment_also_for_hot_files(site, two, monkeypatch):
    first, second = two
    path = f"/~v/{first}/app.js"
    site.versions[first]["until"] = "2026-11-22T12:00:00+00:00"
    site.route(first, second)
    moment = 1_795_348_800.0
    monkeypatch.setattr(time, "time", lambda: moment - 1)
    assert site.ask(path).status == site.ask(path).status == 200

    monkeypatch.setattr(time, "time", lambda: moment)

    assert site.ask(path).status == 404
    assert site.ask(f"/~v/{second}/app.js").status == 200


def test_a_route_that_changes_is_not_answered_from_before(site, two):
    first, second = two
    path = f"/~v/{first}/app.js"
    assert site.ask(path).status == site.ask(path).status == 200

    site.route(second)
    assert site.ask(path).status == 404
    site.route(first, second)
    assert site.ask(path).status == 200
    site.route(first, second, status="suspended")
    assert site.ask(path).status == 410


@pytest.mark.parametrize("status", ["suspended", "banned", "archived", "deleted", "new-word", ""])
def test_an_app_that_is_not_live_is_gone_with_what_it_kept(site, two, status):
    site.route(*two, status=status)

    for path in ("/", f"/~v/{next(iter(two))}/app.js", "/~b/relay.js", "/nope"):
        answer = site.ask(path, **NAVIGATE)
        assert answer.status == 410
        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        "{",
        {},
        {"app": "a", "status": "live"},
        {"app": "a", "status": "live", "versions": []},
        {"app": "a", "status": "live", "versions": {"0" * 16: {"digest": "1" * 64}}},
        {"app": "a", "status": "live", "versions": {"0" * 16: {"digest": "0" * 64, "until": "?"}}},
    ],
)
def test_a_route_that_cannot_be_read_is_not_served(record):
    assert read_route(record) is UNREADABLE
