"""The only way from (person or key, id) to an app and what belongs to it.

What a caller may not see answers like what does not exist.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Q, QuerySet

from core.ids import is_id
from core.problems import NotFound
from identity.errors import NotInMaker
from identity.makers import RIGHTS
from identity.models import MakerMember, Person
from miniapps.actors import Actor
from miniapps.errors import AppUnavailable, ScopeMissing
from miniapps.models import (
    App,
    AppKey,
    Release,
    Submission,
    Version,
    WebhookEndpoint,
    WebhookEvent,
)
from wallet.errors import BooksDiffer
from wallet.models import Account, Invoice, Payment

Row = TypeVar("Row", Version, Submission, Release, AppKey)
Money = TypeVar("Money", Invoice, Payment)
REVIEW_PERMISSION = "miniapps.review_submission"

# What a key needs for a right of a person; a right that is not here is for people only.
SCOPE_FOR: dict[str, AppKey.Scope] = {
    "see": AppKey.Scope.VERSIONS_READ,
    "upload": AppKey.Scope.VERSIONS_WRITE,
    "submit": AppKey.Scope.SUBMIT,
    "release": AppKey.Scope.RELEASE,
    "introspect": AppKey.Scope.INTROSPECT,
    "see_webhooks": AppKey.Scope.WEBHOOKS,
    "webhooks": AppKey.Scope.WEBHOOKS,
    "see_money": AppKey.Scope.PAYMENTS_READ,
    "ask_money": AppKey.Scope.PAYMENTS_WRITE,
    "refund": AppKey.Scope.PAYMENTS_WRITE,
    "prepare_messages": AppKey.Scope.MESSAGES,
}
# What a person's role needs for a right of ours that makers.RIGHTS does not name.
RIGHT_FOR: dict[str, str] = {
    "submit": "upload",
    "see_money": "see",
    "ask_money": "billing",
    "refund": "billing",
    "prepare_messages": "upload",
}


def apps_of(person: Person) -> QuerySet[App]:
    """Return the apps of every maker the person belongs to, without deleted ones."""
    return App.objects.filter(maker__memberships__person=person).exclude(status=App.Status.DELETED)


def app_of_maker(person: Person, app_id: str, *, right: str = "see") -> App:
    """Return the app with this public id or slug if the person's role has ``right``.

    Raises NotFound for strangers, NotInMaker for members whose role lacks the right.
    """
    named = Q(public_id=app_id) if is_id(app_id, "app") else Q(slug=app_id)
    app = apps_of(person).select_related("maker").filter(named).first()
    if app is None:
        raise NotFound
    _require(person, app, right)
    return app


def app_of(actor: Actor, app_id: str, *, right: str = "see") -> App:
    """Return the app if the person or the key may do ``right`` with it.

    Raises NotFound, NotInMaker (a person's role) or ScopeMissing (a key).
    """
    if isinstance(actor, Person):
        return app_of_maker(actor, app_id, right=right)
    app = actor.app
    if app_id not in (app.public_id, app.slug) or app.status == App.Status.DELETED:
        raise NotFound
    _require(actor, app, right)
    return app


def version_of_maker(person: Person, version_id: str, *, right: str = "see") -> Version:
    """Return the version if the person's role at its maker has ``right``. Raises as ``app_of``."""
    return version_of(person, version_id, right=right)


def version_of(actor: Actor, version_id: str, *, right: str = "see") -> Version:
    """Return the version; for an upload with known content, the version that has this content."""
    found = _of(Version.objects.select_related("same_as__app__maker"), actor, version_id, right)
    return found.same_as or found


def version_in(app: App, version_id: str) -> Version:
    """Return a version of this app. Raises NotFound."""
    found = Version.objects.select_related("same_as").filter(app=app, public_id=version_id).first()
    if found is None:
        raise NotFound
    return found.same_as or found


def submission_of(actor: Actor, submission_id: str, *, right: str = "see") -> Submission:
    """Return the case if the caller may do ``right``."""
    return _of(Submission.objects.select_related("version"), actor, submission_id, right)


def release_of(actor: Actor, release_id: str, *, right: str = "see") -> Release:
    """Return the release if the caller may do ``right``."""
    return _of(Release.objects.select_related("version"), actor, release_id, right)


def key_of(person: Person, key_id: str) -> AppKey:
    """Return the key if the person may manage the keys of its app."""
    return _of(AppKey.objects.all(), person, key_id, "keys")


def webhook_endpoint_in(app: App, endpoint_id: str) -> WebhookEndpoint:
    """Return a webhook endpoint of this app that was not removed. Raises NotFound."""
    rows = WebhookEndpoint.objects.filter(app=app).exclude(state=WebhookEndpoint.State.REMOVED)
    found = rows.filter(public_id=endpoint_id).first() if is_id(endpoint_id, "whe") else None
    if found is None:
        raise NotFound
    found.app = app
    return found


def webhook_event_in(app: App, event_id: str) -> WebhookEvent:
    """Return an event of this app. Raises NotFound."""
    rows = WebhookEvent.objects.filter(app=app)
    found = rows.filter(public_id=event_id).first() if is_id(event_id, "evt") else None
    if found is None:
        raise NotFound
    found.app = app
    return found


def book_of(actor: Actor, *, test: bool | None = None) -> str:
    """Return the book of money that is meant: a key has one, a person says which.

    Raises BooksDiffer for a key that is asked for the other one.
    """
    if isinstance(actor, AppKey):
        if test not in (None, actor.test):
            raise BooksDiffer
        test = actor.test
    return Account.Book.TEST if test else Account.Book.LIVE


def invoice_of(actor: Actor, app_id: str, invoice_id: str, *, right: str) -> Invoice:
    """Return an invoice of this app. Raises as ``app_of``, NotFound also for the other book."""
    app = app_of(actor, app_id, right=right)
    rows = _in_book(Invoice.objects.filter(audience=app.public_id), actor)
    found = rows.filter(public_id=invoice_id).first() if is_id(invoice_id, "inv") else None
    if found is None:
        raise NotFound
    return found


def payment_of(actor: Actor, payment_id: str, *, right: str) -> Payment:
    """Return a payment in one of the actor's apps.

    Raises NotFound, also for the book that is not the key's; then as ``app_of``.
    """
    rows = Payment.objects.select_related("invoice", "payer", "maker")
    named = rows.filter(public_id=payment_id) if is_id(payment_id, "pay") else rows.none()
    found = _in_book(named, actor).first()
    if found is None or not found.audience:
        raise NotFound
    app_of(actor, found.audience, right=right)
    return found


def _in_book(rows: QuerySet[Money], actor: Actor) -> QuerySet[Money]:
    """Leave out what a key of the other book must not know of."""
    return rows.filter(book=book_of(actor)) if isinstance(actor, AppKey) else rows


def launchable_app(person: Person, text: str) -> App:
    """Return the app that a link or a menu names by public id or slug.

    Raises NotFound for what is not public and not of one's own team; AppUnavailable for what was
    public and cannot be opened now.
    """
    named = Q(public_id=text) if is_id(text, "app") else Q(slug=text)
    app = App.objects.select_related("maker").filter(named).first()
    if app is None:
        raise NotFound
    if app.can_be_launched:
        return app
    if app.status in (App.Status.SUSPENDED, App.Status.ARCHIVED, App.Status.BANNED):
        raise AppUnavailable(reason=app.status)
    if app.status == App.Status.DELETED or not is_team(person, app):
        raise NotFound
    raise AppUnavailable(reason=app.status)


def is_team(person: Person, app: App) -> bool:
    """Tell whether the person belongs to the app's maker."""
    return MakerMember.objects.filter(maker=app.maker_id, person=person).exists()


def may_preview(person: Person, app: App) -> bool:
    """Tell whether the person may open what is not public: the team and reviewers."""
    return is_team(person, app) or person.has_perm(REVIEW_PERMISSION)


def previewable_version(person: Person, version_id: str) -> Version:
    """Return a version that the person may run before it is public. Raises NotFound.

    The maker's team may; so may reviewers, but not those whose case it cannot be.
    """
    version = Version.objects.select_related("app__maker").filter(public_id=version_id).first()
    if version is None or version.app.status == App.Status.DELETED:
        raise NotFound
    if not may_preview(person, version.app):
        raise NotFound
    return version


def _of(rows: QuerySet[Row], actor: Actor, public_id: str, right: str) -> Row:
    rows = rows.select_related("app__maker").exclude(app__status=App.Status.DELETED)
    if isinstance(actor, Person):
        rows = rows.filter(app__maker__memberships__person=actor)
    else:
        rows = rows.filter(app=actor.app_id)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    _require(actor, found.app, right)
    return found


def _require(actor: Actor, app: App, right: str) -> None:
    if isinstance(actor, AppKey):
        needs = SCOPE_FOR.get(right)
        if needs is None or needs not in actor.scopes:
            raise ScopeMissing(needs=needs or "person")
        return
    mine = MakerMember.objects.filter(maker=app.maker_id, person=actor)
    wanted = RIGHT_FOR.get(right, right)
    if not any(wanted in RIGHTS[name] for name in mine.values_list("role", flat=True)):
        raise NotInMaker(needs=wanted)
