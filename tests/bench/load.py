"""A small, fast HTTP/1.1 client: keeps connections open, sends the next request when an answer is complete."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

type RequestMaker = Callable[[], bytes]


@dataclass
class Round:
    """One burst of requests: answers per second, and how long the slow ones took (seconds)."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


async def burst(port: int, make: RequestMaker, *, total: int, clients: int) -> Round:
    """Send `total` requests over `clients` connections and time them."""
    result = Round()
    turns: Iterator[int] = iter(range(total))
    began = time.perf_counter()
    await asyncio.gather(*(_one_client(port, make, turns, result) for _ in range(clients)))
    result.seconds = time.perf_counter() - began
    return result


async def _one_client(port: int, make: RequestMaker, turns: Iterator[int], result: Round) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for _ in turns:
            began = time.perf_counter()
            writer.write(make())
            status = await _read_answer(reader)
            result.times.append(time.perf_counter() - began)
            result.statuses[status] = result.statuses.get(status, 0) + 1
    finally:
        writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lower = head.lower()
    at = lower.find(b"content-length:")
    if at >= 0:
        length = int(lower[at + 15 : lower.index(b"\r\n", at)])
        if length:
            await reader.readexactly(length)
    return int(head[9:12])
