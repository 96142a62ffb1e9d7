"""What holds for every command: where it answers, how it fails, what it needs."""

import json

import pytest

from local.ports import free_port
from tests.cli.running import bridge, succeed


def test_without_arguments_it_lists_what_it_can_do():
    answer = bridge(env={})

    assert answer.code == 1
    assert "db" in answer.err
    assert answer.out == ""


def test_help_is_an_answer_and_not_an_error():
    answer = bridge("db", "upgrade", "--help", env={})

    assert answer.code == 0
    assert "--json" in answer.out


def test_a_command_that_does_not_exist_is_refused_on_stderr():
    answer = bridge("db", "downgrade", env={})

    assert answer.code == 1
    assert answer.out == ""
    assert "No such command 'downgrade'" in answer.err


def test_every_problem_of_the_environment_is_told_at_once():
    answer = bridge("db", "upgrade", env={"SHOPIFY_LOCATION_ID": "Amman", "RATE_BURST": "many"})

    assert answer.code == 1
    assert answer.out == ""
    assert all(name in answer.err for name in ("DATABASE_URL: missing", "SHOPIFY_LOCATION_ID", "RATE_BURST"))


def test_under_json_the_reason_is_json_too():
    answer = bridge("db", "upgrade", "--json", env={})

    assert answer.code == 1
    assert json.loads(answer.err) == {
        "error": "the environment is not complete",
        "code": "settings",
        "problems": ["DATABASE_URL: missing"],
    }


@pytest.mark.parametrize(
    ("because", "arguments"),
    [
        ("there is no such option", ("order", "show", "-1", "--json")),
        ("there is no such command", ("order", "shwo", "1", "--json")),
        ("there is no such noun", ("ordr", "--json")),
        ("a value is none", ("work", "list", "--limit", "x", "--json")),
    ],
)
def test_under_json_a_command_that_nobody_understands_is_told_in_json(because, arguments):
    answer = bridge(*arguments, env={})

    assert (answer.code, answer.out) == (1, "")
    assert json.loads(answer.err)["code"] == "usage"


def test_a_database_that_is_away_is_told_without_its_password():
    url = f"postgresql://bridge:pa55word@127.0.0.1:{free_port()}/bridge"

    answer = bridge("db", "upgrade", env={"DATABASE_URL": url})

    assert answer.code == 1
    assert "cannot be reached" in answer.err
    assert "pa55word" not in answer.err


def test_the_schema_is_upgraded_with_nothing_but_the_database_url(servers):
    name = "to_be_upgraded"
    servers._execute(f'CREATE DATABASE "{name}"')
    try:
        env = {"DATABASE_URL": servers.postgres.url_of(name)}

        first = succeed("db", "upgrade", env=env)
        second = succeed("db", "upgrade", env=env)
    finally:
        servers._execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    assert first == {"upgraded": True}
    assert second == {"upgraded": False}
