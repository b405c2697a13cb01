"""A neighbour between us and another server: passes everything on, until it is told to make trouble."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Literal, get_args

type Trouble = Literal["hangs up", "says nothing", "breaks off", "talks nonsense"]
TROUBLES: tuple[Trouble, ...] = get_args(Trouble.__value__)
PASSED_ON_BEFORE_IT_BREAKS = 40  # bytes of the answer


class FaultProxy:
    """`asked` counts connections."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self.port = 0
        self.trouble: Trouble | None = None
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        if self.trouble == "hangs up":
            writer.transport.abort()
        elif self.trouble == "says nothing":
            await reader.read()  # until the other side has had enough
        elif self.trouble == "talks nonsense":
            writer.write(b"\x16\x03\x01 220 hello\r\n\r\n")
        else:
            await self._pass_on(reader, writer)
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._behind)
        back.write(await reader.readuntil(b"\r\n\r\n"))
        questions = asyncio.create_task(_pour(reader, back))
        if self.trouble == "breaks off":
            writer.write(await there.read(PASSED_ON_BEFORE_IT_BREAKS))
        else:
            await _pour(there, writer)
        questions.cancel()
        back.close()


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while piece := await source.read(65_536):
        target.write(piece)
        await target.drain()


@contextlib.asynccontextmanager
async def before(port: int) -> AsyncIterator[FaultProxy]:
    """Stand before what listens on `port` of this machine."""
    proxy = FaultProxy(port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
