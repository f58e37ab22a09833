"""What is new in a version against the last one that was approved."""

from miniapps import review
from tests.miniapps import build

PROFILE = [{"name": "profile", "reason": "نام شما روی سفارش"}]


def network(*origins: str) -> dict:
    return {"network": {"connect": list(origins)}}


def test_against_nothing_everything_is_new(cafe):
    version = build.ready_version(cafe, req_permissions=PROFILE)

    found = review.differences(version)

    assert found.base is None
    assert set(found.added) == set(build.files())
    assert found.permissions_added == ["profile"]


def test_files_are_told_apart_by_their_content(cafe):
    build.approved_version(cafe)
    content = build.files("1.0.1") | {"new.js": b"document.title;\n"}
    del content["app.css"]
    content["index.html"] = content["index.html"].replace(
        b'<link rel="stylesheet" href="app.css">', b""
    )
    version = build.checked_version(cafe, build.packed(content))

    found = review.differences(version)

    assert found.added == ["new.js"]
    assert found.removed == ["app.css"]
    assert found.changed == ["index.html", "manifest.json"]


def test_new_permissions_and_origins_are_told(cafe):
    build.approved_version(cafe, req_permissions=PROFILE, barnamak=network("https://a.example.ir"))
    version = build.ready_version(cafe, "1.0.1", barnamak=network("https://b.example.ir"))

    found = review.differences(version)

    assert (found.permissions_added, found.permissions_removed) == ([], ["profile"])
    assert found.origins_added == ["connect https://b.example.ir"]
    assert found.origins_removed == ["connect https://a.example.ir"]


def test_a_version_that_was_never_approved_is_no_base(cafe):
    build.ready_version(cafe)
    version = build.ready_version(cafe, "1.0.1")

    assert review.differences(version).base is None
