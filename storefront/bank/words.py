"""A movement in plain words: with whom, what for, under which sign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from storefront.bank.categories import ICONS, Category
from storefront.bank.feed import Entry
from storefront.bank.underway import Kind, UnderWay
from wallet.gateways import registry
from wallet.gateways.errors import GatewayUnknown
from wallet.gateways.interface import Ability
from wallet.identifiers import bank_of_card, bank_of_sheba
from wallet.identifiers.banks import CARD_PREFIX_DIGITS, by_card, by_sheba

REASONS: Final[dict[str, tuple[Promise, str]]] = {
    "topup": (gettext_lazy("Top-up"), "plus"),
    "payment": (gettext_lazy("Payment"), "receipt"),
    "settlement": (gettext_lazy("Settlement"), "banknote"),
    "fee": (gettext_lazy("Fee"), "badge-percent"),
    "refund": (gettext_lazy("Refund"), "undo-2"),
    "escrow_refund": (gettext_lazy("Refund"), "undo-2"),
    "fee_refund": (gettext_lazy("Refund, share of the fee"), "undo-2"),
    "payout": (gettext_lazy("Withdrawal to the bank"), "arrow-up-right"),
    "payout_settled": (gettext_lazy("Withdrawal paid"), "banknote"),
    "payout_return": (gettext_lazy("Withdrawal returned"), "undo-2"),
    "promotion": (gettext_lazy("Gift of Barnamak"), "gift"),
    "correction": (gettext_lazy("Correction by support"), "pencil"),
    "test_money": (gettext_lazy("Test money"), "coins"),
}
_OTHER: Final = (gettext_lazy("Movement"), "activity")
_SHEBA_BANK: Final = slice(4, 7)  # of IR, two check digits, three of the bank
_UNDER_WAY: Final[dict[Kind, tuple[Promise, str, str]]] = {
    "payment": (gettext_lazy("Set aside until the seller confirms"), "", "receipt"),
    "escrow": (gettext_lazy("Set aside until the order is accepted"), "", ""),
    "topup": (gettext_lazy("Waits for the bank's answer"), "landmark", "top_up_state"),
    "payout": (gettext_lazy("On its way to the bank account"), "landmark", "payout"),
}


@dataclass(frozen=True)
class Told:
    """One movement in words. ``seed`` gives its picture a colour that stays the same."""

    name: str
    reason: str
    about: str
    icon: str
    seed: str
    category: str
    category_icon: str


def told(entry: Entry) -> Told:
    """Say a movement in the language in force."""
    reason, icon = REASONS.get(entry.reason, _OTHER)
    about = entry.title
    if entry.gateway:
        about = entry.card
    elif entry.sheba:
        about = entry.sheba
    return Told(
        name=name_of(entry),
        reason=str(reason),
        about=about,
        icon="" if entry.merchant else "landmark" if entry.gateway or entry.sheba else icon,
        category=_("Split") if entry.parts else str(Category(entry.category).label),
        category_icon="split" if entry.parts else ICONS[entry.category],
        seed=entry.merchant or entry.gateway or entry.sheba[_SHEBA_BANK] or entry.reason,
    )


@dataclass(frozen=True)
class ToldUnderWay:
    """One thing under way in words, with the page that tells of it (empty: none does)."""

    name: str
    reason: str
    about: str
    icon: str
    seed: str
    href: str


def told_under_way(one: UnderWay) -> ToldUnderWay:
    """Say what is under way in the language in force."""
    reason, icon, address = _UNDER_WAY[one.kind]
    name = one.name
    if one.kind == "topup":
        name = gateway_title(one.name)
    elif one.kind == "payout":
        name = _bank_of_sheba(one.title) or one.name
    seed = one.title[_SHEBA_BANK] if one.kind == "payout" else one.name
    href = reverse(address, args=[one.ref]) if address else ""
    return ToldUnderWay(name, str(reason), one.title, icon, seed, href)


def name_of(entry: Entry) -> str:
    """Return who stands on the other side."""
    if entry.merchant:
        return entry.merchant_name
    if entry.gateway:
        return _bank_of_card(entry.card) or gateway_title(entry.gateway)
    if entry.sheba:
        return _bank_of_sheba(entry.sheba) or entry.holder
    return _("Barnamak")


def searched_names() -> dict[str, str]:
    """Return the words behind what rows only name: reasons, gateways, banks, in both languages."""
    names = {reason: f"{words} {_('Barnamak')}" for reason, (words, _icon) in REASONS.items()}
    names |= {
        one.name: f"{one.title('fa')} {one.title('en')}" for one in registry.able(Ability.PAY_IN)
    }
    for prefix, banks in (("sheba", by_sheba()), ("card", by_card())):
        names |= {f"{prefix}{code}": f"{bank.fa} {bank.en}" for code, bank in banks.items()}
    return names


def gateway_title(name: str) -> str:
    """Return what people call a gateway; its name where it is not configured any more."""
    try:
        return registry.named(name).title(get_language() or "fa")
    except GatewayUnknown:
        return name


def _bank_of_card(masked: str) -> str:
    bank = bank_of_card(masked[:CARD_PREFIX_DIGITS])
    return _of_language(bank.fa, bank.en) if bank else ""


def _bank_of_sheba(sheba: str) -> str:
    bank = bank_of_sheba(sheba[_SHEBA_BANK])
    return _of_language(bank.fa, bank.en) if bank else ""


def _of_language(fa: str, en: str) -> str:
    return fa if (get_language() or "fa").startswith("fa") else en
