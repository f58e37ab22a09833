"""Every address of the host × every role: how the table is read and how it is tried.

The table is ``permission_matrix.txt``: a line an address, a method, and a status for each role, in
the order of ROLES. ``python -m pytest tests/architecture/test_permission_matrix.py`` says what is
missing and what differs; in the shop, developer, analyst and billing are content, order clerk and
manager. With ``MATRIX=write`` in the environment it writes the statuses it got, to
be read line by line before they are committed.
"""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.ids import new_id
from core.limits import LAUNCH_TTL
from identity.models import Person
from messenger import chats
from miniapps import exports, launching
from miniapps.models import App, AppKey, Export
from miniapps.webhooks import events
from storefront.shops.models import Staff
from storefront.showcase import listings
from storefront.showcase.models import Collection, Rating, Report, Slot
from tests.miniapps import build
from tests.people import make_person, signed_in
from tests.shopping import make_product, make_shop
from wallet import accounts, corrections, invoices, ledger, payments
from wallet.invoices import Asked
from wallet.merchants import Wanted
from wallet.models import Invoice, MerchantTerms, PayLink, Payout, ReconciliationRun, TopUp
from wallet.money import Rials
from wallet.payments import Wish

TABLE = Path(__file__).with_name("permission_matrix.txt")
ROLES = (
    "anonymous", "person", "owner", "developer", "analyst", "billing", "key", "narrow-key",
    "reviewer", "operator", "support", "treasurer", "superuser",
)  # fmt: skip
STAFF = ("reviewer", "operator", "support", "treasurer")
# A step that operators take, for each table whose addresses name one.
STEPS = {
    "app": {"name": "suspend"}, "version": {"name": "block-soft"}, "account": {"name": "freeze"},
}  # fmt: skip
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
REGEX_GROUP = re.compile(r"\(\?P<(\w+)>.*?\)(?=[/$]|$)")


@dataclass
class World:
    """A client for each role, and something real for each part of an address."""

    clients: dict[str, Client]
    parts: dict[str, str]
    rows: dict[str, str] = field(default_factory=dict)


def addresses() -> list[str]:
    """Every address the resolver knows, as patterns."""
    return sorted(set(_walk(get_resolver().url_patterns, "/")))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here)
        else:
            yield here


def read_table() -> dict[tuple[str, str], list[int]]:
    """(address, method) → the status of each role."""
    table = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            method, *statuses, address = line.split()
            assert len(statuses) == len(ROLES), line
            table[address, method] = [int(status) for status in statuses]
    return table


def write_table(table: dict[tuple[str, str], list[int]]) -> None:
    head = [f"# {'method':<6} {' '.join(ROLES)} address"]
    lines = [
        f"{method:<6} {' '.join(map(str, statuses))} {address}"
        for (address, method), statuses in sorted(table.items())
    ]
    TABLE.write_text("\n".join(head + lines) + "\n")


def try_one(world: World, address: str, method: str, role: str) -> int:
    """Ask one address as one role and return the status."""
    client = world.clients[role]
    kept = copy.deepcopy(client.cookies)  # an address that signs out must not do it for the next
    # To a program a refused step says its status; to a person it is a notice on the page before.
    headers = {"accept": "application/json"} if method == "POST" else {}
    place = path_of(world, address)
    answer = client.generic(method, place, b"", "application/json", headers=headers)
    client.cookies = kept
    if hasattr(answer, "streaming_content"):
        b"".join(answer.streaming_content)
    return answer.status_code


def path_of(world: World, address: str) -> str:
    """Put something real into each part of an address."""
    table = re.match(r"^/admin/(\w+)/(\w+)/", address)
    row = world.rows.get(f"{table[1]}.{table[2]}", "1") if table else "1"

    def part(match: re.Match[str]) -> str:
        name = match[1]
        if table and name in STEPS.get(table[2], {}):
            return STEPS[table[2]][name]
        return row if name in ("object_id", "pk", "key") else world.parts.get(name, "nothing")

    path = PARAMETER.sub(part, REGEX_GROUP.sub(part, address.replace("^", "").replace("$", "")))
    return path.replace(r"\.", ".")


