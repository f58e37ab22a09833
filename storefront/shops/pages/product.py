"""The page of one product: its words, its variants' figures, its options, its pictures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core import rates
from core.api.uploads import file_of
from core.limits import (
    PICTURES_PER_HOUR_MAX,
    PRODUCT_OPTIONS_MAX,
    PRODUCT_PICTURES_MAX,
)
from core.problems import Fault, InvalidInput, NotFound, Problem
from core.templatetags.ui import toman_number
from storefront.shops import access, editing, pictures
from storefront.shops.editing import Edit, Figures
from storefront.shops.errors import ChangedMeanwhile
from storefront.shops.models import (
    Category,
    Product,
    ProductPicture,
    Staff,
    Stock,
    Takedown,
    Variant,
)
from storefront.shops.pages.frame import form_page, go, show, step
from storefront.shops.pages.opening import category_choices
from storefront.shops.pages.products import choice_of
from storefront.shops.pages.typed import Reading, words_in
from storefront.shops.pages.words import TONES, faults_of, sentence

FIGURES = ("price", "compare", "stock", "weight", "sku")


@form_page("catalogue")
def product(request: HttpRequest, member: Staff, product_id: str) -> HttpResponse:
    """``/shops/desk/<shop>/products/<product>/``: seven queries; one form saves it whole."""
    row = access.product_of(member.shop, product_id)
    sold = _sold(row)
    if request.method != "POST":
        return show(request, "product.html", member, _context(row, sold))
    reading = Reading(request.POST)
    edit = _edit_in(reading, sold)
    seen = _moment(reading.text("seen"))
    try:
        reading.refuse()
        editing.save(product=row, edit=edit, actor=member.person, now=timezone.now(), seen=seen)
    except NotFound:
        raise
    except Problem as problem:
        row.refresh_from_db()
        context = _context(row, _sold(row)) | _as_typed(reading, row, sold, problem)
        return show(request, "product.html", member, context, status=problem.status)
    flashes.success(request, _("Saved."))
    return go("shop_product", member.shop, row.public_id)


def _sold(row: Product) -> list[Variant]:
    return list(row.variants.filter(is_sold=True).select_related("stock").order_by("position"))


def _edit_in(reading: Reading, sold: list[Variant]) -> Edit:
    """Return the form; the pointers of its faults are those of ``catalogue.checked``."""
    was = dict(part.split(":", 1) for part in reading.text("was").split() if ":" in part)
    variants = {}
    for place, one in enumerate(sold):
        at, key = f"#/variants/{place}", one.public_id
        if not reading.text(f"price-{key}") and key not in was:
            continue  # a variant that came after the form was drawn
        seen = was.get(key, "")
        variants[key] = Figures(
            price=reading.toman(f"price-{key}", f"{at}/price"),
            on_hand=reading.count(f"stock-{key}", f"{at}/on_hand"),
            was=int(seen[:9]) if seen.isascii() and seen.isdecimal() else one.stock.on_hand,
            compare_price=reading.toman_or_none(f"compare-{key}", f"{at}/compare_price"),
            weight_g=reading.count(f"weight-{key}", f"{at}/weight_g"),
            sku=reading.text(f"sku-{key}"),
        )
    return Edit(
        title=reading.text("title"),
        variants=variants,
        description=reading.text("description").replace("\r\n", "\n"),
        category=Category.objects.filter(slug=reading.text("category")).first(),
        tags=reading.words("tags"),
    )


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _context(row: Product, sold: list[Variant]) -> dict[str, Any]:
    options = [(one["name"], "، ".join(one["values"])) for one in row.options]
    return {
        "tab": "products",
        "product": row,
        "product_tone": TONES[row.status],
        "given": {
            "title": row.title,
            "description": row.description,
            "category": row.category.slug if row.category else "",
            "tags": "، ".join(row.tags),
        },
        "seen": row.updated_at.isoformat(),
        "was": " ".join(f"{one.public_id}:{one.stock.on_hand}" for one in sold),
        "variants": [_line_of(one, place) for place, one in enumerate(sold)],
        "categories": category_choices(),
        "options": options + [("", "")] * (PRODUCT_OPTIONS_MAX - len(options)),
        "pictures": pictures_of(row),
        "pictures_most": PRODUCT_PICTURES_MAX,
        "taken_down": Takedown.objects.filter(
            shop=row.shop_id, product=row, state__in=Takedown.BINDING
        ).first(),
        "faults": {},
        "refusal": "",
        "theirs": {},
    }


def _line_of(one: Variant, place: int) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "place": place,
        "choice": choice_of(one),
        "reserved": one.stock.reserved,
        "price": toman_number(one.price),
        "compare": toman_number(one.compare_price) if one.compare_price else "",
        "stock": str(one.stock.on_hand),
        "weight": str(one.weight_g or ""),
        "sku": one.sku,
    }


def _as_typed(
    reading: Reading, row: Product, sold: list[Variant], problem: Problem
) -> dict[str, Any]:
    """Return the form as it was typed; after a clash also what stands there now."""
    given = {name: reading.text(name) for name in ("title", "description", "category", "tags")}
    lines = []
    for place, one in enumerate(sold):
        line = _line_of(one, place)
        typed = {name: reading.text(f"{name}-{one.public_id}") for name in FIGURES}
        lines.append(line | typed)
    typed_context: dict[str, Any] = {"given": given, "variants": lines}
    if isinstance(problem, InvalidInput):
        faults = faults_of(problem)
        for line in lines:
            at = f"variants_{line['place']}_"
            line["faults"] = [text for key, text in faults.items() if key.startswith(at)]
        kept = {name: reading.text(name) for name in ("was", "seen")}
        return typed_context | kept | {"faults": faults}
    typed_context["refusal"] = sentence(problem)
    if isinstance(problem, ChangedMeanwhile):
        typed_context["theirs"] = _theirs(row, given, lines)
    return typed_context


def _theirs(
    row: Product, given: dict[str, str], lines: list[dict[str, Any]]
) -> list[tuple[str, str]]:
    """Return what stands there now and is not what was typed: name of the field, text."""
    category = row.category.title_fa if row.category else ""
    kept = {
        "title": (_("Name"), row.title, row.title),
        "description": (_("Description"), row.description, row.description),
        "tags": (_("Tags"), "، ".join(row.tags), "، ".join(row.tags)),
        "category": (_("Category"), row.category.slug if row.category else "", category),
    }
    found = [(name, shown) for key, (name, value, shown) in kept.items() if given[key] != value]
    stocks = {
        one.variant.public_id: one
        for one in Stock.objects.filter(variant__product=row).select_related("variant")
    }
    for line in lines:
        there = stocks[line["id"]]
        now = _line_of(there.variant, line["place"]) | {"stock": str(there.on_hand)}
        for name, label in (("price", _("Price")), ("stock", _("Stock"))):
            if now[name] != line[name]:
                found.append((f"{label} {line['choice']}".strip(), now[name]))
    return found


def pictures_of(row: Product) -> list[dict[str, Any]]:
    """Return the pictures of a product in order; one query."""
    places = ProductPicture.objects.filter(product=row).select_related("picture")
    return [
        {"id": one.pk, "alt": one.alt, "picture": one.picture,
         "small": pictures.url_of(one.picture.digest),
         "large": pictures.url_of(one.picture.digest, pictures.LARGE)}
        for one in places.order_by("position")
    ]  # fmt: skip


@step("catalogue")
def set_options(request: HttpRequest, member: Staff, product_id: str) -> HttpResponse:
    """Give the product options; every combination becomes a variant."""
    row = access.product_of(member.shop, product_id)
    names = request.POST.getlist("option_name")[:PRODUCT_OPTIONS_MAX]
    values = request.POST.getlist("option_values")[:PRODUCT_OPTIONS_MAX]
    options = [
        (name.strip(), words_in(typed))
        for name, typed in zip(names, values, strict=False)
        if name.strip()
    ]
    editing.set_options(
        product=row,
        options=options,
        actor=member.person,
        now=timezone.now(),
        seen=_moment(request.POST.get("seen", "")),
    )
    flashes.success(request, _("The variants are made. Write their prices and how many there are."))
    return go("shop_product", member.shop, row.public_id, anchor="variants")


@step("catalogue")
def add_pictures(request: HttpRequest, member: Staff, product_id: str) -> HttpResponse:
    """Add one picture or several."""
    row, now = access.product_of(member.shop, product_id), timezone.now()
    file_of(request, "image")
    for photo in request.FILES.getlist("image"):
        key = str(member.person_id)
        rates.hit("shop-pictures", key, limit=PICTURES_PER_HOUR_MAX, period_s=3600)
        kept = pictures.keep(shop=member.shop, picture=photo, now=now)  # type: ignore[arg-type]
        pictures.add(product=row, picture=kept, actor=member.person, now=now)
    flashes.success(request, _("The pictures are there."))
    return go("shop_product", member.shop, row.public_id, anchor="pictures")


@step("catalogue")
def arrange_pictures(request: HttpRequest, member: Staff, product_id: str) -> HttpResponse:
    """Move, describe or take out one picture: ``move`` is ``<picture>:first|up|down|out``."""
    row, now = access.product_of(member.shop, product_id), timezone.now()
    places = list(ProductPicture.objects.filter(product=row).order_by("position"))
    order = [one.pk for one in places]
    picture, _colon, way = request.POST.get("move", "").partition(":")
    if way:
        moved = _moved(order, picture, way)
        pictures.arrange(product=row, order=moved, actor=member.person, now=now)
    for one in places:
        alt = request.POST.get(f"alt-{one.pk}")
        if alt is not None and alt.strip() != one.alt and f"{one.pk}:out" != f"{picture}:{way}":
            pictures.describe(product=row, place=one, alt=alt, actor=member.person, now=now)
    flashes.success(request, _("Saved."))
    return go("shop_product", member.shop, row.public_id, anchor="pictures")


def _moved(order: list[int], picture: str, way: str) -> list[int]:
    """Return the order after a step. Raises NotFound for a picture of another product."""
    if not picture.isascii() or not picture.isdecimal() or int(picture[:18]) not in order:
        raise NotFound
    key = int(picture)
    place = order.index(key)
    rest = [one for one in order if one != key]
    targets = {"first": 0, "up": max(0, place - 1), "down": place + 1}
    if way == "out":
        return rest
    if way not in targets:
        raise InvalidInput([Fault("#/move", "must be first, up, down or out", "choice")])
    rest.insert(targets[way], key)
    return rest
