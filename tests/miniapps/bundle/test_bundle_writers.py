"""What ordinary programs write is accepted, and is the same version whoever packed it."""

import io
import shutil
import struct
import subprocess
import zipfile
import zlib

import pytest

from miniapps.bundle import Report, inspect, open_files
from tests.hostile.bundles.raw_zip import MANIFEST, PAGE, File, build, manifest, page, streamed

FILES = {
    "index.html": PAGE + b"</head><body><script type=module src=/assets/index-B1x9.js></script>",
    "manifest.json": manifest().data,
    "vite.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "favicon.ico": b"\x00\x00\x01\x00" + bytes(60),
    "assets/index-B1x9.js": b"document.title='a'\n//# sourceMappingURL=index-B1x9.js.map",
    "assets/index-B1x9.js.map": b'{"version":3,"sources":["../src/main.js"]}',
    "assets/index-C3_a.css": b"body{margin:0}",
    "assets/گل.txt": "گل".encode(),
    "robots.txt": b"",
}


def check(data: bytes, **options: object) -> Report:
    return inspect(io.BytesIO(data), **options)


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


@pytest.fixture(scope="module")
def expected() -> Report:
    report = check(by_python())
    assert report.accepted, report.findings
    return report


@pytest.fixture
def folder(tmp_path):
    for name, data in FILES.items():
        path = tmp_path / "dist" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "dist"


def by_python(compression: int = zipfile.ZIP_DEFLATED, *, backwards: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name in sorted(FILES, reverse=backwards):
            archive.writestr(name, FILES[name])
    return out.getvalue()


def by_python_into_a_pipe() -> bytes:
    class Pipe(io.RawIOBase):
        written = b""

        def writable(self):
            return True

        def write(self, data):
            Pipe.written += bytes(data)
            return len(data)

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    return Pipe.written


def by_python_with_forced_zip64() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in FILES.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(data)
    return out.getvalue()


def by_mac_finder() -> bytes:
    """Names without the UTF-8 flag, descriptors, AppleDouble files beside each file."""
    double = b"\x00\x05\x16\x07" + bytes(100)
    extra = struct.pack("<HHLLHH", 0x5855, 12, 0, 0, 501, 20)
    files = [File("dist/", mode=0o040755, method=0, flags=0)]
    files.append(streamed(File("dist/.DS_Store", b"\x00\x00\x00\x01Bud1", flags=0)))
    for name, data in FILES.items():
        top, _, last = f"dist/{name}".rpartition("/")
        files.append(streamed(File(f"dist/{name}".encode(), data, flags=0, extra_local=extra)))
        apple = f"__MACOSX/{top}/._{last}".encode()
        files.append(streamed(File(apple, double, flags=0)))
    return build(*files)


def by_windows_explorer() -> bytes:
    """Made by FAT, no modes, UTF-8 flag where needed."""
    return build(*(File(name, data, made_by=0, mode=0) for name, data in FILES.items()))


def by_seven_zip() -> bytes:
    """NTFS times in the directory only, Windows attributes, folders as entries of their own."""
    times = struct.pack("<HHLHHQQQ", 0x000A, 32, 0, 1, 24, 1, 1, 1)
    files = [File("assets/", mode=0o040755, method=0, extra_central=times)]
    files += [File(name, data, extra_central=times) for name, data in FILES.items()]
    return build(*files)


def by_bestzip() -> bytes:
    """Every entry streamed, every name beginning with "./"."""
    return build(*(streamed(File(f"./{name}", data)) for name, data in FILES.items()))


def by_jszip() -> bytes:
    files = []
    for name, data in FILES.items():
        raw = name.encode()
        extra = b""
        if not raw.isascii():
            body = struct.pack("<BL", 1, zlib.crc32(raw)) + raw
            extra = struct.pack("<HH", 0x7075, len(body)) + body
        files.append(streamed(File(name, data, made_by=0, mode=0)))
        files[-1].extra_local = files[-1].extra_central = extra
    return build(*files)


def by_java() -> bytes:
    """Folders deflated to an empty stream, descriptors, names flagged as UTF-8."""
    folder = File("assets/", method=8, mode=0, made_by=0)
    return build(streamed(folder), *(streamed(File(n, d, mode=0)) for n, d in FILES.items()))


def by_a_streaming_writer_with_zip64() -> bytes:
    return build(*(streamed(File(n, d), wide=True) for n, d in FILES.items()))


def by_a_writer_of_bare_descriptors() -> bytes:
    return build(*(streamed(File(n, d), signature=False) for n, d in FILES.items()))


WRITERS = (
    by_python, by_python_into_a_pipe, by_python_with_forced_zip64, by_mac_finder,
    by_windows_explorer, by_seven_zip, by_bestzip, by_jszip, by_java,
    by_a_streaming_writer_with_zip64, by_a_writer_of_bare_descriptors,
)  # fmt: skip


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer.__name__)
def test_what_a_writer_makes_is_accepted_as_the_same_version(writer, expected):
    report = check(writer())

    assert report.accepted, report.findings
    assert report.digest == expected.digest
    assert report.files == expected.files


@pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP is not installed")
@pytest.mark.parametrize("options", [["-r"], ["-r", "-9"], ["-r0"], ["-rX"], ["-rD"]])
def test_what_info_zip_makes_is_accepted_as_the_same_version(options, folder, expected):
    subprocess.run(["zip", "-q", *options, "../a.zip", "."], cwd=folder, check=True)

    report = check((folder.parent / "a.zip").read_bytes())

    assert report.accepted, report.findings
    assert report.digest == expected.digest


@pytest.mark.skipif(shutil.which("zip") is None, reason="Info-ZIP is not installed")
def test_what_info_zip_writes_into_a_pipe_is_accepted(folder, expected):
    done = subprocess.run(["zip", "-qr", "-", "."], cwd=folder, check=True, capture_output=True)

    assert check(done.stdout).digest == expected.digest


def test_order_time_and_compression_do_not_change_the_version(expected):
    assert check(by_python(zipfile.ZIP_STORED)).digest == expected.digest
    assert check(by_python(backwards=True)).digest == expected.digest


def test_a_changed_byte_path_or_manifest_changes_the_version(expected):
    override = {**MANIFEST, "name": "دیگر"}
    changed = build(page(), manifest())
    moved = build(page(), manifest(), File("b.css", b"a{}"))
    other = build(page(), manifest(), File("a.css", b"a{}"))
    by_form = check(build(page()), manifest_override=MANIFEST)
    by_other_form = check(build(page()), manifest_override=override)

    digests = [expected.digest, *(check(it).digest for it in (changed, moved, other))]
    digests += [by_form.digest, by_other_form.digest]

    assert len(set(digests)) == len(digests)
    assert all(len(digest) == 64 for digest in digests)


def test_the_order_of_members_in_a_form_does_not_change_the_version():
    backwards = dict(reversed(MANIFEST.items()))

    first = check(build(page()), manifest_override=MANIFEST)
    second = check(build(page()), manifest_override=backwards)

    assert first.accepted
    assert first.digest == second.digest


def test_one_folder_around_everything_is_taken_off_with_a_note(expected):
    inside = build(*(File(f"my-app/dist/{name}", data) for name, data in FILES.items()))

    report = check(inside)

    assert report.digest == expected.digest
    assert report.stripped == "my-app/dist/"
    assert "archive-folder-stripped" in rules(report)


def test_a_folder_stays_when_the_start_page_is_not_in_it():
    data = build(File("pages/start.html", page().data))

    report = check(data, manifest_override={**MANIFEST, "pages": ["pages/start"]})

    assert report.accepted, report.findings
    assert [facts.path for facts in report.files] == ["pages/start.html"]


def test_what_systems_leave_behind_is_dropped_with_a_note():
    junk = ("Thumbs.db", "desktop.ini", ".nojekyll", "_redirects", "__MACOSX/._a", "a/.DS_Store")
    report = check(build(page(), manifest(), *(File(name, b"\x00") for name in junk)))

    dropped = {it.path for it in report.findings if it.rule == "archive-junk-dropped"}
    assert report.accepted
    assert dropped == set(junk)
    assert len(report.files) == 2


def test_decomposed_names_become_composed_ones():
    report = check(build(page(), manifest(), File("\u0627\u0653b.css", b"a{}")))

    assert report.accepted
    assert report.files[-1].path == "\u0622b.css"
    assert "name-normalised" in rules(report)


def test_the_store_receives_exactly_the_bytes_that_were_checked(expected):
    archive = io.BytesIO(by_mac_finder())

    stored = {it.path: b"".join(pieces) for it, pieces in open_files(archive, expected_of(archive))}

    assert stored == FILES


def expected_of(archive: io.BytesIO) -> Report:
    return inspect(archive)


def test_media_types_come_from_the_table(expected):
    types = {facts.path: facts.media_type for facts in expected.files}

    assert types["index.html"] == "text/html; charset=utf-8"
    assert types["assets/index-B1x9.js"] == "text/javascript; charset=utf-8"
    assert types["assets/index-B1x9.js.map"] == "application/json; charset=utf-8"
    assert types["favicon.ico"] == "image/x-icon"
