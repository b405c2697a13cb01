"""An HTTP server that answers every request with the same bytes, a few at a time: what a provider sends, as it is."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent.parent / "data" / "models"
AT_ONCE = 7  # bytes, so that letters and lines are cut through


@dataclass
class Wire:
    port: int = 0
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def wire(name: str) -> AsyncIterator[Wire]:
    """Answer with the fixture of this name; one called `…-error-429.json` has that status."""
    body = (FIXTURES / name).read_bytes()
    status = int(name.removesuffix(".json").rpartition("-")[2]) if "-error-" in name else 200
    kind = "text/event-stream" if name.endswith(".sse") else "application/json"
    seen = Wire()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _read(reader, seen)
            writer.write(
                f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode()
            )
            for start in range(0, len(body), AT_ONCE):
                writer.write(body[start : start + AT_ONCE])
                await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    seen.port = listener.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        listener.close()


async def _read(reader: asyncio.StreamReader, seen: Wire) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    seen.paths.append(head[0].split(" ")[1])
    seen.headers.append(fields)
    seen.bodies.append(json.loads(await reader.readexactly(int(fields["content-length"]))))
