"""The payer's pages: pay or cancel, then back to the merchant. Persian, and honest about itself."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Final

from sandbox_psp import bank
from sandbox_psp.addresses import host_of, origin_of, without_query
from sandbox_psp.bank import Payment
from sandbox_psp.control import TEHRAN
from sandbox_psp.failures import FAILURES, NONE
from sandbox_psp.server import Answer, Asked, Route
from sandbox_psp.store import Work

HERE: Final = Path(__file__).parent
# The house's typeface where the house stands around us; else the system's own.
STATIC: Final = (HERE / "static", HERE.parent / "core" / "static" / "ui" / "fonts")
RIALS_PER_TOMAN: Final = 10
HTML: Final = "text/html; charset=utf-8"
_PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")

Fields = Callable[..., dict[str, str]]


@dataclass(frozen=True)
class Dialect:
    """What the pages must know of a dialect: how payers go back."""

    key: str
    method: str  # of the way back
    fields: Fields


def show(asked: Asked, dialect: Dialect, token: str) -> Answer:
    """Show the payer what is asked of him."""
    with asked.books.writing() as work:
        bank.sweep(work)
        payment = bank.find(work, dialect.key, token)
        if payment is None:
            return _notice(
                "چنین پرداختی نیست", "نشانی درست نیست یا پرداخت از اینجا آغاز نشده است.", 404
            )
        if payment["state"] != "waiting":
            return _way_back(work, dialect, payment)
        bank.note_referrer(work, payment, asked.headers.get("referer") or "")
        return _purchase(work, dialect, payment, asked.headers.get("referer") or "")


def act(asked: Asked, dialect: Dialect, token: str) -> Answer:
    """Pay or cancel, as the payer pressed, and send him back."""
    form = asked.form
    mode = form.get("failure", NONE)
    with asked.books.writing() as work:
        bank.sweep(work)
        payment = bank.find(work, dialect.key, token)
        if payment is None:
            return _notice("چنین پرداختی نیست", "پرداخت را دوباره از پذیرنده آغاز کنید.", 404)
        if mode not in FAILURES or not FAILURES[mode].on_page:
            return _notice("چنین خطایی نیست", "یکی از خطاهای همین صفحه را برگزینید.", 400)
        try:
            if form.get("action") == "cancel":
                payment = bank.cancel(work, payment)
            else:
                payment = bank.pay(work, payment, card=form.get("card", ""), mode=mode)
        except bank.Refused as reason:
            if reason.reason == "over":
                return _way_back(work, dialect, payment)
            return _notice(
                "این کارت پذیرفته نیست", "در درگاه آزمایشی فقط کارت‌های ساختگی کار می‌کنند.", 400
            )
        return _way_back(work, dialect, payment)


def static(asked: Asked) -> Answer:
    """Serve our style, script, icon and the typeface."""
    name = asked.path.rpartition("/")[2]
    for folder in STATIC:
        file = folder / name
        if file.is_file() and file.suffix in (".css", ".js", ".svg", ".woff2"):
            kind = mimetypes.guess_type(name)[0] or "font/woff2"
            charset = "" if kind.startswith("font/") else "; charset=utf-8"
            keep = {"Cache-Control": "public, max-age=3600"}
            return Answer(200, file.read_bytes(), f"{kind}{charset}", keep)
    return Answer(404)


def purchase_routes(fields: dict[str, Fields]) -> list[Route]:
    """Return the addresses of both dialects' pages."""
    sadad, zibal = (
        Dialect("sadad", "post", fields["sadad"]),
        Dialect("zibal", "get", fields["zibal"]),
    )
    last = _last_of_path
    return [
        Route(
            "GET", "/VPG/Purchase", lambda asked: show(asked, sadad, asked.query.get("token", ""))
        ),
        Route("GET", "/start/[0-9]{1,20}", lambda asked: show(asked, zibal, last(asked))),
        Route("POST", "/pay/sadad/[0-9A-F]{1,64}", lambda asked: act(asked, sadad, last(asked))),
        Route("POST", "/pay/zibal/[0-9]{1,20}", lambda asked: act(asked, zibal, last(asked))),
    ]


