"""The page of every rule, made from the rules.

python -m miniapps.bundle.reference > docs/reference/findings.md
"""

import re
import sys

from miniapps.bundle import media
from miniapps.bundle.rule import Rule
from miniapps.bundle.rules_archive import RULES as ARCHIVE
from miniapps.bundle.rules_content import RULES as CONTENT
from miniapps.bundle.rules_manifest import RULES as MANIFEST

PLACE = re.compile(r"%\((\w+)\)s")
CHAPTERS = (
    ("The archive and its names", ARCHIVE),
    ("What the files hold", CONTENT),
    ("The manifest and its promises", MANIFEST),
)
OPENING = """\
# Findings

What the check of an upload can say. This page is made from `miniapps/bundle/rules.py`; a rule's
id is stable. An **error** refuses the bundle, and nothing of it is stored. A **warning** names
something that will not work or that a reviewer should look at. A **note** is only for knowing.

A fault of the archive's structure ends the check, for nothing after it can be believed; everything
else is found in one pass. Of one rule the first 20 findings are listed and the rest is counted
(`more-of-the-same`). Words in ‹angle quotes› are filled in.

## What a bundle may hold

One zip layout is read: entries back to back from the first byte, then the table of contents, then
the end record, which ends the file. `zip -r`, macOS Finder, Windows Explorer, 7-Zip, Python, Java,
JSZip and bestzip all write it. If the whole build lies in one folder, that folder is taken off.
What systems leave behind (`__MACOSX/`, `.DS_Store`, `Thumbs.db`, `desktop.ini`) and what belongs
to other hosts (`.nojekyll`, `_redirects`, `_headers`, `CNAME`, `.htaccess`, `web.config`) is left
out. The bounds stand in `core/limits.py`.

The type a file is served with comes from its extension and from this table only:

"""
CLOSING = """\
## How much memory a check takes

Nothing is unpacked beyond what an entry declares, and nothing is read whole but one text of at
most 5 MiB at a time. Over all the attacks of `tests/hostile/bundles/`, among them bombs that claim
or unpack to gigabytes, the memory above the process's own size before the first archive is at
most %(peak)s MiB, measured by `pytest tests/hostile/bundles -k memory` (its bound is 64 MiB).

Scripts cost more: the syntax tree of 1 MiB of JavaScript made to be costly took up to
%(script)s MiB. Larger scripts, and those that take longer than five seconds, are read by their
words only (`js-not-parsed`). The product runs each check in a process of its own with a bound on
memory, processor time and wall time (`miniapps/bundle/confined.py`); a check that does not come
back is `check-interrupted`.
"""
MEASURED_PEAK_MIB = 6
MEASURED_SCRIPT_MIB = 258


def findings_page() -> str:
    """Write the page as Markdown."""
    parts = [OPENING, _types(), "\n"]
    for title, rules in CHAPTERS:
        parts.append(f"## {title}\n\n")
        parts += [_section(rule) for rule in rules]
    parts.append(CLOSING % {"peak": MEASURED_PEAK_MIB, "script": MEASURED_SCRIPT_MIB})
    return "".join(parts)


def _types() -> str:
    rows = "".join(f"| `.{extension}` | `{kind}` |\n" for extension, kind in media.TYPES.items())
    return f"| extension | type |\n| --- | --- |\n{rows}"


def _section(rule: Rule) -> str:
    title, fix = (PLACE.sub(r"‹\1›", text) for text in (rule.title, rule.fix))
    return f"### `{rule.id}`\n\n**{rule.severity}** — {title}\n\n{fix}\n\n"


if __name__ == "__main__":
    sys.stdout.write(findings_page())
