"""Rules for the archive itself and for the names of its entries."""

from miniapps.bundle.rule import Rule, gettext_noop

RULES = (
    Rule(
        "archive-too-large",
        "error",
        gettext_noop("The archive is larger than %(limit_mib)s MiB."),
        gettext_noop(
            "Leave out source maps and unused pictures, compress large media, and "
            "zip only the built folder."
        ),
    ),
    Rule(
        "archive-not-zip",
        "error",
        gettext_noop("The file is not a zip archive."),
        gettext_noop(
            "Upload a .zip file made from your build, for example with: cd dist && "
            "zip -r ../app.zip ."
        ),
    ),
    Rule(
        "archive-truncated",
        "error",
        gettext_noop("The archive is cut off before its end."),
        gettext_noop("Upload the file again; if that does not help, make the zip again."),
    ),
    Rule(
        "archive-trailing-bytes",
        "error",
        gettext_noop("Something follows after the end of the archive."),
        gettext_noop("Make the zip again with an ordinary program and append nothing to it."),
    ),
    Rule(
        "archive-prefix",
        "error",
        gettext_noop("Something stands before the beginning of the archive."),
        gettext_noop(
            "Upload a plain zip: not a self-extracting archive, and not two "
            "archives joined together."
        ),
    ),
    Rule(
        "archive-ambiguous-end",
        "error",
        gettext_noop(
            "The archive has more than one end, so two programs would read two different contents."
        ),
        gettext_noop("Make the zip again with an ordinary program and without a comment."),
    ),
    Rule(
        "archive-comment",
        "error",
        gettext_noop("The archive carries a comment that is too long or is not plain text."),
        gettext_noop("Make the zip again without a comment."),
    ),
    Rule(
        "archive-multi-disk",
        "error",
        gettext_noop("The archive is split into several parts."),
        gettext_noop("Make one zip file that is not split."),
    ),
    Rule(
        "archive-zip64",
        "error",
        gettext_noop(
            "The archive uses the zip64 directory, which a build of this size does not need."
        ),
        gettext_noop("Make the zip again with an ordinary program; with Info-ZIP do not use -fz."),
    ),
    Rule(
        "archive-directory",
        "error",
        gettext_noop("The archive's table of contents is damaged or does not match the archive."),
        gettext_noop("Make the zip again; do not edit it afterwards."),
    ),
    Rule(
        "archive-too-many-entries",
        "error",
        gettext_noop("The archive holds %(count)s entries; at most %(limit)s are allowed."),
        gettext_noop(
            "Zip the built folder (dist, build or out), not the whole project, and "
            "let the bundler join small files."
        ),
    ),
    Rule(
        "archive-empty",
        "error",
        gettext_noop("The archive is empty."),
        gettext_noop("Zip the content of the built folder."),
    ),
    Rule(
        "archive-gap",
        "error",
        gettext_noop(
            "After “%(path)s” the archive holds bytes that its table of contents does not mention."
        ),
        gettext_noop(
            "Make the zip again with an ordinary program; do not update an existing zip in place."
        ),
    ),
    Rule(
        "archive-overlap",
        "error",
        gettext_noop("Entries of the archive overlap at “%(path)s”: a sign of a zip bomb."),
        gettext_noop("Make the zip again with an ordinary program."),
    ),
    Rule(
        "archive-ratio",
        "error",
        gettext_noop("The archive would grow more than %(limit)s times when unpacked."),
        gettext_noop("Remove files that hold nothing but repetition."),
    ),
    Rule(
        "archive-unpacked-size",
        "error",
        gettext_noop("Unpacked, the files are larger than %(limit_mib)s MiB together."),
        gettext_noop(
            "Leave out what the app does not load, and serve large media from your own server."
        ),
    ),
    Rule(
        "archive-junk-dropped",
        "note",
        gettext_noop("“%(path)s” was left out: a system or another host put it there."),
        gettext_noop("Nothing to do."),
    ),
    Rule(
        "archive-folder-stripped",
        "note",
        gettext_noop(
            "Everything lies in the folder “%(folder)s”; it was taken as the root of the app."
        ),
        gettext_noop(
            "Nothing to do. To avoid this, zip the content of the folder instead of the folder."
        ),
    ),
    Rule(
        "bundle-source-project",
        "error",
        gettext_noop("This is the source of a project: it holds node_modules."),
        gettext_noop(
            "Build the project (npm run build) and zip the content of the built "
            "folder (dist, build or out)."
        ),
    ),
    Rule(
        "bundle-no-start-page",
        "error",
        gettext_noop("The bundle has no index.html at its root."),
        gettext_noop(
            "Zip the built folder so that index.html lies at the top, or name the "
            "start page in manifest.json under “pages”."
        ),
    ),
    Rule(
        "entry-header-mismatch",
        "error",
        gettext_noop("The archive says two different things about “%(path)s”."),
        gettext_noop("Make the zip again with an ordinary program."),
    ),
    Rule(
        "entry-descriptor",
        "error",
        gettext_noop("The record after “%(path)s” does not match the archive's table of contents."),
        gettext_noop("Make the zip again with an ordinary program."),
    ),
    Rule(
        "entry-zip64",
        "error",
        gettext_noop("“%(path)s” uses zip64 sizes, which a file of this size does not need."),
        gettext_noop("Make the zip again with an ordinary program and without forcing zip64."),
    ),
    Rule(
        "entry-extra",
        "error",
        gettext_noop("The extra fields of “%(path)s” are damaged or occur twice."),
        gettext_noop("Make the zip again with an ordinary program."),
    ),
    Rule(
        "entry-unicode-path",
        "error",
        gettext_noop("“%(path)s” carries a second name in an extra field."),
        gettext_noop("Use ASCII file names, or a program that marks names as UTF-8."),
    ),
    Rule(
        "entry-encrypted",
        "error",
        gettext_noop("“%(path)s” is encrypted."),
        gettext_noop("Make the zip again without a password."),
    ),
    Rule(
        "entry-method",
        "error",
        gettext_noop(
            "“%(path)s” is packed by method %(method)s; only stored (0) and deflate (8) are read."
        ),
        gettext_noop("Make the zip again with the usual compression (deflate)."),
    ),
    Rule(
        "entry-flags",
        "error",
        gettext_noop("“%(path)s” uses a feature of the zip format that is not read here."),
        gettext_noop("Make the zip again with an ordinary program and its usual settings."),
    ),
    Rule(
        "entry-symlink",
        "error",
        gettext_noop("“%(path)s” is a link to another file."),
        gettext_noop("Zip the file itself (zip -r follows links; do not use -y)."),
    ),
    Rule(
        "entry-special",
        "error",
        gettext_noop("“%(path)s” is neither a file nor a folder."),
        gettext_noop("Remove devices, pipes and sockets from the build."),
    ),
    Rule(
        "entry-kind",
        "error",
        gettext_noop("“%(path)s” is said to be a file and a folder at once."),
        gettext_noop("Make the zip again with an ordinary program."),
    ),
    Rule(
        "entry-too-large",
        "error",
        gettext_noop("The file is larger than %(limit_mib)s MiB."),
        gettext_noop("Split the code or the data, or serve large media from your own server."),
    ),
    Rule(
        "entry-size-lie",
        "error",
        gettext_noop(
            "The file does not unpack to the %(declared_bytes)s bytes that the archive declares."
        ),
        gettext_noop("Make the zip again with an ordinary program."),
    ),
    Rule(
        "entry-crc",
        "error",
        gettext_noop("The file is damaged: its checksum is wrong."),
        gettext_noop("Make the zip again and upload it again."),
    ),
    Rule(
        "entry-corrupt",
        "error",
        gettext_noop("The compressed data of the file is damaged."),
        gettext_noop("Make the zip again and upload it again."),
    ),
    Rule(
        "name-not-utf8",
        "error",
        gettext_noop("The name “%(path)s” is not written in UTF-8."),
        gettext_noop(
            "Use ASCII file names (the bundler does), or a program that writes names as UTF-8."
        ),
    ),
    Rule(
        "name-control-character",
        "error",
        gettext_noop("The name “%(path)s” holds a control character."),
        gettext_noop("Rename the file."),
    ),
    Rule(
        "name-invisible-character",
        "error",
        gettext_noop("The name “%(path)s” holds the invisible character %(code)s."),
        gettext_noop("Rename the file; a half-space cannot be in a file's name either."),
    ),
    Rule(
        "name-absolute",
        "error",
        gettext_noop("The name “%(path)s” is an absolute path."),
        gettext_noop("Zip from inside the folder, so that names are relative."),
    ),
    Rule(
        "name-traversal",
        "error",
        gettext_noop("The name “%(path)s” leads out of the bundle or has an empty part."),
        gettext_noop("Zip from inside the folder; names must not hold “.”, “..” or “//”."),
    ),
    Rule(
        "name-backslash",
        "error",
        gettext_noop("The name “%(path)s” holds a backslash."),
        gettext_noop(
            "Old Windows PowerShell (Compress-Archive) writes such zips. Use the "
            "Explorer's “Send to > Compressed folder”, or: tar -a -c -f app.zip *"
        ),
    ),
    Rule(
        "name-forbidden-character",
        "error",
        gettext_noop("The name “%(path)s” holds a character that is not allowed: %(characters)s"),
        gettext_noop("Rename the file."),
    ),
    Rule(
        "name-too-long",
        "error",
        gettext_noop("The path “%(path)s” is longer than %(limit)s bytes."),
        gettext_noop("Shorten the names of files and folders."),
    ),
    Rule(
        "name-too-deep",
        "error",
        gettext_noop("“%(path)s” lies more than %(limit)s folders deep."),
        gettext_noop("Use fewer folders inside each other."),
    ),
    Rule(
        "name-trailing-dot",
        "error",
        gettext_noop("A part of “%(path)s” ends in a dot or a space, or begins with a space."),
        gettext_noop("Rename the file or folder."),
    ),
    Rule(
        "name-device",
        "error",
        gettext_noop("“%(path)s” is a name that Windows keeps for devices."),
        gettext_noop("Rename the file or folder."),
    ),
    Rule(
        "name-dot-file",
        "error",
        gettext_noop("“%(path)s” is a hidden file; such files often hold settings and secrets."),
        gettext_noop(
            "Leave out names that begin with a dot (.env, .git, .well-known), and "
            "change any secret that was in them."
        ),
    ),
    Rule(
        "name-reserved",
        "error",
        gettext_noop(
            "“%(path)s” begins with “%(prefix)s”, which the platform keeps for its own files."
        ),
        gettext_noop("Rename the file or folder."),
    ),
    Rule(
        "name-duplicate",
        "error",
        gettext_noop("“%(path)s” is in the archive more than once."),
        gettext_noop("Make the zip again from a clean build."),
    ),
    Rule(
        "name-collision",
        "error",
        gettext_noop(
            "“%(path)s” and “%(other)s” differ only in case or in the form of their characters."
        ),
        gettext_noop("Rename one of them."),
    ),
    Rule(
        "name-file-and-folder",
        "error",
        gettext_noop("“%(other)s” is a file and also the folder of another."),
        gettext_noop("Rename one of them."),
    ),
    Rule(
        "name-normalised",
        "note",
        gettext_noop("The name “%(path)s” was brought into the usual form of Unicode (NFC)."),
        gettext_noop("Nothing to do."),
    ),
)
