"""An import: a file of products or of shops on its way into the tables, and each row of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import IMPORT_NAME_CHARS_MAX
from storefront.shops.models.shop import Shop


class Import(models.Model):
    """One file, what its columns mean, and how far it has come."""

    class Kind(models.TextChoices):
        """What a row of the file is."""

        PRODUCTS = "products", _("Products")
        SHOPS = "shops", _("Shops")

    class State(models.TextChoices):
        """mapping → checking → checked → applying → done → undoing → undone; or refused."""

        MAPPING = "mapping", _("Waits for its columns")
        CHECKING = "checking", _("Is being checked")
        CHECKED = "checked", _("Checked, nothing is written")
        APPLYING = "applying", _("Is being imported")
        DONE = "done", _("Imported")
        UNDOING = "undoing", _("Is being undone")
        UNDONE = "undone", _("Undone")
        REFUSED = "refused", _("The file could not be read")

    class Unit(models.TextChoices):
        """What a bare number in a column of prices counts."""

        TOMAN = "toman", _("Toman")
        RIAL = "rial", _("Rial")

    MOVING = (State.CHECKING, State.APPLYING, State.UNDOING)

    id = models.BigAutoField(primary_key=True)
    public_id = PublicIdField(prefix="imp")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    shop = models.ForeignKey(
        Shop, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.MAPPING)
    name = models.CharField(_("file"), max_length=IMPORT_NAME_CHARS_MAX)
    digest = models.CharField(max_length=64)  # SHA-256 of the file: where its bytes lie
    pictures_digest = models.CharField(max_length=64, default="", blank=True)  # of the zip
    form = models.CharField(max_length=4)  # csv, xlsx
    encoding = models.CharField(max_length=12, default="", blank=True)
    delimiter = models.CharField(max_length=1, default="", blank=True)
    headers = models.JSONField[Any](default=list)  # the texts of the first row
    samples = models.JSONField[Any](default=list)  # the first rows below it
    columns = models.JSONField[Any](default=dict)  # {"price": 3}
    unit = models.CharField(max_length=5, choices=Unit.choices, default="", blank=True)
    publish = models.BooleanField(default=False)  # new products are published, new shops opened
    refusal = models.CharField(max_length=24, default="", blank=True)  # why it was refused
    rows_read = models.PositiveIntegerField(default=0)
    is_read = models.BooleanField(default=False)  # every row stands in the table
    rows_bad = models.PositiveIntegerField(_("rows with errors"), default=0)
    rows_applied = models.PositiveIntegerField(_("rows imported"), default=0)
    created_at = models.DateTimeField(_("begun"))
    alive_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="products", shop__isnull=False) | Q(kind="shops", shop=None),
                name="shops_import_of_a_shop",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "mapping", "checking", "checked", "applying", "done", "undoing", "undone",
                        "refused",
                    ]
                ),
                name="shops_import_state_known",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["shop", "-id"], name="shops_import_of_shop"),
            models.Index(
                fields=["alive_at"],
                name="shops_import_moving",
                condition=Q(state__in=["checking", "applying", "undoing"]),
            ),
        ]
        default_permissions = ("view", "add")

    def __str__(self) -> str:
        return self.name

    @property
    def is_moving(self) -> bool:
        """Whether a worker has something to do with it."""
        return self.state in self.MOVING


class ImportRow(models.Model):
    """A row of the file: what stood in it, what it asks for, what became of it."""

    class State(models.TextChoices):
        """ready → applied → undone | kept; bad and failed rows have changed nothing."""

        READY = "ready", _("Ready")
        BAD = "bad", _("Has errors")
        APPLIED = "applied", _("Imported")
        FAILED = "failed", _("Not imported")
        UNDONE = "undone", _("Undone")
        KEPT = "kept", _("Kept")

    class Result(models.TextChoices):
        """What the row was to the tables, or will be."""

        INSERT = "insert", _("New")
        UPDATE = "update", _("Changed")
        SAME = "same", _("As it was")

    id = models.BigAutoField(primary_key=True)
    # Not named `import`: a word of Python.
    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()  # in the file, as a spreadsheet counts
    place = models.PositiveIntegerField()  # the number of the first row of the same product
    key = models.CharField(max_length=64)  # the SKU, or a shop's address
    group = models.CharField(max_length=128, default="", blank=True)
    cells = ArrayField(models.TextField(), default=list)
    wish = models.JSONField[Any](default=dict)
    findings = models.JSONField[Any](default=list)  # [{"code", "column", "value"}]
    state = models.CharField(max_length=7, choices=State.choices)
    result = models.CharField(max_length=6, choices=Result.choices, default="", blank=True)
    product = models.BigIntegerField(null=True)  # keys of what was written: no foreign key, so
    variant = models.BigIntegerField(null=True)  # that nothing is held for the sake of a log
    before = models.JSONField[Any](null=True)  # of what was changed, to undo it
    applied_at = models.DateTimeField(null=True)
    pictures_wait = models.BooleanField(default=False)  # its pictures are still to be fetched

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="shops_import_row_once"),
        ]
        indexes = [
            models.Index(fields=["batch", "state", "place", "number"], name="shops_import_next"),
            models.Index(
                fields=["batch", "number"],
                name="shops_import_pictures",
                condition=Q(pictures_wait=True),
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id}#{self.number}"
