"""People, makers and keys in the admin: to be found and read; changes go through operations."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import ReadOnlyAdmin
from core.templatetags.ui import jalali_time
from identity import phones
from identity.models import Maker, MakerMember, Person, SigningKey

# The roles are a table in identity.roles, made again at each migration.
admin.site.unregister(Group)


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """Find a person; the phone is shown with its middle hidden to those who only support."""

    list_display = ["name", "shown_phone", "roles", "is_active", "joined"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["=phone", "first_name", "last_name", "handle"]
    show_full_result_count = False
    fields: ClassVar[tuple[str, ...]] = (
        "public_id",
        "name",
        "shown_phone",
        "language",
        "roles",
        "is_active",
        "joined",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        """Fetch the roles with the page."""
        return super().get_queryset(request).prefetch_related("groups")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        """Understand a phone number in any spelling."""
        try:
            return queryset.filter(phone=phones.normalise(search_term)), False
        except phones.NotAPhoneNumber:
            return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("phone"))
    def shown_phone(self, person: Person) -> str:
        """Return the number with its middle hidden."""
        return phones.masked(person.phone)

    @admin.display(description=_("roles"))
    def roles(self, person: Person) -> str:
        """Return the staff roles."""
        return ", ".join(sorted(group.name for group in person.groups.all()))

    @admin.display(description=_("joined"), ordering="joined_at")
    def joined(self, person: Person) -> str:
        """Return the Jalali time."""
        return jalali_time(person.joined_at)


class MemberInline(admin.TabularInline[MakerMember, Maker]):
    """Who belongs to a maker."""

    model = MakerMember
    fields: ClassVar[tuple[str, ...]] = ("person", "role")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Members are added by their own maker."""
        del request, obj
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the maker sees its members."""
        del obj
        return request.user.has_perm("identity.view_maker")


@admin.register(Maker)
class MakerAdmin(ReadOnlyAdmin):
    """Who makes mini-apps."""

    list_display = ["name", "kind", "verified", "created"]
    list_filter = ["kind"]
    search_fields = ["name", "public_id"]
    show_full_result_count = False
    fields: ClassVar[tuple[str, ...]] = (
        "public_id",
        "name",
        "kind",
        "founder",
        "contact",
        "verified",
        "created",
    )
    readonly_fields = fields
    inlines = [MemberInline]

    @admin.display(description=_("verified"), boolean=True)
    def verified(self, maker: Maker) -> bool:
        """Return whether the platform knows who this is."""
        return maker.verified_at is not None

    @admin.display(description=_("created"), ordering="created_at")
    def created(self, maker: Maker) -> str:
        """Return the Jalali time."""
        return jalali_time(maker.created_at)


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnlyAdmin):
    """The keys that sign tokens; rotated by ``manage.py signing_keys``."""

    list_display = ["kid", "purpose", "state", "changed"]
    list_filter = ["purpose", "state"]
    fields: ClassVar[tuple[str, ...]] = ("kid", "purpose", "state", "public_x", "changed")
    readonly_fields = fields

    @admin.display(description=_("changed"))
    def changed(self, key: SigningKey) -> str:
        """Return the Jalali time of the last move."""
        return jalali_time(key.state_changed_at)
