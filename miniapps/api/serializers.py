"""What goes over the wire of the makers' API: requests are strict, answers are described."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.conf import settings
from rest_framework import serializers

from core.api.parsing import strict_json
from core.api.strict import StrictSerializer, Text, Whole, YesNo
from core.limits import MANIFEST_BYTES_MAX, VERSION_NOTE_CHARS_MAX
from miniapps import findings
from miniapps.apikeys import NAME_CHARS_MAX
from miniapps.models import App, AppKey, Category, Finding, Release, Submission, Version

Strict = StrictSerializer  # a request that takes what the schema says and nothing else
ID_CHARS_MAX = 40


class Moment(serializers.DateTimeField):
    """An instant, in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


class ManifestText(serializers.CharField):
    """A manifest as JSON in a form field."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the manifest as a mapping. Raises ValidationError, ParseError."""
        text = super().to_internal_value(data).encode()
        if len(text) > MANIFEST_BYTES_MAX:
            raise serializers.ValidationError("is too large", code="long")
        value = strict_json(text)
        if not isinstance(value, dict):
            raise serializers.ValidationError("must be a JSON object", code="kind")
        return value


class ManifestObject(serializers.DictField):
    """A manifest in a JSON body."""


# --- makers and apps ------------------------------------------------------------------------
class MakerAnswer(serializers.Serializer[Any]):
    """A maker one belongs to, and as what."""

    id = serializers.CharField(source="maker.public_id")
    name = serializers.CharField(source="maker.name")
    kind = serializers.CharField(source="maker.kind")
    role = serializers.CharField()


class MakersAnswer(serializers.Serializer[Any]):
    """All makers one belongs to."""

    items = MakerAnswer(many=True)


class NewApp(StrictSerializer):
    """An app to register. The slug becomes its permanent address."""

    maker = Text(max_length=ID_CHARS_MAX)
    slug = Text(max_length=32, help_text="3 to 32 small letters, digits or single hyphens")
    name_fa = Text(max_length=60)
    name_en = Text(max_length=60)
    category = serializers.ChoiceField(choices=Category.choices)
    about_fa = Text(max_length=300, required=False, allow_blank=True)
    about_en = Text(max_length=300, required=False, allow_blank=True)


class AppChange(StrictSerializer):
    """New words of the listing; what is missing stays."""

    name_fa = Text(max_length=60, required=False)
    name_en = Text(max_length=60, required=False)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    about_fa = Text(max_length=300, required=False, allow_blank=True)
    about_en = Text(max_length=300, required=False, allow_blank=True)
    listed = YesNo(required=False, help_text="whether the app is shown; its link works either way")


class OwnApp(serializers.Serializer[Any]):
    """An app of one's own."""

    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField(help_text="the numeric id that stands in the app token")
    slug = serializers.CharField()
    maker = serializers.CharField(source="maker.public_id")
    name_fa = serializers.CharField()
    name_en = serializers.CharField()
    about_fa = serializers.CharField()
    about_en = serializers.CharField()
    category = serializers.CharField()
    status = serializers.ChoiceField(choices=App.Status.choices)
    icon_url = serializers.SerializerMethodField()
    origin = serializers.SerializerMethodField()
    created_at = Moment()

    def get_icon_url(self, app: App) -> str | None:
        """Return where the icon is, or null."""
        return f"{settings.ORIGIN}/icons/{app.icon}.png" if app.icon else None

    def get_origin(self, app: App) -> str:
        """Return the origin the app runs on."""
        return f"{settings.APPS_SCHEME}://{app.label}.{settings.APPS_DOMAIN}"


class AppPage(serializers.Serializer[Any]):
    """Apps, newest first."""

    items = OwnApp(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class IconUpload(StrictSerializer):
    """A picture for the icon."""

    image = serializers.FileField(allow_empty_file=True)


class TokenMade(serializers.Serializer[Any]):
    """The app's new token. It is shown this once."""

    token = serializers.CharField()


# --- versions -------------------------------------------------------------------------------
class NewVersion(StrictSerializer):
    """A build to check."""

    bundle = serializers.FileField(allow_empty_file=True, help_text="a zip file")
    manifest = ManifestText(required=False, help_text="JSON, for a build without manifest.json")
    note = Text(max_length=VERSION_NOTE_CHARS_MAX, required=False, allow_blank=True)


class ManifestForVersion(StrictSerializer):
    """A manifest for an upload that came without one."""

    manifest = ManifestObject()


class FindingAnswer(serializers.Serializer[Any]):
    """One thing that the checks or a reviewer found, and what to do about it."""

    id = serializers.CharField(source="public_id")
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=Finding.Severity.choices)
    path = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)
    title = serializers.SerializerMethodField()
    fix = serializers.SerializerMethodField()
    facts = serializers.DictField()
    state = serializers.ChoiceField(choices=Finding.State.choices)
    by_reviewer = serializers.SerializerMethodField()

    def get_title(self, finding: Finding) -> str:
        """Return what is wrong, in the caller's language."""
        return findings.text_of(finding).title

    def get_fix(self, finding: Finding) -> str:
        """Return what to do, in the caller's language."""
        return findings.text_of(finding).fix

    def get_by_reviewer(self, finding: Finding) -> bool:
        """Tell whether a person wrote it."""
        return finding.submission_id is not None


