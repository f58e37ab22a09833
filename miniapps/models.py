"""What an app is, what its bytes are, what reviewers think, what people get: kept apart.

The state machines are design §6; the moves are functions of the verb modules, never ``save()``.
"""

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


class Version(models.Model):
    """The bytes of one build. Immutable; the same bytes give the same version."""

    class State(models.TextChoices):
        """What the checks and the platform said of these bytes."""

        UPLOADED = "uploaded", _("Uploaded")
        PROCESSING = "processing", _("Being checked")
        CHECKS_FAILED = "checks_failed", _("Refused by the checks")
        QUARANTINED = "quarantined", _("Held back")
        READY = "ready", _("Ready")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        BLOCKED_SOFT = "blocked_soft", _("Blocked for new launches")
        BLOCKED_HARD = "blocked_hard", _("Blocked")

    class Via(models.TextChoices):
        """The door it came through."""

        PAGE = "page", _("Console")
        API = "api", _("API")
        DEMO = "demo", _("Demo data")

    public_id = PublicIdField(prefix="ver")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    upload_sha256 = models.CharField(max_length=64)
    manifest_given = models.JSONField[Any](null=True, blank=True)
    digest = models.CharField(_("digest"), max_length=64, null=True, blank=True)  # noqa: DJ001  (NULL until checked)
    manifest = models.JSONField[Any](_("manifest"), null=True, blank=True)
    # For a build without manifest.json: what a form may begin with.
    manifest_proposed = models.JSONField[Any](null=True, blank=True)
    name = models.CharField(_("version"), max_length=40, default="", blank=True)
    note = models.CharField(_("what is new"), max_length=500, default="", blank=True)
    state = models.CharField(
        _("state"), max_length=14, choices=State.choices, default=State.UPLOADED
    )
    size_bytes = models.PositiveBigIntegerField(default=0)
    files_count = models.PositiveIntegerField(default=0)
    speaks = models.JSONField[Any](default=list)
    relaxations = models.JSONField[Any](default=list)
    rules_version = models.CharField(max_length=20, default="", blank=True)
    via = models.CharField(max_length=4, choices=Via.choices)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    check_started_at = models.DateTimeField(null=True, blank=True)
    check_tries = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)
    # The older version with the same content; a row that has one is only its upload's echo.
    same_as = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="echoes"
    )

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [
            models.UniqueConstraint(fields=["app", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["app", "digest"],
                condition=Q(digest__isnull=False) & ~Q(state="checks_failed"),
                name="version_content_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "uploaded", "processing", "checks_failed", "quarantined", "ready",
                        "withdrawn", "blocked_soft", "blocked_hard",
                    ]
                ),
                name="version_state_known",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.app_id} #{self.number}"


class VersionFile(models.Model):
    """One file of a version: its path and the blob that holds its bytes."""

    id = models.BigAutoField(primary_key=True)
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "path"], name="file_path_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return self.path


class Finding(models.Model):
    """Something the checks or a reviewer found. Never a sentence only: a rule and a place."""

    class Severity(models.TextChoices):
        """Error refuses the version; warning and note inform."""

        ERROR = "error", _("Error")
        WARNING = "warning", _("Warning")
        NOTE = "note", _("Note")

    class State(models.TextChoices):
        """What became of a reviewer's finding."""

        OPEN = "open", _("Open")
        FIXED = "fixed", _("Fixed")
        WAIVED = "waived", _("Waived")

    public_id = PublicIdField(prefix="fnd")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="findings")
    submission = models.ForeignKey(
        "Submission", null=True, on_delete=models.CASCADE, related_name="findings"
    )
    rule = models.CharField(max_length=60)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    path = models.CharField(max_length=255, default="", blank=True)
    line = models.PositiveIntegerField(null=True)
    facts = models.JSONField[Any](default=dict)
    text = models.TextField(default="", blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.rule} {self.path}"


class Submission(models.Model):
    """One case for review. Keeps its place in the queue over rounds of changes."""

    class State(models.TextChoices):
        """Where the case stands (design §6)."""

        QUEUED = "queued", _("Waiting for review")
        CLAIMED = "claimed", _("In review")
        CHANGES_REQUESTED = "changes_requested", _("Changes requested")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = PublicIdField(prefix="sub")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="submissions")
    version = models.ForeignKey(
        Version, verbose_name=_("version"), on_delete=models.PROTECT, related_name="submissions"
    )
    state = models.CharField(_("state"), max_length=18, choices=State.choices, default=State.QUEUED)
    round = models.PositiveSmallIntegerField(default=1)
    publish_on_approval = models.BooleanField(_("publish on approval"), default=True)
    note = models.TextField(_("note to the reviewer"), default="", blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    first_submitted_at = models.DateTimeField(_("submitted"))
    due_at = models.DateTimeField(_("due"))
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reviewer"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reasons = models.TextField(_("reasons"), default="", blank=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("review queue")
        constraints = [
            models.UniqueConstraint(
                fields=["app"],
                condition=Q(state__in=["queued", "claimed", "changes_requested"]),
                name="one_open_case",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "queued", "claimed", "changes_requested", "approved", "rejected",
                        "withdrawn",
                    ]
                ),
                name="submission_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(claimed_by__isnull=False),
                name="claimed_by_somebody",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "due_at"], name="queue_by_due")]
        permissions = [("review_submission", _("Can review submissions"))]

    def __str__(self) -> str:
        return self.public_id


