"""docs/reference/webhooks.md: its examples run, its tables are complete."""

import json
import re
import shutil
import subprocess

import pytest
from django.utils import timezone

from config.env import REPOSITORY
from core.limits import WEBHOOK_RETRY_WAITS_S
from miniapps.models import WebhookAttempt
from miniapps.webhooks import signing
from miniapps.webhooks.kinds import KINDS

PAGE = (REPOSITORY / "docs/reference/webhooks.md").read_text(encoding="utf-8")
PYTHON = [
    code for code in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "event_of" in code
]
JAVASCRIPT = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)
BODY = '{"type":"payment.captured","data":{"order_ref":"نارون"}}'


@pytest.fixture
def sent() -> tuple[str, dict[str, str]]:
    """A secret, and the headers of a call while it is the older of two."""
    secret, _sealed = signing.new_secret()
    newer, _sealed = signing.new_secret()
    headers = signing.headers(
        event_id="evt_1", body=BODY, signers=[newer, secret], now=timezone.now()
    )
    return secret, headers


@pytest.mark.parametrize("code", PYTHON, ids=["with the library", "with nothing else"])
def test_the_python_examples_take_what_we_sign_and_nothing_else(sent, code):
    secret, headers = sent
    place: dict[str, object] = {}
    exec(code, place)  # noqa: S102  # our own documentation
    event_of = place["event_of"]

    assert event_of(BODY.encode(), headers, secret) == json.loads(BODY)
    for changed in (
        {"webhook-id": "evt_2"},
        {"webhook-timestamp": str(int(headers["webhook-timestamp"]) - 301)},
        {"webhook-signature": "v1,AAAA"},
    ):
        with pytest.raises(Exception, match=r"too|not|No matching"):
            event_of(BODY.encode(), headers | changed, secret)
    with pytest.raises(Exception, match=r"not|No matching"):
        event_of(BODY.encode() + b" ", headers, secret)


def test_the_javascript_example_takes_what_we_sign_and_nothing_else(sent, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node is here")
    secret, headers = sent
    (code,) = JAVASCRIPT
    script = (
        code
        + """
const [body, headers, secret] = JSON.parse(process.argv[2]);
const told = eventOf(Buffer.from(body), headers, secret);
const refused = [[{ "webhook-id": "evt_2" }, ""], [{ "webhook-signature": "v1,AAAA" }, ""],
  [{ "webhook-timestamp": "soon" }, ""], [{}, " "]].filter(([changed, more]) => {
  try { eventOf(Buffer.from(body + more), { ...headers, ...changed }, secret); return false; }
  catch { return true; }
});
console.log(JSON.stringify([told, refused.length]));
"""
    )
    (tmp_path / "example.mjs").write_text(script, encoding="utf-8")

    run = subprocess.run(
        [node, str(tmp_path / "example.mjs"), json.dumps([BODY, headers, secret])],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip

    assert json.loads(run.stdout) == [json.loads(BODY), 4]


@pytest.mark.parametrize("name", [*KINDS, *WebhookAttempt.Outcome.values])
def test_every_kind_and_outcome_stands_in_a_table(name):
    assert f"| `{name}` |" in PAGE


def test_the_waits_are_those_of_the_table():
    def words(seconds: int) -> str:
        for size, unit in ((3600, "h"), (60, "min"), (1, "s")):
            if seconds % size == 0 and seconds >= size:
                return f"{seconds // size} {unit}"
        raise AssertionError

    assert " · ".join(map(words, WEBHOOK_RETRY_WAITS_S)) in PAGE