class VersionSummary(serializers.Serializer[Any]):
    """A version in a list."""

    id = serializers.CharField(source="public_id")
    app = serializers.CharField(source="app.public_id")
    number = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Version.State.choices)
    digest = serializers.CharField(allow_null=True)
    size_bytes = serializers.IntegerField()
    files_count = serializers.IntegerField()
    note = serializers.CharField()
    via = serializers.CharField()
    uploaded_at = Moment()
    checked_at = Moment(allow_null=True)


class VersionAnswer(VersionSummary):
    """A version whole: what it asks for and everything that was found."""

    manifest = serializers.DictField(allow_null=True)
    manifest_proposed = serializers.DictField(
        allow_null=True, help_text="for a build without manifest.json: what a form may begin with"
    )
    speaks = serializers.ListField(child=serializers.CharField())
    relaxations = serializers.ListField(child=serializers.CharField())
    rules_version = serializers.CharField()
    findings = FindingAnswer(many=True)


class VersionPage(serializers.Serializer[Any]):
    """Versions, newest first."""

    items = VersionSummary(many=True)
    next_cursor = serializers.CharField(allow_null=True)


# --- submissions ----------------------------------------------------------------------------
class NewSubmission(StrictSerializer):
    """A version to be reviewed."""

    version = Text(max_length=ID_CHARS_MAX)
    publish_on_approval = YesNo(required=False, default=True)
    note = Text(max_length=VERSION_NOTE_CHARS_MAX, required=False, allow_blank=True)


class SubmissionAnswer(serializers.Serializer[Any]):
    """A case and where it stands."""

    id = serializers.CharField(source="public_id")
    app = serializers.CharField(source="app.public_id")
    version = serializers.CharField(source="version.public_id")
    state = serializers.ChoiceField(choices=Submission.State.choices)
    round = serializers.IntegerField()
    publish_on_approval = serializers.BooleanField()
    note = serializers.CharField()
    reasons = serializers.CharField()
    first_submitted_at = Moment()
    due_at = Moment()
    decided_at = Moment(allow_null=True)


class SubmissionPage(serializers.Serializer[Any]):
    """Cases, newest first."""

    items = SubmissionAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


# --- releases -------------------------------------------------------------------------------
class NewRelease(StrictSerializer):
    """A version to give to people."""

    version = Text(max_length=ID_CHARS_MAX)
    channel = serializers.ChoiceField(choices=Release.Channel.choices)
    percent = Whole(min_value=1, max_value=100, required=False, default=100)


class ReleaseChange(StrictSerializer):
    """More or fewer people, or a pause. One of the two."""

    percent = Whole(min_value=1, max_value=100, required=False)
    state = serializers.ChoiceField(choices=["rolling", "paused"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one change."""
        if len(attrs) != 1:
            raise serializers.ValidationError("send either percent or state", code="one-of")
        return attrs


class RollBack(StrictSerializer):
    """The channel to take back."""

    channel = serializers.ChoiceField(choices=Release.Channel.choices, default="production")


class ReleaseAnswer(serializers.Serializer[Any]):
    """A version given to people."""

    id = serializers.CharField(source="public_id")
    app = serializers.CharField(source="app.public_id")
    version = serializers.CharField(source="version.public_id")
    channel = serializers.ChoiceField(choices=Release.Channel.choices)
    state = serializers.ChoiceField(choices=Release.State.choices)
    percent = serializers.IntegerField()
    created_at = Moment()
    ended_at = Moment(allow_null=True)


class ReleasePage(serializers.Serializer[Any]):
    """Releases, newest first."""

    items = ReleaseAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)


# --- keys -----------------------------------------------------------------------------------
class NewKey(StrictSerializer):
    """A key for a server or CI."""

    name = Text(max_length=NAME_CHARS_MAX)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=AppKey.Scope.choices), min_length=1, max_length=10
    )
    expires_at = Moment(required=False, allow_null=True)
    test = YesNo(required=False, default=False, help_text="for test money only")


class KeyAnswer(serializers.Serializer[Any]):
    """A key as it may be shown."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    prefix = serializers.CharField()
    test = serializers.BooleanField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = Moment()
    expires_at = Moment(allow_null=True)
    last_used_at = Moment(allow_null=True)
    revoked_at = Moment(allow_null=True)


class KeyMade(KeyAnswer):
    """A new key with its text, which is shown this once."""

    key = serializers.CharField()


class KeyPage(serializers.Serializer[Any]):
    """Keys, newest first."""

    items = KeyAnswer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
