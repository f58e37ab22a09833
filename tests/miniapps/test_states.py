"""Every state × every action: the table decides, and every operation asks the table."""

import io
from collections.abc import Callable

import pytest
from django.db import transaction

from core.models import AuditEvent
from miniapps import (
    checking,
    governing,
    invoicing,
    pairwise,
    preparing,
    registration,
    releasing,
    retiring,
    review,
    submission,
)
from miniapps.errors import CaseOpen, StateForbids
from miniapps.models import App, Release, Submission, Version
from miniapps.states import APP, BEFORE, RELEASE, SUBMISSION, VERSION, Machine
from tests.miniapps import build
from tests.miniapps.build import NOW
from wallet.invoices import Asked

MACHINES = [
    pytest.param(APP, App.Status.values, id="app"),
    pytest.param(VERSION, Version.State.values, id="version"),
    pytest.param(SUBMISSION, Submission.State.values, id="submission"),
    pytest.param(RELEASE, Release.State.values, id="release"),
]


@pytest.mark.parametrize(("machine", "states"), MACHINES)
def test_the_table_names_only_states_that_exist(machine: Machine, states: list[str]):
    for moves in machine.moves.values():
        assert set(moves) <= set(states)
        assert set(moves.values()) <= {*states, BEFORE}


@pytest.mark.parametrize(("machine", "states"), MACHINES)
def test_what_is_not_in_the_table_is_refused_with_the_machines_own_code(
    machine: Machine, states: list[str]
):
    for action, moves in machine.moves.items():
        for state in set(states) - set(moves):
            with pytest.raises(machine.refusal) as refusal:
                machine.after(action, state)
            assert refusal.value.code == machine.refusal.code != StateForbids.code
            assert refusal.value.members == {
                "state": state, "action": action, "permitted_in": sorted(moves),
            }  # fmt: skip


@pytest.mark.parametrize(("machine", "states"), MACHINES)
def test_a_state_lists_exactly_the_actions_the_table_permits(machine: Machine, states: list[str]):
    for state in states:
        listed = machine.actions(state)
        assert listed == [action for action, moves in machine.moves.items() if state in moves]


class Walk:
    """Puts a row into each state in turn and tries one operation on it, undoing each try."""

    def __init__(self, machine: Machine, action: str, states: list[str], reviewer=None) -> None:
        self.machine, self.action, self.states = machine, action, states
        self.reviewer = reviewer
        self.moves = machine.moves[action]

    def over(self, row, column: str, act: Callable[[], object]) -> None:
        for state in self.states:
            with transaction.atomic():
                self._one(row, column, state, act)
                transaction.set_rollback(True)

    def _one(self, row, column: str, state: str, act: Callable[[], object]) -> None:
        fields = {column: state}
        if state == "claimed":
            fields["claimed_by"] = self.reviewer
        type(row).objects.filter(pk=row.pk).update(**fields)
        row.refresh_from_db()
        heard = AuditEvent.objects.count()
        if state in self.moves:
            act()
            row.refresh_from_db()
            expected = "live" if self.moves[state] == BEFORE else self.moves[state]
            assert getattr(row, column) == expected, (self.action, state)
            return
        with pytest.raises(self.machine.refusal):
            act()
        row.refresh_from_db()
        assert getattr(row, column) == state, (self.action, state)
        assert AuditEvent.objects.count() == heard, (self.action, state)


APP_ACTIONS = sorted(set(APP.moves) - {"close_case"})  # close_case is part of withdraw and reject


@pytest.mark.parametrize("action", APP_ACTIONS)
def test_each_app_operation_follows_the_table(action, studio, omid):
    app = build.make_app(studio)
    owner = studio.founder
    version = build.ready_version(app)
    App.objects.update(status_before="live")
    if action == "release":
        Submission.objects.create(
            app=app, version=version, state="approved", submitted_by=owner,
            first_submitted_at=NOW, due_at=NOW,
        )  # fmt: skip
    acts = {
        "edit": lambda: registration.edit_listing(app=app, actor=owner, name_en="Other"),
        "upload": lambda: submission.receive(
            app=app, upload=io.BytesIO(b"x"), actor=owner, via="api", now=NOW
        ),
        "charge": lambda: invoicing.ask(
            app=app, book="live", asked=Asked("x", 1), key="k", now=NOW
        ),
        "prepare": lambda: preparing.prepare(
            app=app, name=pairwise.person_in(app, owner).sub, text="x", start_param="", now=NOW
        ),
        "submit": lambda: submission.submit(version=version, actor=owner, now=NOW),
        "release": lambda: releasing.release(
            app=app, version=version, channel="production", actor=owner, now=NOW
        ),
        "release_to_team": lambda: releasing.release(
            app=app, version=version, channel="dev", actor=owner, now=NOW
        ),
        "unlist": lambda: retiring.unlist(app=app, actor=owner, now=NOW),
        "relist": lambda: retiring.relist(app=app, actor=owner, now=NOW),
        "suspend": lambda: governing.suspend(app=app, actor=omid, reason="spam", now=NOW),
        "restore": lambda: governing.restore(app=app, actor=omid, reason="mended", now=NOW),
        "archive": lambda: retiring.archive(app=app, actor=owner, now=NOW),
        "ban": lambda: governing.ban(app=app, actor=omid, reason="fraud", now=NOW),
        "delete": lambda: retiring.delete(app=app, actor=owner, now=NOW),
    }
    assert set(acts) == set(APP_ACTIONS)

    Walk(APP, action, App.Status.values).over(app, "status", acts[action])


