"""Opening a shop in five steps, on a phone, with or without JavaScript.

Name and address, kind and place, proof: what was typed is kept in the session, then the shop is
founded as a draft. The first product and the door are pages of its desk.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import rates
from core.limits import SHOP_ADDRESS_LOOKS_PER_MINUTE_MAX
from core.problems import Fault, InvalidInput, Problem
from identity.pages import person_of
from miniapps.pages.frame import refuse_nul
from storefront.shops import access, catalogue, opening, pictures, verifying
from storefront.shops.catalogue import ProductWish, VariantWish
from storefront.shops.errors import ShopAddressTaken
from storefront.shops.models import Category, Product, Shop, Staff
from storefront.shops.opening import Sign
from storefront.shops.pages.frame import form_page, go, show, step, to_path
from storefront.shops.pages.typed import Reading
from storefront.shops.pages.words import faults_of, sentence
from storefront.shops.places import PROVINCES
from storefront.shops.verifying import Proof

KEPT = "shop-new"  # in the session
FIELDS = ("title", "slug", "about", "category", "province", "city", "enamad_number", "enamad_until")
STEPS = 3
OF_STEP = {1: ("title", "slug", "about"), 2: ("category", "province", "city"),
           3: ("enamad_number", "enamad_until")}  # fmt: skip


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """``/shops/new/?step=1``: the first three steps. Going back loses nothing."""
    refuse_nul(request)
    number = _step_of(request)
    given: dict[str, str] = dict(request.session.get(KEPT, {}))
    if request.method != "POST":
        return _draw(request, number, given)
    given |= {name: request.POST.get(name, "").strip()[:600] for name in OF_STEP[number]}
    request.session[KEPT] = given
    try:
        if number == 1:
            _check_sign(given)
        if number < STEPS:
            return to_path(f"{reverse('shop_new')}?step={number + 1}")
        shop = _found(request, given)
    except Problem as problem:
        return _refused(request, number, given, problem)
    del request.session[KEPT]
    flashes.success(
        request, _("«%(name)s» is founded. Now its first product.") % {"name": shop.title}
    )
    return go("shop_first", shop)


def _step_of(request: HttpRequest) -> int:
    text = request.GET.get("step", "1")
    return int(text) if text in {"1", "2", "3"} else 1


def _check_sign(given: dict[str, str]) -> None:
    """Say at once what is wrong with the name and the address. Raises InvalidInput."""
    faults: list[Fault] = []
    if not given["title"]:
        faults.append(Fault("#/title", "must not be empty", "blank"))
    try:
        free = opening.address_is_free(given["slug"])
    except InvalidInput as refusal:
        faults += refusal.faults
    else:
        if not free:
            raise ShopAddressTaken
    if faults:
        raise InvalidInput(faults)


def _found(request: HttpRequest, given: dict[str, str]) -> Shop:
    person, now = person_of(request), timezone.now()
    reading = Reading(given)
    number, until = given.get("enamad_number", ""), reading.day("enamad_until", "#/enamad_until")
    if number and until is None and not reading.faults:
        reading.faults.append(Fault("#/enamad_until", "is needed", "past"))
    reading.refuse()
    sign = Sign(
        title=given.get("title", ""),
        slug=given.get("slug", ""),
        about=given.get("about", ""),
        category=Category.objects.filter(slug=given.get("category", "")).first(),
        province=given["province"] if given.get("province") in PROVINCES else "",
        city=given.get("city", "")[:40],
    )
    shop = opening.found(person=person, sign=sign, now=now)
    if number:
        proof = Proof(level=Shop.Level.ENAMAD, enamad_number=number, enamad_until=until)
        verifying.ask(shop=shop, proof=proof, actor=person, now=now)
    return shop


def _refused(
    request: HttpRequest, number: int, given: dict[str, str], problem: Problem
) -> HttpResponse:
    faults = faults_of(problem) if isinstance(problem, InvalidInput) else {}
    if isinstance(problem, ShopAddressTaken):
        faults = {"handle": sentence(problem)}
    # What is wrong stands on an earlier step when somebody came here by the address bar.
    if {"title", "handle"} & set(faults):
        number = 1
    refusal = "" if faults else sentence(problem)
    return _draw(request, number, given, faults=faults, refusal=refusal, status=problem.status)


def _draw(
    request: HttpRequest,
    number: int,
    given: dict[str, str],
    *,
    faults: dict[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "number": number,
        "given": {name: given.get(name, "") for name in FIELDS},
        "faults": faults or {},
        "refusal": refusal,
        "steps": journey(number),
        "before": f"{reverse('shop_new')}?step={number - 1}" if number > 1 else "",
    }
    if number == 2:  # noqa: PLR2004  (kind and place)
        context |= {"categories": category_choices(), "provinces": province_choices()}
    return render(request, "shops/new.html", context, status=status)


def journey(here: int) -> list[dict[str, str]]:
    """Return the five steps of opening, for the steps component."""
    titles = (_("Name"), _("Place"), _("Trust"), _("First product"), _("Open"))
    state = {True: "done", False: "ahead"}
    return [
        {"title": title, "state": "here" if place == here else state[place < here]}
        for place, title in enumerate(titles, start=1)
    ]


def category_choices() -> list[dict[str, Any]]:
    """Return the tree of categories, parents with their children; one query."""
    language = get_language() or "fa"
    rows = list(Category.objects.all())
    return [
        {
            "slug": top.slug,
            "title": top.title_in(language),
            "children": [
                {"slug": one.slug, "title": one.title_in(language)}
                for one in rows
                if one.parent_id == top.pk
            ],
        }
        for top in rows
        if top.parent_id is None
    ]


def province_choices() -> list[tuple[str, str]]:
    """Return the provinces as they are kept, and as the page's language names them."""
    english = (get_language() or "fa").startswith("en")
    return [(name, title if english else name) for name, title in PROVINCES.items()]


