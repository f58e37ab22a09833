"""Whether a build tool put a hash of the content into a file's name."""

import itertools
import re

# name.3f2a1b9c.js, name.3f2a1b9c.chunk.js (webpack, CRA, Parcel), 3f2a1b9c0d….css
_HEXADECIMAL = re.compile(r"(?:^|[.-])(?P<hash>[0-9a-f]{8,64})(?=\.)")
# name-DiwrgTda.js (Vite, Rollup, esbuild: eight letters and digits of either case)
_MIXED = re.compile(r"[-.](?P<hash>[A-Za-z0-9_-]{8})\.[A-Za-z0-9]+\Z")
_UPPER_32 = re.compile(r"[-.](?P<hash>[A-Z2-7]{8})\.[a-z0-9]+\Z")


def is_hashed(path: str) -> bool:
    """Return whether the name changes with the content, by the habits of the usual build tools.

    A date or a version number is not a hash: hexadecimal ones need a digit and a letter, mixed
    ones a digit and both cases (or four changes of case).
    """
    name = path.rsplit("/", 1)[-1]
    for match in _HEXADECIMAL.finditer(name):
        digits = match["hash"]
        if any(c.isdigit() for c in digits) and any(c.isalpha() for c in digits):
            return True
    mixed = _MIXED.search(name)
    if mixed and _looks_random(mixed["hash"]):
        return True
    upper = _UPPER_32.search(name)
    return bool(upper and any(c.isdigit() for c in upper["hash"]))


def _looks_random(text: str) -> bool:
    cased = [c for c in text if c.isalpha()]
    both = any(c.isupper() for c in cased) and any(c.islower() for c in cased)
    changes = sum(a.isupper() != b.isupper() for a, b in itertools.pairwise(cased))
    return both and changes >= 2 and (any(c.isdigit() for c in text) or changes >= 3)  # noqa: PLR2004 - see above