class Release(models.Model):
    """A version given to people on one channel, to some of them or to all."""

    class Channel(models.TextChoices):
        """Who gets it: the team, invited testers, everyone."""

        DEV = "dev", _("Development")
        PREVIEW = "preview", _("Preview")
        PRODUCTION = "production", _("Production")

    class State(models.TextChoices):
        """How far it has come (design §6)."""

        ROLLING = "rolling", _("Rolling out")
        PAUSED = "paused", _("Paused")
        FULL = "full", _("Full")
        SUPERSEDED = "superseded", _("Superseded")
        HALTED = "halted", _("Halted")
        ROLLED_BACK = "rolled_back", _("Rolled back")

    public_id = PublicIdField(prefix="rel")
    app = models.ForeignKey(App, on_delete=models.PROTECT, related_name="releases")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="releases")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    state = models.CharField(max_length=12, choices=State.choices)
    percent = models.PositiveSmallIntegerField(default=100)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.UniqueConstraint(
                fields=["app", "channel"], condition=Q(state="full"), name="one_full_release"
            ),
            models.UniqueConstraint(
                fields=["app", "channel"],
                condition=Q(state__in=["rolling", "paused"]),
                name="one_rolling_release",
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=100), name="release_percent"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["rolling", "paused", "full", "superseded", "halted", "rolled_back"]
                ),
                name="release_state_known",
            ),
        ]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.channel} {self.version_id}"


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


class AppPerson(models.Model):
    """A person as one app knows him: a pairwise number and string, never our own ids."""

    id = models.BigAutoField(primary_key=True)
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="app_people"
    )
    number = models.BigIntegerField()
    sub = models.CharField(max_length=40)
    asked = models.JSONField[Any](default=list)  # permissions the person was asked about
    first_opened_at = models.DateTimeField(auto_now_add=True)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app", "person"], name="app_person_once"),
            models.UniqueConstraint(fields=["app", "number"], name="app_number_once"),
            models.UniqueConstraint(fields=["app", "sub"], name="app_sub_once"),
            models.CheckConstraint(
                condition=Q(number__gt=0, number__lt=2**52), name="app_number_range"
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.sub


class Launch(models.Model):
    """One opening of one version by one person."""

    public_id = PublicIdField(prefix="lnc")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="launches")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="launches")
    label = models.CharField(max_length=60)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="launches"
    )
    app_person = models.ForeignKey(AppPerson, on_delete=models.CASCADE, related_name="launches")
    chat = models.ForeignKey(Chat, null=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=16)
    channel = models.CharField(max_length=10, choices=Release.Channel.choices)
    start_param = models.CharField(max_length=512, default="", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=24, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["app", "version"], name="launches_open", condition=Q(ended_at=None)
            ),
            models.Index(fields=["expires_at"], name="launches_to_end", condition=Q(ended_at=None)),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.public_id


class StoredValue(models.Model):
    """What an app keeps for a person: CloudStorage, or localStorage that a browser blocks."""

    class Area(models.TextChoices):
        """Cloud: through the API. Local: localStorage of an app whose browser blocks it."""

        CLOUD = "cloud", "CloudStorage"
        LOCAL = "local", "localStorage"

    id = models.BigAutoField(primary_key=True)
    app_person = models.ForeignKey(AppPerson, on_delete=models.CASCADE, related_name="values")
    area = models.CharField(max_length=5, choices=Area.choices)
    key = models.TextField()
    value = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["app_person", "area", "key"], name="value_key_once")
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return self.key


class AppKey(models.Model):
    """A scoped key for a maker's server or CI: prefix shown, hash kept, shown whole only once."""

    class Scope(models.TextChoices):
        """What the key may do."""

        VERSIONS_WRITE = "versions:write", _("Upload versions")
        VERSIONS_READ = "versions:read", _("Read versions and findings")
        SUBMIT = "submissions:write", _("Submit for review")
        RELEASE = "releases:write", _("Release and roll back")
        INTROSPECT = "tokens:introspect", _("Check tokens")

    public_id = PublicIdField(prefix="key")
    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField[Any](default=list)
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
