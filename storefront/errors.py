"""Refusals of My Bank.

Problem
└── Conflict
    └── BoardFull(most)     nothing more can be pinned
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict


class BoardFull(Conflict):
    """The person pinned as many services and mini-apps as he may. Members: ``most``."""

    code = "board-full"
    title = _("My Bank holds no more pins")
    remedy = _("Take one away first.")
