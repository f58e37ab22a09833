"""The makers' API: a view parses, asks ``access``, calls one operation, answers."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.api.idempotency import once
from core.api.paging import newest_first
from core.api.strict import ProblemDocument
from core.api.uploads import file_of
from identity.authentication import SessionAuth
from identity.makers import maker_of
from identity.models import MakerMember
from miniapps import access, apikeys, registration, releasing, retiring, submission
from miniapps.api import serializers as wire
from miniapps.api.authentication import CHALLENGE, KeyAuth, actor_of, person_of
from miniapps.models import AppKey, Release, Submission, Version

READS = {400: ProblemDocument, 401: ProblemDocument}
FINDS = READS | {403: ProblemDocument, 404: ProblemDocument}
WRITES = FINDS | {
    409: ProblemDocument,
    415: ProblemDocument,
    422: ProblemDocument,
    429: ProblemDocument,
}
UPLOADS = WRITES | {413: ProblemDocument}
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT, description="rows of one page, 1 to 200")
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="next_cursor of the page before")
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="the same request with the same key is carried out once",
)


class PersonView(APIView):
    """For people who are signed in; a key is nobody here."""

    authentication_classes = (SessionAuth,)


class MakerView(APIView):
    """For people of the maker and for the app's keys."""

    authentication_classes = (KeyAuth, SessionAuth)
    challenge = CHALLENGE


def _page(request: Request, rows: QuerySet[Any], answer: type[Serializer[Any]]) -> Response:
    found, following = newest_first(request, rows)
    return Response({"items": answer(found, many=True).data, "next_cursor": following})


# --- makers and apps ------------------------------------------------------------------------
class Makers(PersonView):
    """The makers one belongs to."""

    @extend_schema(
        operation_id="list_makers", responses={200: wire.MakersAnswer, 401: ProblemDocument}
    )
    def get(self, request: Request) -> Response:
        mine = MakerMember.objects.filter(person=person_of(request)).select_related("maker")
        return Response({"items": wire.MakerAnswer(mine.order_by("pk"), many=True).data})


class Apps(PersonView):
    """The apps of one's makers."""

    @extend_schema(
        operation_id="list_apps",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.AppPage, **READS},
    )
    def get(self, request: Request) -> Response:
        mine = access.apps_of(person_of(request)).select_related("maker")
        return _page(request, mine, wire.OwnApp)

    @extend_schema(
        operation_id="register_app",
        description="Register an app. Its token comes from `POST /apps/{app}/token`.",
        parameters=[KEY],
        request=wire.NewApp,
        responses={201: wire.OwnApp, **WRITES},
    )
    @once
    def post(self, request: Request) -> Response:
        asked = wire.NewApp(data=request.data)
        asked.is_valid(raise_exception=True)
        words = dict(asked.validated_data)
        maker = maker_of(person_of(request), words.pop("maker"), right="edit")
        app, _token = registration.register(maker=maker, actor=person_of(request), **words)
        place = f"/api/v1/apps/{app.public_id}"
        return Response(wire.OwnApp(app).data, status=201, headers={"Location": place})


class OneApp(MakerView):
    """One app."""

    @extend_schema(operation_id="get_app", responses={200: wire.OwnApp, **FINDS})
    def get(self, request: Request, app_id: str) -> Response:
        return Response(wire.OwnApp(access.app_of(actor_of(request), app_id)).data)

    @extend_schema(
        operation_id="change_app",
        request=wire.AppChange,
        responses={200: wire.OwnApp, **WRITES},
    )
    def patch(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="edit")
        asked = wire.AppChange(data=request.data)
        asked.is_valid(raise_exception=True)
        words, person = dict(asked.validated_data), person_of(request)
        listed = words.pop("listed", None)
        if words:
            registration.edit_listing(app=app, actor=person, **words)
        if listed is not None:
            retiring.set_listed(app=app, actor=person, listed=listed, now=timezone.now())
        return Response(wire.OwnApp(access.app_of(person, app_id)).data)

    @extend_schema(
        operation_id="delete_app",
        description="Delete the app for good. Its id, slug and origin are never given again.",
        responses={204: None, **WRITES},
    )
    def delete(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id, right="keys")
        retiring.delete(app=app, actor=person_of(request), now=timezone.now())
        return Response(status=204)


class AppIcon(PersonView):
    """An app's icon."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="set_icon",
        request={"multipart/form-data": wire.IconUpload},
        responses={200: wire.OwnApp, **UPLOADS},
    )
    def put(self, request: Request, app_id: str) -> Response:
        person = person_of(request)
        app = access.app_of(person, app_id, right="edit")
        asked = wire.IconUpload(data=request.data)
        image = file_of(request, "image")
        asked.is_valid(raise_exception=True)
        changed = registration.set_icon(app=app, actor=person, image=image)
        return Response(wire.OwnApp(changed).data)


class AppToken(PersonView):
    """The token that signs an app's initData."""

    @extend_schema(
        operation_id="rotate_token",
        description="Make a new token, shown this once; the old one is worth nothing at once.",
        request=None,
        responses={201: wire.TokenMade, **WRITES},
    )
    def post(self, request: Request, app_id: str) -> Response:
        person = person_of(request)
        app = access.app_of(person, app_id, right="keys")
        token = registration.rotate_token(app=app, actor=person)
        return Response({"token": token}, status=201, headers={"Cache-Control": "no-store"})


