"""What a member of staff must be, and must say, before a step on somebody's money."""

from __future__ import annotations

from core.limits import MONEY_REASON_CHARS_MAX
from core.problems import NotAllowed
from identity.makers import role_of
from identity.models import Person
from wallet.errors import AccountIsYours, ReasonMissing
from wallet.models import Account

FREEZE = "wallet.freeze_account"
PROPOSE = "wallet.propose_correction"
APPROVE = "wallet.approve_correction"
RECONCILE = "wallet.run_reconciliation"
LIMIT = "wallet.change_spendinglimit"
TERMS = "wallet.change_merchantterms"


def require(actor: Person, permission: str) -> None:
    """Raise NotAllowed where the actor's role lacks the permission."""
    if not actor.has_perm(permission):
        raise NotAllowed


def reason_of(text: str) -> str:
    """Return the reason without the blanks around it. Raises ReasonMissing."""
    reason = text.strip()
    if not 0 < len(reason) <= MONEY_REASON_CHARS_MAX:
        raise ReasonMissing
    return reason


def is_own(actor: Person, account: Account) -> bool:
    """Tell whether the account is the actor's, or of a maker he is a member of."""
    if account.maker is not None:
        return role_of(actor, account.maker) is not None
    return account.person_id == actor.pk


def refuse_own(actor: Person, *accounts: Account) -> None:
    """Raise AccountIsYours where one of the accounts is the actor's."""
    if any(is_own(actor, account) for account in accounts):
        raise AccountIsYours
