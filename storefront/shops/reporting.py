"""What people say against shops and products, and what the platform does about it.

A takedown names its reason; the shop may appeal it once; the answer is final. Lock order: the
shop, the product, the takedown.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from core import audit, rates
from core.limits import APPEAL_CHARS_MAX, REPORT_CHARS_MAX, REPORTS_PER_DAY_MAX
from core.problems import Fault, InvalidInput
from identity.models import Person
from messenger import wording
from storefront.shops import catalogue, opening
from storefront.shops.errors import AppealedAlready, DecidedAlready
from storefront.shops.models import Product, Reason, Report, Shop, Takedown

State = Takedown.State
DAY_S = 86_400


@transaction.atomic
def report(
    *, shop: Shop, product: Product | None, person: Person, reason: str, text: str, now: datetime
) -> Report:
    """Say what is wrong with a shop or a product; while that waits, saying it again adds nothing.

    Raises InvalidInput, TooManyRequests.
    """
    _refuse_unknown(reason)
    text = wording.one_line(
        text, pointer="#/text", most=REPORT_CHARS_MAX, needed=reason == Reason.OTHER
    )
    mine = Report.objects.filter(shop=shop, product=product, person=person, closed_at=None)
    found = mine.first()
    if found is not None:
        return found
    rates.hit("shop-reports", str(person.pk), limit=REPORTS_PER_DAY_MAX, period_s=DAY_S)
    Report.objects.bulk_create(
        [
            Report(
                shop=shop, product=product, person=person, reason=reason, text=text, created_at=now
            )
        ],
        ignore_conflicts=True,
    )
    made = mine.get()
    audit.record("shops.report.made", by=person, of=made, reason=reason)
    return made


@transaction.atomic
def close(*, report: Report, actor: Person, now: datetime) -> Report:
    """Put a report aside. Raises DecidedAlready."""
    row = Report.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if row.closed_at is not None:
        raise DecidedAlready(state="closed")
    row.closed_at = now
    row.save(update_fields=["closed_at"])
    audit.record("shops.report.closed", by=actor, of=row)
    return row


@transaction.atomic
def take_down(
    *, shop: Shop, product: Product | None, reason: str, text: str, actor: Person, now: datetime
) -> Takedown:
    """Suspend a shop, or archive one product of it, with the reason its staff reads.

    Reports of the same are closed. Raises InvalidInput, ShopStateForbids, DecidedAlready.
    """
    _refuse_unknown(reason)
    text = wording.one_line(text, pointer="#/text", most=APPEAL_CHARS_MAX)
    Shop.objects.select_for_update(of=("self",)).get(pk=shop.pk)
    there = Takedown.objects.filter(shop=shop, product=product).exclude(state=State.LIFTED)
    if there.exists():
        raise DecidedAlready(state="taken-down")
    if product is None:
        opening.step(shop=shop, name="suspend", actor=actor, reason=text)
    else:
        catalogue.set_status(product=product, status="archived", actor=actor, now=now)
    made = Takedown.objects.create(
        shop=shop, product=product, reason=reason, text=text, taken_by=actor, taken_at=now
    )
    waiting = Report.objects.filter(shop=shop, closed_at=None)
    if product is not None:
        waiting = waiting.filter(product=product)
    waiting.update(closed_at=now)
    audit.record("shops.takedown.made", by=actor, of=made, reason=reason, text=text)
    return made


@transaction.atomic
def appeal(*, takedown: Takedown, text: str, actor: Person, now: datetime) -> Takedown:
    """Ask the platform to look again, once. Raises InvalidInput, AppealedAlready."""
    text = wording.one_line(text, pointer="#/text", most=APPEAL_CHARS_MAX)
    row = Takedown.objects.select_for_update(of=("self",)).get(pk=takedown.pk)
    if row.state != State.STANDING:
        raise AppealedAlready(state=row.state)
    row.state, row.appeal, row.appealed_at = State.APPEALED, text, now
    row.save(update_fields=["state", "appeal", "appealed_at"])
    audit.record("shops.takedown.appealed", by=actor, of=row)
    return row


@transaction.atomic
def decide(
    *, takedown: Takedown, lift: bool, answer: str, actor: Person, now: datetime
) -> Takedown:
    """Answer an appeal, or lift a takedown that nobody appealed.

    A shop that is lifted is paused, a product stays archived: their people open them again.
    Raises InvalidInput, DecidedAlready.
    """
    answer = wording.one_line(answer, pointer="#/answer", most=APPEAL_CHARS_MAX)
    shop = Shop.objects.select_for_update(of=("self",)).get(pk=takedown.shop_id)
    row = Takedown.objects.select_for_update(of=("self",)).get(pk=takedown.pk)
    undecided = {State.APPEALED, State.STANDING} if lift else {State.APPEALED}
    if row.state not in undecided:
        raise DecidedAlready(state=row.state)
    row.state = State.LIFTED if lift else State.UPHELD
    row.answer, row.decided_at = answer, now
    row.save(update_fields=["state", "answer", "decided_at"])
    if lift and row.product_id is None and shop.status == Shop.Status.SUSPENDED:
        opening.step(shop=shop, name="lift", actor=actor, reason=answer)
    audit.record(f"shops.takedown.{row.state}", by=actor, of=row, answer=answer)
    return row


def standing(shop: Shop) -> list[Takedown]:
    """Return what stands against the shop, the newest first."""
    rows = Takedown.objects.filter(shop=shop, state__in=Takedown.BINDING)
    return list(rows.select_related("product").order_by("-pk"))


def _refuse_unknown(reason: str) -> None:
    if reason not in Reason.values:
        raise InvalidInput([Fault("#/reason", "must be one of the reasons", "choice")])
