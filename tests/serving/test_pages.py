"""What publishing changes in pages and style sheets, and what it leaves."""

import base64
import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import limits
from miniapps.publish.names import is_hashed
from miniapps.publish.pages import hash_source, prepare_page
from miniapps.publish.references import Pins
from miniapps.publish.styles import pin_style
from miniapps.publish.tokens import tokens
from tests.serving.conftest import NAVIGATE, Site

D = "0123456789abcdef"
V = f"/~v/{D}/"
FILES = ["index.html", "a.js", "b.css", "img/a.png", "img/b 2.png", "sub/page.html", "sub/c.js"]
PINS = Pins(D, FILES)
MAP = f'{{"imports":{{"/":"{V}","/~v/":"/~v/","/~b/":"/~b/"}}}}'
OURS = f'<script src="/~b/relay.js" data-pin="{D}"></script><script type="importmap" data-pin>{MAP}</script>'


def prepared(text: str, path: str = "index.html") -> str:
    return prepare_page(text, PINS, path=path).text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!doctype html><html><head>|<title>x</title></head></html>", ""),
        ("<!DOCTYPE html>\r\n<!-- <head> --><HTML lang='fa'>\n<HEAD data-a='>'>|<p>", ""),
        ("<!doctype html><html dir=rtl>|<body><head><p>", ""),
        ("<!doctype html>|<title>x</title>", ""),
        ("<!doctype html>|\n<script>1</script><head>", ""),
        ("|<p>no doctype", ""),
        ("|only text", ""),
        ("|", ""),
        ("\ufeff|<p>a byte order mark stays first", ""),
        ("<!-- a --><!doctype html SYSTEM 'about:legacy-compat'>|<p>", ""),
        ("<!--><!doctype html>|<p>", ""),
    ],
)
def test_our_script_is_the_first_thing_in_the_head(before, after):
    assert prepared(before.replace("|", "")) == before.replace("|", OURS)


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [
        ("<script src=/a.js></script>", f'<script src="{V}a.js"></script>'),
        ("<script src='a.js?v=1#x'></script>", f'<script src="{V}a.js?v=1#x"></script>'),
        ('<SCRIPT SRC = "./a.js" async>', f'<SCRIPT SRC = "{V}a.js" async>'),
        ('<link rel="stylesheet" href="b.css">', f'<link rel="stylesheet" href="{V}b.css">'),
        ('<link rel=modulepreload href="/a.js"/>', f'<link rel=modulepreload href="{V}a.js"/>'),
        ('<img src="img/b%202.png">', f'<img src="{V}img/b%202.png">'),
        ('<img src="img/b 2.png">', f'<img src="{V}img/b%202.png">'),
        ('<img src="../../img/a.png">', f'<img src="{V}img/a.png">'),
        ('<img src="img&#x2f;a.png">', f'<img src="{V}img/a.png">'),
        (
            '<img srcset="img/a.png 1x,/img/b%202.png 2x , data:image/png;base64,A,B 3x">',
            f'<img srcset="{V}img/a.png 1x, {V}img/b%202.png 2x, data:image/png;base64,A,B 3x">',
        ),
        ('<video poster="img/a.png">', f'<video poster="{V}img/a.png">'),
        (
            '<svg><use xlink:href="img/a.png#i"/><image href="/img/a.png"/></svg>',
            f'<svg><use xlink:href="{V}img/a.png#i"/><image href="{V}img/a.png"/></svg>',
        ),
        (
            '<p style="background:url(img/a.png)">',
            f'<p style="background:url({V}img/a.png)">',
        ),
        (
            "<style>a{b:url('/img/a.png')}</style>",
            f"<style>a{{b:url('{V}img/a.png')}}</style>",
        ),
        ('<img src="img/a.png" src="a.js">', f'<img src="{V}img/a.png" src="a.js">'),
        (
            '<script src="https://telegram.org/js/telegram-web-app.js?56"></script>',
            '<script src="/~b/telegram-web-app.js"></script>',
        ),
        (
            "<script async src=//telegram.org/js/telegram-web-app.js integrity=sha384-x></script>",
            '<script async src="/~b/telegram-web-app.js" ></script>',
        ),
        (
            "<script src='https://tapi.bale.ai/miniapp.js?1'></script>",
            '<script src="/~b/bale-web-app.js"></script>',
        ),
    ],
)
def test_what_a_page_loads_is_pinned(tag, wanted):
    assert prepared(f"<head>{tag}") == f"<head>{OURS}{wanted}"


