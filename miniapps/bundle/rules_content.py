"""Rules for what the files hold."""

from miniapps.bundle.rule import Rule, gettext_noop

RULES = (
    Rule(
        "content-type",
        "error",
        gettext_noop("Files of the type “%(extension)s” are not accepted."),
        gettext_noop(
            "Remove the file, or convert it to a type the web uses; the reference lists them."
        ),
    ),
    Rule(
        "content-disguised",
        "error",
        gettext_noop("The content is not what the extension “%(extension)s” says."),
        gettext_noop("Give the file the extension of what it is, or convert it."),
    ),
    Rule(
        "content-executable",
        "error",
        gettext_noop("The file is a program."),
        gettext_noop("Remove it; a mini-app is made of web files only."),
    ),
    Rule(
        "content-archive",
        "error",
        gettext_noop("The file is an archive inside the archive."),
        gettext_noop("Put the files in directly."),
    ),
    Rule(
        "content-not-utf8",
        "error",
        gettext_noop("The text is not written in UTF-8."),
        gettext_noop("Save the file as UTF-8."),
    ),
    Rule(
        "content-server-side",
        "error",
        gettext_noop("The file holds code for a server (PHP or JSP), which does not run here."),
        gettext_noop("Remove it; run it on your own server and call it over the network."),
    ),
    Rule(
        "image-too-large",
        "error",
        gettext_noop(
            "The image has %(width)s × %(height)s pixels; at most %(side)s on a "
            "side and %(limit_megapixels)s megapixels are allowed."
        ),
        gettext_noop("Make the image smaller."),
    ),
    Rule(
        "image-unreadable",
        "error",
        gettext_noop("The image has no readable size in its header."),
        gettext_noop("Export the image again."),
    ),
    Rule(
        "svg-active",
        "warning",
        gettext_noop("The SVG holds a script or foreign content, which will not run."),
        gettext_noop("Export the picture without scripts, for example with svgo."),
    ),
    Rule(
        "code-hidden",
        "error",
        gettext_noop("The code unpacks itself at run time, as malware does."),
        gettext_noop("Upload the code as your bundler makes it, without packers or obfuscators."),
    ),
    Rule(
        "code-miner",
        "error",
        gettext_noop("The file holds the signature of a cryptocurrency miner."),
        gettext_noop("Remove the miner."),
    ),
    Rule(
        "secret-private-key",
        "error",
        gettext_noop("The file holds a private key."),
        gettext_noop("Remove it and replace the key: whoever received this build can use it."),
    ),
    Rule(
        "secret-found",
        "error",
        gettext_noop("The file holds a secret: %(kind)s."),
        gettext_noop(
            "Remove it, revoke it where it was issued, and keep secrets on your server only."
        ),
    ),
    Rule(
        "scanner-failed",
        "error",
        gettext_noop(
            "The file could not be checked (%(scanner)s: %(error)s), so it is not accepted."
        ),
        gettext_noop(
            "Upload again. If it happens again, split or simplify the file, or tell the operator."
        ),
    ),
    Rule(
        "check-interrupted",
        "error",
        gettext_noop(
            "The check stopped before its end (%(reason)s), so the bundle is not accepted."
        ),
        gettext_noop(
            "Upload again. If it happens again, make the build smaller or tell the operator."
        ),
    ),
    Rule(
        "more-of-the-same",
        "note",
        gettext_noop("%(count)s more findings of the rule “%(rule)s” are not listed."),
        gettext_noop("Mend those that are listed, then upload again."),
    ),
    Rule(
        "html-charset",
        "warning",
        gettext_noop("The page does not declare UTF-8."),
        gettext_noop('Put <meta charset="utf-8"> at the beginning of <head>.'),
    ),
    Rule(
        "html-unreadable",
        "error",
        gettext_noop("The page cannot be read as HTML: something is opened and never closed."),
        gettext_noop("Close the tag or comment on this line."),
    ),
    Rule(
        "html-remote-script",
        "error",
        gettext_noop("The page loads a script from elsewhere: %(url)s"),
        gettext_noop(
            "Put the script into the bundle (npm install it and build again); code "
            "that was not reviewed does not run."
        ),
    ),
    Rule(
        "html-remote-style",
        "warning",
        gettext_noop("The page loads a style sheet from elsewhere, which will be blocked: %(url)s"),
        gettext_noop("Put the style sheet and its fonts into the bundle."),
    ),
    Rule(
        "html-remote-hint",
        "note",
        gettext_noop("The page announces a connection to elsewhere, which is ignored: %(url)s"),
        gettext_noop("Remove the <link>."),
    ),
    Rule(
        "html-frame",
        "warning",
        gettext_noop("The page embeds another one by <%(tag)s>, which will be blocked: %(url)s"),
        gettext_noop("Show the content in the page itself, or open it by openLink()."),
    ),
    Rule(
        "html-base",
        "error",
        gettext_noop("The page moves all its relative addresses by <base>."),
        gettext_noop("Remove <base>; set the base path to “./” or “/” in the bundler."),
    ),
    Rule(
        "html-meta-refresh",
        "error",
        gettext_noop('The page sends people on by <meta http-equiv="refresh">.'),
        gettext_noop("Change the view by script, inside the app."),
    ),
    Rule(
        "html-meta-policy",
        "warning",
        gettext_noop("The page sets “%(name)s” by <meta>; the platform sets this for every app."),
        gettext_noop("Remove the <meta>: it can only make the app work less."),
    ),
    Rule(
        "html-inline-script",
        "note",
        gettext_noop(
            "The page holds a script of its own; it runs, because its reviewed "
            "bytes are allowed by hash."
        ),
        gettext_noop("Nothing to do."),
    ),
    Rule(
        "html-inline-handler",
        "warning",
        gettext_noop(
            "The page holds code in the attribute “%(attribute)s”, which does not "
            "run without the relaxation “inline-handlers”."
        ),
        gettext_noop(
            "Use addEventListener in a script, or ask for the relaxation in "
            "manifest.json with a reason."
        ),
    ),
    Rule(
        "html-javascript-url",
        "warning",
        gettext_noop(
            "The attribute “%(attribute)s” holds a javascript: address, which does not run."
        ),
        gettext_noop("Use a button and addEventListener."),
    ),
    Rule(
        "html-remote-form",
        "warning",
        gettext_noop("A form sends to %(url)s, which will be blocked."),
        gettext_noop("Send the data by fetch() to an origin that manifest.json declares."),
    ),
    Rule(
        "sdk-replaced",
        "note",
        gettext_noop(
            "The messenger's script %(url)s is replaced by the platform's own, "
            "which offers the same."
        ),
        gettext_noop("Nothing to do."),
    ),
    Rule(
        "css-remote-import",
        "warning",
        gettext_noop(
            "The style sheet imports another from elsewhere, which will be blocked: %(url)s"
        ),
        gettext_noop("Put the style sheet into the bundle."),
    ),
    Rule(
        "network-undeclared",
        "warning",
        gettext_noop(
            "The code reaches %(origin)s, which manifest.json does not declare; it will be blocked."
        ),
        gettext_noop(
            "Add it to manifest.json under barnamak.network.%(kind)s, or put the "
            "resource into the bundle."
        ),
    ),
    Rule(
        "js-eval",
        "warning",
        gettext_noop(
            "The script makes code from text by %(name)s, which does not run "
            "without the relaxation “unsafe-eval”."
        ),
        gettext_noop(
            "Write the code out (many libraries have a build without eval), or ask "
            "for the relaxation in manifest.json with a reason."
        ),
    ),
    Rule(
        "js-implied-eval",
        "warning",
        gettext_noop(
            "The script gives text to %(name)s, which runs it as code; that does "
            "not run without the relaxation “unsafe-eval”."
        ),
        gettext_noop("Give it a function: %(name)s(() => …, ms)"),
    ),
    Rule(
        "js-document-write",
        "warning",
        gettext_noop(
            "The script writes into the document by document.write, which can remove the page."
        ),
        gettext_noop("Use DOM methods such as append()."),
    ),
    Rule(
        "js-service-worker",
        "warning",
        gettext_noop("The script registers a service worker, which is refused."),
        gettext_noop("Remove it; the platform already caches the app's files."),
    ),
    Rule(
        "js-webrtc",
        "warning",
        gettext_noop("The script uses WebRTC, which can reach any address and is blocked."),
        gettext_noop("Use fetch() or a WebSocket to an origin that manifest.json declares."),
    ),
    Rule(
        "js-worker",
        "note",
        gettext_noop(
            "The script starts a worker, which does not run without the relaxation “workers”."
        ),
        gettext_noop(
            "Ask for the relaxation in manifest.json with a reason, or do the work in the page."
        ),
    ),
    Rule(
        "js-wasm",
        "note",
        gettext_noop(
            "The script uses WebAssembly, which does not run without the relaxation “wasm”."
        ),
        gettext_noop("Ask for the relaxation in manifest.json with a reason."),
    ),
    Rule(
        "js-dialog",
        "note",
        gettext_noop(
            "The script calls %(name)s(); the sandbox does not show the browser's dialogs."
        ),
        gettext_noop("Use barnamak.popup(), .alert() or .confirm(), which the host draws."),
    ),
    Rule(
        "js-popup",
        "note",
        gettext_noop("The script opens a window; the sandbox does not allow it."),
        gettext_noop("Use barnamak.openLink(), which asks the person."),
    ),
    Rule(
        "js-top-navigation",
        "warning",
        gettext_noop(
            "The script touches the location of the page around the app, which is blocked."
        ),
        gettext_noop("Use barnamak.openLink() or barnamak.close()."),
    ),
    Rule(
        "js-computed-global",
        "warning",
        gettext_noop(
            "The script reaches a member of %(name)s by a name put together at run "
            "time, as hidden code does."
        ),
        gettext_noop("Write the name out."),
    ),
    Rule(
        "js-remote-code",
        "error",
        gettext_noop("The script loads code from elsewhere: %(origin)s"),
        gettext_noop("Put the code into the bundle; code that was not reviewed does not run."),
    ),
    Rule(
        "js-not-parsed",
        "note",
        gettext_noop(
            "The script is large (%(size_kib)s KiB) or slow to read, so only its words were "
            "checked, not its structure."
        ),
        gettext_noop(
            "Nothing to do. Splitting the code lets it be checked more exactly and load faster."
        ),
    ),
)
