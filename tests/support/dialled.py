"""Whom the way out leads to in tests: somebody on loopback who says what they are told to say."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from typing import Any

import pytest

from questlog.clients import dialer
from questlog.clients.dialer import DialError

type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Canary:
    """A listener on loopback that remembers who came and what was said."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.visits = 0
        self.heard = b""
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        try:
            self.heard = await reader.readuntil(b"\r\n\r\n")
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}/hook"


@asynccontextmanager
async def canary(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[Canary]:
    bird = Canary(talk)
    listener = await asyncio.start_server(bird.serve, "127.0.0.1", 0, ssl=tls)
    bird.port = listener.sockets[0].getsockname()[1]
    try:
        yield bird
    finally:
        listener.close()


def saying(*pieces: bytes, pause_s: float = 0) -> Talk:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return talk


async def word_of(url: str, **how: Any) -> str:
    with pytest.raises(DialError) as caught:
        await dialer.post(url, b"{}", {}, **how)
    return caught.value.word
