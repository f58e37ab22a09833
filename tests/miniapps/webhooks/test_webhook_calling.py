"""One call to a maker's server: what it carries, and how every kind of bad server ends."""

import datetime as dt
import os
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from miniapps.models import WebhookAttempt, WebhookEndpoint
from miniapps.webhooks import calling, signing
from miniapps.webhooks.calling import Call
from tests.miniapps.webhooks.receiver import (
    answers,
    closes,
    drips,
    hangs,
    internet,
    listening,
    names,
    sends_much,
)

Outcome = WebhookAttempt.Outcome
PATIENCE_S = 8.0  # more than any budget here, on a machine that does other things as well
OK_HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"


def endpoint_at(url: str) -> tuple[WebhookEndpoint, str]:
    """An endpoint that is in no database: a call needs none."""
    secret, sealed = signing.new_secret()
    return WebhookEndpoint(url=url, mode="live", secret_sealed=sealed), secret


def call(url: str, *, timeout_s: float = 5.0) -> calling.Answer:
    endpoint, _secret = endpoint_at(url)
    return Call(url, "evt_1", '{"type":"x"}', timezone.now(), endpoint).make(timeout_s=timeout_s)


def test_a_call_carries_the_event_and_a_signature_that_the_library_verifies(server):
    endpoint, secret = endpoint_at(server.url)
    body = '{"type":"payment.captured","data":{"کافه":"نارون"}}'

    answer = Call(server.url, "evt_7", body, timezone.now(), endpoint).make()

    (request,) = server.requests
    assert answer.outcome == Outcome.TAKEN
    assert (answer.status_class, request.event_id) == (2, "evt_7")
    assert request.body.decode() == body
    assert request.verified_by(secret)
    assert request.line == "POST /hooks HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["user-agent"] == "Barnamak-Webhooks/1"
    assert request.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("behaviour", "outcome", "status_class"),
    [
        (answers(200), Outcome.TAKEN, 2),
        (answers(299), Outcome.TAKEN, 2),
        (answers(500, b"a secret of the server"), Outcome.STATUS, 5),
        (answers(404), Outcome.STATUS, 4),
        (answers(410), Outcome.STATUS, 4),
        (answers(302, location="http://127.0.0.1:1/"), Outcome.REDIRECTED, 3),
        (answers(307, location="https://127.0.0.1/"), Outcome.REDIRECTED, 3),
        (closes(), Outcome.CLOSED, None),
        (closes(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"), Outcome.CLOSED, None),
        (closes(b"SSH-2.0-OpenSSH_9.7\r\n"), Outcome.CLOSED, None),
        (hangs(), Outcome.TIMEOUT, None),
        (drips(OK_HEAD), Outcome.TIMEOUT, None),
        (drips(b"HTTP/1.1 200 OK\r\nx-slow: "), Outcome.TIMEOUT, None),
        (drips(b"HTTP/1.1 20"), Outcome.TIMEOUT, None),
    ],
    ids=[
        "200", "299", "500", "404", "410", "302 inward", "307 inward", "closes at once",
        "closes in the body", "speaks something else", "hangs", "drips its body",
        "drips its headers", "drips its status",
    ],
)  # fmt: skip
def test_each_way_to_answer_has_its_outcome_within_the_budget(
    listen, behaviour, outcome, status_class
):
    receiver, began = listen(behaviour), time.monotonic()

    answer = call(receiver.url, timeout_s=0.6)

    assert (answer.outcome, answer.status_class) == (outcome, status_class)
    assert time.monotonic() - began < PATIENCE_S
    assert len(receiver.requests) == 1


def test_a_given_up_connection_is_cut_and_not_left_open(listen):
    receiver = listen(drips(OK_HEAD))
    call(receiver.url, timeout_s=0.3)

    deadline = time.monotonic() + 5
    while receiver._at_once and time.monotonic() < deadline:
        time.sleep(0.02)

    assert receiver._at_once == 0  # its next write failed


def test_of_a_huge_answer_only_64_kilobytes_are_read(listen):
    much = sends_much(64)
    receiver = listen(much)

    answer = call(receiver.url)

    assert answer.outcome == Outcome.TAKEN
    assert answer.body is None
    assert much.sent < 32 * 2**20  # what the two kernels hold, no more


def test_a_compressed_answer_is_not_unpacked(listen):
    receiver = listen(answers(200, b"\x1f\x8bno gzip at all", content_encoding="gzip"))

    assert call(receiver.url).outcome == Outcome.TAKEN
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


def test_where_nobody_listens_the_call_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert call(f"http://127.0.0.1:{port}/").outcome == Outcome.REFUSED


def test_redirects_are_not_followed(listen, server):
    inward = listen(answers(302, location=server.url))

    call(inward.url)

    assert server.requests == []


def test_no_cookie_proxy_or_netrc_of_the_house_goes_along(listen, server, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login house password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, server.url)
    receiver = listen(answers(200, set_cookie="a=b; Path=/"))

    call(receiver.url)
    call(receiver.url)

    assert server.requests == []
    for request in receiver.requests:
        assert not {"cookie", "authorization", "proxy-authorization"} & set(request.headers)


def test_a_name_server_that_does_not_answer_costs_no_more_than_the_budget(monkeypatch):
    end = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: end.wait(30) or [])
    began = time.monotonic()

    answer = call("https://hooks.naron.ir/", timeout_s=0.3)

    end.set()
    assert answer.outcome == Outcome.TIMEOUT
    assert time.monotonic() - began < PATIENCE_S


