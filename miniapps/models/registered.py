"""Apps and what hangs on them: keys, places in chats, what the assets process is told."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from identity.models import Maker
from messenger.models import Chat


class Category(models.TextChoices):
    """Where an app stands on the shelves."""

    FOOD = "food", _("Food and cafés")
    SHOPPING = "shopping", _("Shopping")
    FINANCE = "finance", _("Finance")
    GAMES = "games", _("Games")
    EDUCATION = "education", _("Education")
    TOOLS = "tools", _("Tools")
    TRAVEL = "travel", _("Travel")
    HEALTH = "health", _("Health")
    NEWS = "news", _("News and culture")
    SERVICES = "services", _("Services")


class App(models.Model):
    """A mini-app. Its id, its origin label and its numeric id never change and are never reused."""

    class Status(models.TextChoices):
        """What the app is to the world."""

        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        LIVE = "live", _("Live")
        UNLISTED = "unlisted", _("Unlisted")
        SUSPENDED = "suspended", _("Suspended")
        ARCHIVED = "archived", _("Archived")
        BANNED = "banned", _("Banned")
        DELETED = "deleted", _("Deleted")

    public_id = PublicIdField(prefix="app")
    number = models.BigIntegerField(_("numeric id"), unique=True, editable=False)
    label = models.CharField(_("origin label"), max_length=40, unique=True, editable=False)
    slug = models.CharField(_("slug"), max_length=40, unique=True)
    maker = models.ForeignKey(
        Maker, verbose_name=_("maker"), on_delete=models.PROTECT, related_name="apps"
    )
    name_fa = models.CharField(_("name in Persian"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60)
    about_fa = models.CharField(_("description in Persian"), max_length=300, default="", blank=True)
    about_en = models.CharField(_("description in English"), max_length=300, default="", blank=True)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    icon = models.CharField(
        _("icon"), max_length=64, default="", blank=True
    )  # blob in the store, PNG
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.DRAFT
    )
    status_before = models.CharField(max_length=12, default="", blank=True)
    secret_sealed = models.BinaryField(editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("mini-app")
        verbose_name_plural = _("mini-apps")
        permissions = [("suspend_app", _("Can suspend and restore mini-apps"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "draft", "in_review", "live", "unlisted", "suspended", "archived",
                        "banned", "deleted",
                    ]
                ),
                name="app_status_known",
            ),
            models.CheckConstraint(
                condition=Q(label__regex=r"^[a-z0-9](-?[a-z0-9])*$"), name="app_label_shape"
            ),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9](-?[a-z0-9])*$"), name="app_slug_shape"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language that is active now."""
        return self.name_fa if (get_language() or "fa").startswith("fa") else self.name_en

    @property
    def about(self) -> str:
        """The description in the language that is active now."""
        return self.about_fa if (get_language() or "fa").startswith("fa") else self.about_en

    @property
    def can_be_launched(self) -> bool:
        """Whether people may open it at all."""
        return self.status in (self.Status.LIVE, self.Status.UNLISTED)


class AppKey(models.Model):
    """A scoped key for a maker's server or CI: prefix shown, hash kept, shown whole only once."""

    class Scope(models.TextChoices):
        """What the key may do."""

        VERSIONS_WRITE = "versions:write", _("Upload versions")
        VERSIONS_READ = "versions:read", _("Read versions and findings")
        SUBMIT = "submissions:write", _("Submit for review")
        RELEASE = "releases:write", _("Release and roll back")
        INTROSPECT = "tokens:introspect", _("Check tokens")
        WEBHOOKS = "webhooks:manage", _("Manage webhooks")
        PAYMENTS_READ = "payments:read", _("Read payments and the balance")
        PAYMENTS_WRITE = "payments:write", _("Make invoices and refund payments")
        MESSAGES = "messages:write", _("Prepare messages that people share")

    public_id = PublicIdField(prefix="key")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField[Any](default=list)
    test = models.BooleanField(default=False)  # touches test money only, and nothing but money
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def head(self) -> str:
        """How the key's text begins; this much may be shown."""
        return f"bnk_test_{self.prefix}" if self.test else f"bnk_{self.prefix}"


class ChatApp(models.Model):
    """An app that a chat's staff put into the chat's menu."""

    id = models.BigAutoField(primary_key=True)
    chat = models.ForeignKey(Chat, on_delete=models.CASCADE, related_name="chat_apps")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="in_chats")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chat", "app"], name="chat_app_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.app_id} in {self.chat_id}"


class Route(models.Model):
    """What the assets process reads about one origin label. Written only by ``miniapps.routing``.

    ``revision`` comes from a sequence by trigger, so a poller sees every change by number.
    """

    label = models.CharField(primary_key=True, max_length=60)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="routes")
    record = models.JSONField[Any]()
    revision = models.BigIntegerField(default=0, db_index=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.label
