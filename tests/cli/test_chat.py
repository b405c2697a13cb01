"""Talking with the coach at a terminal, with a model that plays a script."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from questlog.core import database_url, schema
from tests.support import server
from tests.support.postgres import PostgresServer
from tests.support.server import RunningServer
from tests.support.terminal import PATIENCE_S, Terminal

SCRIPT = """
- when: [milk]
  say: "I would add it. "
  call: [{tool: create_task, with: {title: "Buy milk", description: "Two litres"}}]
  again: true
- after: create_task
  say: "Say yes, and it is there."
  again: true
- when: [evil]
  say: "Fine\\e[2J\\e]0;owned\\a\\u202e words"
  again: true
- when: [slowly]
  say: "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
  pause_ms: 1500
  again: true
- say: "Good morning.\\nWhat is first?"
  again: true
"""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def talking_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("talking")
    script = folder / "script.yaml"
    script.write_text(SCRIPT, "utf-8")
    address = f"sqlite:///{folder / 'questlog.db'}"
    if request.param == "postgresql":
        postgres: PostgresServer = request.getfixturevalue("postgres_server")
        address = postgres.create_database()
        schema.upgrade(database_url.parse(address))
    with server.running_server(address, folder, LLM_MODEL=f"script/{script}") as running:
        yield running
    if request.param == "postgresql":
        postgres.drop(address)


@pytest.fixture
def ada(talking_server: RunningServer, tmp_path: Path) -> Terminal:
    return Terminal(talking_server, tmp_path / "ada").sign_up(talking_server)


def test_a_question_is_answered(ada: Terminal) -> None:
    said = ada.run("chat", "Hello", "there")

    assert said.lines == ["Good morning.", "What is first?"]


@pytest.mark.parametrize(("typed", "there", "told"), [("y", 1, "done"), ("нет", 0, "not done")])
def test_a_proposal_is_shown_in_full_and_done_after_a_yes_only(
    typed: str, there: int, told: str, ada: Terminal
) -> None:
    said = ada.run("chat", "I need milk", typed=f"perhaps\n{typed}\n")

    assert "· create_task" in said.lines
    assert "    title: Buy milk" in said.lines
    assert "    description: Two litres" in said.lines
    assert said.lines[-1] == f"  {told}"
    assert [task["title"] for task in ada.run("tasks", "--json").json] == ["Buy milk"] * there


def test_what_is_left_open_changes_nothing(ada: Terminal) -> None:
    ada.run("chat", "I need milk", typed="")

    assert ada.run("tasks", "--json").json == []


def test_a_conversation_goes_on_until_an_empty_line(ada: Terminal) -> None:
    said = ada.run("chat", typed="Hello\nI need milk\ny\nHello again\n\nnever read\n")

    assert said.out.count("Good morning.") == 2
    assert [task["title"] for task in ada.run("tasks", "--json").json] == ["Buy milk"]


def test_the_last_conversation_is_gone_on_with(ada: Terminal) -> None:
    first = [json.loads(line) for line in ada.run("chat", "Hello", "--json").lines]
    again = [json.loads(line) for line in ada.run("chat", "--last", "--json", "And").lines]
    fresh = [json.loads(line) for line in ada.run("chat", "--json", "And").lines]

    where = first[0]["data"]["conversation_id"]
    assert again[0]["type"] == "user_prompt"
    assert again[0]["data"]["conversation_id"] == where
    assert fresh[0]["data"]["conversation_id"] != where


def test_programs_get_a_line_for_each_message_and_are_asked_nothing(ada: Terminal) -> None:
    told = [json.loads(line) for line in ada.run("chat", "milk", "--json").lines]

    assert told[-1]["type"] == "complete"
    assert [one["data"]["state"] for one in told if one["type"] == "proposal"] == ["open"]
    assert ada.run("tasks", "--json").json == []


def test_s127_a_model_cannot_move_the_cursor(ada: Terminal) -> None:
    said = ada.run("chat", "evil")

    assert said.lines == ["Fine[2J]0;owned words"]


def test_s129_ctrl_c_stops_an_answer(ada: Terminal) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "questlog.cli", "chat", "slowly"],
        cwd=ada.home,
        env=ada.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        begun = process.stdout.read(3)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE_S)

    assert begun == "one"
    assert rest.endswith("\n(stopped)\n")
    assert "fifteen" not in rest
    assert process.returncode == 0


def test_nobody_goes_on_with_nothing(ada: Terminal) -> None:
    told = ada.run("chat", "--last", "Hello", expect=4)

    assert "not talked" in told.err


def test_a_conversation_of_somebody_else_is_not_there(ada: Terminal) -> None:
    told = ada.run(
        "chat", "Hello", "--conversation", "01a00000-0000-7000-8000-000000000000", expect=6
    )

    assert "no such conversation" in told.err
