"""An open loop in a process of its own: requests leave when they are due, whoever still waits for an answer.

`python -m tests.bench.open_loop` reads a plan as JSON from its input and prints what it found as JSON.
"""

import asyncio
import json
import math
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import uvloop

MOST_CONNECTIONS = 1500
PATIENCE_S = 20.0
NO_ANSWER = 0


@dataclass(frozen=True)
class Plan:
    """`requests` are sent in turns, `per_s` of them for `seconds`; each is the text of one HTTP request."""

    port: int
    requests: Sequence[str]
    per_s: float
    seconds: float


@dataclass
class Found:
    """Seconds from the moment a request was due to the end of its answer, by status; 0 is no answer at all.

    `unguided` are refusals (429, 503) without a `Retry-After`, `created` the ids in answers of 201, and `unsent` what
    was not sent because all connections a client may have were waiting.
    """

    times: dict[int, list[float]] = field(default_factory=dict)
    unguided: int = 0
    unsent: int = 0
    created: list[str] = field(default_factory=list)
    sent_per_s: float = 0.0

    def counts(self) -> Counter[int]:
        return Counter({status: len(times) for status, times in self.times.items()})

    def of(self, *statuses: int) -> list[float]:
        return sorted(time for status in statuses for time in self.times.get(status, ()))

    @property
    def answered(self) -> list[float]:
        """Times of the requests that were done as asked."""
        return self.of(*(status for status in self.times if 200 <= status < 300))

    @property
    def failures(self) -> int:
        """Answers that say that the server is at fault, other than 503, and requests without an answer."""
        return sum(n for code, n in self.counts().items() if code >= 500 and code != 503) + len(
            self.of(NO_ANSWER)
        )


def quantile(times: Sequence[float], share: float) -> float:
    """Return a quantile of sorted times; NaN of none."""
    return times[min(len(times) - 1, int(share * len(times)))] if times else math.nan


async def run(plan: Plan) -> Found:
    """Carry a plan out in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    told, _ = await process.communicate(json.dumps(asdict(plan)).encode())
    found: dict[str, Any] = json.loads(told)
    found["times"] = {int(status): times for status, times in found["times"].items()}
    return Found(**found)


class Connection(asyncio.Protocol):
    """One request at a time; goes back to the idle ones when its answer is there."""

    def __init__(self, loop: "OpenLoop") -> None:
        self.loop = loop
        self.transport: Any = None
        self.due: float | None = None
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def send(self, request: bytes, due: float) -> None:
        self.due, self.buffer = due, b""
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < end + 4 + length:
            return
        assert self.due is not None
        self.loop.note(int(head[9:12]), self.due, head, self.buffer[end + 4 :])
        self.due = None
        if b"connection: close" in head:
            self.transport.close()
        else:
            self.loop.idle.append(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.loop.gone(self)


class OpenLoop:
    def __init__(self, plan: Plan) -> None:
        self.plan, self.found = plan, Found()
        self.idle: list[Connection] = []
        self.open = self.waiting = 0

    async def run(self) -> Found:
        requests = [text.encode("latin-1") for text in self.plan.requests]
        began = time.perf_counter()
        total, sent = int(self.plan.per_s * self.plan.seconds), 0
        while sent < total:
            now = time.perf_counter()
            owed = min(total, int((now - began) * self.plan.per_s) + 1)
            for number in range(sent, owed):
                await self._send(requests[number % len(requests)], began + number / self.plan.per_s)
            sent = owed
            await asyncio.sleep(0.001)
        self.found.sent_per_s = sent / (time.perf_counter() - began)
        gives_up = time.perf_counter() + PATIENCE_S
        while self.waiting and time.perf_counter() < gives_up:  # noqa: ASYNC110 - answers come when they come
            await asyncio.sleep(0.01)
        self.found.times.setdefault(NO_ANSWER, []).extend([PATIENCE_S] * self.waiting)
        return self.found

    async def _send(self, request: bytes, due: float) -> None:
        self.waiting += 1
        while self.idle:
            connection = self.idle.pop()
            if not connection.transport.is_closing():
                connection.send(request, due)
                return
        if self.open >= MOST_CONNECTIONS:
            self.waiting -= 1
            self.found.unsent += 1
            return
        self.open += 1
        asyncio.get_running_loop().create_task(self._connect(request, due))

    async def _connect(self, request: bytes, due: float) -> None:
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(self), "127.0.0.1", self.plan.port
            )
        except OSError:
            self.open -= 1
            self.note(NO_ANSWER, due)
        else:
            connection.send(request, due)

    def note(self, status: int, due: float, head: bytes = b"", body: bytes = b"") -> None:
        self.waiting -= 1
        self.found.times.setdefault(status, []).append(time.perf_counter() - due)
        if status in (429, 503) and b"retry-after:" not in head:
            self.found.unguided += 1
        if status == 201:
            self.found.created.append(json.loads(body)["id"])

    def gone(self, connection: Connection) -> None:
        self.open -= 1
        if connection.due is not None:
            self.note(NO_ANSWER, connection.due)


def main() -> None:
    plan = Plan(**json.load(sys.stdin))
    json.dump(asdict(uvloop.run(OpenLoop(plan).run())), sys.stdout)


if __name__ == "__main__":
    main()
