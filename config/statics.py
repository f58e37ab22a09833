"""Static files with hashed names, ES module imports included."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

COMMENT = re.compile(r"/\*.*?\*/|^[ \t]*//[^\n]*", re.DOTALL | re.MULTILINE)


class HashedStatics(ManifestStaticFilesStorage):
    """Every file, and every import between modules, under a name made of its content.

    An ``import("./x.js")`` in a comment names a type (JSDoc): it is no reference between files, may
    well run in a circle, and is left as it is. Nothing is compressed here: the front does that, and
    compressing beforehand cost eight times the rest of a first start's collecting.
    """

    support_js_module_import_aggregation = True

    def url_converter(  # type: ignore[override]  # the stubs describe a later Django
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        """Return Django's converter of references, blind to comments."""
        convert: Any = super().url_converter(name, hashed_files, template)

        def outside_comments(reference: re.Match[str]) -> str:
            start = reference.start()
            if any(
                comment.start() <= start < comment.end()
                for comment in COMMENT.finditer(reference.string)
            ):
                return reference.group(0)
            return str(convert(reference))

        return outside_comments
