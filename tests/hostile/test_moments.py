"""What happens between two steps: a suspension, a removal, a worker that was thought dead."""

import json
from datetime import timedelta
from unittest import mock

import pytest
from django.db import IntegrityError
from django.utils import timezone

from core.limits import IDEMPOTENCY_RUNNING_MAX
from core.models import IdempotencyRecord
from core.problems import Fault, InvalidInput, NotFound, TooManyRequests
from messenger import chats
from messenger.models import Chat, Message
from miniapps import launching, submission
from miniapps.errors import AppUnavailable
from miniapps.models import App, Launch, Version
from tests.messenger.conftest import say
from tests.miniapps import build
from tests.miniapps.build import NOW
from tests.people import *  # noqa: F403
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.STORE = tmp_path / "store"
    settings.PRIVATE_UPLOADS = tmp_path / "uploads"


def test_no_launch_is_left_open_beside_a_suspension(mina):
    seen = build.live_app()  # read before the suspension was committed
    App.objects.filter(pk=seen.pk).update(status=App.Status.SUSPENDED)

    with pytest.raises(AppUnavailable):
        launching.launch(person=mina, app=seen, now=NOW)
    assert not Launch.objects.exists()


def test_no_launch_is_left_open_beside_a_block(mina):
    app = build.live_app()
    version = Version.objects.get(app=app)
    Version.objects.filter(pk=version.pk).update(state=Version.State.BLOCKED_HARD)

    with (
        mock.patch.object(launching.releasing, "chosen_version", return_value=version),
        pytest.raises(AppUnavailable),
    ):
        launching.launch(person=mina, app=app, now=NOW)
    assert not Launch.objects.exists()


@pytest.mark.parametrize("status", [App.Status.SUSPENDED, App.Status.BANNED, App.Status.ARCHIVED])
def test_a_version_of_a_closed_app_is_not_previewed(sara, status):
    version = build.ready_version(build.make_app(build.make_maker(sara)))
    version.app.status = status

    with pytest.raises(AppUnavailable):
        launching.preview(person=sara, version=version, source="console", now=NOW)


def test_one_who_was_just_sent_out_says_nothing_more(sara, mina):
    now = timezone.now()
    group = chats.create_group(founder=sara, title="گروه", people=[mina], now=now)
    before = Message.objects.filter(chat=group).count()
    with mock.patch("core.rates.hit"):  # what stands between the question and the lock
        chats.remove_member(chat=group, person=mina, actor=sara, now=now)
        with pytest.raises(NotFound):
            say(group, mina, "هنوز اینجا هستم")

    assert Message.objects.filter(chat=group).count() == before + 1  # that she was removed


def ask_for_group(client, title="کوه"):
    return client.post(
        "/api/v1/chats",
        json.dumps({"kind": "group", "title": title}),
        content_type="application/json",
        headers={"Idempotency-Key": "once"},
    )


def test_a_late_failure_does_not_forget_what_another_carried_out(mina):
    client, make = signed_in(mina), chats.create_group
    answers = []

    def slow(**given):
        """Take so long that the same request is sent again and carried out, then fail."""
        with mock.patch.object(chats, "create_group", make):
            late = timezone.now() - 2 * IDEMPOTENCY_RUNNING_MAX
            IdempotencyRecord.objects.update(created_at=late)
            answers.append(ask_for_group(signed_in(mina)))
        raise InvalidInput([Fault("#/title", "broke", "broke")])

    with mock.patch.object(chats, "create_group", slow):
        first = ask_for_group(client)
    third = ask_for_group(client)

    assert (first.status_code, answers[0].status_code, third.status_code) == (400, 201, 201)
    assert third.headers["Idempotency-Replayed"] == "true"
    assert third.content == answers[0].content
    assert Chat.objects.count() == 1


def test_a_twin_whose_first_was_refused_this_moment_is_asked_to_wait(mina):
    with mock.patch.object(IdempotencyRecord.objects, "create", side_effect=IntegrityError):
        answer = ask_for_group(signed_in(mina))

    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency-still-running"


def test_many_apps_do_not_give_one_person_many_uploads(sara):
    studio = build.make_maker(sara)
    with mock.patch.object(submission, "UPLOADS_PER_PERSON_HOUR_MAX", 2):
        for _ in range(2):
            build.uploaded_version(build.make_app(studio))
        with pytest.raises(TooManyRequests):
            build.uploaded_version(build.make_app(studio))


def test_a_wrong_clock_gives_no_longer_claim(sara, reza):
    """A claim that is over falls to the next reviewer, whatever the first one's page still says."""
    from miniapps import review
    from tests.people import make_person

    case = build.claimed(build.make_app(build.make_maker(sara)), reza)
    later = NOW + timedelta(hours=2)
    other = make_person("دیگری", role="reviewer")

    review.claim(submission=case, reviewer=other, now=later)

    with pytest.raises(review.NotYourClaim):
        review.approve(submission=case, reviewer=reza, now=later)


def test_a_deployment_that_writes_codes_to_its_log_is_warned(settings):
    from core.checks import codes_are_not_for_the_log

    warned = [one.id for one in codes_are_not_for_the_log()]
    settings.CODE_SENDER = "ours.Gateway"

    assert warned == ["core.W003"]
    assert codes_are_not_for_the_log() == []
