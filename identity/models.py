"""People, makers, codes, signing keys, consents."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.ids import PublicIdField
from core.limits import CODE_TRIES_MAX, NAME_CHARS_MAX


class People(BaseUserManager["Person"]):
    """The way to people."""

    def create_user(self, phone: str, **fields: Any) -> Person:
        """Make a person who signs in by code. ``phone`` is E.164."""
        person = self.model(phone=phone, **fields)
        person.set_unusable_password()
        person.save(using=self._db)
        return person

    def create_superuser(self, phone: str, password: str, **fields: Any) -> Person:
        """Make a member of staff with every right: for the first start only."""
        person = self.model(phone=phone, is_staff=True, is_superuser=True, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody with a phone number. Mini-apps never see these ids (see AppPerson)."""

    class Theme(models.TextChoices):
        """What the person chose to look at."""

        AUTO = "auto", _("Like the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    public_id = PublicIdField(prefix="per")
    phone = models.CharField(_("phone"), max_length=16, unique=True)
    first_name = models.CharField(
        _("first name"), max_length=NAME_CHARS_MAX, default="", blank=True
    )
    last_name = models.CharField(_("last name"), max_length=NAME_CHARS_MAX, default="", blank=True)
    handle = models.CharField(_("handle"), max_length=32, null=True, blank=True, unique=True)
    language = models.CharField(
        max_length=2, default="fa", choices=[("fa", "فارسی"), ("en", "English")]
    )
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = People()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"), name="person_phone_e164"
            ),
            models.UniqueConstraint(Lower("handle"), name="person_handle_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name that other people see."""
        full = f"{self.first_name} {self.last_name}".strip()
        return full or str(_("No name"))

    def get_short_name(self) -> str:
        """Return how the staff site greets."""
        return self.first_name or self.name

    def get_full_name(self) -> str:
        """Return the whole name, where Django asks for it."""
        return self.name

    @property
    def has_name(self) -> bool:
        """Whether the person has told a name yet."""
        return bool(self.first_name)


class SignInCode(models.Model):
    """A one-time code that was sent to a phone. Only its keyed hash is kept."""

    id = models.BigAutoField(primary_key=True)
    phone = models.CharField(max_length=16, db_index=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=CODE_TRIES_MAX)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"code #{self.pk}"

    def is_good(self, *, now: datetime) -> bool:
        """Whether this code may still sign somebody in."""
        return self.used_at is None and self.tries_left > 0 and self.expires_at > now


class Device(models.Model):
    """A place where a person is signed in: one session of one browser."""

    public_id = PublicIdField(prefix="dev")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="devices")
    session_key = models.CharField(max_length=40, unique=True)
    agent = models.CharField(max_length=80, default="", blank=True)
    address = models.CharField(max_length=45, default="", blank=True)
    signed_in_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.agent or self.public_id


class Maker(models.Model):
    """Who makes mini-apps: a person for himself, or an organisation with members."""

    class Kind(models.TextChoices):
        """What a maker is."""

        PERSON = "person", _("Person")
        ORGANISATION = "organisation", _("Organisation")

    public_id = PublicIdField(prefix="mkr")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=NAME_CHARS_MAX)
    founder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="founded_makers")
    contact = models.CharField(_("contact"), max_length=200, default="", blank=True)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    members = models.ManyToManyField(Person, through="MakerMember", related_name="makers")

    class Meta:
        verbose_name = _("maker")
        verbose_name_plural = _("makers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["person", "organisation"]), name="maker_kind_known"
            ),
            models.UniqueConstraint(
                fields=["founder"], condition=models.Q(kind="person"), name="maker_self_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MakerMember(models.Model):
    """A person's role at a maker."""

    class Role(models.TextChoices):
        """What a member may do; see ``identity.makers.RIGHTS``."""

        OWNER = "owner", _("Owner")
        DEVELOPER = "developer", _("Developer")
        ANALYST = "analyst", _("Analyst")
        BILLING = "billing", _("Billing")

    id = models.BigAutoField(primary_key=True)
    maker = models.ForeignKey(Maker, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="maker_memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["maker", "person"], name="maker_member_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=["owner", "developer", "analyst", "billing"]),
                name="maker_role_known",
            ),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.person} · {self.role}"


class SigningKey(models.Model):
    """The public half and the state of a signing key. The private half is a file (0600)."""

    class State(models.TextChoices):
        """pending → active → retiring → removed (security reference §4.4)."""

        PENDING = "pending", _("Pending")
        ACTIVE = "active", _("Active")
        RETIRING = "retiring", _("Retiring")
        REMOVED = "removed", _("Removed")

    class Purpose(models.TextChoices):
        """Different keys for different things."""

        TOKENS = "tokens", _("User and payment tokens")
        INIT_DATA = "initdata", _("initData signatures")

    id = models.BigAutoField(primary_key=True)
    kid = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    public_x = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices)
    created_at = models.DateTimeField(auto_now_add=True)
    state_changed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(state="active"), name="one_active_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.kid[:8]}"


class Consent(models.Model):
    """A person let one app know or do one thing. ``audience`` is the app's public id."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    audience = models.CharField(max_length=40)
    scope = models.CharField(max_length=32)
    granted_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "audience", "scope"],
                condition=models.Q(revoked_at=None),
                name="consent_once",
            )
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.audience} {self.scope}"
