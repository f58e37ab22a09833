import hashlib
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from miniapps.storage import NotADigest, Store


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def files_of(store):
    return sorted(
        p.relative_to(store.root).as_posix() for p in store.root.rglob("*") if p.is_file()
    )


def test_bytes_are_kept_once_under_their_own_hash(store):
    sha256 = store.put([b"one ", b"two"])

    assert sha256 == hashlib.sha256(b"one two").hexdigest()
    assert store.put([b"one two"]) == sha256
    assert store.read(sha256) == b"one two"
    assert store.has(sha256)
    assert store.size_bytes(sha256) == 7
    assert files_of(store) == [f"blobs/{sha256[:2]}/{sha256}"]


def test_an_interrupted_write_leaves_nothing(store):
    def broken():
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        store.put(broken())
    assert files_of(store) == []


@pytest.mark.parametrize(
    "name", ["../etc/passwd", "a" * 63, "A" * 64, "", "a" * 64 + "\n", "/" + "a" * 63]
)
def test_no_name_but_a_digest_becomes_a_path(store, name):
    for method in (store.path, store.index_path, store.read, store.read_index):
        with pytest.raises(NotADigest):
            method(name)


def test_files_can_be_read_by_other_users_whatever_the_umask(store, monkeypatch):
    import os

    before = os.umask(0o077)
    try:
        path = store.path(store.put([b"x"]))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o755


def test_a_variant_is_never_replaced_and_an_index_always(store):
    sha256 = store.put([b"text"])
    store.put_variant(sha256, "br", b"first")
    store.put_variant(sha256, "br", b"second")
    store.put_index(sha256, b"{}")
    store.put_index(sha256, b"[]")

    assert store.variant_path(sha256, "br").read_bytes() == b"first"
    assert store.variants(sha256) == {"br": 5}
    assert store.read_index(sha256) == b"[]"


def test_many_writers_of_the_same_bytes_agree(store):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: store.put([b"same" * 10_000]), range(40)))

    assert len(found) == 1
    assert store.size_bytes(found.pop()) == 40_000
    assert len(files_of(store)) == 1
