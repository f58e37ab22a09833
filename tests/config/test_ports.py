"""A taken port gives one sentence that says what to do."""

import os
import socket
from collections.abc import Iterator

import pytest

from config.supervisor import ports
from config.supervisor.plan import CannotStart, Plan


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_free_port_is_listened_on_at_every_loopback_address():
    port = ports.free_port()

    addresses = ports.listening_addresses(port)

    assert addresses[0] == f"127.0.0.1:{port}"
    assert addresses[1:] in ([], [f"[::1]:{port}"])


def test_a_taken_port_names_its_holder_and_the_way_out(taken_port):
    with pytest.raises(CannotStart) as refusal:
        ports.listening_addresses(taken_port)

    sentence = str(refusal.value)
    assert sentence.startswith(f"Port {taken_port} is taken by ")
    assert sentence.endswith(f"make run PORT={taken_port + 1}")
    if os.path.exists("/proc/net/tcp"):  # noqa: PTH110  # the kernel's, not a file of ours
        assert f"(process {os.getpid()})" in sentence


def test_a_port_taken_on_all_addresses_is_noticed_too():
    with socket.create_server(("", 0)) as listener, pytest.raises(CannotStart, match="is taken"):
        ports.listening_addresses(listener.getsockname()[1])


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "80 81"])
def test_a_port_that_is_none_is_refused(text):
    with pytest.raises(CannotStart, match="PORT must be a number from 1 to 65535"):
        Plan.from_environment({"BARNAMAK_PORT": text})


def test_a_port_in_time_wait_is_free():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = listener.accept()
            accepted.close()  # the side that closes first waits

    assert ports.listening_addresses(port)[0] == f"127.0.0.1:{port}"