@pytest.mark.parametrize(
    "tag",
    [
        '<a href="/a.js">',
        '<a href="sub/page.html">',
        '<link rel="next" href="sub/page.html">',
        '<script src="https://cdn.example/a.js"></script>',
        '<script src="//cdn.example/a.js"></script>',
        '<script src="nope.js"></script>',
        f'<script src="{V}a.js"></script>',
        '<script src="/~b/telegram-web-app.js"></script>',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="#a.js">',
        '<img src="">',
        "<img src>",
        '<img src="\\a.js">',
        '<img data-src="a.js">',
        "<!-- <script src='a.js'></script> -->",
        "<!-- <script src='a.js'></script> --!>",
        "<textarea><script src='a.js'></script></textarea>",
        "<title><script src='a.js'></title>",
        "<template src='a.js'></template>",
        "<script>'<img src=\"a.js\">'</script>",
        "<script><!-- <script src='a.js'></script> <img src='a.js'> --></script>",
        "<noscript><img src='a.js'></noscript>",
        "<style>/* url(/a.js) */ a::after{content:'url(/a.js)'}</style>",
        "<p title='<img src=a.js>'>",
        "<img src='a.js",
        "< img src='a.js'>",
        "</img src='a.js'>",
        "<?xml src='a.js'?>",
        "<!x src='a.js'>",
    ],
)
def test_everything_else_stays_byte_for_byte(tag):
    assert prepared(f"<head>{tag}") == f"<head>{OURS}{tag}"


def test_a_page_in_a_folder_refers_from_its_folder():
    text = '<head><script src="c.js"></script><script src="../a.js"></script>'

    assert f'src="{V}sub/c.js"' in prepared(text, "sub/page.html")
    assert f'src="{V}a.js"' in prepared(text, "sub/page.html")


def test_a_page_s_own_import_map_is_merged_and_hashed():
    own = """{"imports":{"vue":"./a.js","lib/":"/sub/","far":"https://x.example/y.js","none":null},
    "scopes":{"/sub/":{"q":"./sub/c.js"}}}"""
    page = prepare_page(f'<head><script type="importmap">{own}</script>', PINS, path="index.html")

    merged = page.text.partition('<script type="importmap">')[2].partition("</script>")[0]
    for part in (
        f'"/": "{V}"',
        f'"vue": "{V}a.js"',
        f'"lib/": "{V}sub/"',
        '"far": "https://x.example/y.js"',
        '"none": null',
        f'"scopes": {{"{V}sub/": {{"q": "{V}sub/c.js"}}}}',
    ):
        assert part in merged
    assert page.scripts == [hash_source(merged)]
    assert page.text.count("importmap") == 1


def test_an_import_map_that_cannot_be_read_is_left_alone():
    page = prepare_page('<head><script type="importmap">{oh</script>', PINS, path="index.html")

    assert page.text.endswith('<script type="importmap">{oh</script>')
    assert page.scripts == [hash_source("{oh")]


def test_inline_code_is_hashed_as_browsers_read_it():
    page = prepare_page(
        "<head><script>\r\nlet a = '</b>';\r</script><script type=module>1</script>"
        "<script type='application/json'>{}</script><script src=x>no</script>"
        "<body onload=\"go(&quot;a&quot;, '&amp;copy=1&copy=2')\" ONCLICK=go() data-on=x on>",
        PINS,
        path="index.html",
    )

    def source(code):
        return "sha256-" + base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()

    assert page.scripts == [source(MAP), source("\nlet a = '</b>';\n"), source("1")]
    assert page.handlers == [source("""go("a", '&copy=1&copy=2')"""), source("go()")]


@given(st.text(alphabet="<>!-/ \"'=ascriptylehed\n\0&;#x", max_size=120))
def test_any_text_is_read_in_order_and_only_grows_by_what_is_ours(text):
    place = 0
    for token in tokens(text):
        assert place == token.start <= token.end
        assert token.end > token.start or token.kind == "raw"
        place = token.end
    result = prepared(text)
    assert result.replace(OURS, "", 1) == text or "importmap" in text or "href" in text