@never_cache
@login_required
@require_safe
def address(request: HttpRequest) -> HttpResponse:
    """``/shops/new/address/?slug=``: whether an address is free, for a script; a part of a page."""
    person = person_of(request)
    rates.hit(
        "shop-addresses", str(person.pk), limit=SHOP_ADDRESS_LOOKS_PER_MINUTE_MAX, period_s=60
    )
    typed = request.GET.get("slug", "")[:64]
    try:
        state = "free" if opening.address_is_free(typed) else "taken"
    except InvalidInput:
        state = "shape" if typed else ""
    return render(request, "shops/new_address.html", {"state": state})


@form_page("catalogue")
def first(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/first/``: the first product, with a picture from the phone's camera."""
    context: dict[str, Any] = {"steps": journey(4), "given": {"stock": "1"}, "faults": {}}
    if request.method != "POST":
        return show(request, "first.html", member, context)
    reading = Reading(request.POST)
    wish = ProductWish(
        title=reading.text("title"),
        description=reading.text("description"),
        category=member.shop.category,
        variants=[
            VariantWish(
                price=reading.toman("price", "#/variants/0/price"),
                on_hand=reading.count("stock", "#/variants/0/on_hand"),
            )
        ],
    )
    try:
        reading.refuse()
        product = _first_product(request, member, wish)
    except Problem as problem:
        faults = faults_of(problem) if isinstance(problem, InvalidInput) else {}
        refusal = "" if faults else sentence(problem)
        context |= {"given": request.POST, "faults": faults, "refusal": refusal}
        return show(request, "first.html", member, context, status=problem.status)
    flashes.success(request, _("«%(name)s» is on the shelf.") % {"name": product.title})
    return go("shop_door", member.shop)


def _first_product(request: HttpRequest, member: Staff, wish: ProductWish) -> Product:
    shop, person, now = member.shop, member.person, timezone.now()
    catalogue.checked(wish)  # before a picture is drawn
    photo = request.FILES.get("image")
    picture = pictures.keep(shop=shop, picture=photo, now=now) if photo else None  # type: ignore[arg-type]
    product = catalogue.add_product(shop=shop, wish=wish, actor=person, now=now)
    if picture is not None:
        pictures.add(product=product, picture=picture, alt=wish.title, actor=person, now=now)
    return catalogue.set_status(product=product, status="published", actor=person, now=now)


@form_page("edit")
def door(request: HttpRequest, member: Staff) -> HttpResponse:
    """``/shops/desk/<shop>/door/``: open the door; the last look before people come in."""
    shop = member.shop
    context: dict[str, Any] = {"tab": "home", "steps": journey(5)}
    if request.method == "POST":
        try:
            opening.step(shop=shop, name="open", actor=member.person)
        except Problem as problem:
            context |= {"refusal": sentence(problem)}
            return show(request, "door.html", member, context, status=problem.status)
        flashes.success(request, _("The door is open. Welcome."))
        return go("shop_desk", shop)
    product = Product.objects.filter(shop=shop).order_by("-id").first()
    context |= {
        "product": product,
        "cover": pictures.url_of(product.cover) if product else "",
    }
    return show(request, "door.html", member, context)


@step("edit")
def change_state(request: HttpRequest, member: Staff) -> HttpResponse:
    """Open, pause or close the shop; closing asks for its address, and is the owner's."""
    name = request.POST.get("step", "")
    if name not in {"open", "pause", "close"}:
        raise InvalidInput([Fault("#/step", "must be open, pause or close", "choice")])
    if name == "close":
        access.shop_of(member.person, member.shop.slug, right="staff")
        if request.POST.get("slug", "").strip() != member.shop.slug:
            raise InvalidInput([Fault("#/slug", "must be the address of the shop", "repeat")])
    opening.step(shop=member.shop, name=name, actor=member.person)
    said = {
        "open": _("The door is open."),
        "pause": _("The shop is paused: people see it, but cannot order."),
        "close": _("The shop is closed."),
    }
    flashes.success(request, said[name])
    return go("shop_desk", member.shop)