def make_world() -> World:
    """A live app with a team, a chat and a launch; one person for each role."""
    people = {role: make_person(role) for role in ROLES[1:6]}
    team = {role: people[role] for role in ("developer", "analyst", "billing")}
    maker = build.make_maker(people["owner"], **team)
    app = build.live_app(maker)
    staff = {role: make_person(role, role=role) for role in STAFF}
    staff["superuser"] = make_person("superuser", is_superuser=True)
    key, text = build.make_key(app, *AppKey.Scope.values, now=timezone.now())
    _narrow, narrow = build.make_key(app, AppKey.Scope.INTROSPECT, now=timezone.now())
    clients = {"anonymous": Client(raise_request_exception=False)}
    clients |= {role: signed_in(one, raise_request_exception=False) for role, one in people.items()}
    clients |= {role: _with_code(one) for role, one in staff.items()}
    for name, secret in (("key", text), ("narrow-key", narrow)):
        headers = {"authorization": f"Bearer {secret}"}
        clients[name] = Client(raise_request_exception=False, headers=headers)
    parts = _parts(app, key, people["owner"])
    _books(app, people["owner"])
    return World(clients, parts, _rows())


def _with_code(person: Person) -> Client:
    """A member of staff who has also given the code of the authenticator."""
    client = signed_in(person, raise_request_exception=False)
    session = client.session
    device = TOTPDevice.objects.create(user=person, name="phone", confirmed=True)
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def _parts(app: App, key: AppKey, owner: Person) -> dict[str, str]:
    now = timezone.now()
    chat = chats.create_channel(
        founder=owner, title="نارون", about="", handle="naron_cafe", now=now
    )
    launch = launching.launch(person=owner, app=app, source="link", now=now)
    hook = build.make_endpoint(app)
    event = events.record_trial(endpoint=hook, actor=owner, now=now)
    case = app.submissions.get().public_id
    invoice = _invoice(app)
    export = exports.ask(
        maker=app.maker, actor=owner, kind="payments", form="csv", wanted=Wanted(), now=now,
        at_once=-1,
    )  # fmt: skip
    assert isinstance(export, Export)
    return {
        "invoice_id": invoice.public_id,
        "payment_id": _payment(invoice, owner),
        "transfer_id": _movement(owner),
        "month_code": "1404-01",
        "link_id": _link(app),
        "export_id": export.public_id,
        "app_id": app.public_id,
        "name": app.slug,
        "version_id": app.versions.get().public_id,
        "submission_id": case,
        "case_id": case,
        "release_id": app.releases.get().public_id,
        "key_id": key.public_id,
        "maker_id": app.maker.public_id,
        "endpoint_id": hook.public_id,
        "event_id": event.public_id,
        "chat_id": chat.public_id,
        "handle": chat.handle or "",
        "person_id": owner.public_id,
        "launch_id": launch.public_id,
        "code": "not-found",
        "sha256": "0" * 64,
        "content_type_id": str(ContentType.objects.get_for_model(App).pk),
        "app_label": "core",
        "url": "nothing/",
        **_shop(app),
        **_showcase(app, owner, now),
        **_money(app, owner, now),
    }


def _showcase(app: App, owner: Person, now: datetime) -> dict[str, str]:
    """The app's card, what its owner says of it, a collection."""
    card = listings.listing_of(app, now=now)
    said = Rating.objects.create(
        listing=card, person=owner, stars=5, created_at=now, changed_at=now
    )
    Report.objects.create(listing=card, person=owner, reason="other", created_at=now)
    Slot.objects.create(
        place="strip", listing=card, title_fa="نوار", starts_at=now, ends_at=now + LAUNCH_TTL
    )
    kept = Collection.objects.create(title_fa="مجموعه", starts_at=now)
    return {
        "listing_id": card.public_id,
        "thing_id": card.public_id,
        "rating_id": said.public_id,
        "collection_id": kept.public_id,
        "part": "pages",
    }


