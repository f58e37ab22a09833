"""Refusals of the wallet floor.

Problem
├── Conflict
│   ├── AccountFrozen, BooksDiffer
│   ├── HoldUnknown, HoldAlreadySettled, HoldExpired, AmountExceedsHold
│   ├── LedgerKeyReused
│   ├── ReasonMissing
│   ├── CorrectionDecided(state), CorrectionExpired, CorrectionKeyReused
│   └── AlreadyReconciling
├── NotAllowed
│   ├── CorrectionNeedsAnother
│   └── AccountIsYours
└── PaymentRequired (402)
    └── InsufficientFunds(missing…)
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict, NotAllowed, Problem, Unavailable


class PaymentRequired(Problem):
    """Money is missing or may not be spent so. Abstract: no caller meets it itself."""

    code, status = "payment-required", 402
    title = _("The payment could not be made")


class InsufficientFunds(PaymentRequired):
    """The account that pays does not hold so much."""

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
