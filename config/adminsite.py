"""The staff site: signed in by password and a one-time code from an authenticator (TOTP)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp import devices_for_user
from django_otp.admin import OTPAdminAuthenticationForm, OTPAdminSite

from core import rates
from core.limits import (
    CODE_REQUESTS_PERIOD_S,
    STAFF_SESSION_AGE_S,
    STAFF_SIGN_INS_PER_ADDRESS_MAX,
)
from core.text import latin_digits
from identity import devices
from identity.addresses import address_of
from identity.models import Person
from miniapps.desk.standing import standing


class StaffSignInForm(OTPAdminAuthenticationForm):  # type: ignore[misc]  # django-otp has no stubs
    """Phone, password and code in one step; a device is asked for only where there are several."""

    otp_token = forms.CharField(
        label=_("One-time code"),
        required=False,  # clean_otp says what is missing, once
        max_length=16,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "required": True}
        ),
    )

    def clean_otp_token(self) -> str:
        """Take the code as people type it: Persian digits, a space in the middle."""
        return latin_digits(self.cleaned_data["otp_token"]).replace(" ", "")

    def _chosen_device(self, user: Any) -> Any:
        """Return the device that was chosen, else the only one the person has."""
        chosen = super()._chosen_device(user)
        if chosen is not None or self.cleaned_data.get("otp_device"):
            return chosen
        devices = list(devices_for_user(user, for_verify=True))
        return devices[0] if len(devices) == 1 else None

    def _update_form(self, user: Any) -> None:
        """Offer the devices; unlike django-otp's own form, never write the password back."""
        super()._update_form(user)
        self.fields["password"].widget.render_value = False

    @property
    def has_choice(self) -> bool:
        """Tell whether the person, once known, has several devices to choose from."""
        blank_and_one = 2
        return len(list(self.fields["otp_device"].widget.choices)) > blank_and_one


class StaffSite(OTPAdminSite):  # type: ignore[misc]  # django-otp has no stubs
    """Django's admin behind TOTP, with our name."""

    site_header = _("Barnamak desk")
    site_title = _("Barnamak desk")
    index_title = _("Work")
    enable_nav_sidebar = True
    login_form = StaffSignInForm
    login_template = "admin/staff_sign_in.html"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Put alarms on top of every page, for those who may see them."""
        from wallet.desk.reconciliation_pages import alarm_banner  # it registers with this site

        context: dict[str, Any] = super().each_context(request)
        return context | {"alarms": alarm_banner(request)}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what there is, and how the review queue stands."""
        extra = dict(extra_context or {})
        person = request.user
        if isinstance(person, Person) and person.has_perm("miniapps.view_submission"):
            extra["queue"] = standing(person, now=timezone.now())
        answer: HttpResponse = super().index(request, extra)
        return answer

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Let a member of staff in for STAFF_SESSION_AGE_S; the device stands in his account.

        Raises TooManyRequests: each try costs us a slow hash, whatever the name.
        """
        before = request.session.session_key
        if request.method == "POST":
            address = address_of(request.headers, request.META.get("REMOTE_ADDR"))
            rates.hit(
                "staff-sign-in",
                address,
                limit=STAFF_SIGN_INS_PER_ADDRESS_MAX,
                period_s=CODE_REQUESTS_PERIOD_S,
            )
        answer: HttpResponse = super().login(request, extra_context)
        person = request.user
        came_in = request.method == "POST" and isinstance(answer, HttpResponseRedirect)
        if came_in and isinstance(person, Person):
            # Who was signed in by a code has more rights now, so the session gets another key.
            request.session.cycle_key()
            request.session.set_expiry(STAFF_SESSION_AGE_S)
            if before is not None:
                devices.forget(person=person, session_key=before)
            devices.note(
                person=person,
                session_key=str(request.session.session_key),
                user_agent=request.headers.get("User-Agent", "")[:400],
                address=address_of(request.headers, request.META.get("REMOTE_ADDR")),
            )
        return answer
