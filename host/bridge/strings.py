"""The words of the runner page, by the key its scripts ask for.

``runner_strings()`` goes into the page as ``run-strings``; ``%(name)s`` is filled in the browser.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from host.bridge.sheet_strings import sheet_words

STRINGS: Mapping[str, Promise] = MappingProxyType(
    {
        "loading": _("Loading"),
        "verified": _("Verified"),
        "menu": _("Menu"),
        "back": _("Back"),
        "close": _("Close"),
        "settings": _("Settings"),
        "reload": _("Reload"),
        "about": _("About and permissions"),
        "open": _("Open"),
        "allow": _("Allow"),
        "go_back": _("Back to chats"),
        "button_ok": _("OK"),
        "button_close": _("Close"),
        "button_cancel": _("Cancel"),
        "app_says": _("%(app)s says:"),
        "close_title": _("Close %(app)s?"),
        "close_message": _("Changes you made may not be saved."),
        "link_title": _("%(app)s wants to open this site"),
        "link_message": _("The site is not part of this service."),
        "link_open": _("Open site"),
        "download_title": _("%(app)s wants to download a file"),
        "download": _("Download"),
        "open_title": _("Open %(app)s?"),
        "open_message": _("%(app)s wants to open another mini-app."),
        "write_title": _("Let %(app)s send you messages?"),
        "write_message": _("You can withdraw this at any time."),
        "phone_title": _("Share your phone number with %(app)s?"),
        "phone_message": _("It learns the number you sign in with, and your name."),
        "share": _("Share"),
        "location_title": _("Let %(app)s know where you are?"),
        "location_message": _("You can withdraw this at any time in your account."),
        "clipboard_title": _("%(app)s wants to read what you have copied"),
        "clipboard_message": _("It is read once, now. A copied password would be read too."),
        "home_title": _("Put %(app)s on your home screen?"),
        "home_message": _("A page opens from which your browser can add it."),
        "home_go": _("Continue"),
        "scan_title": _("%(app)s wants to scan a QR code"),
        "scan_starting": _("The camera is being started."),
        "scan_hold": _("Hold the code before the camera."),
        "scan_no_camera": _("The camera cannot be used here. Choose a picture of the code."),
        "scan_nothing": _("There is no code in this picture that can be read."),
        "scan_picture": _("Choose a picture"),
        "closed_title": _("The mini-app is closed"),
        "ended_title": _("This mini-app is not available"),
        "ended_message": _("It was closed by the service. Your chats are not affected."),
        "about_verified": _("The maker of this mini-app is verified."),
        "about_unverified": _("The maker of this mini-app is not verified."),
        "about_more": _("More about this mini-app"),
        "permissions": _("What it may use"),
        "permissions_none": _("Nothing beyond its own page."),
        "permission_profile": _("Your name and picture"),
        "permission_phone": _("Your phone number"),
        "permission_messages": _("Sending you messages"),
        "permission_location": _("Your location"),
        "permission_camera": _("The camera"),
        "permission_microphone": _("The microphone"),
        "permission_clipboard-read": _("Reading the clipboard"),
        "permission_clipboard-write": _("Writing to the clipboard"),
        "permission_payments": _("Asking for payments"),
        "permission_fullscreen": _("Full screen"),
    },
)


def runner_strings() -> dict[str, str]:
    """All strings of the runner in the active language."""
    return {key: str(text) for key, text in STRINGS.items()} | sheet_words()
