"""Speaking with the agent over its socket: one turn, from what is said to the end of the answer, whatever breaks meanwhile."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from questlog.cli.addresses import LOOPBACK
from questlog.cli.exits import Exit, Failure
from questlog.cli.remote import API, Remote

ADDRESS = "/ws/agent"
AGAIN_AFTER_S = 1.0
PATIENCE_S = 60.0
LOOK_S = 0.2
OPEN_S = 10.0
LONGEST = 4 * 1024 * 1024
RENEWABLE = "token_expired"
ENDS = frozenset({"complete", "error"})

type Told = dict[str, Any]


@dataclass
class _Turn:
    """How far a turn is: what has to be said (again) when the line breaks."""

    words: str
    conversation_id: str | None
    run_id: str | None = None
    seq: int = 0
    is_over: bool = False
    stopping: bool = False
    renewed: bool = False

    def opening(self) -> Told:
        if self.run_id is not None:
            return {"type": "resume", "run_id": self.run_id, "since": self.seq}
        return {
            "type": "message",
            "message": self.words,
            "conversation_id": self.conversation_id,
        }

    def hear(self, told: Told) -> None:
        if told["run_id"] is None:
            return
        self.run_id, self.seq, self.renewed = told["run_id"], told["seq"], False
        self.is_over = told["type"] in ENDS


class _Wish:
    """The user's wish to stop: noted at the first Ctrl-C, wherever it comes; at the second everything ends."""

    is_there = False

    def note(self, *_: object) -> None:
        if self.is_there:
            raise KeyboardInterrupt
        self.is_there = True

    @contextmanager
    def heard(self) -> Iterator[None]:
        before = signal.signal(signal.SIGINT, self.note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


class AgentLine:
    """Each turn has a connection of its own, so that a prompt that stands for an hour costs the server nothing."""

    def __init__(self, remote: Remote, conversation_id: str | None = None) -> None:
        self._remote = remote
        self.conversation_id = conversation_id

    def turn(self, words: str) -> Iterator[Told]:
        """Say something and yield what is told, to the end of the run; Ctrl-C stops it, and once more goes away.

        A broken line is connected again and nothing is told twice. Raises Failure when the server says no.
        """
        wish = _Wish()
        with wish.heard():
            yield from self._turn(_Turn(words, self.conversation_id), wish)

    def _turn(self, turn: _Turn, wish: _Wish) -> Iterator[Told]:
        until = time.monotonic() + PATIENCE_S
        while not turn.is_over:
            try:
                for told in self._some(turn, wish):
                    until = time.monotonic() + PATIENCE_S
                    self._note(told)
                    yield told
            except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake) as error:
                if turn.run_id is None or time.monotonic() > until:
                    raise self._unreachable(error) from error
                time.sleep(AGAIN_AFTER_S)

    def _some(self, turn: _Turn, wish: _Wish) -> Iterator[Told]:
        """Yield what one connection tells. Raises what ends a connection, and Failure."""
        with self._connected() as socket:
            socket.send(json.dumps(turn.opening()))
            while not turn.is_over:
                told = _received(socket, turn, wish)
                if told["type"] == "error" and told["run_id"] is None:
                    self._mind(turn, told["data"])
                    return
                turn.hear(told)
                yield told

    def _connected(self) -> ClientConnection:
        server = self._remote.server
        host = urlsplit(server).hostname or ""
        return connect(
            server.replace("http", "ws", 1) + API + ADDRESS,
            additional_headers=self._remote.shown(),
            proxy=None if host in LOOPBACK else True,
            open_timeout=OPEN_S,
            max_size=LONGEST,
        )

    def _note(self, told: Told) -> None:
        if told["type"] in ("conversation_created", "user_prompt"):
            self.conversation_id = told["data"]["conversation_id"]

    def _mind(self, turn: _Turn, problem: dict[str, Any]) -> None:
        """Renew a token that has just run out; anything else the socket says no with ends the turn."""
        if problem["code"] != RENEWABLE or turn.renewed:
            raise Failure(str(problem["detail"]), Exit.REFUSED)
        self._remote.renew()
        turn.renewed = True

    def _unreachable(self, error: Exception) -> Failure:
        reason = str(error) or type(error).__name__
        return Failure(f"{self._remote.server} does not answer: {reason}", Exit.UNREACHABLE)


def _received(socket: ClientConnection, turn: _Turn, wish: _Wish) -> Told:
    """Return what is told next; a wish to stop is passed on. Raises KeyboardInterrupt where nothing can be stopped."""
    while True:
        if wish.is_there and not turn.stopping:
            if turn.run_id is None:
                raise KeyboardInterrupt
            turn.stopping = True
            socket.send(json.dumps({"type": "stop", "run_id": turn.run_id}))
        with suppress(TimeoutError):
            told: Told = json.loads(socket.recv(timeout=LOOK_S))
            return told
