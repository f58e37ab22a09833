"""What the runner took from elsewhere is what its list says."""

import re
from hashlib import sha256
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "host" / "static" / "host" / "runner" / "vendor"


def test_what_was_made_elsewhere_is_what_the_list_says() -> None:
    listed = dict(
        re.findall(
            r"^\| (\S+) \|.*`([0-9a-f]{64})` \|$",
            (VENDOR / "VENDORED.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )

    assert set(listed) == {path.name for path in VENDOR.glob("*.js")}
    for name, expected in listed.items():
        assert sha256((VENDOR / name).read_bytes()).hexdigest() == expected
    assert "MIT License" in (VENDOR / "qr-LICENSE.txt").read_text(encoding="utf-8")
