"""A way to a provider that takes no more of an answer than an answer can be.

The libraries above read a whole event, or the whole body of an error, before they look at it: an endless one would take
all memory, and splitting it would stop everything else in the process (F-26).
"""

from collections.abc import AsyncIterator

import httpx2

from questlog.clients.language import ModelError

LONGEST_EVENT = (
    2 * 1024 * 1024
)  # `LONGEST_ANSWER` in a single one, each letter as \uXXXX, and what stands around it
LONGEST_BODY = 16 * 1024 * 1024  # one event for each few letters
ENDS_OF_EVENTS = (b"\n\n", b"\r\n\r\n", b"\r\r")
LONGEST_END = 4
PLAIN = {"accept-encoding": "identity"}


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Raises `ModelError` ("too_long") from a body without bounds, and "nonsense" for a packed one."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers.update(PLAIN)  # what is packed can be any size
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        if not isinstance(stream, httpx2.AsyncByteStream):
            raise TypeError("an answer is read as it comes")
        if response.headers.get("content-encoding", "identity") != "identity":
            await stream.aclose()
            raise ModelError("nonsense", "the answer is packed, and was not to be")
        response.stream = _Bounded(stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        body, event, tail = 0, 0, b""
        async for chunk in self._inner:
            body += len(chunk)
            event = _since_event(tail + chunk, event + len(chunk))
            tail = (tail + chunk)[-LONGEST_END + 1 :]
            if body > LONGEST_BODY or event > LONGEST_EVENT:
                raise ModelError("too_long", f"{body} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def _since_event(seen: bytes, length: int) -> int:
    """Return how long the event under way is, if it was `length` before an end was looked for."""
    after = max(
        found + len(end) if (found := seen.rfind(end)) >= 0 else -1 for end in ENDS_OF_EVENTS
    )
    return length if after < 0 else len(seen) - after
