"""User tokens: what an app's server is told, and what it can check."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings

from identity import consents, keys
from identity.models import SigningKey
from miniapps import governing, launching, tokens, values
from tests.miniapps import build
from tests.miniapps.build import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def launch(mina):
    opened = launching.launch(person=mina, app=build.live_app(), now=NOW)
    return launching.launch_of(mina, opened.public_id)


def read(token, launch):
    """Check as a maker's server does, with nothing but the published set."""
    public = {key["kid"]: jwt.PyJWK(key).key for key in keys.jwks()["keys"]}
    return jwt.decode(
        token,
        public[jwt.get_unverified_header(token)["kid"]],
        algorithms=["EdDSA"],
        audience=f"app:{launch.app.public_id}",
        issuer=settings.ORIGIN,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "strict_aud": True},
    )


def test_a_token_says_who_which_app_which_version_and_for_how_long(launch):
    issued = tokens.user_token(launch, now=NOW)

    claims = read(issued.token, launch)
    assert jwt.get_unverified_header(issued.token)["typ"] == "user+jwt"
    assert claims["sub"] == launch.app_person.sub
    assert claims["sid"] == launch.public_id
    assert claims["ver"] == launch.version.digest
    assert claims["exp"] - claims["iat"] == 300
    assert issued.expires_at == claims["exp"]


def test_no_id_of_ours_and_no_phone_stands_in_a_token(launch):
    claims = read(tokens.user_token(launch, now=NOW).token, launch)

    text = repr(claims)
    assert launch.person.public_id not in text
    assert launch.person.phone not in text
    assert launch.person.first_name not in text


def test_two_apps_know_the_same_person_by_different_ids(mina):
    first, second = (
        launching.launch(person=mina, app=build.live_app(), now=NOW).app_person for _ in range(2)
    )

    assert first.sub != second.sub
    assert first.number != second.number


def test_the_name_comes_with_the_consent_and_goes_with_it(launch):
    consents.grant(person=launch.person, audience=launch.app.public_id, scope="profile")
    with_name = read(tokens.user_token(launch, now=NOW).token, launch)
    consents.revoke(person=launch.person, audience=launch.app.public_id, scope="profile", now=NOW)
    without = read(tokens.user_token(launch, now=NOW).token, launch)

    assert (with_name["name"], with_name["scope"]) == (launch.person.name, "profile")
    assert ("name" in without, without["scope"]) == (False, "")


def test_introspection_knows_a_good_token(launch):
    token = tokens.user_token(launch, now=NOW).token

    answer = tokens.introspect(token, app=launch.app, now=NOW)

    assert answer["active"] is True
    assert answer["sub"] == launch.app_person.sub


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"),
        lambda token: token.replace(".", "", 1),
        lambda _token: "",
        lambda _token: "a.b.c",
        lambda token: token + "A" * 5000,
        lambda token: "٣" + token,
        lambda token: ".".join([token.split(".")[0], token.split(".")[1], ""]),
    ],
)
def test_introspection_refuses_what_is_not_whole(launch, spoil):
    token = spoil(tokens.user_token(launch, now=NOW).token)

    assert tokens.introspect(token, app=launch.app, now=NOW) == {"active": False}


def test_introspection_refuses_another_apps_token(launch):
    token = tokens.user_token(launch, now=NOW).token

    assert tokens.introspect(token, app=build.live_app(), now=NOW) == {"active": False}


@pytest.mark.parametrize("later", [timedelta(seconds=311), timedelta(seconds=-30)])
def test_introspection_refuses_a_token_out_of_its_time(launch, later):
    token = tokens.user_token(launch, now=NOW).token

    assert tokens.introspect(token, app=launch.app, now=NOW + later) == {"active": False}


def test_introspection_refuses_when_the_launch_has_ended(launch):
    token = tokens.user_token(launch, now=NOW).token
    launching.end(launch=launch, reason="person", now=NOW)

    assert tokens.introspect(token, app=launch.app, now=NOW) == {"active": False}


def test_introspection_refuses_when_the_app_is_suspended(launch, omid):
    token = tokens.user_token(launch, now=NOW).token
    governing.suspend(app=launch.app, actor=omid, reason="test", now=NOW)

    assert tokens.introspect(token, app=launch.app, now=NOW) == {"active": False}


def test_a_token_outlives_a_rotation_but_not_the_removal_of_its_key(launch):
    token = tokens.user_token(launch, now=NOW).token
    old = jwt.get_unverified_header(token)["kid"]

    with build.after_commit(execute=True):
        keys.rotate(SigningKey.Purpose.TOKENS, now=NOW)
    fresh = tokens.user_token(launch, now=NOW).token

    assert jwt.get_unverified_header(fresh)["kid"] != old
    assert tokens.introspect(token, app=launch.app, now=NOW)["active"] is True
    with build.after_commit(execute=True):
        keys.remove(old, now=NOW)
    assert tokens.introspect(token, app=launch.app, now=NOW) == {"active": False}
    assert tokens.introspect(fresh, app=launch.app, now=NOW)["active"] is True


def test_a_preview_meets_another_person_with_consents_and_values_of_his_own(sara):
    app = build.make_app(build.make_maker(sara))
    version = build.approved_version(app)
    app.refresh_from_db()
    public = launching.launch_of(sara, launching.launch(person=sara, app=app, now=NOW).public_id)
    team = launching.launch_of(
        sara,
        launching.preview(person=sara, version=version, source="console", now=NOW).public_id,
    )

    consents.grant(person=sara, audience=public.app_person.audience, scope="profile")
    values.save(app_person=public.app_person, key="a", value="1")

    claims = read(tokens.user_token(team, now=NOW).token, team)
    assert (claims["env"], claims["scope"]) == ("preview", "")
    assert claims["sub"] != public.app_person.sub
    assert values.keys(app_person=team.app_person) == []
    assert "env" not in read(tokens.user_token(public, now=NOW).token, public)
