"""Dividing rials so that nothing is lost by rounding. Pure."""

from __future__ import annotations

from collections.abc import Sequence


def shared(whole: int, parts: Sequence[int]) -> list[int]:
    """Divide ``whole`` rials in proportion to ``parts``; the shares sum to it exactly."""
    total = sum(parts)
    if not total:
        return [0] * len(parts)
    shares = [whole * one // total for one in parts]
    left = whole - sum(shares)
    by_rest = sorted(range(len(parts)), key=lambda at: -(whole * parts[at] % total))
    for at in by_rest[:left]:
        shares[at] += 1
    return shares
