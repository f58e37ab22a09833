"""What an app may ask for and what the house lends it: closed lists, pure.

The manifest's ``req_permissions``, the consent sheet, Permissions-Policy and the bridge all read
these; a name that is not here does not exist.
"""

from typing import Final, Literal, get_args

Permission = Literal[
    "profile",
    "phone",
    "messages",
    "location",
    "camera",
    "microphone",
    "clipboard-read",
    "clipboard-write",
    "payments",
    "fullscreen",
]
PERMISSIONS: Final[tuple[Permission, ...]] = get_args(Permission)

# Permissions that switch on a browser feature in the app's frame: name in Permissions-Policy.
BROWSER_FEATURES: Final[dict[Permission, str]] = {
    "location": "geolocation",
    "camera": "camera",
    "microphone": "microphone",
    "clipboard-read": "clipboard-read",
    "clipboard-write": "clipboard-write",
    "fullscreen": "fullscreen",
}

# Permissions that a person is asked about before the page starts; the answer is kept per app.
ASKED_OF_PEOPLE: Final[tuple[Permission, ...]] = (
    "profile",
    "phone",
    "messages",
    "location",
    "camera",
    "microphone",
    "clipboard-read",
)

# What the sandbox forbids unless the manifest asks for it with a reason and a reviewer agrees.
Relaxation = Literal["inline-handlers", "unsafe-eval", "wasm", "workers", "popups", "dialogs"]
RELAXATIONS: Final[tuple[Relaxation, ...]] = get_args(Relaxation)

# Kinds of network use a manifest declares; each becomes a directive of the app's CSP.
NetworkKind = Literal["connect", "img", "media", "font"]
NETWORK_KINDS: Final[tuple[NetworkKind, ...]] = get_args(NetworkKind)
