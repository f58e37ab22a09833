"""The state machines of the mini-app floor, as data (design §6).

A machine is a table: action → {state before: state after}. What is not in the table is refused by
the machine's own problem. Operations ask ``after``; a test walks every state × every action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from miniapps.errors import (
    AppStateForbids,
    ReleaseStateForbids,
    StateForbids,
    SubmissionStateForbids,
    VersionStateForbids,
)

BEFORE: Final = "(before)"  # the state the app had before it was suspended


@dataclass(frozen=True)
class Machine:
    """All moves of one kind of thing."""

    refusal: type[StateForbids]
    moves: Mapping[str, Mapping[str, str]]

    def after(self, action: str, state: str) -> str:
        """Return the state after ``action``. Raises the machine's refusal."""
        permitted = self.moves[action]
        if state not in permitted:
            raise self.refusal(state=state, action=action, permitted_in=sorted(permitted))
        return permitted[state]

    def permits(self, action: str, state: str) -> bool:
        """Tell whether the move is in the table."""
        return state in self.moves[action]

    def actions(self, state: str) -> list[str]:
        """Return what may be done in this state, for buttons."""
        return [action for action, permitted in self.moves.items() if state in permitted]


def _same(*states: str) -> dict[str, str]:
    return {state: state for state in states}


def _all_to(target: str, *states: str) -> dict[str, str]:
    return dict.fromkeys(states, target)


APP: Final = Machine(
    AppStateForbids,
    {
        "edit": _same("draft", "in_review", "live", "unlisted", "suspended"),
        "upload": _same("draft", "in_review", "live", "unlisted", "suspended"),
        "charge": _same("draft", "in_review", "live", "unlisted"),
        "prepare": _same("draft", "in_review", "live", "unlisted"),
        "submit": {"draft": "in_review"} | _same("in_review", "live", "unlisted"),
        # The case was withdrawn or rejected; what is live stays live.
        "close_case": {"in_review": "draft"}
        | _same("draft", "live", "unlisted", "suspended", "archived", "banned", "deleted"),
        "release": _all_to("live", "draft", "in_review", "live") | _same("unlisted"),
        "release_to_team": _same("draft", "in_review", "live", "unlisted"),
        "unlist": {"live": "unlisted"},
        "relist": {"unlisted": "live"},
        "suspend": _all_to("suspended", "draft", "in_review", "live", "unlisted"),
        "restore": {"suspended": BEFORE},
        "archive": _all_to("archived", "draft", "in_review", "live", "unlisted"),
        "ban": _all_to("banned", "draft", "in_review", "live", "unlisted", "suspended", "archived"),
        "delete": _all_to("deleted", "draft", "in_review", "live", "unlisted", "archived"),
    },
)

VERSION: Final = Machine(
    VersionStateForbids,
    {
        "check": _all_to("processing", "uploaded", "processing"),
        "accept": {"processing": "ready"},
        "refuse": {"processing": "checks_failed"},
        "submit": _same("ready"),
        "approve": _same("ready"),
        "release": _same("ready"),
        "withdraw": _all_to("withdrawn", "ready", "blocked_soft"),
        "block_soft": {"ready": "blocked_soft"},
        "unblock": {"blocked_soft": "ready"},
        "block_hard": _all_to("blocked_hard", "quarantined", "ready", "withdrawn", "blocked_soft"),
    },
)

SUBMISSION: Final = Machine(
    SubmissionStateForbids,
    {
        "resubmit": {"changes_requested": "queued"},
        "claim": _all_to("claimed", "queued", "claimed"),
        "unclaim": {"claimed": "queued"},
        "add_finding": _same("claimed"),
        "approve": {"claimed": "approved"},
        "request_changes": {"claimed": "changes_requested"},
        "reject": {"claimed": "rejected"},
        "withdraw": _all_to("withdrawn", "queued", "claimed", "changes_requested"),
    },
)

RELEASE: Final = Machine(
    ReleaseStateForbids,
    {
        "set_percent": _same("rolling"),
        "finish": {"rolling": "full"},
        "pause": {"rolling": "paused"},
        "resume": {"paused": "rolling"},
        "supersede": _all_to("superseded", "rolling", "paused", "full"),
        "halt": _all_to("halted", "rolling", "paused", "full"),
        "roll_back": _all_to("rolled_back", "rolling", "paused", "full"),
    },
)
