"""Five hundred who send or read as slowly as they can: what the others notice, and when they are hung up on (L-06)."""

import asyncio
import contextlib
import json
import socket
import time

import click

from tests.bench import accounts, load, open_loop
from tests.bench.accounts import Account
from tests.bench.figures import Ground, on_each, only_option, tell
from tests.bench.open_loop import Plan, quantile
from tests.bench.processes import open_files, pids_of
from tests.support.server import RunningServer, running_server

SLOW = 500
PER_S, SECONDS = 100.0, 10.0
DRIP_S = 2.0
HUNG_UP_S = 35.0  # thirty, and the loop that looks
LOOK_S, SETTLED_S = 42.0, 45.0
WAYS = ("heads", "bodies", "silent ones")  # who does not read does not see that he was hung up on
LISTS = 12


ESTABLISHED = 1


class Slow:
    """One connection that gives a byte from time to time and reads nothing; it notes when it was hung up on."""

    def __init__(self, port: int, sent: bytes, drip: bytes) -> None:
        self.port, self.sent, self.drip = port, sent, drip
        self.lasted = float("inf")

    async def go_on(self) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as peer:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.setblocking(False)
            await loop.sock_connect(peer, ("127.0.0.1", self.port))
            began = time.monotonic()
            await loop.sock_sendall(peer, self.sent)
            while time.monotonic() - began < SETTLED_S:
                await asyncio.sleep(DRIP_S)
                if peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != ESTABLISHED:
                    self.lasted = time.monotonic() - began
                    return
                if self.drip:
                    with contextlib.suppress(OSError):
                        peer.send(self.drip)


async def _held(server: RunningServer) -> int:
    """Return the files that a server has open when it should have let go of everybody who is slow."""
    await asyncio.sleep(LOOK_S)
    return sum(map(open_files, pids_of(server)))


async def show(ground: Ground) -> None:
    """Print the figures of one database."""
    with running_server(
        ground.address, ground.folder, *ground.arguments, LOG_LEVEL="error"
    ) as server:
        account = await accounts.make_account(
            ground.address, ground.folder, server.url, tasks=500, to_complete=0
        )
        plan = Plan(server.port, _ordinary(account), PER_S, SECONDS)
        await open_loop.run(plan)
        calm = quantile((await open_loop.run(plan)).answered, 0.99)
        slow = [Slow(server.port, *how) for how in _ways(account) for _ in range(SLOW // 4)]
        before = sum(map(open_files, pids_of(server)))
        async with asyncio.TaskGroup() as group:
            held = group.create_task(_held(server))
            for one in slow:
                group.create_task(one.go_on())
            beside = await open_loop.run(plan)
    p99 = quantile(beside.answered, 0.99)
    tell("L-06", f"{ground.name}: p99 without them", calm * 1000, "ms")
    tell("L-06", f"{ground.name}: p99 beside {SLOW} of them", p99 * 1000, "ms")
    tell("L-06", f"{ground.name}: slower by", p99 / calm, "times", most=2)
    wrong = beside.counts().total() - len(beside.answered)
    tell("L-06", f"{ground.name}: errors beside them", wrong, "", most=0)
    for number, what in enumerate(WAYS):
        longest = max(one.lasted for one in slow[number * SLOW // 4 :][: SLOW // 4])
        tell(
            "L-06",
            f"{ground.name}: slow {what}, the last hung up on after",
            longest,
            "s",
            most=HUNG_UP_S,
        )
    still = held.result() - before
    tell("L-06", f"{ground.name}: held after {LOOK_S:.0f} s", still, "files", most=5)


def _ways(account: Account) -> tuple[tuple[bytes, bytes], ...]:
    """Return how to be slow: what is said at once, and what is given from time to time."""
    post = load.request("POST", "/api/v1/tasks", {**account.headers, "Content-Length": "10000"})
    listing = load.request("GET", "/api/v1/tasks?limit=100", account.headers)
    return (b"GET / HTTP/1.1\r\nX-A: ", b"a"), (post, b" "), (b"", b""), (listing * LISTS, b"")


def _ordinary(account: Account) -> list[str]:
    body = json.dumps({"title": "Write the report"}).encode()
    return [
        load.request("GET", "/api/v1/tasks?limit=50", account.headers).decode(),
        load.request("POST", "/api/v1/tasks", account.headers, body).decode(),
    ]


@click.command()
@only_option
def main(only: str | None) -> None:
    """Measure what slow clients do to the others, and when they are hung up on."""
    on_each(only, show)


if __name__ == "__main__":
    main()