def _shop(app: App) -> dict[str, str]:
    """A shop in which the app's team works: owner, content, order clerk and manager."""
    team = {one.role: one.person for one in app.maker.memberships.select_related("person")}
    shop = make_shop(team["owner"], slug="naron_shop")
    for role, name in (("developer", "content"), ("analyst", "clerk"), ("billing", "manager")):
        Staff.objects.create(shop=shop, person=team[role], role=name, added_at=timezone.now())
    return {"shop_name": shop.slug, "product_id": make_product(shop).public_id}


def _money(app: App, owner: Person, now: datetime) -> dict[str, str]:
    """A top-up of the owner, and a payout each of the owner and of the maker."""
    top_up = TopUp.objects.create(
        number=1, person=owner, key="matrix", gateway="sandbox", amount_rials=250_000,
        state="open", ask_at=now, created_at=now,
    )  # fmt: skip
    rows = [
        Payout.objects.create(
            number=number, asked_by=owner, key=f"matrix-{number}", gateway="sandbox-payouts",
            sheba="IR820540102680020817909002", holder="سارا", amount_rials=400_000, state="asked",
            slot_id=accounts.platform("payouts").pk, ask_at=now, created_at=now, **mine,
        )
        for number, mine in enumerate([{"person": owner}, {"maker": app.maker}])
    ]  # fmt: skip
    return {
        "top_up_id": top_up.public_id,
        "cash_out_id": rows[0].public_id,
        "payout_id": rows[1].public_id,
    }


def _books(app: App, owner: Person) -> None:
    """A correction that waits for a decision, a look at the books, terms of the maker."""
    now = timezone.now()
    corrections.propose(
        key=new_id("cor"), debit=accounts.of_maker(app.maker), credit=accounts.of_person(owner),
        amount=Rials(1_000), reason="ماتریس", actor=make_person("t", role="treasurer"), now=now,
    )  # fmt: skip
    MerchantTerms.objects.create(maker=app.maker, fee_basis_points=50, fee_max_rials=10_000)
    ReconciliationRun.objects.create(depth="recent", state="clean", started_at=now, finished_at=now)


def _invoice(app: App) -> Invoice:
    """An invoice in test money: the app's team may see it, other people not."""
    asked = Asked(title="قهوه", amount_rials=100_000)
    return invoices.create(
        maker=app.maker, book="test", audience=app.public_id, asked=asked, key="matrix",
        now=timezone.now(),
    )  # fmt: skip


def _payment(invoice: Invoice, payer: Person) -> str:
    """The owner's own payment of it, which its merchant declined."""
    payments.give_test_money(person=payer, key="matrix")
    now = timezone.now()
    held = payments.authorise(invoice=invoice, wish=Wish(payer=payer, key="matrix"), now=now)
    return payments.decline(payment=held, code="no", reason="", now=now).public_id


def _movement(owner: Person) -> str:
    """A movement of the owner's own wallet."""
    purse = accounts.of_person(owner)
    bank = accounts.platform("bank")
    ledger.post(
        ledger.move(
            debit=bank.pk, credit=purse.pk, amount=Rials(1_000), reason="topup", key="matrix-fill",
            book="live",
        )
    )  # fmt: skip
    return purse.postings.get().transfer.public_id


def _link(app: App) -> str:
    made = PayLink.objects.create(
        book="live", maker=app.maker, title="صندوق", created_by=app.maker.founder
    )
    return made.public_id


def _rows() -> dict[str, str]:
    """The first row of each table the admin shows."""
    rows = {}
    for model in admin.site._registry:
        first = model._default_manager.order_by("pk").first()
        if first is not None:
            rows[f"{model._meta.app_label}.{model._meta.model_name}"] = str(first.pk)
    return rows
