"""What an app's bytes are, what reviewers think of them, what people get."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from miniapps.models.registered import App


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
