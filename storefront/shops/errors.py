"""Refusals of shops.

    Problem
    ├── PictureRefused(reason)          too-many-bytes, too-many-pixels, unreadable
    ├── InvalidInput    (titles, prices, stock, options: faults by pointer)
    ├── NotAllowed
    │   ├── ShopRoleMissing(needs)      the person works there, but not as this
    │   └── ShopScopeMissing(needs)     the key is the shop's, but not for this
    ├── ImportUnreadable(reason)        the file cannot be read as a table
    └── Conflict
        ├── ImportNotReady(state)
        ├── ShopAddressTaken, TooManyShops(most), TooManyProducts(most)
        ├── ShopStateForbids(state), ProductStateForbids(state)
        ├── SkuTaken(sku), StockPromised(reserved), TooManyPictures(most)
        ├── ChangedMeanwhile(now_there), LastVariant
        ├── TooManyShopKeys(most)
        ├── TooManyPosts(most, day), TooManyNudges(most, day), PostStateForbids(state)
        ├── TakenDown(takedown), AppealedAlready(state), DecidedAlready(state)
        └── LastShopOwner, TooManyStaff(most)

A stranger to a shop meets NotFound and nothing else.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict, NotAllowed, Problem


class ShopRoleMissing(NotAllowed):
    """The person's role in the shop does not allow this. Members: ``needs``."""

    code = "shop-role-missing"
    title = _("Your role in this shop does not allow this")
    remedy = _("Ask the owner of the shop for another role.")


class ShopScopeMissing(NotAllowed):
    """The shop's key does not have the scope for this. Members: ``needs``."""

    code = "shop-scope-missing"
    title = _("This key of the shop does not allow this")
    remedy = _("Make a key with the scope that is named.")


class ImportUnreadable(Problem):
    """The file cannot be read as a table. Members: ``reason``, a code of imports.findings."""

    code, status = "import-unreadable", 422
    title = _("This file cannot be read as a table")
    remedy = _("Save it as .xlsx or as CSV UTF-8, with headings in its first row.")


class ImportNotReady(Conflict):
    """The import is not at the step that was asked for. Members: ``state``."""

    code = "import-not-ready"
    title = _("The import is at another step")
    remedy = _("Load its page again.")


class ShopAddressTaken(Conflict):
    """Another shop or channel has this address."""

    code = "shop-address-taken"
    title = _("This address is taken")
    remedy = _("Choose another one.")


class TooManyShops(Conflict):
    """The maker has as many shops as he may. Members: ``most``."""

    code = "too-many-shops"
    title = _("There are too many shops")
    remedy = _("Close one, or ask us for more.")


class TooManyProducts(Conflict):
    """The shop has as many products as its level allows. Members: ``most``."""

    code = "too-many-products"
    title = _("The shop has too many products")
    remedy = _("Archive some, or raise the shop's level.")


class ShopStateForbids(Conflict):
    """The shop's status does not permit the step. Members: ``state``."""

    code = "shop-state-forbids"
    title = _("The state of the shop does not permit this step")
    remedy = _("Load it again; open the shop first if it is closed.")


class ProductStateForbids(Conflict):
    """The product's status does not permit the step. Members: ``state``."""

    code = "product-state-forbids"
    title = _("The state of the product does not permit this step")
    remedy = _("Load it again and decide anew.")


class SkuTaken(Conflict):
    """Another variant of the shop has this SKU. Members: ``sku``."""

    code = "sku-taken"
    title = _("Another product of this shop has this SKU")
    remedy = _("Give it a SKU of its own.")


class StockPromised(Conflict):
    """The stock cannot fall below what orders were promised. Members: ``reserved``."""

    code = "stock-promised"
    title = _("Orders wait for more than that")
    remedy = _("Pack or cancel those orders first.")


class PictureRefused(Problem):
    """What was sent is no picture we can draw. Members: ``reason``."""

    code, status = "picture-refused", 400
    title = _("This picture cannot be read")
    remedy = _("Send a JPEG, PNG or WebP of at most 12 MB.")


class TooManyPictures(Conflict):
    """The product has as many pictures as it may. Members: ``most``."""

    code = "too-many-pictures"
    title = _("The product has too many pictures")
    remedy = _("Take one out first.")


class ChangedMeanwhile(Conflict):
    """Somebody changed it after it was loaded. Members: ``now_there``."""

    code = "changed-meanwhile"
    title = _("Somebody changed this meanwhile")
    remedy = _("Look at what stands there now, then save again; what you wrote is kept.")


class TooManyShopKeys(Conflict):
    """The shop has as many live keys as it may. Members: ``most``."""

    code = "too-many-shop-keys"
    title = _("The shop has too many keys")
    remedy = _("Revoke one that is not used any more.")


class TooManyPosts(Conflict):
    """The shop has planned or sent as many posts for this day as its level allows."""

    code = "too-many-posts"
    title = _("There are enough posts on that day")
    remedy = _("Choose another day, or raise the shop's level.")


class TooManyNudges(Conflict):
    """The shop's level allows no more posts that tell people on this day. Members: ``most``."""

    code = "too-many-nudges"
    title = _("On that day no more posts can tell people")
    remedy = _("Send it to the channel only, choose another day, or raise the shop's level.")


class PostStateForbids(Conflict):
    """The post does not wait any more. Members: ``state``."""

    code = "post-state-forbids"
    title = _("This post does not wait any more")
    remedy = _("Load the list again.")


class TakenDown(Conflict):
    """The platform took the product down, and that stands. Members: ``takedown``."""

    code = "taken-down"
    title = _("The platform took this down")
    remedy = _("Read why on the desk of the shop; you may appeal once.")


class AppealedAlready(Conflict):
    """A takedown can be appealed once. Members: ``state``."""

    code = "appealed-already"
    title = _("An appeal was made already")
    remedy = _("Wait for the answer, or read it on the desk of the shop.")


class DecidedAlready(Conflict):
    """Somebody decided this before. Members: ``state``."""

    code = "decided-already"
    title = _("This was decided already")
    remedy = _("Load the page again to see how.")


class LastShopOwner(Conflict):
    """A shop keeps one owner at least."""

    code = "last-shop-owner"
    title = _("A shop needs an owner")
    remedy = _("Make somebody else an owner first.")


class TooManyStaff(Conflict):
    """The shop has as many people as it may. Members: ``most``."""

    code = "too-many-staff"
    title = _("Too many people work in this shop")
    remedy = _("Take somebody out first.")


class LastVariant(Conflict):
    """A published product keeps one variant that is sold."""

    code = "last-variant"
    title = _("The last variant cannot be taken out")
    remedy = _("Archive the product instead.")
