"""The tutorial's own files and commands, as its text gives them."""

import re
import subprocess
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "docs/tutorial/first-app.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(folder: Path) -> list[str]:
    """Write every file and run every marked command in the order of the text; give the file names."""
    written = []
    for _language, about, body in BLOCK.findall(TEXT):
        name = re.search(r"file=(\S+)", about)
        if name:
            path = folder / name[1]
            path.parent.mkdir(exist_ok=True)
            path.write_text(body, encoding="utf-8")
            written.append(name[1])
        elif "run" in about.split():
            subprocess.run(
                ["bash", "-euc", body], cwd=folder, check=True, capture_output=True, text=True
            )
    return written
