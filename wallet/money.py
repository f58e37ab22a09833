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


def share(amount: Rials, basis_points: int) -> Rials:
    """Return a share given in basis points (1 = 0.01 %), rounded half up to whole rials.

    ``share(Rials(1_000_000), 100)`` is 10,000 rials: 1 %.
    """
    assert amount >= 0
    assert basis_points >= 0
    return Rials((amount * basis_points + 5_000) // 10_000)


def part(whole: Rials, done: Rials, of: Rials) -> Rials:
    """Return ``whole × done ÷ of``, rounded down: what is due when ``done`` of ``of`` is done.

    Taken at each step less what was taken before, parts add up to ``whole`` exactly.
    """
    assert 0 <= done <= of
    return Rials(whole * done // of) if of else Rials(0)
