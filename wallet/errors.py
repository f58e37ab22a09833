"""Refusals of the wallet floor.

Problem
├── InvalidInput    (invoice, PIN, identifiers: faults by pointer)
├── Conflict
│   ├── AccountFrozen, BooksDiffer
│   ├── HoldUnknown, HoldAlreadySettled, HoldExpired, AmountExceedsHold
│   ├── LedgerKeyReused, InvoiceKeyReused
│   ├── InvoiceClosed(state), InvoiceBusy(retry_after_s), NotYourInvoice
│   ├── PaymentClosed(state), NotRefundable(state), RefundTooLarge(refundable_rials)
│   ├── EscrowClosed(state), EscrowTooSmall(inside_rials)
│   ├── CorrectionDecided(state), CorrectionExpired, CorrectionKeyReused
│   └── ReasonMissing, AlreadyReconciling, TooManyPayLinks(most)
├── NotAllowed
│   └── CorrectionNeedsAnother, AccountIsYours
├── PaymentRequired (402)
│   ├── InsufficientFunds(missing_rials), LimitExceeded(period, limit_rials, …)
│   └── PinNeeded, PinNotSet, PinWrong(tries_left), PinLocked(retry_after_s)
└── Unavailable
    └── LedgerBusy(retry_after_s)
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict, NotAllowed, Problem, Unavailable


class PaymentRequired(Problem):
    """Money is missing or may not be spent so. Abstract: no caller meets it itself."""

    code, status = "payment-required", 402
    title = _("The payment could not be made")


class InsufficientFunds(PaymentRequired):
    """The account that pays does not hold so much. Members: ``missing_rials`` where it is known."""

    code = "insufficient-funds"
    title = _("There is not enough money in the wallet")
    remedy = _("Top up the wallet, or pay less.")


class AccountFrozen(Conflict):
    """One of the two accounts is frozen by an operator."""

    code = "account-frozen"
    title = _("This account is frozen")
    remedy = _("Ask support why, with the code of this page.")


class BooksDiffer(Conflict):
    """Real money and test money were to meet."""

    code = "books-differ"
    title = _("Test money and real money are never mixed")
    remedy = _("Use a test key with test invoices, and a live key with real ones.")


class HoldUnknown(Conflict):
    """There is no such hold."""

    code = "hold-unknown"
    title = _("No money is set aside for this")
    remedy = _("Begin the payment again.")


class HoldAlreadySettled(Conflict):
    """The hold was captured or released before."""

    code = "hold-already-settled"
    title = _("This payment was completed or released before")
    remedy = _("Ask for the state of the payment.")


class HoldExpired(Conflict):
    """The time of the hold is over."""

    code = "hold-expired"
    title = _("The time for this payment is over")
    remedy = _("Begin the payment again.")


class AmountExceedsHold(Conflict):
    """The capture asks for more than was set aside."""

    code = "amount-exceeds-hold"
    title = _("More was asked for than had been set aside")
    remedy = _("Capture at most the amount that was set aside.")


class LedgerKeyReused(Conflict):
    """The key of a transfer was used for another one."""

    code = "ledger-key-reused"
    title = _("This was booked before with other content")
    remedy = _("Ask for the state of the payment before you try again.")


class LedgerBusy(Unavailable):
    """Two callers were in each other's way; nothing was booked. Members: ``retry_after_s``."""

    code = "ledger-busy"
    title = _("The wallet is busy with the same thing")
    remedy = _("Try again in a second; nothing was booked twice.")


# --- payments -------------------------------------------------------------------------------
class InvoiceClosed(Conflict):
    """The invoice is paid, cancelled or expired. Members: ``state``."""

    code = "invoice-closed"
    title = _("This invoice cannot be paid any more")
    remedy = _("Ask the seller for a new invoice.")


class InvoiceBusy(Conflict):
    """Somebody is paying the invoice at this moment. Members: ``retry_after_s``."""

    code = "invoice-busy"
    title = _("This invoice is being paid at this moment")
    remedy = _("Wait a moment and look again.")


class NotYourInvoice(Conflict):
    """The invoice names another person as the one who pays."""

    code = "not-your-invoice"
    title = _("This invoice is for somebody else")
    remedy = _("Only the person it names can pay it.")


class InvoiceKeyReused(Conflict):
    """The same Idempotency-Key with another invoice, payment or refund."""

    code = "payment-key-reused"
    title = _("This Idempotency-Key was used for something else")
    remedy = _("Send a new key with a new request.")


