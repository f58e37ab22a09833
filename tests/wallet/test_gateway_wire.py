"""What a gateway may send us, and what it may not do to us with it."""

import dataclasses
import http.server
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from wallet.gateways.errors import GatewayMismatch, GatewayTimeout, GatewayUnreadable
from wallet.gateways.interface import GatewayConfig, GatewayOrder, PayoutOrder, State
from wallet.gateways.payouts import ShebaPayouts
from wallet.gateways.sadad import Sadad
from wallet.gateways.wire import Answer, ask, ask_ok
from wallet.gateways.zibal import Zibal

KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="


@contextmanager
def listening(act: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that does with each connection what a test says."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    plug, _ = listener.accept()
                except OSError:
                    return
                with plug:
                    try:
                        act(plug)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def saying(raw: bytes) -> Callable[[socket.socket], None]:
    def act(plug: socket.socket) -> None:
        plug.recv(65536)
        plug.sendall(raw)

    return act


def http_ok(body: bytes, *, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr("core.limits.GATEWAY_TOTAL_S", 0.4)


def drip(head: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    def act(plug: socket.socket) -> None:
        plug.recv(65536)
        plug.sendall(head)
        for _ in range(100):
            plug.sendall(drop)
            time.sleep(0.1)

    return act


def silence(plug: socket.socket) -> None:
    while plug.recv(65536):
        pass


OK = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "nothing at all": silence,
    "a header every tenth of a second": drip(OK, b"X-Wait: 1\r\n"),
    "a byte of a header every tenth of a second": drip(OK, b"X"),
    "a body byte by byte": drip(OK + b"\r\n{", b" "),
}


@pytest.mark.parametrize("kind", DRIPS)
def test_a_slow_bank_is_given_up_in_time_whatever_trickles_in(impatient, kind):
    with listening(DRIPS[kind]) as url:
        began = time.monotonic()
        with pytest.raises(GatewayTimeout):
            ask_ok(url, {})

        assert time.monotonic() - began < 2


def test_a_tls_handshake_that_never_ends_is_given_up_in_time(impatient):
    with listening(drip(b"\x16\x03\x03\x40\x00", b"\x02")) as url:  # a record that fills slowly
        began = time.monotonic()
        with pytest.raises(GatewayTimeout):
            ask_ok(url.replace("http://", "https://"), {})

        assert time.monotonic() - began < 3


def test_a_certificate_nobody_vouches_for_is_refused(self_signed):
    with pytest.raises(GatewayTimeout):
        ask_ok(self_signed, {})


@pytest.fixture
def self_signed(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = tmp_path / "pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)

    def act(plug: socket.socket) -> None:
        with context.wrap_socket(plug, server_side=True) as inside:
            saying(http_ok(b'{"ResCode": 0}'))(inside)

    with listening(act) as url:
        yield url.replace("http://", "https://")


BROKEN = {
    "half a body": http_ok(b'{"ResCode": 0}')[:-3],
    "no answer": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
}
UNREADABLE = {
    "a list": http_ok(b"[]"),
    "a number": http_ok(b"0"),
    "HTML": http_ok(b"<!DOCTYPE html>"),
    "nothing": http_ok(b""),
    "two values for a name": http_ok(b'{"ResCode": 0, "ResCode": -1}'),
    "two cases of a name": http_ok(b'{"ResCode": 0, "rescode": -1}'),
    "a depth bomb": http_ok(b"[" * 60_000),
    "an infinite number": http_ok(b'{"Amount": Infinity}'),
    "a number of ten thousand digits": http_ok(b'{"Amount": ' + b"9" * 10_000 + b"}"),
    "too much": http_ok(b'{"a": "' + b"x" * 70_000 + b'"}'),
    "compressed": http_ok(b"\x1f\x8b\x08\x00", more="Content-Encoding: gzip\r\n"),
    "no UTF-8": http_ok(b'{"a": "\xff"}'),
    "a redirect": http_ok(b"{}", status="302 Found", more="Location: http://127.0.0.1:1/\r\n"),
    "a failure": http_ok(b'{"ResCode": 0}', status="500 Oops"),
    "an unknown status": http_ok(b'{"ResCode": 0}', status="204 No"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_connection_is_a_timeout(kind):
    with listening(saying(BROKEN[kind])) as url, pytest.raises(GatewayTimeout):
        ask_ok(url, {})


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_answer_without_sense_is_unreadable(kind):
    with listening(saying(UNREADABLE[kind])) as url, pytest.raises(GatewayUnreadable):
        ask_ok(url, {})


def test_an_endless_body_is_not_read_to_its_end():
    sent = 0

    def act(plug: socket.socket) -> None:
        nonlocal sent
        plug.recv(65536)
        plug.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"a": "')
        for _ in range(2_000):
            sent += plug.send(b"x" * 65536)

    with listening(act) as url, pytest.raises(GatewayUnreadable):
        ask_ok(url, {})

    assert sent < 50_000_000


def test_no_proxy_and_no_password_file_of_the_environment_is_obeyed(monkeypatch, tmp_path):
    heard: list[bytes] = []

    def act(plug: socket.socket) -> None:
        heard.append(plug.recv(65536))
        plug.sendall(http_ok(b"{}"))

    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with listening(act) as url:
        ask_ok(f"{url}/path", {"سلام": 1})

    assert heard[0].startswith(b"POST /path HTTP/1.1\r\n")
    assert b"authorization" not in heard[0].lower()


# --- answers that are JSON, and still lie ----------------------------------------------------


@contextmanager
def bank_saying(*documents: dict) -> Iterator[str]:
    """A bank that says these things one after the other, the last one for ever."""
    left = list(documents)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.dumps(left.pop(0) if len(left) > 1 else left[0]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815  # the base class's names

        def log_message(self, *_args: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def sadad(url: str) -> Sadad:
    return Sadad(GatewayConfig(name="s", base_url=url, merchant_id="1", terminal_id="1", key=KEY))


ORDER = GatewayOrder(order_id="12", amount_rials=125_000, token="77")
GOOD = {
    "ResCode": 0, "Amount": 125_000, "OrderId": 12, "RetrivalRefNo": "948421942222", "SystemTraceNo": "1",
}  # fmt: skip
WELL_SAID = [
    {}, {"ResCode": "0"}, {"ResCode": " 0"}, {"Amount": "125000"}, {"OrderId": "12"}, {"OrderId": None},
    {"RetrivalRefNo": 948421942222}, {"Description": {"more": ["than", "asked"]}},
]  # fmt: skip
ILL_SAID = [
    {"ResCode": True}, {"ResCode": 0.0}, {"ResCode": None}, {"ResCode": "OK"}, {"ResCode": "٠"}, {"ResCode": [0]},
    {"Amount": 125_000.0}, {"Amount": True}, {"Amount": "125,000"}, {"Amount": -125_000}, {"Amount": 2**60},
    {"Amount": "۱۲۵۰۰۰"}, {"RetrivalRefNo": ""}, {"RetrivalRefNo": None}, {"RetrivalRefNo": " "},
    {"RetrivalRefNo": "9" * 65}, {"RetrivalRefNo": "1\x002"}, {"RetrivalRefNo": "\ud800"}, {"RetrivalRefNo": ["1"]},
    {"RetrivalRefNo": True}, {"Amount": "0", "RetrivalRefNo": None, "OrderId": None},
]  # fmt: skip
ELSEWHERE = [
    {"Amount": 12_500},
    {"Amount": 0},
    {"Amount": None},
    {"OrderId": 13},
    {"OrderId": "012"},
]


@pytest.mark.parametrize("change", WELL_SAID)
def test_a_confirmation_is_read_in_the_ways_banks_write_it(change):
    with bank_saying(GOOD | change) as url:
        verdict = sadad(url).verify(ORDER)

    assert verdict.state is State.PAID
    assert (verdict.amount_rials, verdict.receipt) == (125_000, "948421942222")


@pytest.mark.parametrize("change", ILL_SAID)
def test_a_confirmation_said_wrongly_confirms_nothing(change):
    with bank_saying(GOOD | change) as url, pytest.raises(GatewayUnreadable):
        sadad(url).verify(ORDER)


@pytest.mark.parametrize("change", ELSEWHERE)
def test_a_confirmation_of_something_else_confirms_nothing(change):
    with bank_saying(GOOD | change) as url, pytest.raises(GatewayMismatch) as trouble:
        sadad(url).verify(ORDER)

    assert trouble.value.verdict is not None
    json.dumps(trouble.value.as_document())


@pytest.mark.parametrize(
    ("code", "state"), [(100, State.ALREADY_VERIFIED), (-1, State.FAILED), (101, State.FAILED), (1025, State.UNKNOWN)]
)  # fmt: skip
def test_result_codes_mean_what_sadad_means(code, state):
    with bank_saying(GOOD | {"ResCode": str(code)}) as url:
        verdict = sadad(url).verify(ORDER)

    assert (verdict.state, verdict.raw_code) == (state, str(code))


@pytest.mark.parametrize(
    ("status", "state"),
    [("Verified", State.PENDING), ("Paid", State.PENDING), ("Reversed", State.REVERSED), ("Novel", State.UNKNOWN)],
)  # fmt: skip
def test_a_verify_that_said_no_is_never_turned_into_a_yes(status, state):
    with bank_saying({"ResCode": -1}, GOOD | {"Status": status}) as url:
        config = dataclasses.replace(sadad(url).config, options={"inquire_path": "/inquire"})

        assert Sadad(config).verify(ORDER).state is state


@pytest.mark.parametrize("token", ["", None, "a/b", "a b", "é", "x" * 300, 5.5])
def test_a_token_that_cannot_stand_in_an_address_is_unreadable(token):
    with bank_saying({"ResCode": 0, "Token": token}) as url, pytest.raises(GatewayUnreadable):
        sadad(url).initiate(ORDER)


@pytest.mark.parametrize("track", ["", None, "12x", -3, 1.5])
def test_a_track_id_that_is_none_is_unreadable(track):
    with bank_saying({"result": 100, "trackId": track}) as url, pytest.raises(GatewayUnreadable):
        Zibal(GatewayConfig(name="z", base_url=url, merchant_id="zibal")).initiate(ORDER)


ZIBAL_GOOD = {
    "result": 100, "status": 1, "amount": 125_000, "refNumber": None, "orderId": "12", "cardNumber": "62741****44",
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([ZIBAL_GOOD], State.PAID),
        ([{"result": 201}, ZIBAL_GOOD], State.ALREADY_VERIFIED),
        ([{"result": 202}, ZIBAL_GOOD], State.PENDING),
        ([{"result": 202}, ZIBAL_GOOD | {"status": 3}], State.FAILED),
        ([{"result": 202}, ZIBAL_GOOD | {"status": 18}], State.REVERSED),
        ([{"result": 202}, ZIBAL_GOOD | {"status": 77}], State.UNKNOWN),
        ([{"result": 203}], State.UNKNOWN),
        ([{"result": 201}, {"result": 203}], State.UNKNOWN),
    ],
)
def test_result_and_status_mean_what_zibal_means(answers, state):
    with bank_saying(*answers) as url:
        verdict = Zibal(GatewayConfig(name="z", base_url=url, merchant_id="zibal")).verify(ORDER)

    assert verdict.state is state
    if state is State.PAID:
        assert verdict.receipt == "77", "the track id stands in for a missing reference"
        assert verdict.card_masked == "62741****44"


PAYOUT = PayoutOrder(
    order_id="5", amount_rials=10, sheba="IR200170000000000123456789", holder="علی"
)


@pytest.mark.parametrize(
    "document",
    [
        {}, {"id": "5"}, {"id": "5", "state": "done"}, {"id": "6", "state": "settled", "amount_rials": 10},
        {"id": "5", "state": ["settled"]}, {"id": "5", "state": "settled", "amount_rials": 10.0},
    ],
)  # fmt: skip
def test_an_answer_about_no_payout_of_ours_is_unreadable(document):
    with bank_saying(document) as url, pytest.raises(GatewayUnreadable):
        ShebaPayouts(GatewayConfig(name="p", base_url=url, key="k")).send_payout(PAYOUT)


@pytest.mark.parametrize("amount", [9, 0, None])
def test_a_payout_of_another_amount_is_a_mismatch(amount):
    document = {"id": "5", "state": "settled", "amount_rials": amount}
    with bank_saying(document) as url, pytest.raises(GatewayMismatch):
        ShebaPayouts(GatewayConfig(name="p", base_url=url, key="k")).inquire_payout(PAYOUT)


def test_a_page_that_is_missing_is_not_an_unknown_payout():
    with (
        listening(saying(http_ok(b'{"error": "not-found"}', status="404 Not Found"))) as url,
        pytest.raises(GatewayUnreadable),
    ):
        ShebaPayouts(GatewayConfig(name="p", base_url=url, key="k")).inquire_payout(PAYOUT)


def test_a_status_is_given_with_its_answer():
    with listening(saying(http_ok(b'{"error": "x"}', status="409 Conflict"))) as url:
        status, answer = ask("GET", url)

    assert (status, answer.text("ERROR")) == (409, "x")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(["ResCode", "Amount", "Token", "x"]) | st.text(), json_values)
)
def test_any_answer_is_read_within_bounds_or_refused(document):
    try:
        answer = Answer(document)
        code, amount, text = answer.code("ResCode"), answer.amount("Amount"), answer.text("Token")
    except GatewayUnreadable:
        return
    assert abs(code) < 10**9
    assert 0 <= amount <= 2**53 - 1
    assert len(text) <= 64
    assert text.isprintable()


@given(st.text(max_size=40))
def test_no_whole_card_number_comes_in(text):
    try:
        masked = Answer({"card": text}).masked_card("card")
    except GatewayUnreadable:
        return
    assert sum(char.isdigit() for char in masked) <= 10


def test_a_card_number_that_fails_its_sum_is_not_kept_either():
    assert Answer({"card": "6037991234567890"}).masked_card("card") == ""
