"""A shop, who works there, and the categories things are sold in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.ids import PublicIdField
from core.limits import (
    SHOP_ABOUT_CHARS_MAX,
    SHOP_POLICY_CHARS_MAX,
    SHOP_TITLE_CHARS_MAX,
)
from identity.models import Maker
from messenger.models import Chat


class Category(models.Model):
    """A kind of goods: a tree that the house keeps, the same for every shop."""

    id = models.SmallAutoField(primary_key=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    slug = models.SlugField(max_length=40, unique=True)
    title_fa = models.CharField(_("title (fa)"), max_length=60)
    title_en = models.CharField(_("title (en)"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title_fa

    def title_in(self, language: str) -> str:
        """Return the title in a language: ``fa`` or ``en``."""
        return self.title_en if language.startswith("en") else self.title_fa


class Shop(models.Model):
    """A shop: it speaks through its channel, and its money goes to its maker's wallet."""

    class Status(models.TextChoices):
        """Draft shops are seen by their staff only; suspended ones by nobody else."""

        DRAFT = "draft", _("Draft")
        OPEN = "open", pgettext_lazy("shop", "Open")
        PAUSED = "paused", pgettext_lazy("shop", "Paused")
        SUSPENDED = "suspended", _("Suspended")
        CLOSED = "closed", pgettext_lazy("shop", "Closed")

    class Level(models.IntegerChoices):
        """How far the shop is verified; it caps held money and broadcasts (core.limits)."""

        NONE = 0, _("Not verified")
        IDENTITY = 1, _("Identity matched")
        ENAMAD = 2, _("e-namad or licence")
        AUDITED = 3, _("Audited by the platform")

    id = models.AutoField(primary_key=True)
    public_id = PublicIdField(prefix="shp")
    slug = models.CharField(_("address"), max_length=32, unique=True)
    maker = models.ForeignKey(Maker, on_delete=models.PROTECT, related_name="shops")
    channel = models.OneToOneField(Chat, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=SHOP_TITLE_CHARS_MAX)
    about = models.CharField(_("about"), max_length=SHOP_ABOUT_CHARS_MAX, default="", blank=True)
    policy = models.CharField(
        _("returns and shipping"), max_length=SHOP_POLICY_CHARS_MAX, default="", blank=True
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    province = models.CharField(_("province"), max_length=40, default="", blank=True)
    city = models.CharField(_("city"), max_length=40, default="", blank=True)
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.DRAFT
    )
    # Picture.digest of a square
    logo = models.CharField(max_length=64, default="", db_default="", blank=True)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices, default=Level.NONE)
    enamad_number = models.CharField(_("e-namad number"), max_length=20, default="", blank=True)
    enamad_until = models.DateField(_("e-namad until"), null=True, blank=True)
    catalogue_version = models.PositiveIntegerField(default=1)  # in the keys of caches
    rating_sum = models.PositiveIntegerField(default=0)
    rating_n = models.PositiveIntegerField(default=0)
    promise = models.PositiveSmallIntegerField(null=True)  # 0-100, from events; null: too few
    created_at = models.DateTimeField(_("opened"))

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "open", "paused", "suspended", "closed"]),
                name="shops_shop_status_known",
            ),
            models.CheckConstraint(condition=Q(level__lte=3), name="shops_shop_level_known"),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z][a-z0-9_]{3,31}$"), name="shops_shop_slug_shape"
            ),
            models.CheckConstraint(
                condition=Q(promise=None) | Q(promise__lte=100), name="shops_shop_promise"
            ),
        ]
        indexes = [
            models.Index(
                fields=["enamad_until"],
                name="shops_shop_enamad_due",
                condition=Q(enamad_until__isnull=False),
            ),
        ]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether people may see the shop."""
        return self.status in {self.Status.OPEN, self.Status.PAUSED}

    @property
    def sells(self) -> bool:
        """Whether people may order now."""
        return self.status == self.Status.OPEN


class Staff(models.Model):
    """A person's role in a shop; what each role may do stands in ``shops.access``."""

    class Role(models.TextChoices):
        """One owner at least; the others as the shop grows."""

        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")
        CLERK = "clerk", _("Order clerk")
        CONTENT = "content", _("Content")

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="staff", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shop_roles"
    )
    role = models.CharField(_("role"), max_length=8, choices=Role.choices)
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        constraints = [
            models.UniqueConstraint(fields=["shop", "person"], name="shops_staff_once"),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "manager", "clerk", "content"]),
                name="shops_staff_role_known",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person_id} · {self.role}"
