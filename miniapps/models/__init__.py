"""What an app is, what its bytes are, what reviewers think, what people get: kept apart.

The state machines are design §6; the moves are functions of the verb modules, never ``save()``.
"""

from miniapps.models.exports import Export
from miniapps.models.launches import (
    PREVIEW_AUDIENCE,
    AppPerson,
    Launch,
    PreparedMessage,
    StoredValue,
)
from miniapps.models.registered import App, AppKey, Category, ChatApp, Route
from miniapps.models.versions import Finding, Release, Submission, Version, VersionFile
from miniapps.models.webhooks import (
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)

__all__ = [
    "PREVIEW_AUDIENCE", "App", "AppKey", "AppPerson", "Category", "ChatApp", "Export", "Finding",
    "Launch", "PreparedMessage", "Release", "Route",
    "StoredValue", "Submission", "Version", "VersionFile", "WebhookAttempt", "WebhookDelivery",
    "WebhookEndpoint", "WebhookEvent",
]  # fmt: skip
