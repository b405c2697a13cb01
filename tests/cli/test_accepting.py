"""L-05: whoever stands at the door is let in at the next turn, however many they are."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from questlog.cli import accepting
from questlog.cli.accepting import Door

MANY = 100


@pytest.fixture
def bound() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=MANY) as bound:
        yield bound


class Guest(asyncio.Protocol):
    """Notes that somebody came in, and says one word."""

    def __init__(self, seen: list["Guest"]) -> None:
        seen.append(self)

    def connection_made(self, transport: Any) -> None:
        transport.write(b"welcome")
        transport.close()


async def test_l05_a_hundred_at_the_door_are_let_in_within_a_few_turns(
    bound: socket.socket,
) -> None:
    seen: list[Guest] = []
    peers = [socket.create_connection(bound.getsockname()) for _ in range(MANY)]

    door = Door([bound], lambda: Guest(seen))
    for _ in range(5):
        await asyncio.sleep(0)
    door.close()

    assert len(seen) == MANY
    assert {await _word(peer) for peer in peers} == {b"welcome"}


async def test_a_door_that_was_closed_lets_nobody_in_and_its_socket_stays(
    bound: socket.socket,
) -> None:
    seen: list[Guest] = []
    Door([bound], lambda: Guest(seen)).close()

    with socket.create_connection(bound.getsockname()):
        await asyncio.sleep(0.05)

    assert seen == []
    assert bound.fileno() >= 0


async def test_f32_without_a_file_left_the_door_waits_and_opens_again(
    bound: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting, "PAUSE_S", 0.05)
    seen: list[Guest] = []
    full, accept = [True], socket.socket.accept

    def accepting_or_full(self: socket.socket) -> object:
        if full[0]:
            raise OSError(24, "Too many open files")
        return accept(self)

    monkeypatch.setattr(socket.socket, "accept", accepting_or_full)
    door = Door([bound], lambda: Guest(seen))

    with socket.create_connection(bound.getsockname()) as peer:
        await asyncio.sleep(0.1)
        before = len(seen)
        full[0] = False
        async with asyncio.timeout(5):
            word = await _word(peer)
    door.close()

    assert before == 0
    assert word == b"welcome"


async def _word(peer: socket.socket) -> bytes:
    peer.settimeout(5)
    word = await asyncio.to_thread(peer.recv, 7)
    peer.close()
    return word
