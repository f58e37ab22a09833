"""Registering an app: its permanent names, its token, its listing."""

from __future__ import annotations

import hashlib
import hmac
import io
import re
import secrets
import string
from typing import BinaryIO, Final

from django.conf import settings
from django.db import IntegrityError, transaction

from core import audit
from core.limits import APPS_PER_MAKER_MAX
from core.problems import Fault, InvalidInput
from identity.models import Maker, Person
from miniapps import icons, locking, sealing
from miniapps.errors import SlugTaken, TooManyApps
from miniapps.models import App, Category
from miniapps.states import APP
from miniapps.storage import Store

SLUG: Final = re.compile(r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
SLUG_CHARS: Final = range(3, 33)
RESERVED_SLUGS: Final = frozenset({
    "about", "account", "admin", "api", "app", "apps", "assets", "auth", "bank", "barnamak", "blog",
    "bot", "cdn", "console", "dev", "docs", "help", "host", "icons", "login", "mail", "news",
    "null", "official", "pay", "payment", "preview", "run", "schemas", "security", "shop", "shops",
    "showcase", "signin", "static", "status", "store", "support", "system", "test", "undefined",
    "wallet", "well-known", "www",
})  # fmt: skip
NUMBER_FROM: Final = 10**9  # ten digits, like a Telegram bot's id
NUMBER_TO: Final = 10**10
SECRET_LETTERS: Final = string.ascii_letters + string.digits + "_-"
SECRET_CHARS: Final = 35
TEXT_CHARS_MAX: Final = {"name_fa": 60, "name_en": 60, "about_fa": 300, "about_en": 300}
REQUIRED: Final = ("name_fa", "name_en")
LISTING_FIELDS: Final = ("name_fa", "name_en", "about_fa", "about_en", "category")


@transaction.atomic
def register(
    *,
    maker: Maker,
    actor: Person,
    slug: str,
    name_fa: str,
    name_en: str,
    category: str,
    about_fa: str = "",
    about_en: str = "",
) -> tuple[App, str]:
    """Register an app of the maker; return it and its token, which is never shown again.

    The origin label is the slug for ever. Raises, the first that applies: InvalidInput with every
    fault, TooManyApps, SlugTaken.
    """
    listing = {
        "name_fa": name_fa.strip(), "name_en": name_en.strip(), "category": category,
        "about_fa": about_fa.strip(), "about_en": about_en.strip(),
    }  # fmt: skip
    faults = _slug_faults(slug) + _listing_faults(listing)
    if faults:
        raise InvalidInput(faults)
    Maker.objects.select_for_update().get(pk=maker.pk)
    if maker.apps.exclude(status=App.Status.DELETED).count() >= APPS_PER_MAKER_MAX:
        raise TooManyApps(most=APPS_PER_MAKER_MAX)
    if App.objects.filter(slug=slug).exists():
        raise SlugTaken
    number = _free_number()
    token, sealed = _new_token(number)
    try:
        with transaction.atomic():
            app = App.objects.create(
                maker=maker, slug=slug, label=slug, number=number, secret_sealed=sealed, **listing
            )
    except IntegrityError:
        raise SlugTaken from None
    audit.record("miniapps.app.registered", by=actor, of=app, slug=slug, maker=maker.public_id)
    return app, token


@transaction.atomic
def edit_listing(*, app: App, actor: Person, **fields: str) -> App:
    """Change names, descriptions or category. Raises InvalidInput, AppStateForbids."""
    unknown = sorted(set(fields) - set(LISTING_FIELDS))
    faults = [Fault(f"#/{name}", "cannot be changed", "unknown") for name in unknown]
    listing = {name: text.strip() for name, text in fields.items() if name not in unknown}
    faults += _listing_faults(listing)
    if faults:
        raise InvalidInput(faults)
    held = locking.app(app.pk)
    APP.after("edit", held.status)
    changed = {name: text for name, text in listing.items() if getattr(held, name) != text}
    if not changed:
        return held
    for name, text in changed.items():
        setattr(held, name, text)
    held.save(update_fields=list(changed))
    audit.record("miniapps.app.edited", by=actor, of=held, changed=changed)
    return held


@transaction.atomic
def set_icon(*, app: App, actor: Person, image: BinaryIO) -> App:
    """Give the app a new icon. Raises IconRefused, AppStateForbids."""
    drawn = icons.redraw(image)
    held = locking.app(app.pk)
    APP.after("edit", held.status)
    keep_icon(held, drawn)
    audit.record("miniapps.app.icon_set", by=actor, of=held, icon=held.icon)
    return held


def keep_icon(app: App, drawn: bytes) -> None:
    """Put a drawn icon into the store and name it in the app's row, which the caller holds."""
    app.icon = Store(settings.STORE).put(iter([drawn]))
    app.save(update_fields=["icon"])


def icon_of(picture: bytes) -> bytes:
    """Return a picture from a bundle, drawn as an icon. Raises IconRefused."""
    return icons.redraw(io.BytesIO(picture))


@transaction.atomic
def rotate_token(*, app: App, actor: Person) -> str:
    """Give the app a new token; what the old one signs is worth nothing from now on."""
    held = locking.app(app.pk)
    APP.after("edit", held.status)
    token, held.secret_sealed = _new_token(held.number)
    held.save(update_fields=["secret_sealed"])
    audit.record("miniapps.app.token_rotated", by=actor, of=held)
    return token


def app_secret(app: App) -> bytes:
    """Return the 32-byte key that signs the app's initData (bridge reference §7)."""
    return sealing.unseal(bytes(app.secret_sealed))


def missing_in_listing(app: App) -> list[str]:
    """Return the fields that people must see and that are still empty."""
    return [name for name in (*REQUIRED, "about_fa") if not getattr(app, name)]


def _new_token(number: int) -> tuple[str, bytes]:
    secret = "".join(secrets.choice(SECRET_LETTERS) for _ in range(SECRET_CHARS))
    token = f"{number}:{secret}"
    return token, sealing.seal(hmac.digest(b"WebAppData", token.encode(), hashlib.sha256))


def _free_number() -> int:
    """Return an id that no app has or had; two at once are stopped by the unique column."""
    while True:
        number = NUMBER_FROM + secrets.randbelow(NUMBER_TO - NUMBER_FROM)
        if not App.objects.filter(number=number).exists():
            return number


def _slug_faults(slug: str) -> list[Fault]:
    if len(slug) not in SLUG_CHARS or not SLUG.fullmatch(slug):
        detail = "must be 3 to 32 small letters, digits or single hyphens, beginning with a letter"
        return [Fault("#/slug", detail, "shape")]
    if slug in RESERVED_SLUGS:
        return [Fault("#/slug", "is reserved", "reserved")]
    return []


def _listing_faults(listing: dict[str, str]) -> list[Fault]:
    faults = []
    for name, text in listing.items():
        if name == "category":
            if text not in Category.values:
                faults.append(Fault("#/category", "must be one of the categories", "choice"))
            continue
        if name in REQUIRED and not text:
            faults.append(Fault(f"#/{name}", "must not be empty", "blank"))
        if len(text) > TEXT_CHARS_MAX[name]:
            detail = f"must have at most {TEXT_CHARS_MAX[name]} characters"
            faults.append(Fault(f"#/{name}", detail, "long"))
        if not text.replace("\u200c", "").isprintable():
            faults.append(Fault(f"#/{name}", "holds a character that is not allowed", "characters"))
    return faults
