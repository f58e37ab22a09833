"""Filters for pages about accounts and transfers; the words stand in ``wallet.desk.words``."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template

from core.templatetags.ui import jalali
from identity.models import Person
from wallet.desk import words
from wallet.models import Account

register = template.Library()


@register.filter
def reason_words(reason: str) -> words.Text:
    """Say why money moved."""
    return words.reason_words(reason)


@register.filter
def kind_words(kind: str) -> words.Text:
    """Say whether a transfer moved, held, captured or released."""
    return words.kind_words(kind)


@register.filter
def owner_words(account: Account) -> str:
    """Say whose account it is."""
    return words.owner_words(account)


@register.filter
def owner_detail(account: Account) -> str:
    """Say the hidden phone of a person, or which slot it is."""
    return words.owner_detail(account)


@register.filter
def iso_day(text: str) -> str:
    """Write a day that is kept as text."""
    return jalali(date.fromisoformat(text))


@register.filter
def person_words(person: Person) -> words.Text:
    """Say who it is: the name, and the phone with its middle hidden."""
    return words.person_words(person)


@register.filter
def order_badge(row: Any) -> words.Text:
    """Say how far an invoice, a payment, a top-up or a cash-out is."""
    return words.order_badge(row)
