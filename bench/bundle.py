"""Upload to findings, against what any reader must do: unzip -t and a SHA-256 of the file.

    python -m bench.bundle

Makes a build of 1,000 files and about 20 MB as bundlers do it (chunks of code, styles, pictures,
fonts, translations), then takes turns: our whole inspection, and `unzip -t` with `sha256sum`.
Prints the ratio of the times, ours to theirs; also the inspection in its confined process.
"""

import hashlib
import io
import json
import random
import shutil
import statistics
import struct
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from miniapps.bundle import Report, inspect
from miniapps.bundle.confined import inspect_confined

ROUNDS = 7
FILES = 1_000
BUILD_BYTES = 20_000_000
WORDS = [
    "const",
    "let",
    "return",
    "function",
    "if",
    "else",
    "for",
    "while",
    "value",
    "state",
    "props",
    "render",
    "children",
    "key",
    "index",
    "item",
    "list",
    "map",
    "filter",
    "reduce",
    "length",
    "push",
    "slice",
    "concat",
    "theme",
    "color",
    "width",
    "height",
    "style",
    "className",
    "onClick",
    "useState",
    "useEffect",
    "useMemo",
    "createElement",
    "Fragment",
    "dispatch",
    "action",
    "payload",
    "store",
    "user",
]


def code(size_bytes: int, seed: random.Random) -> bytes:
    """Minified-looking JavaScript of about this size."""
    parts = []
    size = 0
    while size < size_bytes:
        names = [seed.choice(WORDS) + str(seed.randrange(99)) for _ in range(6)]
        a, b, c, d, e, f = names
        part = (
            f"function {a}({b},{c}){{let {d}={c}.{e}||[];return {d}.map(({f},i)=>({{...{f},"
            f'"{b}":i*{seed.randrange(1000)},{e}:`${{{b}}}-${{i}}`}})).filter(Boolean)}}'
            f"setTimeout(()=>{a}(1,{{}}),{seed.randrange(500)});"
        )
        parts.append(part)
        size += len(part)
    return "".join(parts).encode()


def picture(size_bytes: int, seed: random.Random) -> bytes:
    """Make a PNG's header with bytes that do not compress, as in a real picture."""
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">LL", 640, 480)
    return header + seed.randbytes(size_bytes)


def build() -> dict[str, bytes]:
    """Make the files of the build, by path; always the same."""
    seed = random.Random(1404)
    files = {
        "index.html": b'<!doctype html><html lang="fa" dir="rtl"><head><meta charset="utf-8">'
        b'<title>Shop</title><script type="module" src="/assets/index.js"></script></head></html>',
        "manifest.json": json.dumps(
            {"app_id": "ir.shop", "name": "Shop", "version": {"code": 1, "name": "1.0.0"}}
        ).encode(),
        "assets/index.js": code(400_000, seed)
        + b'fetch("https://api.shop.ir/v1/items");new Worker("w.js");',
        "assets/vendor.js": code(900_000, seed),
    }
    for number in range(150):
        files[f"assets/chunk-{number:03}.js"] = code(seed.randrange(2_000, 40_000), seed)
    for number in range(40):
        rules = "".join(f".c{seed.randrange(9999)}{{margin:{n}px}}" for n in range(400))
        files[f"assets/style-{number:02}.css"] = rules.encode()
    for number in range(20):
        words = {seed.choice(WORDS) + str(n): "متن فارسی " * 3 for n in range(300)}
        files[f"i18n/{number:02}.json"] = json.dumps(words, ensure_ascii=False).encode()
    for number in range(8):
        files[f"fonts/{number}.woff2"] = b"wOF2" + seed.randbytes(45_000)
    for number in range(250):
        points = " ".join(f"{seed.randrange(24)} {seed.randrange(24)}" for _ in range(60))
        icon = f'<svg xmlns="http://www.w3.org/2000/svg"><path d="M{points}"/></svg>'
        files[f"icons/{number:03}.svg"] = icon.encode()
    left = FILES - len(files)
    each = (BUILD_BYTES - sum(map(len, files.values()))) // left
    for number in range(left):
        files[f"img/{number:03}.png"] = picture(each - 24, seed)
    return files


def pack(files: dict[str, bytes]) -> bytes:
    """Zip the files as `zip -r` does."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def plain_reading(archive: Path) -> None:
    """Do what any reader does: test every entry and hash the file."""
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", archive], check=True)
    else:
        with zipfile.ZipFile(archive) as whole:
            whole.testzip()
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", archive], check=True, stdout=subprocess.DEVNULL)
    else:
        hashlib.sha256(archive.read_bytes()).hexdigest()


def inspection(archive: Path) -> Report:
    with archive.open("rb") as file:
        return inspect(file)


def seconds(work: Callable[[Path], object], archive: Path) -> float:
    begun = time.perf_counter()
    work(archive)
    return time.perf_counter() - begun


def spread(values: list[float], unit: str = "") -> str:
    return f"{statistics.median(values):.2f}{unit} [{min(values):.2f}..{max(values):.2f}]"


def measure() -> None:
    """Print how long one upload takes until its findings are there."""
    files = build()
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "build.zip"
        archive.write_bytes(pack(files))
        report = inspection(archive)
        assert report.accepted, report.findings
        ours, confined, theirs = [], [], []
        for _ in range(ROUNDS):
            theirs.append(seconds(plain_reading, archive))
            ours.append(seconds(inspection, archive))
            confined.append(seconds(inspect_confined, archive))
        size_mb = archive.stat().st_size / 1e6
    against = "unzip -t + sha256sum" if shutil.which("unzip") else "python zipfile testzip + sha256"
    total_mb = sum(map(len, files.values())) / 1e6
    print(f"bundle: {len(files)} files, {total_mb:.1f} MB, zip {size_mb:.1f} MB, {ROUNDS} rounds")
    print(f"  {against}: {spread(theirs, ' s')}")
    print(f"  upload to findings: {spread(ours, ' s')}, {len(report.findings)} findings")
    print(f"  the same in a process of its own: {spread(confined, ' s')}")
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    own = [one / other for one, other in zip(confined, theirs, strict=True)]
    print(f"  ratio: {spread(ratios)}; in a process of its own: {spread(own)}")


if __name__ == "__main__":
    measure()
