"""A real HTTP server that speaks OpenAI's language: it streams, calls tools, stalls, breaks off and lies, as it is told."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

CHUNK = b"data: %s\n\n"
HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Called:
    """A tool call in the answer; `arguments` may be any text, well-formed or not."""

    name: str
    arguments: Any = field(default_factory=dict)
    id: str = "call-1"

    @property
    def text(self) -> str:
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True)
class Reply:
    """One answer. `pieces` are sent one by one, `pause` seconds apart; what goes wrong comes after them."""

    pieces: Sequence[str] = ()
    calls: Sequence[Called] = ()
    status: int = 200
    body: bytes = b""
    wait: float = 0
    """Seconds before the first byte."""
    pause: float = 0
    stalls: float = 0
    """Seconds of silence after the pieces."""
    breaks: bool = False
    """Cut the connection after the pieces."""
    tokens: tuple[int, int] = (11, 7)
    thoughts: Sequence[str] = ()
    """What it thinks aloud before the pieces."""
    before: Sequence[dict[str, Any]] = ()
    """Deltas as they are, before the pieces."""
    ended: str = ""
    """How it says it ended, if not as usual."""
    endless: int = 0
    """Bytes of one line after the pieces."""


def saying(*pieces: str, **options: Any) -> Reply:
    return Reply(pieces, **options)


def calling(name: str, arguments: Any = None, *, say: str = "", id_: str = "call-1") -> Reply:
    """Return an answer that calls one tool."""
    return Reply((say,) if say else (), (Called(name, arguments or {}, id_),))


def failing(status: int, message: str = "no", **headers: str) -> Reply:
    return Reply(status=status, body=json.dumps({"error": {"message": message}}).encode())


@dataclass
class ModelServer:
    """`replies` meet the next requests in order; then `otherwise` is asked. `requests` keeps what was sent."""

    replies: list[Reply] = field(default_factory=list)
    otherwise: Callable[[dict[str, Any]], Reply] = field(default=lambda _body: saying("Well", "."))
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    hung_up: int = 0
    """How often a client went away before its answer was whole."""
    port: int = 0
    _listener: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def listen(self) -> None:
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up += 1
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        fields = dict(line.split(": ", 1) for line in head.lower().splitlines()[1:] if ": " in line)
        body = json.loads(await reader.readexactly(int(fields.get("content-length", "0"))))
        self.requests.append(body)
        self.keys.append(fields.get("authorization", ""))
        reply = self.replies.pop(0) if self.replies else self.otherwise(body)
        gone = asyncio.create_task(reader.read(1))
        work = asyncio.create_task(_say(writer, reply, str(body.get("model"))))
        done, _ = await asyncio.wait({gone, work}, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, work):
            task.cancel()
        await asyncio.gather(gone, work, return_exceptions=True)
        if work not in done:
            raise ConnectionResetError
        work.result()


async def _say(writer: asyncio.StreamWriter, reply: Reply, model: str) -> None:
    await asyncio.sleep(reply.wait)
    if reply.status != 200:
        head = f"HTTP/1.1 {reply.status} No\r\nContent-Type: application/json\r\n"
        writer.write(head.encode() + b"Content-Length: %d\r\n" % len(reply.body))
        writer.write(b"Connection: close\r\n\r\n" + reply.body)
        await writer.drain()
        return
    writer.write(HEADERS)
    for delta in _deltas(reply):
        writer.write(CHUNK % _chunk(model, delta))
        await writer.drain()
        await asyncio.sleep(reply.pause)
    await asyncio.sleep(reply.stalls)
    if reply.breaks:
        writer.transport.abort()
        return
    writer.write(reply.body)
    await _go_on(writer, reply.endless)
    ended = reply.ended or ("tool_calls" if reply.calls else "stop")
    writer.write(CHUNK % _chunk(model, {}, ended, reply.tokens))
    writer.write(CHUNK % b"[DONE]")
    await writer.drain()


async def _go_on(writer: asyncio.StreamWriter, length: int) -> None:
    some = b"x" * 65_536
    if length:
        writer.write(b"data: ")
    for _ in range(length // len(some)):
        writer.write(some)
        await writer.drain()


def _deltas(reply: Reply) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"reasoning_content": thought} for thought in reply.thoughts]
    found += [*reply.before, *({"content": piece} for piece in reply.pieces)]
    for place, call in enumerate(reply.calls):
        begun = {"name": call.name, "arguments": ""}
        same = {"index": place, "type": "function"}
        found.append({"tool_calls": [{**same, "id": call.id, "function": begun}]})
        half = len(call.text) // 2
        for piece in (call.text[:half], call.text[half:]):
            found.append({"tool_calls": [{"index": place, "function": {"arguments": piece}}]})
    return found


def _chunk(
    model: str,
    delta: dict[str, Any],
    ended: str | None = None,
    tokens: tuple[int, int] | None = None,
) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": ended}
    chunk: dict[str, Any] = {
        "id": "answer-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": model,
        "choices": [choice],
    }
    if tokens is not None:
        sent, got = tokens
        chunk["usage"] = {
            "prompt_tokens": sent,
            "completion_tokens": got,
            "total_tokens": sent + got,
        }
    return json.dumps(chunk).encode()


@contextlib.asynccontextmanager
async def model_server(*replies: Reply) -> AsyncIterator[ModelServer]:
    server = ModelServer(list(replies))
    await server.listen()
    try:
        yield server
    finally:
        await server.close()
