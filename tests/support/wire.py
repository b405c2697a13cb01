"""Requests as bytes, for what no client library would send."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from uvicorn import Config, Server

from questlog.cli.serving import BOUNDS

PATIENCE_S = 10


@asynccontextmanager
async def serving(application: Any, state: Mapping[str, Any] | None = None) -> AsyncIterator[int]:
    """Serve `application` on a free port, with the protocol the server speaks; yield the port.

    `state` is what an application gives at its start.
    """
    config = Config(
        application, port=0, log_config=None, log_level="error", lifespan="off", **BOUNDS
    )
    server = Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    server.lifespan.state.update(state or {})
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


@dataclass(frozen=True)
class Heard:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def code(self) -> str | None:
        """The code of a refusal."""
        found = json.loads(self.body) if self.body.startswith(b"{") else {}
        return str(found["code"]) if "code" in found else None


class Wire:
    """One connection that is kept, and opened anew after the server closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> Heard:
        """Send `target` as it stands; a body goes as JSON."""
        content = b"" if body is None else json.dumps(body).encode()
        sent = {"Host": "testserver", "Content-Length": str(len(content)), **(headers or {})}
        if content:
            sent["Content-Type"] = "application/json"
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        async with asyncio.timeout(PATIENCE_S):
            if self._writer is None:
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
            self._writer.write(f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + content)
            return await self._answer(method)

    async def _answer(self, method: str) -> Heard:
        assert self._reader is not None
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        length = 0 if method == "HEAD" else int(headers.get("content-length", "0"))
        body = await self._reader.readexactly(length)
        if headers.get("connection") == "close":
            await self.hang_up()
        return Heard(int(head[0].split()[1]), headers, body)

    async def hang_up(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None
