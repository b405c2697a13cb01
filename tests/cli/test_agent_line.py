"""What the terminal does when the agent's line breaks: a server that breaks it at will plays the other side."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from questlog.cli import agent_line
from questlog.cli.account import Account
from questlog.cli.agent_line import AgentLine
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import NEVER, Remote

type Play = Callable[[ServerConnection, dict[str, Any]], None]


def part(seq: int, type_: str = "text_delta", **data: Any) -> str:
    told = {"type": type_, "data": data or {"text": str(seq)}, "run_id": "run-1", "seq": seq}
    return json.dumps(told)


@contextmanager
def line_to(*plays: Play) -> Iterator[tuple[AgentLine, list[dict[str, Any]]]]:
    """Lend a line to a server that meets one connection after the other, and what was said at each."""
    said: list[dict[str, Any]] = []
    left = list(plays)

    def meet(connection: ServerConnection) -> None:
        opening = json.loads(connection.recv())
        said.append(opening)
        left.pop(0)(connection, opening)

    with serve(meet, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        account = Account(address, "", "UTC", access_token="t", refresh_token="", expires_at=NEVER)
        with Remote(address, account) as remote:
            yield AgentLine(remote), said
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_line, "AGAIN_AFTER_S", 0.01)


def breaks_off(connection: ServerConnection, _opening: dict[str, Any]) -> None:
    connection.send(part(1, "user_prompt", conversation_id="talk-1"))
    connection.send(part(2))
    connection.close(1012)


def vanishes(connection: ServerConnection, opening: dict[str, Any]) -> None:
    connection.send(part(opening["since"] + 1))
    connection.socket.close()


def ends(connection: ServerConnection, opening: dict[str, Any]) -> None:
    connection.send(part(opening["since"] + 1, "complete", state="complete"))


def test_a_broken_line_is_connected_again_and_nothing_is_told_twice() -> None:
    with line_to(breaks_off, vanishes, ends) as (line, said):
        told = list(line.turn("Hello"))

    assert [one["seq"] for one in told] == [1, 2, 3, 4]
    assert said == [
        {"type": "message", "message": "Hello", "conversation_id": None},
        {"type": "resume", "run_id": "run-1", "since": 2},
        {"type": "resume", "run_id": "run-1", "since": 3},
    ]
    assert line.conversation_id == "talk-1"


def test_what_was_perhaps_not_heard_is_not_said_again() -> None:
    def hangs_up(connection: ServerConnection, _opening: dict[str, Any]) -> None:
        connection.close(1012)

    with line_to(hangs_up) as (line, said), pytest.raises(Failure) as failure:
        list(line.turn("Hello"))

    assert failure.value.exit_code == Exit.UNREACHABLE
    assert len(said) == 1


def test_a_token_that_cannot_be_renewed_ends_the_turn() -> None:
    def says_no(connection: ServerConnection, _opening: dict[str, Any]) -> None:
        data = {"code": "token_expired", "detail": "Too old."}
        connection.send(json.dumps({"type": "error", "data": data, "run_id": None, "seq": None}))
        connection.close(4401)

    with line_to(says_no, says_no) as (line, said), pytest.raises(Failure, match="Too old"):
        list(line.turn("Hello"))

    assert len(said) == 2