class PaymentClosed(Conflict):
    """The payment was declined or has expired. Members: ``state``."""

    code = "payment-closed"
    title = _("This payment is over")
    remedy = _("Begin the payment again; no money was moved.")


class RefundTooLarge(Conflict):
    """More is to go back than was captured. Members: ``refundable_rials``."""

    code = "refund-too-large"
    title = _("More cannot go back than was paid")
    remedy = _("Refund at most the amount that is left.")


class NotRefundable(Conflict):
    """Only a captured payment can be refunded. Members: ``state``."""

    code = "not-refundable"
    title = _("This payment cannot be refunded")
    remedy = _("Only a completed payment can go back.")


class TooManyPayLinks(Conflict):
    """The maker has as many links switched on as one may have. Members: ``most``."""

    code = "too-many-pay-links"
    title = _("There are too many pay links")
    remedy = _("Switch off links that are no longer used.")


class LimitExceeded(PaymentRequired):
    """A limit of the person's level.

    Members: ``period``, ``limit_rials``, ``spent_rials``, ``frees_at`` (null for one transaction).
    """

    code = "limit-exceeded"
    title = _("This is above what you may spend")
    remedy = _("Pay less, wait until the limit frees, or verify your identity for a higher one.")


# --- the PIN --------------------------------------------------------------------------------
class PinNeeded(PaymentRequired):
    """The amount is above what passes without a PIN."""

    code = "pin-needed"
    title = _("The wallet PIN is needed")
    remedy = _("Enter your wallet PIN.")


class PinNotSet(PaymentRequired):
    """A PIN is needed and there is none yet."""

    code = "pin-not-set"
    title = _("You have no wallet PIN yet")
    remedy = _("Choose a PIN first, then pay.")


class PinWrong(PaymentRequired):
    """The PIN was wrong. Members: ``tries_left`` before the next wait."""

    code = "pin-wrong"
    title = _("The PIN was not right")
    remedy = _("Try again; after some wrong tries you have to wait.")


class PinLocked(PaymentRequired):
    """Too many wrong PINs. Members: ``retry_after_s``."""

    code = "pin-locked"
    title = _("Too many wrong PINs")
    remedy = _("Wait, then try again.")


# --- escrow ---------------------------------------------------------------------------------
class EscrowClosed(Conflict):
    """The money is not in the state that the step needs. Members: ``state``."""

    code = "escrow-closed"
    title = _("This money has been decided on before")
    remedy = _("Load it again; nothing was moved twice.")


class EscrowTooSmall(Conflict):
    """More was to leave than lies there. Members: ``inside_rials``."""

    code = "escrow-too-small"
    title = _("There is less than that in escrow")
    remedy = _("Ask for at most what is left.")


# --- oversight ------------------------------------------------------------------------------
class ReasonMissing(Conflict):
    """A step on money was to be taken without a reason."""

    code = "reason-missing"
    title = _("The reason is missing or too long")
    remedy = _("Write why, in a sentence that another will understand in a year.")


class CorrectionDecided(Conflict):
    """Somebody decided on the correction before. Members: ``state``."""

    code = "correction-decided"
    title = _("This correction was decided on before")
    remedy = _("Look at its state; nothing was booked twice.")


class CorrectionExpired(Conflict):
    """Nobody decided on the correction in time."""

    code = "correction-expired"
    title = _("The time for this correction is over")
    remedy = _("Propose it again if it is still right.")


class CorrectionKeyReused(Conflict):
    """The form of a correction was sent before with other content."""

    code = "correction-key-reused"
    title = _("This form was sent before with other content")
    remedy = _("Open a new form and propose the correction there.")


class AlreadyReconciling(Conflict):
    """The books are being looked at in this moment."""

    code = "already-reconciling"
    title = _("The books are being checked at this moment")
    remedy = _("Wait until that check is done.")


class CorrectionNeedsAnother(NotAllowed):
    """Who proposed a correction wanted to decide on it."""

    code = "correction-needs-another"
    title = _("Somebody else must decide on your correction")
    remedy = _("Ask another treasurer.")


class AccountIsYours(NotAllowed):
    """A member of staff wanted to change an account of his own, or of his maker."""

    code = "account-is-yours"
    title = _("This account belongs to you or to a maker you are a member of")
    remedy = _("Ask another member of staff.")
