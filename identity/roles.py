"""What members of staff may do, by role. None of them is a superuser.

The groups are made again after every migration, so that this table is the truth.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

_THE_BOOKS = (
    "wallet.view_account",
    "wallet.view_transfer",
    "wallet.view_correction",
    "wallet.view_reconciliationrun",
    "wallet.view_invoice",
    "wallet.view_payment",
    "wallet.view_topup",
    "wallet.view_payout",
    "wallet.view_spendinglimit",
    "wallet.view_merchantterms",
)

_THE_SHOWCASE = (
    "showcase.view_listing",
    "showcase.view_slot",
    "showcase.add_slot",
    "showcase.change_slot",
    "showcase.delete_slot",
    "showcase.view_collection",
    "showcase.add_collection",
    "showcase.change_collection",
    "showcase.delete_collection",
    "showcase.view_collectionitem",
    "showcase.add_collectionitem",
    "showcase.change_collectionitem",
    "showcase.delete_collectionitem",
    "showcase.view_rating",
    "showcase.view_report",
    "showcase.change_report",
)

ROLES: dict[str, tuple[str, ...]] = {
    "editor": _THE_SHOWCASE,
    "reviewer": (
        "miniapps.view_app",
        "miniapps.view_version",
        "miniapps.view_submission",
        "miniapps.review_submission",
    ),
    "operator": (
        "miniapps.view_app",
        "miniapps.suspend_app",
        "miniapps.view_version",
        "miniapps.view_submission",
        "miniapps.view_release",
        "identity.view_person",
        "identity.view_maker",
        "identity.view_signingkey",
        "core.view_auditevent",
        "orders.view_order",
        "orders.decide_order",
        *_THE_BOOKS,
        "wallet.freeze_account",
        *_THE_SHOWCASE,
        "shops.view_shop",
        "shops.change_shop",
        "shops.view_report",
        "shops.change_report",
        "shops.view_takedown",
        "shops.change_takedown",
        "shops.view_verification",
        "shops.change_verification",
        "shops.view_import",
        "shops.add_import",
    ),
    "support": (
        "miniapps.view_app",
        "miniapps.view_version",
        "miniapps.view_submission",
        "shops.view_shop",
        "shops.view_report",
        "shops.view_takedown",
        "identity.view_person",
        "identity.view_maker",
        "orders.view_order",
        *_THE_BOOKS,
    ),
    "treasurer": (
        "identity.view_person",
        "identity.view_maker",
        "core.view_auditevent",
        "orders.view_order",
        *_THE_BOOKS,
        "wallet.freeze_account",
        "wallet.propose_correction",
        "wallet.approve_correction",
        "wallet.run_reconciliation",
        "wallet.change_spendinglimit",
        "wallet.change_merchantterms",
    ),
}


def make_groups(**_kwargs: Any) -> None:
    """Give each role its group with exactly the permissions of ROLES."""
    for role, names in ROLES.items():
        group, _made = Group.objects.get_or_create(name=role)
        wanted = Q(pk__in=[])
        for name in names:
            floor, codename = name.split(".")
            wanted |= Q(content_type__app_label=floor, codename=codename)
        group.permissions.set(Permission.objects.filter(wanted))