def _purchase(work: Work, dialect: Dialect, payment: Payment, referrer: str) -> Answer:
    amount = payment["amount"]
    until = payment["created"] + work.seconds("verify_within_s")
    cards = "".join(
        f'<option value="{number}">{escape(name)} · {_digits(_grouped(number))}</option>'
        for number, name in bank.CARDS.items()
    )
    failures = "".join(
        f'<label class="choice"><input type="radio" name="failure" value="{one.key}"'
        f"{' checked' if one.key == NONE else ''}><span>{escape(one.fa)}</span></label>"
        for one in FAILURES.values()
        if one.on_page
    )
    general = bank.general_mode(work)
    notes = []
    if general != NONE:
        notes.append(f"برای همهٔ پرداخت‌ها این خطا روشن است: {FAILURES[general].fa}")
    if not referrer:
        notes.append("مرورگر نگفت از کجا آمده است (Referer). درگاه واقعی چنین پرداختی را نمی‌پذیرد.")
    return _page(
        "purchase",
        form_action=f"'self' {origin_of(payment['callback_url'])}",
        action=escape(f"/pay/{dialect.key}/{payment['token']}"),
        amount=_amount(amount),
        rials=_digits(f"{amount:,}"),
        merchant=escape(host_of(payment["callback_url"])),
        order=_digits(escape(str(payment["order_id"]))),
        description=_line("شرح", payment["description"]),
        until=_digits(datetime.fromtimestamp(until, TEHRAN).strftime("%H:%M")),
        cards=cards,
        failures=failures,
        notes="".join(f'<p class="note">{escape(note)}</p>' for note in notes),
    )


def _way_back(work: Work, dialect: Dialect, payment: Payment) -> Answer:
    mode = bank.mode_of(work, payment)
    forged = mode == "callback-forged" and payment["state"] == "waiting"
    paid = payment["state"] in ("paid", "verified", "reversed")
    if payment["state"] == "waiting" and not forged:
        return _purchase(work, dialect, payment, payment["referrer"])
    returned = payment["state"] == "reversed" and payment["why"] != "cancelled-by-bank"
    told = "پرداخت انجام شد" if paid else "پرداخت انجام نشد"
    told = "بازگشت جعلی" if forged else "مبلغ به کارت برگشت" if returned else told
    why = {
        "callback-never": "به خواست شما بازگشتی به پذیرنده فرستاده نمی‌شود.",
        "callback-late": "به خواست شما بازگشت دیر فرستاده می‌شود.",
        "callback-twice": "به خواست شما بازگشت دو بار فرستاده می‌شود.",
        "callback-forged": "پولی برداشته نشد، ولی به پذیرنده گفته می‌شود که پرداخت شد.",
    }.get(mode, "")
    origin = origin_of(payment["callback_url"])
    way = (
        ""
        if mode == "callback-never"
        else _return_form(work, dialect, payment, mode, forged=forged)
    )
    return _page(
        "return",
        form_action=origin,
        connect=origin if mode == "callback-twice" else "'none'",
        told=told,
        mark="good" if paid and not forged and not returned else "bad",
        why=f'<p class="note">{escape(why)}</p>' if why else "",
        amount=_amount(payment["paid_amount"] or payment["amount"]),
        receipt=_line("شمارهٔ مرجع", _digits(payment["receipt"] or "")),
        card=_line("کارت", _digits(bank.card_masked(payment))),
        way=way,
    )


def _return_form(work: Work, dialect: Dialect, payment: Payment, mode: str, *, forged: bool) -> str:
    action, query = payment["callback_url"], list[tuple[str, str]]()
    if dialect.method == "get":
        action, query = without_query(action)
    pairs = [*query, *dialect.fields(payment, forged=forged).items()]
    wait = work.seconds("late_s") if mode == "callback-late" else 0
    return Template(
        '<form id="return" method="$method" action="$action" data-wait="$wait" data-twice="$twice">'
        '$fields<button class="button">بازگشت به پذیرنده</button></form>'
    ).substitute(
        method=dialect.method,
        action=escape(action),
        wait=f"{wait:g}",
        twice="1" if mode == "callback-twice" else "0",
        fields=_hidden(pairs),
    )


def _notice(title: str, text: str, status: int) -> Answer:
    return _page("notice", status=status, form_action="'none'", title=title, text=escape(text))


def _page(
    name: str, *, form_action: str, connect: str = "'none'", status: int = 200, **values: str
) -> Answer:
    template = Template((HERE / "templates" / f"{name}.html").read_text(encoding="utf-8"))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
        f" img-src 'self'; connect-src {connect}; form-action {form_action};"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }
    return Answer(status, template.substitute(values).encode(), HTML, headers)


def _last_of_path(asked: Asked) -> str:
    return asked.path.rpartition("/")[2]


def _hidden(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in pairs
    )


def _line(name: str, value: str) -> str:
    return f"<div><dt>{name}</dt><dd><bdi>{escape(value)}</bdi></dd></div>" if value else ""


def _grouped(number: str) -> str:
    """Return a card number in fours, kept from left to right in a line that is not."""
    groups = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    return f"\u2066{groups}\u2069"


def _digits(text: str) -> str:
    return text.translate(_PERSIAN)


def _amount(rials: int) -> str:
    """Return an amount as people say it: toman, or rials where there is a part of a toman."""
    if rials % RIALS_PER_TOMAN:
        return f"{_digits(f'{rials:,}')} ریال"
    return f"{_digits(f'{rials // RIALS_PER_TOMAN:,}')} تومان"


ROUTES: Final = [Route("GET", r"/psp-static/[a-z0-9-]+\.[a-z0-9]+", static)]
