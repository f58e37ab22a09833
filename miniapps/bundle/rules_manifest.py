"""Rules for the manifest and its promises."""

from miniapps.bundle.rule import Rule, gettext_noop

RULES = (
    Rule(
        "manifest-missing",
        "error",
        gettext_noop("The bundle has no manifest.json at its root."),
        gettext_noop("Fill in the form, or add a manifest.json with app_id, name and version."),
    ),
    Rule(
        "manifest-override-ignored",
        "note",
        gettext_noop(
            "The bundle has its own manifest.json; what was filled in by form was not used."
        ),
        gettext_noop("Nothing to do, or change manifest.json."),
    ),
    Rule(
        "manifest-too-large",
        "error",
        gettext_noop("manifest.json is larger than %(limit_kib)s KiB."),
        gettext_noop("Keep only the members the reference lists."),
    ),
    Rule(
        "manifest-bom",
        "error",
        gettext_noop("manifest.json begins with a byte order mark."),
        gettext_noop("Save it as UTF-8 without BOM."),
    ),
    Rule(
        "manifest-json",
        "error",
        gettext_noop("manifest.json is not valid JSON: %(reason)s."),
        gettext_noop("Mend the place; JSON has no comments and no comma after the last item."),
    ),
    Rule(
        "manifest-duplicate-key",
        "error",
        gettext_noop("manifest.json holds the member “%(member)s” twice."),
        gettext_noop("Keep one of them."),
    ),
    Rule(
        "manifest-too-deep",
        "error",
        gettext_noop("manifest.json is nested more than %(limit)s levels deep."),
        gettext_noop("Keep only the members the reference lists."),
    ),
    Rule(
        "manifest-number",
        "error",
        gettext_noop("manifest.json holds a number that is not a plain integer, or is too large."),
        gettext_noop(
            "Use integers up to 9007199254740991; NaN, Infinity, fractions and "
            "exponents are not read."
        ),
    ),
    Rule(
        "manifest-unknown-member",
        "error",
        gettext_noop("manifest.json holds the unknown member “%(pointer)s”."),
        gettext_noop("Correct its spelling or remove it."),
    ),
    Rule(
        "manifest-missing-member",
        "error",
        gettext_noop("The manifest lacks “%(pointer)s”."),
        gettext_noop("Add it."),
    ),
    Rule(
        "manifest-value",
        "error",
        gettext_noop("“%(pointer)s” in the manifest is not valid: %(reason)s."),
        gettext_noop("Correct the value; the reference says what may stand there."),
    ),
    Rule(
        "manifest-permission",
        "error",
        gettext_noop("The permission “%(name)s” does not exist."),
        gettext_noop("Use one of: %(expected)s"),
    ),
    Rule(
        "manifest-text",
        "error",
        gettext_noop("“%(pointer)s” in the manifest holds markup or an invisible character."),
        gettext_noop("Write plain text."),
    ),
    Rule(
        "manifest-origin",
        "error",
        gettext_noop("The network origin “%(origin)s” is not accepted: %(reason)s."),
        gettext_noop(
            "Write it as https://host or wss://host, with a full domain name and nothing after it."
        ),
    ),
    Rule(
        "manifest-page-missing",
        "error",
        gettext_noop("The page “%(page)s” of the manifest is not an HTML file of the bundle."),
        gettext_noop("Correct the path, or add the page."),
    ),
    Rule(
        "manifest-no-icon",
        "note",
        gettext_noop("The manifest names no icon."),
        gettext_noop(
            "Add a square PNG of 512 × 512 pixels, or use the icon from the app's "
            "page in the console."
        ),
    ),
    Rule(
        "manifest-icon-missing",
        "error",
        gettext_noop("The icon “%(icon)s” is not in the bundle."),
        gettext_noop("Correct the path, or add the picture."),
    ),
    Rule(
        "manifest-icon-type",
        "error",
        gettext_noop("The icon “%(icon)s” is not a PNG or WebP file."),
        gettext_noop("Export it as PNG."),
    ),
    Rule(
        "manifest-icon-size",
        "error",
        gettext_noop("The icon “%(icon)s” is larger than %(limit)s pixels on a side."),
        gettext_noop("Make it 512 × 512 pixels."),
    ),
    Rule(
        "manifest-screenshot-missing",
        "error",
        gettext_noop("The screenshot “%(picture)s” is not in the bundle."),
        gettext_noop("Correct the path, or add the picture."),
    ),
    Rule(
        "manifest-screenshot-type",
        "error",
        gettext_noop("The screenshot “%(picture)s” is not a PNG, JPEG or WebP file."),
        gettext_noop("Export it as WebP or PNG."),
    ),
    Rule(
        "relaxation-undeclared",
        "note",
        gettext_noop(
            "The code seems to need the relaxation “%(name)s”, and the manifest does not say why. "
            "It comes with the version if the reviewer agrees."
        ),
        gettext_noop(
            "Write the reason under barnamak.relaxations, or take that part out of the code."
        ),
    ),
    Rule(
        "relaxation-unused",
        "note",
        gettext_noop(
            "The manifest asks for the relaxation “%(name)s”, but no code was found that needs it."
        ),
        gettext_noop("Remove it, unless the code needs it in a way that cannot be seen."),
    ),
)
