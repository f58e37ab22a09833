"""Bytes arrive and become a version."""


from tests.miniapps import build


def test_a_good_build_becomes_a_ready_version(cafe):
    version = build.ready_version(cafe)

    assert version.number == 1
    assert version.name == "1.0.0"
    assert version.files_count == 4
