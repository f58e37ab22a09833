"""The demo has a bank of its own beside the product, and never somebody else's."""

import socket

from config.supervisor import children, ports, running
from config.supervisor.plan import Plan
from config.supervisor.running import Supervisor


def plan(tmp_path, **more: str) -> Plan:
    return Plan.from_environment({"BARNAMAK_VAR": str(tmp_path), **more})


def environment(made: Plan) -> dict[str, str]:
    return made.environment(database_url="postgresql:///x", redis_url="redis://x")


def test_its_port_stands_beside_the_products(tmp_path):
    assert plan(tmp_path).psp_port == 8091
    assert plan(tmp_path, BARNAMAK_PORT="65535").psp_port == 65444
    assert plan(tmp_path, PSP_PORT="9000").psp_port == 9000


def test_it_makes_room_for_a_quiz_that_took_its_port(tmp_path):
    assert plan(tmp_path, QUIZ_PORT="8091").psp_port == 8092


def test_the_product_is_told_its_address_only_with_the_demo(tmp_path):
    assert environment(plan(tmp_path))["BARNAMAK_SANDBOX_PSP_URL"] == "http://127.0.0.1:8091"
    assert "BARNAMAK_SANDBOX_PSP_URL" not in environment(plan(tmp_path, BARNAMAK_DEMO="0"))


def test_it_is_given_no_secret_of_the_platform(tmp_path):
    made = plan(tmp_path)

    program = children.psp(made, {**environment(made), "BARNAMAK_SECRET_KEY": "s"})

    assert not [name for name in program.env if name.startswith("BARNAMAK") or name.endswith("_URL")]  # fmt: skip


def test_a_taken_port_costs_one_sentence_and_the_gateway(tmp_path, monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(running, "say", said.append)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        made = plan(tmp_path, PSP_PORT=str(taken.getsockname()[1]))
        env = environment(made)

        processes = Supervisor(made)._sandbox_bank(env)

    assert processes == []
    assert env["BARNAMAK_SANDBOX_PSP_URL"] == ""
    assert len(said) == 1
    assert said[0].startswith(f"Port {made.psp_port} is taken, so nobody can top up")


def test_a_free_port_gets_a_bank(tmp_path):
    made = plan(tmp_path, PSP_PORT=str(ports.free_port()))

    (process,) = Supervisor(made)._sandbox_bank(environment(made))

    assert process.program.name == "psp"