@pytest.mark.parametrize(
    "unit",
    ["<", "<a ", "<a b='", "<!--", "</", "<script>", "<script><!--<script>", "a='", "&amp", "<p a"],
)
def test_a_hostile_page_is_read_in_linear_time(unit):
    text = "<p x=" + unit * (200_000 // len(unit))
    began = time.process_time()
    prepared(unit * (200_000 // len(unit)))
    prepared(text)

    assert time.process_time() - began < 10


@pytest.mark.parametrize("unit", ["url(", '"', "/*", "@import '", "url('", "\\", "url(a"])
def test_a_hostile_style_is_read_in_linear_time(unit):
    began = time.process_time()
    pin_style(unit * (100_000 // len(unit)), PINS, page="b.css")

    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("css", "wanted"),
    [
        ("a{b:url(/img/a.png)}", f"a{{b:url({V}img/a.png)}}"),
        ("a{b:URL( 'img/a.png' )}", f"a{{b:URL( '{V}img/a.png' )}}"),
        ('@import "/b.css" screen;', f'@import "{V}b.css" screen;'),
        ("@import url(b.css);", f"@import url({V}b.css);"),
        ("a{b:url(img/b%202.png)}", f"a{{b:url({V}img/b%202.png)}}"),
        ("a{b:url(/nope.png)}", None),
        ("a{b:url(data:image/png;base64,AA==)}", None),
        ("a{b:url(//x.example/img/a.png)}", None),
        ("a{b:url(#i)}", None),
        ("/* url(/img/a.png) */", None),
        ("a{content:'url(/img/a.png)'}", None),
        (r"a{b:url(\69mg/a.png)}", None),
        ("/* open url(/img/a.png)", None),
    ],
)
def test_style_sheets(css, wanted):
    assert pin_style(css, PINS, page="x.css") == (css if wanted is None else wanted)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("assets/index-DiwrgTda.js", True),
        ("assets/index-B1xYz9_q.css", True),
        ("static/js/main.3f2a1b9c.chunk.js", True),
        ("static/media/logo.6ce24c58023cc2f8fd88fe9d219db6c6.svg", True),
        ("chunk-7KQX2ZJ4.js", True),
        ("3f2a1b9c0d.css", True),
        ("app.js", False),
        ("jquery-3.7.1.min.js", False),
        ("report-20261122.csv", False),
        ("photo.12345678.png", False),
        ("my-facebook.png", False),
        ("my-Facebook.png", False),
        ("a.deadbeef.js", False),
        ("assets-DiwrgTda/app.js", False),
    ],
)
def test_names_with_a_hash_of_the_content(path, is_one):
    assert is_hashed(path) is is_one


def test_a_style_with_integrity_is_served_as_it_is(site: Site):
    css = "a{background:url(/p.png)}"
    sealed = base64.b64encode(hashlib.sha384(css.encode()).digest()).decode()
    page = f'<head><link rel=stylesheet href=s.css integrity="sha384-{sealed}">'
    version = site.publish({"index.html": page, "s.css": css, "t.css": css, "p.png": "p"})
    site.route(version)

    assert site.ask(f"/~v/{version}/s.css").body.decode() == css
    assert f"url(/~v/{version}/p.png)" in site.ask(f"/~v/{version}/t.css").body.decode()
    assert (
        f'href="/~v/{version}/s.css" integrity="sha384-{sealed}"'
        in site.ask("/", **NAVIGATE).body.decode()
    )


def test_bytes_that_are_no_text_pass_unharmed(site: Site):
    page = b"<head><p>\xff\xfe \x00 \xd8\xb3</p>"
    version = site.publish({"index.html": page})
    site.route(version)

    assert site.ask("/", **NAVIGATE).body.endswith(b"<p>\xff\xfe \x00 \xd8\xb3</p>")


def test_the_policy_of_a_page_names_only_so_many_hashes(site: Site):
    page = "<head>" + "".join(f"<script>{n}</script>" for n in range(500))
    version = site.publish({"index.html": page})
    site.route(version)

    policy = site.ask("/", **NAVIGATE).headers["content-security-policy"]
    assert policy.count("sha256-") == limits.CSP_HASHES_MAX
    assert len(policy) < 8000