def test_a_fault_of_ours_is_told_apart_and_raises_nothing():
    endpoint, _secret = endpoint_at("https://hooks.naron.ir/")
    endpoint.secret_sealed = b"sealed with a key that is lost"
    with names(hooks_naron_ir=["8.8.8.8"]):
        answer = Call(endpoint.url, "evt_1", "{}", timezone.now(), endpoint).make()

    assert answer.outcome == Outcome.LOST


# --- over TLS, to a name --------------------------------------------------------------------
@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, and a server context for each name it vouches for."""
    folder = tmp_path_factory.mktemp("ca")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
    now = dt.datetime.now(tz=dt.UTC)

    def certificate(subject: x509.Name, public, *extensions: x509.ExtensionType):
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )
        for extension in extensions:
            made = made.add_extension(extension, critical=False)
        return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = folder / "ca.pem"
    authority.write_bytes(
        certificate(
            name,
            key.public_key(),
            x509.BasicConstraints(ca=True, path_length=None),
            usage,
            identifier,
        )
    )

    def context(host: str) -> ssl.SSLContext:
        own = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        file = folder / f"{host}-{os.urandom(4).hex()}.pem"
        file.write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + certificate(
                subject,
                own.public_key(),
                x509.SubjectAlternativeName([x509.DNSName(host)]),
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
            )
        )
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(file)
        made.asked_for = []  # type: ignore[attr-defined]
        made.sni_callback = lambda _socket, asked, _context: made.asked_for.append(asked)  # type: ignore[attr-defined]
        return made

    return authority, context


def test_over_tls_the_looked_up_address_is_called_under_its_name(settings, certificates):
    authority, context = certificates
    settings.WEBHOOKS_CA_FILE = str(authority)
    tls = context("hooks.naron.ir")
    with (
        listening(tls=tls) as receiver,
        names(hooks_naron_ir=["8.8.8.8"]) as asked,
        internet(a8_8_8_8=receiver.port) as made,
    ):
        answer = call("https://hooks.naron.ir/in?a=1")

    assert answer.outcome == Outcome.TAKEN
    assert asked.asked == ["hooks.naron.ir"]
    assert made == [("8.8.8.8", 443)]
    assert tls.asked_for == ["hooks.naron.ir"]
    assert receiver.requests[0].headers["host"] == "hooks.naron.ir"
    assert receiver.requests[0].line == "POST /in?a=1 HTTP/1.1"


@pytest.mark.parametrize("trusted", [True, False], ids=["of another name", "of an unknown CA"])
def test_a_certificate_that_does_not_vouch_for_the_name_is_refused(settings, certificates, trusted):
    authority, context = certificates
    settings.WEBHOOKS_CA_FILE = str(authority) if trusted else ""
    tls = context("other.naron.ir" if trusted else "hooks.naron.ir")
    with (
        listening(tls=tls) as receiver,
        names(hooks_naron_ir=["8.8.8.8"]),
        internet(a8_8_8_8=receiver.port),
    ):
        answer = call("https://hooks.naron.ir/")

    assert answer.outcome == Outcome.TLS
    assert receiver.requests == []


def test_a_handshake_that_never_ends_is_cut(settings, certificates):
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        names(hooks_naron_ir=["8.8.8.8"]),
        internet(a8_8_8_8=silent.getsockname()[1]),
    ):
        began = time.monotonic()
        answer = call("https://hooks.naron.ir/", timeout_s=0.4)

    assert answer.outcome == Outcome.TIMEOUT
    assert time.monotonic() - began < PATIENCE_S


# --- questions ------------------------------------------------------------------------------
def ask(url: str, **more) -> calling.Answer:
    endpoint, _secret = endpoint_at(url)
    endpoint.app = calling.WebhookEndpoint.app.field.related_model(public_id="app_1")
    return calling.ask(
        endpoint=endpoint, kind="payment.pre_checkout", payload={"payment": "pay_1"},
        now=timezone.now(), **more,
    )  # fmt: skip


def test_a_question_returns_what_the_server_says(listen):
    receiver = listen(answers(200, '{"ok": false, "reason": "تمام شد"}'.encode()))

    answer = ask(receiver.url)

    assert (answer.status, answer.failure) == (200, None)
    assert answer.body == {"ok": False, "reason": "تمام شد"}
    question = receiver.requests[0].event
    assert question["type"] == "payment.pre_checkout"
    assert question["data"] == {"payment": "pay_1"}
    assert question["test"] is False
    assert question["id"] == receiver.requests[0].event_id


def test_a_refusal_has_its_status_and_its_words(listen):
    receiver = listen(answers(409, b'{"reason": "sold"}'))

    answer = ask(receiver.url)

    assert (answer.status, answer.failure, answer.body) == (409, Outcome.STATUS, {"reason": "sold"})


@pytest.mark.parametrize(
    "said",
    [
        b"", b"yes", b"null", b'{"a":', b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}', b"\xff\xfe", b"[" * 60_000, b'{"a": "' + b"x" * 70_000 + b'"}',
    ],
    ids=[
        "empty", "no JSON", "null", "cut off", "NaN", "beyond a double", "NUL", "half a character",
        "no UTF-8", "deep", "too large",
    ],
)  # fmt: skip
def test_an_answer_that_is_no_proper_json_is_unreadable(listen, said):
    answer = ask(listen(answers(200, said)).url)

    assert (answer.failure, answer.body) == (Outcome.UNREADABLE, None)


def test_a_question_waits_no_longer_than_it_is_told(listen):
    began = time.monotonic()

    answer = ask(listen(hangs()).url, timeout_s=0.3)

    assert answer.failure == Outcome.TIMEOUT
    assert time.monotonic() - began < PATIENCE_S
