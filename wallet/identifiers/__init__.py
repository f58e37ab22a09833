"""Iranian identifiers, by rule: cards, Shebas, national codes, mobiles, bills. Pure.

Each reader takes what a person typed and returns a small frozen value, or raises its own subclass
of ``BadIdentifier`` with a stable ``reason``. That an identifier is well formed says nothing about
whom it belongs to. docs/reference/identifiers.md has the rules and vectors.
"""

from wallet.identifiers.banks import Bank, bank_of_card, bank_of_sheba
from wallet.identifiers.bills import BadBill, Bill, read_barcode, read_bill
from wallet.identifiers.cards import BadCard, Card, read_card
from wallet.identifiers.mobiles import BadMobile, Mobile, Operator, read_mobile
from wallet.identifiers.national import (
    BadLegalId,
    BadNationalCode,
    LegalId,
    NationalCode,
    read_legal_id,
    read_national_code,
)
from wallet.identifiers.reading import BadIdentifier
from wallet.identifiers.shebas import BadSheba, Sheba, read_sheba

__all__ = [
    "BadBill",
    "BadCard",
    "BadIdentifier",
    "BadLegalId",
    "BadMobile",
    "BadNationalCode",
    "BadSheba",
    "Bank",
    "Bill",
    "Card",
    "LegalId",
    "Mobile",
    "NationalCode",
    "Operator",
    "Sheba",
    "bank_of_card",
    "bank_of_sheba",
    "read_barcode",
    "read_bill",
    "read_card",
    "read_legal_id",
    "read_mobile",
    "read_national_code",
    "read_sheba",
]
