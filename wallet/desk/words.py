"""What members of staff read about money: one place for words, badges and links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.problems import Problem
from core.templatetags.ui import (
    END_ISOLATE,
    LTR_ISOLATE,
    PERSIAN_DECIMAL,
    digits,
    in_persian,
    isolate,
    time_span,
    toman_number,
)
from identity import phones
from identity.models import Maker, Person
from wallet.chart import CHART
from wallet.models import Account, Correction, ReconciliationRun, Transfer

Text = str | Promise

REASONS: Final[dict[str, Text]] = {
    "topup": _("Top-up"),
    "payment": _("Payment"),
    "settlement": _("Settlement"),
    "fee": _("Fee"),
    "refund": _("Refund"),
    "fee_refund": _("Fee given back"),
    "payout": _("Cash-out"),
    "payout_settled": _("Cash-out settled"),
    "payout_return": _("Cash-out come back"),
    "gateway_settlement": _("Gateway paid us"),
    "gateway_fee": _("Fee of the gateway"),
    "promotion": _("Promotion"),
    "correction": _("Correction"),
    "gather": _("Gathered from slots"),
    "test_money": _("Test money"),
}

KINDS: Final[dict[str, Text]] = {
    Transfer.Kind.POSTED: _("Posted"),
    Transfer.Kind.PENDING: _("Held"),
    Transfer.Kind.POST: _("Captured"),
    Transfer.Kind.VOID: _("Hold released"),
}

TONES: Final[dict[str, str]] = {
    Transfer.Kind.POSTED: "",
    Transfer.Kind.PENDING: "warn",
    Transfer.Kind.POST: "good",
    Transfer.Kind.VOID: "info",
    Correction.State.PROPOSED: "warn",
    Correction.State.APPROVED: "good",
    Correction.State.REJECTED: "bad",
    Correction.State.EXPIRED: "",
    ReconciliationRun.State.RUNNING: "info",
    ReconciliationRun.State.CLEAN: "good",
    ReconciliationRun.State.DIFFERS: "bad",
    ReconciliationRun.State.FAILED: "bad",
}

# Invoices, payments, top-ups, cash-outs: some of their states are words of the ledger too.
ORDER_TONES: Final[dict[str, str]] = {
    "open": "info", "waiting": "info", "held": "warn", "asked": "info", "sent": "info",
    "paid": "good", "captured": "good", "credited": "good", "settled": "good",
    "declined": "bad", "failed": "bad", "returned": "warn",
}  # fmt: skip
UNDER_WAY: Final = frozenset({"waiting", "open", "asked", "sent"})  # of top-ups and cash-outs


def badge(state: str, label: Any) -> SafeString:
    """Return a state as a badge: its tone repeats the word."""
    tone = TONES.get(state, "")
    return format_html('<span class="badge{}">{}</span>', f" badge--{tone}" if tone else "", label)


def order_badge(row: Any) -> SafeString:
    """Return the state of an invoice, payment, top-up or cash-out as a badge."""
    tone = ORDER_TONES.get(row.state, "")
    return format_html(
        '<span class="badge{}">{}</span>', f" badge--{tone}" if tone else "",
        row.get_state_display(),
    )  # fmt: skip


def age(row: Any, *, is_waiting: bool, at_most: timedelta) -> SafeString | str:
    """Return how long a thing has waited for its end, with a warning where that is too long."""
    if not is_waiting:
        return "–"
    waited = timezone.now() - row.created_at
    said = time_span(max(60, int(waited.total_seconds())))
    tone = "badge badge--bad" if waited > at_most else "nowrap"
    return format_html('<span class="{}">{}</span>', tone, said)


def plain(text: str) -> SafeString | str:
    """Return a text that somebody else wrote, isolated; nothing for nothing."""
    return format_html("<bdi>{}</bdi>", text) if text else ""


def code(text: str) -> SafeString | str:
    """Return an id or a reference, from left to right; nothing for nothing."""
    return format_html('<code class="ltr">{}</code>', text) if text else ""


def count(number: int) -> str:
    """Return a number; nothing for none."""
    return digits(number) if number else ""


def percent_of(basis_points: int) -> str:
    """Return a share as «۰٫۷۵٪» or "0.75%"."""
    whole, part = divmod(basis_points, 100)
    text = f"{whole}.{part:02}".rstrip("0").rstrip(".") if part else str(whole)
    return f"{digits(text.replace('.', PERSIAN_DECIMAL))}٪" if in_persian() else f"{text}%"


def person_words(person: Person) -> SafeString:
    """Return a person's name, with the phone beside it, its middle hidden."""
    phone = f"{LTR_ISOLATE}{digits(phones.masked(person.phone))}{END_ISOLATE}"
    return format_html('<bdi>{}</bdi> <span class="meta nowrap">{}</span>', person.name, phone)


def maker_words(maker: Maker) -> SafeString:
    """Return a maker's name."""
    return format_html("<bdi>{}</bdi>", maker.name)


def reason_words(reason: str) -> Text:
    """Return why money moved."""
    return REASONS.get(reason, reason)


def kind_words(kind: str) -> Text:
    """Return whether a transfer moved, held, captured or released."""
    return KINDS.get(kind, kind)


def owner_words(account: Account) -> str:
    """Return whose account it is: a person's or maker's name, else what it is for."""
    if account.person is not None:
        return account.person.name
    if account.maker is not None:
        return account.maker.name
    kind = account.get_kind_display()
    return f"{kind} {isolate(account.name)}" if account.name else str(kind)


def owner_detail(account: Account) -> str:
    """Return the phone of a person with its middle hidden, else the number of a slot."""
    if account.slot:
        return digits(gettext("slot %(n)d") % {"n": account.slot})
    if account.person is None:
        return ""
    return f"{LTR_ISOLATE}{digits(phones.masked(account.person.phone))}{END_ISOLATE}"


def account_link(account: Account) -> SafeString:
    """Return the owner as a link to the account, with the phone or slot beside it."""
    place = reverse("admin:wallet_account_change", args=[account.pk])
    detail = owner_detail(account)
    return format_html(
        '<a href="{}"><bdi>{}</bdi></a>{}', place, owner_words(account),
        format_html(' <span class="meta nowrap">{}</span>', detail) if detail else "",
    )  # fmt: skip


def with_code(text: Any, code: str) -> SafeString:
    """Return a text with an id below it, from left to right."""
    if not code:
        return format_html("{}", text)
    return format_html('{}<br><code class="ltr meta">{}</code>', text, code)


def amount(rials: int) -> SafeString:
    """Return an amount for a column whose heading says that it is toman."""
    return format_html('<bdi class="amount nowrap">{}</bdi>', toman_number(rials))


def on_normal_side(kind: str, debits: int, credits_: int) -> int:
    """Return what stands on the side on which an account of this kind grows."""
    net = credits_ - debits
    rules = CHART.get(kind)  # type: ignore[call-overload]  # what the database holds may be no kind
    return net if rules is None or rules.normal == "credit" else -net


def problem_notice(problem: Problem) -> SafeString:
    """Return a refusal as a notice: what happened, what to do, the code in small."""
    return format_html(
        '<strong>{}</strong> <span class="notice__text">{}</span> '
        '<a class="notice__code" href="/problems/{}"><code>{}</code></a>',
        problem.title, problem.remedy, problem.code, problem.code,
    )  # fmt: skip


def audit_link(request: Any, public_id: str) -> str:
    """Return where the audit trail of a thing is, empty for who may not read it."""
    if not request.user.has_perm("core.view_auditevent"):
        return ""
    return f"{reverse('admin:core_auditevent_changelist')}?q={public_id}"
