"""What a shop says in its channel: written, planned, called off; how often it was seen."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from core.ids import is_id
from core.keyset import key_of
from core.limits import (
    COUNT_GROUP_MIN,
    NUDGING_POSTS_PER_DAY_MAX,
    POST_PRODUCTS_MAX,
    POSTS_PAGE,
    POSTS_PER_DAY_MAX,
)
from core.problems import Fault, InvalidInput, NotAllowed, NotFound, Problem
from core.text import latin_digits
from storefront.shops import pictures, posting, quiet
from storefront.shops.models import Post, Product, Staff
from storefront.shops.pages.frame import form_page, go, page, show, step
from storefront.shops.pages.words import sentence
from storefront.shops.posting import PostWish

DAYS_SHOWN = 30
PRODUCTS_TO_CHOOSE = 60
CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
STATE_TONES = {"scheduled": "info", "sent": "good", "cancelled": "", "dropped": "warn"}


@page("posts")
def posts(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/posts/``: those that wait and those that were sent. Two queries."""
    before = key_of(request.GET.get("before", ""))
    rows = list(posting.posts_of(member.shop, before=before)[: POSTS_PAGE + 1])
    more, rows = len(rows) > POSTS_PAGE, rows[:POSTS_PAGE]
    context = {
        "tab": "posts",
        "rows": [
            {"post": one, "tone": STATE_TONES[one.state], "n": len(one.products),
             "seen": one.views if one.views >= COUNT_GROUP_MIN else None}
            for one in rows
        ],
        "least": COUNT_GROUP_MIN,
        "older": f"?before={rows[-1].pk}" if more else "",
        "is_first": before is None,
    }  # fmt: skip
    return show(request, "posts.html", member, context)


@form_page("posts")
def write(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/posts/new/``: words, up to ten products, now or later."""
    if request.method != "POST":
        return _form(request, member)
    try:
        post = posting.write(
            shop=member.shop, wish=_wish(request), author=member.person, now=timezone.now()
        )
    except (NotFound, NotAllowed):
        raise
    except Problem as problem:
        return _form(request, member, refusal=_said(problem), status=problem.status)
    sent = post.state == Post.State.SENT
    flashes.success(request, _("The post was sent.") if sent else _("The post is planned."))
    return go("shop_posts", member.shop)


@step("posts")
def call_off(request: HttpRequest, member: Staff, post_id: str) -> HttpResponse:
    """Take a post back that still waits."""
    rows = Post.objects.filter(shop=member.shop, public_id=post_id)
    post = rows.first() if is_id(post_id, "pst") else None
    if post is None:
        raise NotFound
    posting.call_off(post=post, actor=member.person)
    flashes.success(request, _("The post was called off."))
    return go("shop_posts", member.shop)


def _wish(request: HttpRequest) -> PostWish:
    """Read the form. Raises InvalidInput for a time that is none."""
    form, due = request.POST, None
    if form.get("when") == "later":
        due = _moment(form.get("day", ""), form.get("time", ""))
        if due is None:
            raise InvalidInput([Fault("#/due_at", "is no time", "shape")])
    return PostWish(
        text=form.get("text", ""),
        products=form.getlist("products")[: POST_PRODUCTS_MAX + 1],
        due_at=due,
        nudges=form.get("nudges") == "1",
    )


def _moment(day: str, clock: str) -> datetime | None:
    found = parse_or_none(day)
    match = CLOCK.fullmatch(latin_digits(clock).strip())
    if found is None or match is None:
        return None
    at = time(int(match[1]), int(match[2]))
    return datetime.combine(found, at, tzinfo=quiet.TEHRAN)


def _said(problem: Problem) -> str:
    """Say what is wrong with a post; of several faults the first."""
    if isinstance(problem, InvalidInput):
        words = {
            "text": _("Write something, or choose a product; at most a message long."),
            "products": _("Choose at most ten products that are published."),
            "due_at": _("Choose a time that is still to come, within three months."),
        }
        field = problem.faults[0].pointer.removeprefix("#/").split("/")[0]
        return words.get(field, sentence(problem))
    return sentence(problem)


def _form(
    request: HttpRequest, member: Staff, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    shop, now = member.shop, timezone.localtime(timezone.now(), quiet.TEHRAN)
    chosen = set(request.POST.getlist("products")) | set(request.GET.getlist("product"))
    rows = Product.objects.filter(shop=shop, status=Product.Status.PUBLISHED).order_by("-pk")
    chosen_time = request.POST.get("time", "") or f"{(now + timedelta(hours=1)).hour:02}:00"
    context: dict[str, Any] = {
        "tab": "posts",
        "refusal": refusal,
        "text": request.POST.get("text", ""),
        "when": request.POST.get("when", "now"),
        "nudges": request.POST.get("nudges") == "1",
        "products": [
            {"product": one, "picture": pictures.url_of(one.cover),
             "chosen": one.public_id in chosen}
            for one in rows[:PRODUCTS_TO_CHOOSE]
        ],
        "days": [(now + timedelta(days=n)).date() for n in range(DAYS_SHOWN)],
        "day": parse_or_none(request.POST.get("day", "")),
        "time": chosen_time,
        "times": sorted({f"{n // 2:02}:{n % 2 * 30:02}" for n in range(48)} | {chosen_time}),
        "most": POST_PRODUCTS_MAX,
        "posts_most": POSTS_PER_DAY_MAX[shop.level],
        "nudges_most": NUDGING_POSTS_PER_DAY_MAX[shop.level],
    }  # fmt: skip
    return show(request, "post_new.html", member, context, status=status)


def parse_or_none(text: str) -> date | None:
    """Return the day that a field names, or None."""
    try:
        return parse_date(text[:10])
    except ValueError:
        return None
