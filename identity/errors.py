"""Refusals of the identity floor.

Problem
├── BadPhone, WrongCode(tries_left), CodeExpired, CodeTooSoon(retry_after_s)
├── NotAMember, LastOwner, TooManyMakers, AlreadyMember, SlugTaken
└── KeyNotFound
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.problems import Conflict, NotAllowed, NotFound, Problem, TooManyRequests


class BadPhone(Problem):
    """The text is no phone number."""

    code, status = "bad-phone", 400
    title = _("This is not a phone number")
    remedy = _("Write it like 0912 123 4567, or with the country code.")


class WrongCode(Problem):
    """The code does not match. Members: ``tries_left``."""

    code, status = "wrong-code", 400
    title = _("The code was not right")
    remedy = _("Look at the newest message and try again.")


class CodeExpired(Problem):
    """There is no code for this phone that is still good."""

    code, status = "code-expired", 400
    title = _("This code is no longer good")
    remedy = _("Ask for a new code.")


class CodeTooSoon(TooManyRequests):
    """A code was just sent. Members: ``retry_after_s``."""

    code = "code-too-soon"
    title = _("A code is on its way")
    remedy = _("Wait a moment before you ask for another.")


class NotInMaker(NotAllowed):
    """The person's role at this maker does not permit the step. Members: ``needs``."""

    code = "maker-role-missing"
    title = _("Your role at this maker does not allow this")
    remedy = _("Ask an owner of the maker.")


class LastOwner(Conflict):
    """A maker keeps at least one owner."""

    code = "last-owner"
    title = _("The last owner cannot leave")
    remedy = _("Make somebody else an owner first.")


class TooManyMakers(Conflict):
    """The person has founded as many makers as one may. Members: ``most``."""

    code = "too-many-makers"
    title = _("You cannot found more makers")


class PersonUnknown(NotFound):
    """Nobody has signed in with this phone yet."""

    code = "person-unknown"
    title = _("Nobody with this phone number is here yet")
    remedy = _("Ask them to sign in once, then add them.")
