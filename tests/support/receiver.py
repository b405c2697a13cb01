"""An endpoint on the loopback: keeps what it is sent and answers as a test wants, politely or not."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from standardwebhooks import Webhook

type Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]

NETWORKS = "127.0.0.0/8"
PACKED = gzip.compress(b"\0" * 10_000_000)


@dataclass(frozen=True)
class Message:
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verify(self, secret: str) -> dict[str, object]:
        """Return the body if the signature is right, and raise otherwise."""
        told: dict[str, object] = Webhook(secret).verify(self.body, self.headers)
        return told


def status(code: int, *headers: str, body: bytes = b"") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(body)}", *headers]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return answer


def hanging(seconds: float) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(seconds)
        await status(200)(writer)

    return answer


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def endless(writer: asyncio.StreamWriter) -> None:
    """A body of a gigabyte, as fast as it is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(16_384):
        writer.write(b"x" * 65_536)
        await writer.drain()


async def bomb(writer: asyncio.StreamWriter) -> None:
    """Ten megabytes that look like ten kilobytes."""
    lines = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(PACKED)}\r\n\r\n"
    writer.write(lines.encode() + PACKED)
    await writer.drain()


async def slow_head(writer: asyncio.StreamWriter) -> None:
    """A header that never ends."""
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for _ in range(600):
        writer.write(b"X-More: 1\r\n")
        await writer.drain()
        await asyncio.sleep(0.1)


async def garbage(writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x15\x03\x01\x00\x02\x02\x50 no http at all\r\n\r\n")
    await writer.drain()


@dataclass
class Receiver:
    port: int = 0
    answer: Answer = field(default_factory=lambda: status(200))
    answers: dict[str, Answer] = field(default_factory=dict)
    """By path, where one differs."""
    messages: list[Message] = field(default_factory=list)
    most_at_once: int = 0
    interrupts: bool = False
    """Whether it speaks before it has listened, which no TLS begins with."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _open: int = 0
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Message]:
        return [each for each in self.messages if each.path == path]

    async def message(self, number: int, *, within: float = 5) -> Message:
        """Return the message of that number, counted from 1, waiting for it."""
        await self.count(number, within=within)
        return self.messages[number - 1]

    async def count(self, most: int, *, within: float = 5) -> None:
        async with asyncio.timeout(within), self._arrived:
            await self._arrived.wait_for(lambda: len(self.messages) >= most)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                if self.interrupts:
                    await status(400)(writer)
                    return
                message = await _read(reader)
                await self._keep(message)
                await self.answers.get(message.path, self.answer)(writer)
        finally:
            self._open -= 1
            writer.close()

    async def _keep(self, message: Message) -> None:
        self.messages.append(message)
        async with self._arrived:
            self._arrived.notify_all()


async def _read(reader: asyncio.StreamReader) -> Message:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    path = head[0].split(" ")[1]
    pairs = (line.partition(": ") for line in head[1:] if line)
    headers = {name.lower(): value for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Message(path, headers, body, asyncio.get_running_loop().time())


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Lend an endpoint that says 200 to everything, until told otherwise."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, backlog=1000)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for each in tuple(receiver.tasks):
            each.cancel()
