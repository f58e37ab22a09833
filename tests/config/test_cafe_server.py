"""The demo's café has a server of its own beside the product, with none of the platform's secrets."""

import socket

from config.supervisor import children, ports, running
from config.supervisor.running import Supervisor
from tests.config.test_sandbox_process import environment, plan


def test_its_port_stands_beside_the_others(tmp_path):
    assert plan(tmp_path).cafe_port == 8092
    assert plan(tmp_path, QUIZ_PORT="8091").cafe_port == 8093
    assert plan(tmp_path, PSP_PORT="8092").cafe_port == 8093
    assert plan(tmp_path, CAFE_PORT="9000").cafe_port == 9000


def test_it_is_given_no_secret_of_the_platform(tmp_path):
    made = plan(tmp_path)

    program = children.cafe(made, {**environment(made), "BARNAMAK_SECRET_KEY": "s"})

    given = [name for name in program.env if name.startswith("BARNAMAK") or name.endswith("_URL")]
    assert given == ["BARNAMAK_ORIGIN"]


def test_a_taken_port_costs_one_sentence_and_the_payments_of_the_cafe(tmp_path, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(running, "say", said.append)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        made = plan(tmp_path, CAFE_PORT=str(taken.getsockname()[1]))
        supervisor = Supervisor(made)

        supervisor._add_cafe(environment(made))

    assert supervisor.processes == []
    assert len(said) == 1
    assert said[0].startswith(f"Port {made.cafe_port} is taken, so the demo's café")


def test_a_free_port_gets_a_cafe(tmp_path):
    made = plan(tmp_path, CAFE_PORT=str(ports.free_port()))
    supervisor = Supervisor(made)

    supervisor._add_cafe(environment(made))

    assert [process.program.name for process in supervisor.processes] == ["cafe"]
