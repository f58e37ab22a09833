"""Refusals of the mini-app floor.

Problem
├── InvalidInput
│   └── IconRefused(reason)
├── NotAllowed
│   ├── ScopeMissing(needs)
│   ├── NotYourClaim, TestInvoiceForTeam
│   └── ReviewerIsMaker
├── NotFound
├── Conflict
│   ├── StateForbids(state, action, permitted_in)
│   │   ├── AppStateForbids
│   │   ├── VersionStateForbids
│   │   ├── SubmissionStateForbids
│   │   └── ReleaseStateForbids
│   ├── AppUnavailable(reason), AppTakesNoMoney, LaunchEnded(reason)
│   ├── SlugTaken, TooManyApps(most), TooManyKeys(most)
│   ├── CaseOpen(submission), AlreadyApproved, ListingIncomplete(missing)
│   ├── AlreadyClaimed(until), FindingsOpen(count), FindingsMissing, ReasonsMissing
│   ├── NotApproved, NothingToRollBackTo, ReleaseForTeamIsWhole
│   ├── TooManyEndpoints(most), EndpointExists(endpoint), QuestionTaken(endpoint, kinds),
│   │   EndpointIsOff(state), NobodyToTell
│   ├── PreparedMessageGone
│   └── ExportNotReady(state), ExportTooLarge(most)
└── TooLarge
    └── BundleTooLarge(limit_bytes)
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict, NotAllowed, Problem, TooLarge


class StateForbids(Conflict):
    """The thing is not in a state that permits the action. Members: state, action, permitted_in."""

    code = "state-forbids"
    title = _("The present state does not permit this step")
    remedy = _("Load it again; the permitted states are listed.")


class PreparedMessageGone(Conflict):
    """A prepared message was sent, is too old, or was never meant for this person."""

    code = "prepared-message-gone"
    title = _("This message can no longer be sent")
    remedy = _("Let the mini-app prepare it again; it is good once, and for a day.")


class AppStateForbids(StateForbids):
    """The app's status does not permit the action."""

    code = "app-state-forbids"
    title = _("The state of the mini-app does not permit this step")


class VersionStateForbids(StateForbids):
    """The version's state does not permit the action."""

    code = "version-state-forbids"
    title = _("The state of the version does not permit this step")


class SubmissionStateForbids(StateForbids):
    """The submission's state does not permit the action."""

    code = "submission-state-forbids"
    title = _("The state of the submission does not permit this step")


class ReleaseStateForbids(StateForbids):
    """The release's state does not permit the action."""

    code = "release-state-forbids"
    title = _("The state of the release does not permit this step")


class AppUnavailable(Conflict):
    """The app exists but cannot be opened now. Members: ``reason``."""

    code = "app-unavailable"
    title = _("This mini-app cannot be opened now")
    remedy = _("Try again later, or ask its maker.")


class AppTakesNoMoney(Conflict):
    """The invoice's app is suspended, archived, banned or deleted; nothing was held."""

    code = "app-takes-no-money"
    title = _("This mini-app takes no payments now")
    remedy = _("Nothing was paid. Ask the seller how to go on.")


class LaunchEnded(Conflict):
    """The launch is over: closed, expired, or ended by the platform. Members: ``reason``."""

    code, status = "launch-ended", 410
    title = _("This opening of the mini-app is over")
    remedy = _("Open the mini-app again.")


class SlugTaken(Conflict):
    """Another app has this slug, or had it: slugs are never given twice."""

    code = "slug-taken"
    title = _("This slug is taken")
    remedy = _("Choose another one.")


class TooManyApps(Conflict):
    """The maker has as many apps as one may. Members: ``most``."""

    code = "too-many-apps"
    title = _("You cannot register more mini-apps")
    remedy = _("Delete one that you no longer need.")


class TooManyKeys(Conflict):
    """The app has as many live keys as one may. Members: ``most``."""

    code = "too-many-keys"
    title = _("You cannot make more keys")
    remedy = _("Revoke one that you no longer need.")


class ScopeMissing(NotAllowed):
    """The key does not have the scope that this needs. Members: ``needs``."""

    code = "scope-missing"
    title = _("This key may not do this")
    remedy = _("Use a key with the scope that is named here.")


class BundleTooLarge(TooLarge):
    """The upload is larger than a bundle may be. Members: ``limit_bytes``."""

    code = "bundle-too-large"
    title = _("The zip file is too large")
    remedy = _("Leave out what the mini-app does not need, or load large media from your server.")


class IconRefused(Problem):
    """The picture cannot be an icon. Members: ``reason``."""

    code, status = "icon-refused", 400
    title = _("This picture cannot be an icon")
    remedy = _("Send a PNG, JPEG or WebP of at most 1024 by 1024 pixels.")


