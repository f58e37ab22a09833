"""The words of the payment sheet, over an app and on a pay page."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the key that the sheet's script asks for; %(name)s is filled in the browser.
SHEET: Mapping[str, Promise] = MappingProxyType(
    {
        "pay_heading": _("Payment"),
        "pay_test": _("Test"),
        "pay_test_note": _("Test money: nothing is really paid."),
        "pay_to": _("Paid to"),
        "pay_verified": _("Verified seller"),
        "pay_unverified": _("This seller is not verified yet. Pay only if you know them."),
        "pay_for_you": _("This invoice was made for you."),
        "pay_from": _("Paid from"),
        "pay_balance": _("Wallet, balance %(amount)s"),
        "pay_test_balance": _("Test wallet, balance %(amount)s"),
        "pay_next": _("What happens next"),
        "pay_next_now": _("The seller is paid at once, and the receipt comes to your chats."),
        "pay_next_asked": _(
            "The seller confirms first, within ten seconds; without a yes no money is taken."
        ),
        "pay_button": _("Pay %(amount)s to %(name)s"),
        "pay_again": _("Try again"),
        "pay_cancel": _("Cancel"),
        "pay_close": _("Close"),
        "pay_back": _("Back to %(app)s"),
        "pay_done_button": _("Done"),
        "pay_working": _("Paying…"),
        "pay_slow": _("Waiting for the seller's answer. This takes ten seconds at most."),
        "pay_pin": _("Wallet PIN"),
        "pay_pin_choose": _("Choose a wallet PIN"),
        "pay_pin_why": _("For payments of this size a PIN is needed, and you have none yet."),
        "pay_pin_rule": _("4 to 8 digits, not all alike and not in a row."),
        "pay_pin_bad": _("This PIN is too easy to guess. Choose another one of 4 to 8 digits."),
        "pay_pin_repeat": _("Write the PIN once more"),
        "pay_pin_differs": _("The two PINs are not the same. Choose again."),
        "pay_pin_keep": _("Keep this PIN"),
        "pay_pin_next": _("Continue"),
        "pay_pin_kept": _("Your PIN is kept. Now pay with it."),
        "pay_pin_missing": _("Enter your wallet PIN."),
        "pay_pin_delete": _("Delete the last digit"),
        "pay_missing": _("%(amount)s is missing in your wallet."),
        "pay_top_up": _("Top up the wallet"),
        "pay_test_money": _("Get test money"),
        "pay_offline": _("You are offline. Nothing is paid before you are online again."),
        "pay_lost": _(
            "The connection was lost, so it is not known whether the payment went through. "
            "Try again: you pay once at most."
        ),
        "pay_unreached": _("The wallet could not be reached. Try again."),
        "pay_paid": _("Paid"),
        "pay_receipt": _("Receipt number"),
        "pay_show_receipt": _("Show the receipt"),
        "pay_already": _("You have paid this already"),
        "pay_failed": _("The payment was not made"),
        "pay_seller_says": _("The seller's words:"),
        "pay_not_taken": _("No money was taken."),
        "pay_state_paid": _("This invoice is paid already"),
        "pay_state_cancelled": _("The seller has withdrawn this invoice"),
        "pay_state_expired": _("The time for this invoice is over"),
        "pay_state_text": _("Ask the seller for a new one. No money was taken."),
        "pay_refused": _("You cannot pay this invoice"),
    }
)


def sheet_words() -> dict[str, str]:
    """Return all texts of the sheet in the active language."""
    return {key: str(text) for key, text in SHEET.items()}
