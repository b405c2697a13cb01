"""What the agent adds to its model: first token and every token over fifty sockets, beside five hundred idle ones (L-10)."""

import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from tests.bench.live import AT_ONCE, _databases, _people, memory_of
from tests.support.make import Person
from tests.support.server import RunningServer, running_server

STREAMING, IDLE = 50, 500
EACH = 5
TOKENS, PAUSE_S = 80, 0.1
SPREAD_S = 5.0  # people do not begin at the same moment; when the last does, the first still listen
AIM_P95_S = 0.020
AIM_RECONNECT_S = 10.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass
class StampingModel:
    """Speaks OpenAI's language; each token is the moment at which it was sent."""

    asked: list[float] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(line for line in head.splitlines() if line.startswith("content-length:"))
        await reader.readexactly(int(length.partition(":")[2]))
        self.asked.append(time.perf_counter())
        writer.write(HEAD)
        for _ in range(TOKENS):
            writer.write(_chunk({"content": f"{time.perf_counter():.6f} "}))
            await writer.drain()
            await asyncio.sleep(PAUSE_S)
        writer.write(_chunk({}, "stop") + b"data: [DONE]\n\n")
        writer.close()


def _chunk(delta: dict[str, Any], ended: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": ended}
    same = {"id": "a", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
    return b"data: %s\n\n" % json.dumps({**same, "choices": [choice]}).encode()


@dataclass(frozen=True)
class Heard:
    """Seconds: from saying something to the first token, and for each token from the model to the client.

    `asking` is how much of the first passed before the model, which answers at once, sent its first token.
    """

    first: float
    asking: float
    tokens: list[float]


async def show(name: str, address: str, data_dir: Path) -> None:
    model = StampingModel()
    listener = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
    told = {
        "LOG_LEVEL": "warning",
        "LLM_MODEL": "openai/bench",
        "LLM_API_KEY": "a-key-of-the-bench",
    }
    with running_server(address, data_dir, LLM_API_BASE=base, **told) as server:
        users = await _people(address, data_dir)
        async with contextlib.AsyncExitStack() as stack:
            streaming = [await _open(stack, server, user) for user in users[:STREAMING]]
            took = await _reconnected(stack, server, _idle_ones(users))
            await asyncio.gather(*(_hear(socket) for socket in streaming[:5]))
            starts = (SPREAD_S * place / STREAMING for place in range(STREAMING))
            hearing = map(_hear, streaming, starts)
            heard = await asyncio.gather(*hearing)
            _print(name, heard, took, memory_of(server))
    listener.close()


def _idle_ones(users: list[Person]) -> list[Person]:
    places = [user for user in users for _ in range(EACH)]
    return places[STREAMING * EACH :][:IDLE]


async def _open(
    stack: contextlib.AsyncExitStack, server: RunningServer, user: Person
) -> ClientConnection:
    url = f"ws://127.0.0.1:{server.port}/ws/agent"
    more: dict[str, Any] = {"ping_interval": None, "proxy": None}
    socket = await stack.enter_async_context(connect(url, additional_headers=user.headers, **more))
    await socket.send('{"type": "ping"}')
    await socket.recv()
    return socket


async def _reconnected(
    stack: contextlib.AsyncExitStack, server: RunningServer, users: list[Person]
) -> float:
    """Connect all idle ones, lose them, and return how long it takes until all are back."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(user: Person) -> ClientConnection:
        async with turn:
            return await _open(stack, server, user)

    sockets = await asyncio.gather(*(one(user) for user in users))
    began = time.perf_counter()
    await asyncio.gather(*(socket.close() for socket in sockets))
    await asyncio.gather(*(one(user) for user in users))
    return time.perf_counter() - began


async def _hear(socket: ClientConnection, after: float = 0) -> Heard:
    tokens: list[float] = []
    await asyncio.sleep(after)
    began, first, asking = time.perf_counter(), 0.0, 0.0
    await socket.send('{"message": "Stream"}')
    while True:
        told = json.loads(await socket.recv())
        now = time.perf_counter()
        if told["type"] == "text_delta":
            stamps = [float(stamp) for stamp in told["data"]["text"].split()]
            first, asking = first or now - began, asking or stamps[0] - began
            tokens += [now - stamp for stamp in stamps]
        elif told["type"] == "complete":
            return Heard(first, asking, tokens[1:])
        elif told["type"] == "error":
            raise click.ClickException(str(told))


def _print(name: str, heard: list[Heard], took: float, memory: float) -> None:
    tokens = [late for one in heard for late in one.tokens]
    firsts, asking = [one.first for one in heard], [one.asking for one in heard]
    telling = [one.first - one.asking for one in heard]
    p95 = statistics.quantiles(tokens, n=20)[-1]
    first = statistics.quantiles(firsts, n=20)[-1]
    lines = (
        ("token, p50", f"{statistics.median(tokens) * 1000:.1f} ms", True),
        ("token, p95", f"{p95 * 1000:.1f} ms", p95 <= AIM_P95_S),
        ("first token, p50", f"{statistics.median(firsts) * 1000:.1f} ms", True),
        ("first token, p95", f"{first * 1000:.1f} ms", first <= AIM_P95_S),
        ("until the model answers", _both(asking), True),
        ("from it to the client", _both(telling), True),
        (f"{IDLE} reconnect in", f"{took:.1f} s", took < AIM_RECONNECT_S),
        (f"{IDLE + STREAMING} sockets", f"{memory:.0f} MiB", True),
    )
    for what, figure, is_met in lines:
        click.echo(f"{name:14}{what:24}{figure:>24}{'' if is_met else '  (misses its aim)'}")


def _both(spent: list[float]) -> str:
    p95 = statistics.quantiles(spent, n=20)[-1]
    return f"p50 {statistics.median(spent) * 1000:.1f}, p95 {p95 * 1000:.1f} ms"


@click.command()
@click.option("--only", type=click.Choice(["sqlite", "postgresql"]), help="One database only.")
def main(only: str | None) -> None:
    """Measure the agent's socket on both databases."""
    with tempfile.TemporaryDirectory() as folder, _databases(Path(folder), only) as databases:
        for name, address in databases:
            uvloop.run(show(name, address, Path(folder) / name))


if __name__ == "__main__":
    main()
