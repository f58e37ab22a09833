"""The API's description: committed, complete, true."""

from pathlib import Path

import yaml
from django.core.management import call_command
from django.test import Client

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "reference" / "openapi.yaml"
METHODS = {"get", "put", "post", "patch", "delete"}


def test_the_description_is_made_without_a_warning_and_is_valid(tmp_path):
    made = tmp_path / "openapi.yaml"

    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)

    assert made.exists()


def test_the_served_description_is_the_committed_one():
    headers = {"accept": "application/json", "accept-language": "en"}
    answer = Client().get("/api/v1/schema", headers=headers)

    assert answer.status_code == 200
    assert answer.json() == yaml.safe_load(COMMITTED.read_text()), "run: make docs"


def test_every_refusal_is_described_as_a_problem_document():
    described = yaml.safe_load(COMMITTED.read_text())

    for path, operations in described["paths"].items():
        for method in METHODS & set(operations):
            for status, answer in operations[method]["responses"].items():
                if status == "default" or status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"], (path, method)


def test_every_operation_has_a_name_and_a_way_to_sign_in():
    described = yaml.safe_load(COMMITTED.read_text())

    operations = [
        operation
        for path in described["paths"].values()
        for method, operation in path.items()
        if method in METHODS
    ]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) > 30
    assert all(operation["security"] for operation in operations)
