"""What makers and reviewers read about states, events, wishes and refusals: one place for words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.limits import UPLOAD_BYTES_MAX
from core.problems import Fault, InvalidInput, Problem
from core.templatetags.ui import digits, filesize_fa, toman
from miniapps.bundle.rules import RULES
from miniapps.findings import OWN_RULES
from miniapps.models import (
    App,
    Release,
    Submission,
    Version,
    WebhookDelivery,
    WebhookEndpoint,
)
from wallet.models import Payment

Text = str | Promise
PLACE = re.compile(r"%\((\w+)\)[sd]")  # a fact in a rule's sentence

# The tone of a badge by state: it repeats what the word beside it says.
TONES: dict[str, str] = {
    App.Status.DRAFT: "", App.Status.IN_REVIEW: "accent", App.Status.LIVE: "good",
    App.Status.UNLISTED: "info", App.Status.SUSPENDED: "bad", App.Status.ARCHIVED: "",
    App.Status.BANNED: "bad", App.Status.DELETED: "",
    Version.State.UPLOADED: "info", Version.State.PROCESSING: "info",
    Version.State.CHECKS_FAILED: "bad", Version.State.QUARANTINED: "warn",
    Version.State.READY: "good", Version.State.WITHDRAWN: "", Version.State.BLOCKED_SOFT: "warn",
    Version.State.BLOCKED_HARD: "bad",
    Submission.State.QUEUED: "info", Submission.State.CLAIMED: "accent",
    Submission.State.CHANGES_REQUESTED: "warn", Submission.State.APPROVED: "good",
    Submission.State.REJECTED: "bad",
    Release.State.ROLLING: "accent", Release.State.PAUSED: "warn", Release.State.FULL: "good",
    Release.State.SUPERSEDED: "", Release.State.HALTED: "bad", Release.State.ROLLED_BACK: "warn",
    WebhookEndpoint.State.ON: "good", WebhookEndpoint.State.OFF: "",
    WebhookEndpoint.State.GONE: "bad", WebhookEndpoint.State.REMOVED: "",
    WebhookDelivery.State.WAITING: "info", WebhookDelivery.State.DELIVERED: "good",
    WebhookDelivery.State.DEAD: "bad", WebhookDelivery.State.CANCELLED: "",
    Payment.State.HELD: "info", Payment.State.CAPTURED: "good", Payment.State.DECLINED: "warn",
    Payment.State.EXPIRED: "",
}  # fmt: skip

RELAXATIONS: dict[str, tuple[Text, Text]] = {
    "inline-handlers": (
        _("Code in attributes"), _("Code may stand in attributes such as onclick."),
    ),
    "unsafe-eval": (_("Code made from text"), _("Text may be turned into code while it runs.")),
    "wasm": (_("WebAssembly"), _("Compiled code may run, which nobody can read easily.")),
    "workers": (_("Workers"), _("Code of the build may run in the background.")),
    "popups": (_("Windows"), _("The app may open windows of its own.")),
    "dialogs": (_("Browser dialogs"), _("The app may show the browser's alert and confirm.")),
}  # fmt: skip

NETWORK: dict[str, Text] = {
    "connect": _("Talks to"),
    "img": _("Loads pictures from"),
    "media": _("Loads sound and video from"),
    "font": _("Loads fonts from"),
}

EVENTS: dict[str, tuple[Text, str]] = {
    "miniapps.app.registered": (_("The app was registered"), "plus"),
    "miniapps.app.edited": (_("The listing was changed"), "pencil"),
    "miniapps.app.icon_set": (_("The icon was changed"), "image"),
    "miniapps.app.token_rotated": (_("The app token was made anew"), "key-round"),
    "miniapps.app.suspended": (_("The platform suspended the app"), "ban"),
    "miniapps.app.restored": (_("The platform restored the app"), "circle-check"),
    "miniapps.app.banned": (_("The platform banned the app"), "ban"),
    "miniapps.app.unlisted": (_("The app was hidden"), "eye-off"),
    "miniapps.app.relisted": (_("The app was shown again"), "eye"),
    "miniapps.app.archived": (_("The app was closed"), "package-x"),
    "miniapps.app.deleted": (_("The app was deleted"), "trash-2"),
    "miniapps.version.received": (_("A version was uploaded"), "upload"),
    "miniapps.version.checked": (_("A version was checked"), "file-search"),
    "miniapps.version.approved": (_("A version was approved"), "circle-check"),
    "miniapps.version.withdrawn": (_("A version was withdrawn"), "undo-2"),
    "miniapps.version.blocked": (_("The platform blocked a version"), "ban"),
    "miniapps.version.unblocked": (_("The platform lifted a block"), "circle-check"),
    "miniapps.submission.queued": (_("Submitted for review"), "send"),
    "miniapps.submission.withdrawn": (_("The submission was withdrawn"), "undo-2"),
    "miniapps.submission.claimed": (_("A reviewer took the case"), "eye"),
    "miniapps.submission.unclaimed": (_("The case went back to the queue"), "undo-2"),
    "miniapps.submission.claim_expired": (_("The case went back to the queue"), "clock"),
    "miniapps.submission.changes_requested": (_("The reviewer requested changes"), "reply"),
    "miniapps.submission.rejected": (_("The submission was rejected"), "circle-x"),
    "miniapps.finding.added": (_("The reviewer wrote down a finding"), "flag"),
    "miniapps.finding.settled": (_("A finding was settled"), "check"),
    "miniapps.release.made": (_("A version was released"), "rocket"),
    "miniapps.release.percent_set": (_("The share of people was changed"), "sliders-horizontal"),
    "miniapps.release.paused": (_("The release was paused"), "pause"),
    "miniapps.release.resumed": (_("The release went on"), "play"),
    "miniapps.release.rolled_back": (_("Rolled back to the version before"), "history"),
    "miniapps.release.halted": (_("The release was stopped"), "ban"),
    "miniapps.key.issued": (_("A key was made"), "key-round"),
    "miniapps.key.revoked": (_("A key was revoked"), "lock"),
    "miniapps.webhook_endpoint.added": (_("A webhook address was added"), "webhook"),
    "miniapps.webhook_endpoint.changed": (_("A webhook address was changed"), "pencil"),
    "miniapps.webhook_endpoint.removed": (_("A webhook address was removed"), "trash-2"),
    "miniapps.webhook_endpoint.tried": (_("A test event was sent"), "send"),
    "miniapps.webhook_endpoint.replayed": (_("What was given up was sent again"), "rotate-cw"),
    "miniapps.webhook_endpoint.gone": (_("A webhook address said it is gone"), "ban"),
    "miniapps.webhook_endpoint.secret_rotated": (
        _("A webhook secret was made anew"),
        "key-round",
    ),
    "miniapps.webhook_endpoint.old_secret_ended": (_("An old webhook secret was ended"), "lock"),
}

FIELDS: dict[str, Text] = {
    "name_fa": _("Name in Persian"),
    "name_en": _("Name in English"),
    "about_fa": _("Description in Persian"),
    "about_en": _("Description in English"),
}

_FAULTS: dict[tuple[str, str], Text] = {
    ("slug", "shape"): _(
        "Write 3 to 32 small Latin letters, digits or single hyphens, beginning with a letter."
    ),
    ("slug", "reserved"): _("This word is kept for the platform. Choose another one."),
    ("slug", "repeat"): _("To be sure, write the slug of the app exactly as it is."),
    ("scopes", "choice"): _("Choose at least one of them."),
    ("scopes", "test"): _("A test key may only handle payments and check tokens."),
    ("expires_at", "past"): _("Choose a day that is still to come."),
    ("percent", "range"): _("Write a number from 1 to 100."),
    ("bundle", "required"): _("Choose a zip file first."),
    ("image", "required"): _("Choose a picture first."),
    ("manifest", "required"): _("Fill in the name and the version."),
    ("url", "url"): _("Write the whole address, such as https://example.ir/hooks."),
    ("url", "scheme"): _("The address must begin with https://."),
    ("url", "userinfo"): _("Leave the user name and the password out of the address."),
    ("url", "literal"): _("Use the name of your server, not its number."),
    ("url", "host"): _("This is not the public name of a server."),
    ("url", "port"): _("Only ports 443 and 8443 can be used."),
    ("url", "private"): _("This name leads to an address that is not public."),
    ("url", "unresolved"): _("This name was not found. Check it and try again."),
    ("url", "long"): _("The address is too long."),
    ("amount", "amount"): _("Write an amount in toman, such as 12,500."),
    ("toman", "amount"): _("Write an amount in toman that is possible here, such as 12,500."),
    ("amount_rials", "amount"): _("Write an amount in toman, such as 12,500."),
    ("since", "day"): _("Write a day such as 1405/09/03."),
    ("until", "day"): _("Write a day such as 1405/09/03."),
}  # fmt: skip
_FAULTS_BY_CODE: dict[str, Text] = {
    "blank": _("This must not be empty."),
    "required": _("This must not be empty."),
    "long": _("This is empty or too long."),
    "length": _("This is empty or too long."),
    "max_length": _("This is too long."),
    "choice": _("Choose one of the list."),
    "characters": _("There is an invisible character in it that is not allowed."),
    "range": _("This number is not possible here."),
}


def fault_words(fault: Fault) -> str:
    """Return a fault in the language of the page."""
    name = fault.pointer.removeprefix("#/").partition("/")[0]
    known = _FAULTS.get((name, fault.code)) or _FAULTS_BY_CODE.get(fault.code)
    return str(known) if known is not None else gettext("This is not right.")


def faults_by_field(problem: InvalidInput) -> dict[str, str]:
    """Return one sentence for each field that has a fault."""
    found: dict[str, str] = {}
    for fault in problem.faults:
        name = fault.pointer.removeprefix("#/").partition("/")[0]
        found.setdefault(name, fault_words(fault))
    return found


def problem_details(problem: Problem) -> list[str]:
    """Return what a refusal says of this one case, in sentences."""
    if isinstance(problem, InvalidInput):
        return list(dict.fromkeys(fault_words(fault) for fault in problem.faults))
    return _member_details(problem.members)


def _member_details(members: dict[str, Any]) -> list[str]:
    for name, words in _MEMBERS.items():
        if name in members:
            return [words(members[name])]
    if members.get("reason") == "personal-maker":
        return [gettext("You make apps in your own name. For a team, found an organisation.")]
    return []


def _missing_words(names: list[str]) -> str:
    named = [str(FIELDS.get(name, name)) for name in names]
    return gettext("Missing: %(fields)s") % {"fields": gettext(", ").join(named)}


def _wait_words(seconds: int) -> str:
    minutes = max(1, -(-int(seconds) // 60))
    text = ngettext("In %(n)d minute again.", "In %(n)d minutes again.", minutes)
    return digits(text % {"n": minutes})


# What a fact of a refusal says; the first that a refusal has.
_MEMBERS: dict[str, Callable[[Any], str]] = {
    "missing": _missing_words,
    "limit_bytes": lambda size: gettext("At most %(size)s.") % {"size": filesize_fa(size)},
    "retry_after_s": _wait_words,
    "most": lambda most: digits(gettext("The most is %(n)d.") % {"n": most}),
    "refundable_rials": lambda left: (
        gettext("At most %(amount)s can still go back.") % {"amount": toman(left)}
    ),
}


def problem_notice(problem: Problem) -> SafeString:
    """Return a refusal as a notice: what happened, what to do, the code in small."""
    details = problem_details(problem)
    rest = " ".join([*details, *([] if details else [str(problem.remedy)])])
    return format_html(
        '<strong>{}</strong> <span class="notice__text">{}</span> '
        '<a class="notice__code" href="/problems/{}"><code>{}</code></a>',
        problem.title, rest, problem.code, problem.code,
    )  # fmt: skip


def upload_limit() -> str:
    """Return how many megabytes an upload may have."""
    return digits(UPLOAD_BYTES_MAX // 2**20)


def rule_words(rule: str) -> tuple[str, str]:
    """Return what a rule says and what to do, its facts shown as ‹names›."""
    if rule in OWN_RULES:
        title, fix = OWN_RULES[rule]
        return str(title), str(fix)
    known = RULES[rule]
    title_text, fix_text = (
        PLACE.sub(r"‹\1›", gettext(text)).replace("%%", "%") for text in (known.title, known.fix)
    )
    return title_text, fix_text


def event_facts(event: str, facts: dict[str, Any]) -> str:
    """Return the facts of an audit event that a maker wants to read, in one line."""
    parts: list[str] = []
    if event == "miniapps.version.checked":
        errors, warnings = int(facts.get("errors", 0)), int(facts.get("warnings", 0))
        counted = ngettext("%(n)d error", "%(n)d errors", errors) % {"n": errors}
        also = ngettext("%(n)d warning", "%(n)d warnings", warnings) % {"n": warnings}
        parts.append(digits(f"{counted}{gettext(', ')}{also}"))
    if "channel" in facts and facts["channel"] in Release.Channel.values:
        parts.append(str(Release.Channel(facts["channel"]).label))
    if "percent" in facts:
        parts.append(digits(gettext("%(n)d percent of people") % {"n": facts["percent"]}))
    if "reason" in facts:
        parts.append(str(facts["reason"]))
    if "rule" in facts:
        parts.append(str(facts["rule"]))
    if "prefix" in facts:
        head = "bnk_test_" if facts.get("test") else "bnk_"
        parts.append(f"{head}{facts['prefix']}…")
    return " · ".join(parts)
