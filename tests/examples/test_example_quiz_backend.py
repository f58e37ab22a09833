"""The example backend believes a good token and nothing else, in under twenty lines."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.examples.quiz_side import APP, APP_ORIGIN, KID, ROOT, Platform, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    made = Platform()
    yield made
    made.close()


@pytest.fixture(scope="module")
def backend(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data = tmp_path_factory.mktemp("quiz") / "scores.sqlite3"
    process, origin = start(
        data, BARNAMAK_ORIGIN=platform.origin, QUIZ_APP_ID=APP, QUIZ_ORIGIN=APP_ORIGIN
    )
    yield origin
    stop(process)


def call(
    url: str,
    *,
    token: str | None = None,
    body: Any = None,
    method: str | None = None,
    origin: str = APP_ORIGIN,
) -> tuple[int, Any, Any]:
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"Origin": origin})
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            text = response.read()
            return response.status, json.loads(text) if text else None, response.headers
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read()), refusal.headers


def test_verification_is_under_twenty_lines() -> None:
    text = (ROOT / "examples/quiz/backend.py").read_text(encoding="utf-8")
    inside = text.split("# --- token verification: begin ---")[1].split(
        "# --- token verification: end ---"
    )[0]
    lines = [line for line in inside.splitlines() if line.strip()]
    assert "jwt.decode(" in inside
    assert "PyJWKClient(" in inside
    assert 5 < len(lines) < 20
    assert text.count("jwt.decode(") == 1


def test_a_score_is_kept_for_the_person(platform: Platform, backend: str) -> None:
    token = platform.token(sub="keeper")
    assert call(f"{backend}/me", token=token)[1]["plays"] == 0
    assert call(f"{backend}/scores", token=token, body={"points": 900})[1]["best"] == 900
    status, known, _ = call(
        f"{backend}/scores", token=platform.token(sub="keeper", jti="other"), body={"points": 300}
    )
    assert (status, known["best"], known["plays"]) == (200, 900, 2)
    other = call(f"{backend}/me", token=platform.token(sub="stranger"))[1]
    assert (other["best"], other["rank"]) == (0, None)
    assert [one["you"] for one in known["top"] if one["best"] == 900] == [True]
    assert "keeper" not in json.dumps(known)


def test_scores_survive_a_restart(platform: Platform, tmp_path: Path) -> None:
    env = {"BARNAMAK_ORIGIN": platform.origin, "QUIZ_APP_ID": APP, "QUIZ_ORIGIN": APP_ORIGIN}
    process, origin = start(tmp_path / "s.sqlite3", **env)
    call(f"{origin}/scores", token=platform.token(), body={"points": 1200})
    stop(process)
    process, origin = start(tmp_path / "s.sqlite3", **env)
    try:
        assert call(f"{origin}/me", token=platform.token())[1]["best"] == 1200
    finally:
        stop(process)


def flipped(token: str, part: int) -> str:
    parts = token.split(".")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    return ".".join(parts)


BAD_TOKENS = {
    "another app": lambda p: p.token(aud="app:app_other"),
    "a prefix of the app": lambda p: p.token(aud=f"app:{APP}"[:-1]),
    "a list of apps": lambda p: p.token(aud=[f"app:{APP}", "app:app_other"]),
    "the bare app id": lambda p: p.token(aud=APP),
    "expired": lambda p: p.token(exp=int(time.time()) - 11, iat=int(time.time()) - 311),
    "from the future": lambda p: p.token(iat=int(time.time()) + 60),
    "no exp": lambda p: p.token(exp=None),
    "no sub": lambda p: p.token(sub=None),
    "no jti": lambda p: p.token(jti=None),
    "no aud": lambda p: p.token(aud=None),
    "other issuer": lambda p: p.token(iss=p.origin + "/"),
    "no issuer": lambda p: p.token(iss=None),
    "a payment token": lambda p: p.token(typ="payment+jwt"),
    "no type": lambda p: p.token(typ=None),
    "plain JWT": lambda p: p.token(typ="JWT"),
    "unknown key id": lambda p: p.token(kid="other"),
    "own key under the right id": lambda p: p.token(key=Ed25519PrivateKey.generate()),
    "flipped claims": lambda p: flipped(p.token(), 1),
    "flipped signature": lambda p: flipped(p.token(), 2),
    "no signature": lambda p: p.token().rpartition(".")[0] + ".",
    "alg none": lambda p: p.unsigned({"alg": "none", "typ": "user+jwt", "kid": KID}),
    "alg None": lambda p: p.unsigned({"alg": "None", "typ": "user+jwt", "kid": KID}),
    "HMAC with the public key": lambda p: p.unsigned(
        {"alg": "HS256", "typ": "user+jwt", "kid": KID},
        lambda text: hmac.digest(p.raw, text, hashlib.sha256),
    ),
    "not a token": lambda _p: "hello",
    "empty": lambda _p: "",
    "only dots": lambda _p: "..",
}


@pytest.mark.parametrize("why", BAD_TOKENS)
def test_a_bad_token_is_refused(why: str, platform: Platform, backend: str) -> None:
    token = BAD_TOKENS[why](platform)
    status, answer, _ = call(f"{backend}/scores", token=token, body={"points": 1500})
    assert status == 401
    assert answer == {"error": "The token was refused."}


def test_no_token_is_refused(backend: str) -> None:
    assert call(f"{backend}/me")[0] == 401


def test_ten_seconds_of_clock_difference_are_forgiven(platform: Platform, backend: str) -> None:
    now = int(time.time())
    assert call(f"{backend}/me", token=platform.token(iat=now + 5, nbf=now + 5))[0] == 200
    assert call(f"{backend}/me", token=platform.token(exp=now - 5))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        {"points": 1501},
        {"points": -1},
        {"points": True},
        {"points": "9"},
        {},
        [],
        b"{",
        b"x" * 5000,
    ],
)
def test_a_bad_score_is_refused(body: Any, platform: Platform, backend: str) -> None:
    assert call(f"{backend}/scores", token=platform.token(sub="cheat"), body=body)[0] == 422
    assert call(f"{backend}/me", token=platform.token(sub="cheat"))[1]["plays"] == 0


def test_only_the_own_origin_is_let_in(platform: Platform, backend: str) -> None:
    allowed = call(f"{backend}/me", method="OPTIONS")
    assert allowed[0] == 204
    assert allowed[2]["Access-Control-Allow-Origin"] == APP_ORIGIN
    for origin in (
        "http://evil.apps.localhost:8000",
        "null",
        APP_ORIGIN + "/",
        APP_ORIGIN + ".evil.ir",
    ):
        assert (
            call(f"{backend}/me", token=platform.token(), origin=origin)[2][
                "Access-Control-Allow-Origin"
            ]
            is None
        )


def test_settings_from_a_file_may_come_later(platform: Platform, tmp_path: Path) -> None:
    told = tmp_path / "quiz.json"
    process, origin = start(
        tmp_path / "s.sqlite3", BARNAMAK_ORIGIN=platform.origin, QUIZ_CONFIG=str(told)
    )
    try:
        assert call(f"{origin}/me", token=platform.token())[0] == 503
        told.write_text(json.dumps({"app_id": APP, "origins": [APP_ORIGIN]}))
        status, _, headers = call(f"{origin}/me", token=platform.token())
        assert (status, headers["Access-Control-Allow-Origin"]) == (200, APP_ORIGIN)
    finally:
        stop(process)


def test_keys_out_of_reach_are_not_the_persons_fault(platform: Platform, tmp_path: Path) -> None:
    away = "http://127.0.0.1:9"
    process, origin = start(
        tmp_path / "s.sqlite3", BARNAMAK_ORIGIN=away, QUIZ_APP_ID=APP, QUIZ_ORIGIN=APP_ORIGIN
    )
    try:
        assert call(f"{origin}/me", token=platform.token())[0] == 503
    finally:
        stop(process)