# --- versions -------------------------------------------------------------------------------
class Versions(MakerView):
    """The versions of an app."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="list_versions",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.VersionPage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id)
        rows = Version.objects.filter(app=app, same_as=None).select_related("app")
        return _page(request, rows, wire.VersionSummary)

    @extend_schema(
        operation_id="upload_version",
        description="Upload a build. The same bytes give the same version (then 200).",
        parameters=[KEY],
        request={"multipart/form-data": wire.NewVersion},
        responses={200: wire.VersionAnswer, 202: wire.VersionAnswer, **UPLOADS},
    )
    @once
    def post(self, request: Request, app_id: str) -> Response:
        actor = actor_of(request)
        app = access.app_of(actor, app_id, right="upload")
        asked = wire.NewVersion(data=request.data)
        upload = file_of(request, "bundle")
        asked.is_valid(raise_exception=True)
        version, is_new = submission.receive(
            app=app,
            upload=upload,
            actor=actor,
            via=Version.Via.API,
            manifest_given=asked.validated_data.get("manifest"),
            note=asked.validated_data.get("note", ""),
            now=timezone.now(),
        )
        return _version(version, is_new=is_new)


class OneVersion(MakerView):
    """One version with its findings."""

    @extend_schema(operation_id="get_version", responses={200: wire.VersionAnswer, **FINDS})
    def get(self, request: Request, version_id: str) -> Response:
        return _version(access.version_of(actor_of(request), version_id), is_new=False)


class VersionManifest(MakerView):
    """A manifest for an upload that came without one."""

    @extend_schema(
        operation_id="give_manifest",
        description="Check the same bytes again with this manifest; nothing is sent again.",
        parameters=[KEY],
        request=wire.ManifestForVersion,
        responses={200: wire.VersionAnswer, 202: wire.VersionAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, version_id: str) -> Response:
        actor = actor_of(request)
        version = access.version_of(actor, version_id, right="upload")
        asked = wire.ManifestForVersion(data=request.data)
        asked.is_valid(raise_exception=True)
        manifest = asked.validated_data["manifest"]
        checked, is_new = submission.with_manifest(
            version=version, manifest=manifest, actor=actor, now=timezone.now()
        )
        return _version(checked, is_new=is_new)


class VersionWithdrawal(MakerView):
    """Taking a version back."""

    @extend_schema(
        operation_id="withdraw_version",
        request=None,
        responses={200: wire.VersionAnswer, **WRITES},
    )
    def post(self, request: Request, version_id: str) -> Response:
        actor = actor_of(request)
        version = access.version_of(actor, version_id, right="release")
        held = retiring.withdraw_version(version=version, actor=actor, now=timezone.now())
        return _version(held, is_new=False)


def _version(version: Version, *, is_new: bool) -> Response:
    place = f"/api/v1/versions/{version.public_id}"
    answer = wire.VersionAnswer(version).data
    return Response(answer, status=202 if is_new else 200, headers={"Location": place})


# --- submissions ----------------------------------------------------------------------------
class Submissions(MakerView):
    """The review cases of an app."""

    @extend_schema(
        operation_id="list_submissions",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.SubmissionPage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id)
        rows = Submission.objects.filter(app=app).select_related("app", "version")
        return _page(request, rows, wire.SubmissionAnswer)

    @extend_schema(
        operation_id="submit_version",
        parameters=[KEY],
        request=wire.NewSubmission,
        responses={201: wire.SubmissionAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str) -> Response:
        actor = actor_of(request)
        app = access.app_of(actor, app_id, right="submit")
        asked = wire.NewSubmission(data=request.data)
        asked.is_valid(raise_exception=True)
        words = asked.validated_data
        case = submission.submit(
            version=access.version_in(app, words["version"]),
            actor=actor,
            publish_on_approval=words["publish_on_approval"],
            note=words.get("note", ""),
            now=timezone.now(),
        )
        place = f"/api/v1/submissions/{case.public_id}"
        answer = wire.SubmissionAnswer(case).data
        return Response(answer, status=201, headers={"Location": place})


class OneSubmission(MakerView):
    """One case."""

    @extend_schema(operation_id="get_submission", responses={200: wire.SubmissionAnswer, **FINDS})
    def get(self, request: Request, submission_id: str) -> Response:
        case = access.submission_of(actor_of(request), submission_id)
        return Response(wire.SubmissionAnswer(case).data)


class SubmissionWithdrawal(MakerView):
    """Taking a case back."""

    @extend_schema(
        operation_id="withdraw_submission",
        request=None,
        responses={200: wire.SubmissionAnswer, **WRITES},
    )
    def post(self, request: Request, submission_id: str) -> Response:
        actor = actor_of(request)
        case = access.submission_of(actor, submission_id, right="submit")
        held = submission.withdraw(submission=case, actor=actor, now=timezone.now())
        return Response(wire.SubmissionAnswer(held).data)


# --- releases -------------------------------------------------------------------------------
class Releases(MakerView):
    """What was given to whom."""

    @extend_schema(
        operation_id="list_releases",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.ReleasePage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(actor_of(request), app_id)
        rows = Release.objects.filter(app=app).select_related("app", "version")
        return _page(request, rows, wire.ReleaseAnswer)

    @extend_schema(
        operation_id="release_version",
        parameters=[KEY],
        request=wire.NewRelease,
        responses={201: wire.ReleaseAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str) -> Response:
        actor = actor_of(request)
        app = access.app_of(actor, app_id, right="release")
        asked = wire.NewRelease(data=request.data)
        asked.is_valid(raise_exception=True)
        words = asked.validated_data
        made = releasing.release(
            app=app,
            version=access.version_in(app, words["version"]),
            channel=words["channel"],
            percent=words["percent"],
            actor=actor,
            now=timezone.now(),
        )
        place = f"/api/v1/releases/{made.public_id}"
        answer = wire.ReleaseAnswer(made).data
        return Response(answer, status=201, headers={"Location": place})


class OneRelease(MakerView):
    """One release."""

    @extend_schema(operation_id="get_release", responses={200: wire.ReleaseAnswer, **FINDS})
    def get(self, request: Request, release_id: str) -> Response:
        found = access.release_of(actor_of(request), release_id)
        return Response(wire.ReleaseAnswer(found).data)

    @extend_schema(
        operation_id="change_release",
        request=wire.ReleaseChange,
        responses={200: wire.ReleaseAnswer, **WRITES},
    )
    def patch(self, request: Request, release_id: str) -> Response:
        actor, now = actor_of(request), timezone.now()
        found = access.release_of(actor, release_id, right="release")
        asked = wire.ReleaseChange(data=request.data)
        asked.is_valid(raise_exception=True)
        match asked.validated_data:
            case {"percent": percent}:
                changed = releasing.set_percent(
                    release=found, percent=percent, actor=actor, now=now
                )
            case {"state": "paused"}:
                changed = releasing.pause(release=found, actor=actor, now=now)
            case _:
                changed = releasing.resume(release=found, actor=actor, now=now)
        return Response(wire.ReleaseAnswer(changed).data)


class RollBacks(MakerView):
    """Returning to the last good version."""

    @extend_schema(
        operation_id="roll_back",
        parameters=[KEY],
        request=wire.RollBack,
        responses={200: wire.ReleaseAnswer, **WRITES},
    )
    @once
    def post(self, request: Request, app_id: str) -> Response:
        actor = actor_of(request)
        app = access.app_of(actor, app_id, right="release")
        asked = wire.RollBack(data=request.data)
        asked.is_valid(raise_exception=True)
        channel = asked.validated_data["channel"]
        current = releasing.roll_back(app=app, channel=channel, actor=actor, now=timezone.now())
        return Response(wire.ReleaseAnswer(current).data)


# --- keys -----------------------------------------------------------------------------------
class Keys(PersonView):
    """The keys of an app."""

    @extend_schema(
        operation_id="list_keys",
        parameters=[LIMIT, CURSOR],
        responses={200: wire.KeyPage, **FINDS},
    )
    def get(self, request: Request, app_id: str) -> Response:
        app = access.app_of(person_of(request), app_id, right="keys")
        return _page(request, AppKey.objects.filter(app=app), wire.KeyAnswer)

    @extend_schema(
        operation_id="issue_key",
        description="Make a key. Its text is in this answer only, so it is never replayed.",
        request=wire.NewKey,
        responses={201: wire.KeyMade, **WRITES},
    )
    def post(self, request: Request, app_id: str) -> Response:
        person = person_of(request)
        app = access.app_of(person, app_id, right="keys")
        asked = wire.NewKey(data=request.data)
        asked.is_valid(raise_exception=True)
        key, text = apikeys.issue(app=app, actor=person, now=timezone.now(), **asked.validated_data)
        answer = wire.KeyAnswer(key).data | {"key": text}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class OneKey(PersonView):
    """One key."""

    @extend_schema(operation_id="revoke_key", responses={200: wire.KeyAnswer, **FINDS})
    def delete(self, request: Request, key_id: str) -> Response:
        person = person_of(request)
        key = access.key_of(person, key_id)
        revoked = apikeys.revoke(key=key, actor=person, now=timezone.now())
        return Response(wire.KeyAnswer(revoked).data)