@pytest.mark.parametrize(
    "action", sorted(set(VERSION.moves) - {"check", "accept", "refuse", "approve"})
)
def test_each_version_operation_follows_the_table(action, studio, omid):
    app = build.make_app(studio)
    version = build.ready_version(app)
    owner = studio.founder
    acts = {
        "submit": lambda: submission.submit(version=version, actor=owner, now=NOW),
        "release": lambda: releasing.release(
            app=app, version=version, channel="dev", actor=owner, now=NOW
        ),
        "withdraw": lambda: retiring.withdraw_version(version=version, actor=owner, now=NOW),
        "block_soft": lambda: governing.block_version(
            version=version, actor=omid, reason="broken", hard=False, now=NOW
        ),
        "unblock": lambda: governing.unblock_version(
            version=version, actor=omid, reason="mended", now=NOW
        ),
        "block_hard": lambda: governing.block_version(
            version=version, actor=omid, reason="fraud", hard=True, now=NOW
        ),
    }

    Walk(VERSION, action, Version.State.values).over(version, "state", acts[action])


def test_approval_of_a_version_follows_the_table(cafe, reza):
    case = build.claimed(cafe, reza, publish=False)
    for state in Version.State.values:
        with transaction.atomic():
            Version.objects.filter(pk=case.version_id).update(state=state)
            if state in VERSION.moves["approve"]:
                review.approve(submission=case, reviewer=reza, now=NOW)
            else:
                with pytest.raises(VERSION.refusal):
                    review.approve(submission=case, reviewer=reza, now=NOW)
            transaction.set_rollback(True)


def test_a_check_begins_only_in_the_states_of_the_table(cafe):
    version = build.uploaded_version(cafe)
    for state in Version.State.values:
        with transaction.atomic(), build.unconfined():
            Version.objects.filter(pk=version.pk).update(state=state)
            checking.check(version_id=version.public_id, now=NOW)
            version.refresh_from_db()
            assert version.state == ("ready" if state in VERSION.moves["check"] else state)
            transaction.set_rollback(True)


@pytest.mark.parametrize("action", sorted(SUBMISSION.moves))
def test_each_submission_operation_follows_the_table(action, cafe, reza):
    case = build.claimed(cafe, reza, publish=False)
    second = build.ready_version(cafe, "1.0.1")
    owner = cafe.maker.founder
    acts = {
        "resubmit": lambda: submission.submit(version=second, actor=owner, now=NOW),
        "claim": lambda: review.claim(submission=case, reviewer=reza, now=NOW),
        "unclaim": lambda: review.unclaim(submission=case, reviewer=reza, now=NOW),
        "add_finding": lambda: review.add_finding(
            submission=case, reviewer=reza, rule="review-function", severity="error", text="no"
        ),
        "approve": lambda: review.approve(submission=case, reviewer=reza, now=NOW),
        "request_changes": lambda: review.request_changes(
            submission=case, reviewer=reza, reasons="more", now=NOW
        ),
        "reject": lambda: review.reject(submission=case, reviewer=reza, reasons="no", now=NOW),
        "withdraw": lambda: submission.withdraw(submission=case, actor=owner, now=NOW),
    }
    assert set(acts) == set(SUBMISSION.moves)
    walk = Walk(SUBMISSION, action, Submission.State.values, reviewer=reza)
    if action == "resubmit":
        walk.states = ["queued", "claimed", "changes_requested"]  # a closed case is no case at all
        walk.machine = Machine(CaseOpen, SUBMISSION.moves)

    walk.over(case, "state", acts[action])


# Superseding, halting and rolling back choose their release themselves: test_releasing.
@pytest.mark.parametrize("action", ["set_percent", "pause", "resume"])
def test_each_release_operation_follows_the_table(action, cafe):
    version = build.approved_version(cafe, publish=False)
    owner = cafe.maker.founder
    given = releasing.release(
        app=cafe, version=version, channel="production", percent=5, actor=owner, now=NOW
    )
    acts = {
        "set_percent": lambda: releasing.set_percent(
            release=given, percent=50, actor=owner, now=NOW
        ),
        "pause": lambda: releasing.pause(release=given, actor=owner, now=NOW),
        "resume": lambda: releasing.resume(release=given, actor=owner, now=NOW),
    }

    Walk(RELEASE, action, Release.State.values).over(given, "state", acts[action])