class CaseOpen(Conflict):
    """The app has a submission that is not decided yet. Members: ``submission``."""

    code = "case-open"
    title = _("Another version is already in review")
    remedy = _("Wait for the decision, or withdraw the earlier submission.")


class AlreadyApproved(Conflict):
    """The version has been approved before."""

    code = "already-approved"
    title = _("This version is already approved")
    remedy = _("Release it; it needs no further review.")


class ListingIncomplete(Conflict):
    """The app's own page lacks something that people must see. Members: ``missing``."""

    code = "listing-incomplete"
    title = _("The listing is not complete")
    remedy = _("Fill in the fields that are named here, then submit again.")


class ReviewerIsMaker(NotAllowed):
    """Nobody reviews an app of a maker he belongs to."""

    code = "reviewer-is-maker"
    title = _("You belong to the maker of this mini-app")
    remedy = _("Another reviewer must decide.")


class AlreadyClaimed(Conflict):
    """Another reviewer is at it. Members: ``until``."""

    code = "already-claimed"
    title = _("Another reviewer has taken this case")
    remedy = _("Take another one from the queue.")


class NotYourClaim(NotAllowed):
    """Only the reviewer who has claimed the case decides it."""

    code = "not-your-claim"
    title = _("You have not taken this case")
    remedy = _("Take the case first.")


class FindingsOpen(Conflict):
    """A reviewer's error is neither fixed nor waived. Members: ``count``."""

    code = "findings-open"
    title = _("There are open findings")
    remedy = _("Mark each finding as fixed or waived, or request changes.")


class FindingsMissing(Conflict):
    """Changes are requested by findings, so that the maker knows every one."""

    code = "findings-missing"
    title = _("Say what must change")
    remedy = _("Add at least one finding or write the reasons.")


class ReasonsMissing(Conflict):
    """A rejection is explained."""

    code = "reasons-missing"
    title = _("Say why")
    remedy = _("Write the reasons of the decision.")


class NotApproved(Conflict):
    """Only an approved version goes to everyone."""

    code = "not-approved"
    title = _("This version is not approved")
    remedy = _("Submit it for review first, or release it to your team.")


class NothingToRollBackTo(Conflict):
    """There is no earlier release that is still good."""

    code = "nothing-to-roll-back-to"
    title = _("There is no earlier version to return to")
    remedy = _("Release a version, or hide the mini-app.")


class ReleaseForTeamIsWhole(Conflict):
    """The dev and preview channels give a version to the whole team at once."""

    code = "release-for-team-is-whole"
    title = _("Only the public channel is rolled out in steps")
    remedy = _("Leave the percentage out.")


class StorageFull(Conflict):
    """The app has kept as much for a person as it may. Members: ``keys_max`` or ``chars_max``."""

    code = "storage-full"
    title = _("The mini-app has no more room for your data")
    remedy = _("Delete values that are no longer needed.")


class TooManyEndpoints(Conflict):
    """The app has as many webhook endpoints in this mode as one may. Members: ``most``."""

    code = "too-many-endpoints"
    title = _("You cannot add more webhook addresses")
    remedy = _("Remove one that you no longer need.")


class EndpointExists(Conflict):
    """The app has this address in this mode already. Members: ``endpoint``."""

    code = "endpoint-exists"
    title = _("This address is there already")
    remedy = _("Change the one that is there, or choose another address.")


class QuestionTaken(Conflict):
    """Another endpoint answers this question: one decides. Members: ``endpoint``, ``kinds``."""

    code = "question-taken"
    title = _("Another address answers this question already")
    remedy = _("Take the question away from the other address first.")


class EndpointIsOff(Conflict):
    """Nothing is sent to an endpoint that is off. Members: ``state``."""

    code = "endpoint-is-off"
    title = _("This webhook address is switched off")
    remedy = _("Switch it on and try again.")


class NobodyToTell(Conflict):
    """No endpoint that is on wants this event, nor had it before."""

    code = "nobody-to-tell"
    title = _("No webhook address wants this event")
    remedy = _("Add an address for this kind of event, or switch one on.")


class TestInvoiceForTeam(NotAllowed):
    """An invoice or a pay link in test money is shown to the maker's team only."""

    __test__ = False  # a name that pytest would collect
    code = "test-invoice-for-team"
    title = _("This is a test of its makers")
    remedy = _("Only the maker's team pays with test money.")


# --- exports --------------------------------------------------------------------------------
class ExportNotReady(Conflict):
    """The file is not written yet, could not be written, or is past its time. Members: state."""

    code = "export-not-ready"
    title = _("This file is not here")
    remedy = _("Wait until it is written, or ask for it again if it is older than a day.")


class ExportTooLarge(Conflict):
    """More rows are asked for than one file holds. Members: most."""

    code = "export-too-large"
    title = _("These are too many rows for one file")
    remedy = _("Ask for fewer days at a time.")
