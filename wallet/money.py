"""Money as the code knows it: integer rials. Pure.

Toman exists only where a person reads or writes it: in templates, through the filters of
``core.templatetags.ui``.
"""

from typing import Final, NewType

Rials = NewType("Rials", int)

AMOUNT_RIALS_MAX: Final = 2**53 - 1  # the largest integer that every JSON reader keeps exactly


def is_amount(value: object) -> bool:
    """Tell whether a value is an amount that can move: an integer of 1 to 2^53 − 1 rials."""
    return type(value) is int and 1 <= value <= AMOUNT_RIALS_MAX


def share(amount: Rials, per_mille_hundredths: int) -> Rials:
    """Return a share given in hundredths of a per mille (1 = 0.001 %), rounded half up.

    ``share(Rials(1_000_000), 150)`` is 1,500 rials: 0.15 %.
    """
    assert amount >= 0
    assert per_mille_hundredths >= 0
    return Rials((amount * per_mille_hundredths + 50_000) // 100_000)
