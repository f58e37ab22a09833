"""Reviewers take a case, write findings, decide."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core.limits import REVIEW_CLAIM_TTL
from core.models import AuditEvent
from core.problems import InvalidInput, NotAllowed
from identity import makers
from miniapps import review, submission
from miniapps.errors import (
    AlreadyClaimed,
    FindingsMissing,
    FindingsOpen,
    NotYourClaim,
    ReasonsMissing,
    ReviewerIsMaker,
    SubmissionStateForbids,
)
from miniapps.models import App, Finding, Release, Submission
from tests.miniapps import build
from tests.miniapps.build import NOW


def an_error(case: Submission, reviewer) -> Finding:
    return review.add_finding(
        submission=case, reviewer=reviewer, rule="review-function", severity="error",
        path="index.html", line=3, text="دکمه کار نمی‌کند",
    )  # fmt: skip


def test_what_is_due_first_comes_first_in_the_queue(studio):
    late = build.submitted(build.make_app(studio))
    early = build.submitted(build.make_app(studio))
    Submission.objects.filter(pk=early.pk).update(due_at=late.due_at - timedelta(days=1))

    assert list(review.waiting()) == [early, late]


def test_the_queue_is_one_query_however_long(studio, django_assert_num_queries):
    for _ in range(3):
        build.submitted(build.make_app(studio))

    with django_assert_num_queries(1):
        seen = [
            (case.app.name, case.app.maker.name, case.version.number) for case in review.waiting()
        ]

    assert len(seen) == 3


def test_a_claimed_case_belongs_to_its_reviewer_for_a_while(cafe, reza, roya):
    case = build.claimed(cafe, reza)

    with pytest.raises(AlreadyClaimed):
        review.claim(submission=case, reviewer=roya, now=NOW + REVIEW_CLAIM_TTL / 2)


def test_a_claim_that_ran_out_may_be_taken_over(cafe, reza, roya):
    case = build.claimed(cafe, reza)

    taken = review.claim(submission=case, reviewer=roya, now=NOW + REVIEW_CLAIM_TTL)

    assert taken.claimed_by == roya


def test_a_sign_of_life_prolongs_the_claim_and_is_no_event(cafe, reza):
    case = build.claimed(cafe, reza)
    later = NOW + timedelta(minutes=10)

    again = review.claim(submission=case, reviewer=reza, now=later)

    assert again.claimed_until == later + REVIEW_CLAIM_TTL
    assert AuditEvent.objects.filter(event="miniapps.submission.claimed").count() == 1


def test_a_reviewer_who_goes_away_loses_the_case_to_the_queue(cafe, reza):
    case = build.claimed(cafe, reza)

    assert review.release_stale_claims(now=NOW + REVIEW_CLAIM_TTL) == 1

    case.refresh_from_db()
    assert (case.state, case.claimed_by) == (Submission.State.QUEUED, None)


def test_a_fresh_claim_is_left_alone(cafe, reza):
    build.claimed(cafe, reza)

    assert review.release_stale_claims(now=NOW) == 0


@pytest.mark.parametrize("somebody", ["mina", "saman", "omid"])
def test_only_reviewers_take_cases(cafe, somebody, request):
    case = build.submitted(cafe)

    with pytest.raises(NotAllowed):
        review.claim(submission=case, reviewer=request.getfixturevalue(somebody), now=NOW)


def test_a_reviewer_cannot_take_a_case_of_a_maker_he_belongs_to(cafe, studio, sara, reza):
    makers.set_member(maker=studio, phone=reza.phone, role="analyst", actor=sara)
    case = build.submitted(cafe)

    with pytest.raises(ReviewerIsMaker):
        review.claim(submission=case, reviewer=reza, now=NOW)


def test_a_reviewer_who_joins_the_maker_meanwhile_cannot_decide(cafe, studio, sara, reza):
    case = build.claimed(cafe, reza)
    makers.set_member(maker=studio, phone=reza.phone, role="developer", actor=sara)

    with pytest.raises(ReviewerIsMaker):
        review.approve(submission=case, reviewer=reza, now=NOW)


def test_even_a_superuser_does_not_review_his_own_app(zahra):
    case = build.submitted(build.make_app(build.make_maker(zahra)))

    with pytest.raises(ReviewerIsMaker):
        review.claim(submission=case, reviewer=zahra, now=NOW)


def test_only_the_one_who_took_the_case_decides(cafe, reza, roya):
    case = build.claimed(cafe, reza)

    for decide in (review.approve, review.request_changes, review.reject):
        with pytest.raises(NotYourClaim):
            decide(submission=case, reviewer=roya, reasons="x", now=NOW)


def test_an_approval_publishes_if_the_maker_asked_for_it(cafe, reza):
    case = build.claimed(cafe, reza, publish=True)

    review.approve(submission=case, reviewer=reza, now=NOW)

    release = Release.objects.get(app=cafe, channel="production")
    assert (release.version, release.state) == (case.version, Release.State.FULL)
    assert App.objects.get(pk=cafe.pk).status == App.Status.LIVE


def test_an_approval_does_not_publish_if_the_maker_did_not_ask(cafe, reza):
    case = build.claimed(cafe, reza, publish=False)

    review.approve(submission=case, reviewer=reza, now=NOW)

    assert not Release.objects.exists()
    assert App.objects.get(pk=cafe.pk).status == App.Status.IN_REVIEW


def test_an_approval_names_the_exact_bytes_in_the_audit_trail(cafe, reza):
    case = build.claimed(cafe, reza)

    review.approve(submission=case, reviewer=reza, now=NOW)

    event = AuditEvent.objects.get(event="miniapps.version.approved")
    assert event.facts["digest"] == case.version.digest
    assert event.actor == reza


def test_a_case_is_decided_once(cafe, reza):
    case = build.claimed(cafe, reza)
    review.approve(submission=case, reviewer=reza, now=NOW)

    with pytest.raises(SubmissionStateForbids):
        review.reject(submission=case, reviewer=reza, reasons="late", now=NOW)


def test_an_open_error_stands_in_the_way_of_approval(cafe, reza):
    case = build.claimed(cafe, reza)
    an_error(case, reza)

    with pytest.raises(FindingsOpen) as refusal:
        review.approve(submission=case, reviewer=reza, now=NOW)

    assert refusal.value.members == {"count": 1}


def test_a_waived_error_does_not_stand_in_the_way(cafe, reza):
    case = build.claimed(cafe, reza)
    review.settle_finding(finding=an_error(case, reza), reviewer=reza, state="waived", now=NOW)

    approved = review.approve(submission=case, reviewer=reza, now=NOW)

    assert approved.state == Submission.State.APPROVED


def test_errors_of_the_round_before_do_not_bind_the_new_version(cafe, reza):
    case = build.claimed(cafe, reza)
    an_error(case, reza)
    review.request_changes(submission=case, reviewer=reza, now=NOW)
    submission.submit(version=build.ready_version(cafe, "1.0.1"), actor=cafe.maker.founder, now=NOW)
    case = review.claim(submission=case, reviewer=reza, now=NOW)

    assert review.approve(submission=case, reviewer=reza, now=NOW).state == "approved"


def test_changes_are_not_requested_without_saying_which(cafe, reza):
    case = build.claimed(cafe, reza)

    with pytest.raises(FindingsMissing):
        review.request_changes(submission=case, reviewer=reza, reasons=" ", now=NOW)


def test_a_rejection_needs_reasons_and_frees_the_app(cafe, reza):
    case = build.claimed(cafe, reza)
    with pytest.raises(ReasonsMissing):
        review.reject(submission=case, reviewer=reza, reasons=" ", now=NOW)

    review.reject(submission=case, reviewer=reza, reasons="کلاهبرداری", now=NOW)

    assert App.objects.get(pk=cafe.pk).status == App.Status.DRAFT
    assert build.ready_version(cafe, "1.0.1")


def test_a_finding_needs_a_rule_of_the_list_a_severity_and_words(cafe, reza):
    case = build.claimed(cafe, reza)

    with pytest.raises(InvalidInput) as refusal:
        review.add_finding(
            submission=case, reviewer=reza, rule="mood", severity="bad", text=" ", path="x" * 256
        )

    pointers = {fault.pointer for fault in refusal.value.faults}
    assert pointers == {"#/rule", "#/severity", "#/text", "#/path"}


def test_the_database_itself_keeps_one_open_case_an_app(cafe):
    case = build.submitted(cafe)

    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(
            app=cafe, version=case.version, submitted_by=cafe.maker.founder,
            first_submitted_at=NOW, due_at=NOW,
        )  # fmt: skip
