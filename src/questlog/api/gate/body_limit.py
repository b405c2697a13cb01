"""How large a body may be and how long it may take (S-099): nothing beyond the limit is ever held in memory."""

import asyncio
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questlog.api.problems import problem

SLOWEST_S = 30.0


class BodyLimit:
    """Refuses bodies over `limit` bytes with 413 and those that trickle in with 408.

    `larger` maps address prefixes, such as that of imports, to limits of their own.
    """

    def __init__(self, app: ASGIApp, *, limit: int, larger: Mapping[str, int]) -> None:
        self.app, self.limit, self.larger = app, limit, larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        limit = next(
            (n for prefix, n in self.larger.items() if scope["path"].startswith(prefix)), self.limit
        )
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit():
            await problem(400, "bad_content_length", "Content-Length is no number.")(
                scope, receive, send
            )
        elif int(announced[:20]) > limit:
            await _too_large(limit, scope, receive, send)
        else:
            await self._forward(limit, scope, receive, send)

    async def _forward(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Measured(receive, limit)
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, body, noted)
        except (_TooLargeError, _TooSlowError) as error:
            if started:
                raise RuntimeError("the body broke a limit after the answer began") from error
            if isinstance(error, _TooLargeError):
                await _too_large(limit, scope, receive, send)
            else:
                await _too_slow(scope, receive, send)


class _Measured:
    """A `receive` that counts bytes and looks at the clock until the body is complete."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self.receive, self.limit = receive, limit
        self.read, self.complete = 0, False
        self.deadline = asyncio.get_running_loop().time() + SLOWEST_S

    async def __call__(self) -> Message:
        if self.complete:
            return await self.receive()
        try:
            async with asyncio.timeout_at(self.deadline):
                message = await self.receive()
        except TimeoutError as error:
            raise _TooSlowError from error
        self.read += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        if self.read > self.limit:
            raise _TooLargeError
        return message


class _TooLargeError(BaseException):
    """Passes through handlers that catch `Exception`, such as FastAPI's around reading a body."""


class _TooSlowError(BaseException):
    """Passes through like its sibling."""


async def _too_large(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    answer = problem(
        413, "too_large", f"The body is larger than {limit} bytes.", details={"limit": limit}
    )
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)


async def _too_slow(scope: Scope, receive: Receive, send: Send) -> None:
    answer = problem(408, "too_slow", f"The body did not arrive within {SLOWEST_S:.0f} seconds.")
    answer.headers["Connection"] = "close"
    await answer(scope, receive, send)
