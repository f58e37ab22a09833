"""Every address of the makers' API × who calls. What one may not see answers like what is not."""

from dataclasses import dataclass

import pytest
from django.test import Client

from miniapps.models import AppKey, Release
from miniapps.webhooks import events
from tests.miniapps import build
from tests.miniapps.api import money
from tests.people import signed_in

Scope = AppKey.Scope
CALLERS = ("nobody", "stranger", "analyst", "developer", "owner", "key of all", "key of none")


@dataclass(frozen=True)
class Row:
    """An address and the status each caller gets; a body that is always wrong keeps rows alike."""

    method: str
    place: str
    nobody: int = 401
    stranger: int = 404
    analyst: int = 403
    developer: int = 400
    owner: int = 400
    key_of_all: int = 400
    key_of_none: int = 403

    @property
    def statuses(self) -> dict[str, int]:
        return dict(zip(CALLERS, (
            self.nobody, self.stranger, self.analyst, self.developer, self.owner,
            self.key_of_all, self.key_of_none,
        ), strict=True))  # fmt: skip


SEES = {"analyst": 200, "developer": 200, "owner": 200, "key_of_all": 200}
PERSONAL = {"key_of_all": 401, "key_of_none": 401}
OWNERS = {"developer": 403} | PERSONAL
DOERS = ("developer", "owner", "key_of_all")
GIVES = dict.fromkeys(DOERS, 200)
HOOKS = "apps/{app}/webhooks"
ROWS = [
    Row("get", "makers", stranger=200, **SEES | PERSONAL),
    Row("get", "apps", stranger=200, **SEES | PERSONAL),
    Row("post", "apps", stranger=400, analyst=400, **PERSONAL),
    Row("get", "apps/{app}", **SEES),
    Row("patch", "apps/{app}", key_of_all=403),
    Row("delete", "apps/{app}", developer=403, owner=204, key_of_all=403),
    Row("put", "apps/{app}/icon", **PERSONAL),
    Row("post", "apps/{app}/token", **OWNERS | {"owner": 201}),
    Row("get", "apps/{app}/versions", **SEES),
    Row("post", "apps/{app}/versions"),
    Row("get", "apps/{app}/submissions", **SEES),
    Row("post", "apps/{app}/submissions"),
    Row("get", "apps/{app}/releases", **SEES),
    Row("post", "apps/{app}/releases"),
    Row("post", "apps/{app}/roll-back"),
    Row("get", "apps/{app}/keys", analyst=403, owner=200, **OWNERS),
    Row("post", "apps/{app}/keys", **OWNERS),
    Row("get", f"{HOOKS}/endpoints", **SEES),
    Row("post", f"{HOOKS}/endpoints"),
    Row("get", f"{HOOKS}/endpoints/{{endpoint}}", **SEES),
    Row("patch", f"{HOOKS}/endpoints/{{endpoint}}"),
    Row("delete", f"{HOOKS}/endpoints/{{endpoint}}", **GIVES | dict.fromkeys(DOERS, 204)),
    Row("post", f"{HOOKS}/endpoints/{{endpoint}}/secret"),
    Row("delete", f"{HOOKS}/endpoints/{{endpoint}}/old-secret", **GIVES),
    Row("post", f"{HOOKS}/endpoints/{{endpoint}}/test", **GIVES | dict.fromkeys(DOERS, 202)),
    Row("post", f"{HOOKS}/endpoints/{{endpoint}}/replay", **GIVES | dict.fromkeys(DOERS, 202)),
    Row("get", f"{HOOKS}/events", **SEES),
    Row("get", f"{HOOKS}/events/{{event}}", **SEES),
    Row("post", f"{HOOKS}/events/{{event}}/replay"),
    Row("get", f"{HOOKS}/deliveries", **SEES),
    Row("get", "apps/{app}/invoices", **SEES),
    Row("post", "apps/{app}/invoices", developer=403),
    Row("get", "apps/{app}/invoices/{invoice}", **SEES),
    Row("post", "apps/{app}/invoices/{invoice}/cancel", developer=403, owner=200, key_of_all=200),
    Row("get", "apps/{app}/payments", **SEES),
    Row("post", "apps/{app}/prepared-messages"),
    Row("get", "apps/{app}/balance", **SEES),
    Row("post", "invoices", stranger=401, analyst=401, developer=401, owner=401),
    Row("get", "payments/{payment}", **SEES),
    Row("get", "payments/{payment}/refunds", **SEES),
    Row("post", "payments/{payment}/refunds", developer=403),
    Row("get", "versions/{version}", **SEES),
    Row("post", "versions/{version}/manifest"),
    Row("post", "versions/{version}/withdraw", developer=200, owner=200, key_of_all=200),
    Row("get", "submissions/{submission}", **SEES),
    Row("post", "submissions/{submission}/withdraw", developer=409, owner=409, key_of_all=409),
    Row("get", "releases/{release}", **SEES),
    Row("patch", "releases/{release}"),
    Row("delete", "keys/{key}", owner=200, **OWNERS),
]


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.place}")
def test_each_address_answers_each_caller_as_the_table_says(  # noqa: PLR0917  (people by name)
    row: Row, caller: str, studio, sara, dara, ana, mina
):
    app = build.live_app(studio)
    release = Release.objects.select_related("version").get(channel="production")
    key, everything = build.make_key(app)
    _other, nothing = build.make_key(app, Scope.INTROSPECT)
    hook = build.make_endpoint(app)
    event = events.record_trial(endpoint=hook, actor=sara, now=build.NOW)
    place = row.place.format(
        app=app.public_id, version=release.version.public_id, release=release.public_id,
        submission=app.submissions.get().public_id, key=key.public_id,
        endpoint=hook.public_id, event=event.public_id, invoice=money.invoice(app).public_id,
        payment=money.paid(app).public_id,
    )  # fmt: skip
    client = {
        "nobody": Client,
        "stranger": lambda: signed_in(mina),
        "analyst": lambda: signed_in(ana),
        "developer": lambda: signed_in(dara),
        "owner": lambda: signed_in(sara),
        "key of all": lambda: Client(headers={"authorization": f"Bearer {everything}"}),
        "key of none": lambda: Client(headers={"authorization": f"Bearer {nothing}"}),
    }[caller]()
    is_form = row.place in ("apps/{app}/versions", "apps/{app}/icon")
    kind = "multipart/form-data; boundary=x" if is_form else "application/json"
    body = b"--x--\r\n" if is_form else b'{"no such member": 1}'

    answer = client.generic(
        row.method.upper(), f"/api/v1/{place}", body, content_type=kind,
        headers={"Idempotency-Key": "k"} if row.method == "post" else {},
    )  # fmt: skip

    assert answer.status_code == row.statuses[caller], answer.content
    if answer.status_code >= 400:
        assert answer["Content-Type"] == "application/problem+json"


def test_the_table_holds_every_address_and_method():
    from miniapps.api.urls import urlpatterns

    served = {
        (method, str(pattern.pattern).replace("<str:", "{").replace("_id>", "}"))
        for pattern in urlpatterns
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(pattern.callback.view_class, method)
    }

    assert {(row.method, row.place) for row in ROWS} == served
