"""What each permission means, in plain words: one place for the consent sheet and public pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from miniapps.capabilities import PERMISSIONS


@dataclass(frozen=True)
class Words:
    """A permission as a person reads it: what it lets the app do, and our icon for it."""

    title: str | Promise
    meaning: str | Promise
    icon: str
    offered: bool  # whether the switch is on when the person is asked


WORDS: dict[str, Words] = {
    "profile": Words(
        _("Your name"), _("The app learns your first and last name."), "user", offered=True
    ),
    "phone": Words(
        _("Your phone number"), _("The app learns the number you sign in with."), "phone",
        offered=False,
    ),
    "messages": Words(
        _("Messages to you"), _("The app may write to you in the messenger."), "message-circle",
        offered=False,
    ),
    "location": Words(
        _("Where you are"), _("The app may ask the device for your place."), "map-pin",
        offered=False,
    ),
    "camera": Words(
        _("Camera"), _("The app may use the camera while it is open."), "camera", offered=False
    ),
    "microphone": Words(
        _("Microphone"), _("The app may listen while it is open."), "mic", offered=False
    ),
    "clipboard-read": Words(
        _("Reading the clipboard"), _("The app may read what you have copied."), "clipboard",
        offered=False,
    ),
    "clipboard-write": Words(
        _("Copying"), _("The app may copy text for you."), "copy", offered=True
    ),
    "payments": Words(
        _("Payments"), _("The app may ask you for a payment; you confirm each one."), "wallet",
        offered=True,
    ),
    "fullscreen": Words(
        _("Full screen"), _("The app may fill the whole screen."), "monitor", offered=True
    ),
}  # fmt: skip
assert set(WORDS) == set(PERMISSIONS)
