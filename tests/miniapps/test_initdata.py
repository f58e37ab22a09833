"""initData is what Telegram's validators expect: known vectors, and other people's code."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from aiogram.utils.web_app import check_webapp_signature as hmac_is_right
from aiogram.utils.web_app_signature import check_webapp_signature as ed25519_is_right
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from miniapps import initdata

VECTORS = json.loads((Path(__file__).parents[1] / "data/initdata-vectors.json").read_text())
TOKEN = "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8"
NUMBER = 5768337691
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
USER = {
    "id": 4503599627370495,
    "first_name": "علی (Ali) + - ? /",
    "last_name": "",
    "username": None,
}


def signed(**fields):
    return initdata.sign(
        {"user": initdata.compact(USER), **fields},
        app_number=NUMBER,
        secret=initdata.secret_of(TOKEN),
        ed25519=KEY.sign,
        now=NOW,
    )


@pytest.mark.parametrize("vector", VECTORS["hash_token"], ids=lambda one: one["token"][:12])
def test_the_hmac_key_of_a_token_is_the_published_one(vector):
    assert initdata.secret_of(vector["token"]).hex() == vector["hmac_hex"]


@pytest.mark.parametrize("vector", VECTORS["hmac_valid"], ids=["plain", "escaped", "full"])
def test_our_way_of_hashing_gives_the_published_hashes(vector):
    pairs = dict(parse_qsl(vector["init_data"], keep_blank_values=True))
    published = pairs.pop("hash")

    lines = initdata._lines(pairs)

    import hashlib
    import hmac

    secret = initdata.secret_of(vector["token"])
    assert hmac.new(secret, lines.encode(), hashlib.sha256).hexdigest() == published


def test_aiogram_accepts_hash_and_signature():
    made = signed(start_param="table-7", chat_type="group", chat_instance="-8134722200314281151")

    assert hmac_is_right(TOKEN, made)
    assert ed25519_is_right(NUMBER, made, KEY.public_key().public_bytes_raw())


@pytest.mark.parametrize("place", [5, 40, 90, -3])
def test_one_flipped_bit_is_refused(place):
    made = signed()
    broken = made[:place] + chr(ord(made[place]) ^ 1) + made[place + 1 or len(made) :]

    assert not hmac_is_right(TOKEN, broken)


def test_another_apps_token_is_refused():
    assert not hmac_is_right("1234567890:another", signed())


def test_fields_without_a_value_are_left_out():
    pairs = dict(parse_qsl(signed(start_param=""), keep_blank_values=True))

    assert "start_param" not in pairs
    assert "" not in pairs.values()
    assert json.loads(pairs["user"]) == {"id": USER["id"], "first_name": USER["first_name"]}


def test_a_space_is_percent_20_and_a_plus_survives():
    made = signed()

    assert "+" not in made
    assert "%20%2B%20" in made


def test_the_signature_is_unpadded_base64url_of_64_bytes():
    signature = dict(parse_qsl(signed()))["signature"]

    assert len(signature) == 86
    assert "=" not in signature
