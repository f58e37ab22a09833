"""Static files with hashed names, ES module imports included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatics(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no stubs
    """Every file, and every import between modules, under a name made of its content."""

    support_js_module_import_aggregation = True
