"""Live updates over HTTP: server-sent events (WHATWG HTML § 9.2), for who has no use for a WebSocket."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import Header, Query, Request, Response
from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

from questlog.api import deps
from questlog.api.deps import Credentials, CurrentUser
from questlog.api.gate.connections import HANG_UP, LEAVE
from questlog.api.gate.exchange import current
from questlog.api.live import LARGEST_SEQ, RECHECK_S, reset
from questlog.api.metrics import Metrics
from questlog.api.problems import about
from questlog.api.routing import HouseRouter
from questlog.api.sockets.closes import TROUBLES, meaning
from questlog.api.sockets.line import SEND_WITHIN_S
from questlog.api.sockets.race import race
from questlog.api.sockets.stay import Stay
from questlog.automation.live import Listener
from questlog.identity.standing import WithToken

router = HouseRouter(prefix="/events", tags=["events"])

KIND: Final = "streams"
ROUTE: Final = "/events/stream"
BEAT_S = 15.0
RETRY_MS = 2000
A_DAY_S = 86_400


class StuckPeerError(Exception):
    """The peer does not read what it asked for."""


class EventStream(Response):
    """Tells of events until the peer leaves, may not stay, or `seconds` are over."""

    media_type = "text/event-stream"

    def __init__(self, stay: Stay, since: int | None, seconds: int | None) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self.stay, self.since, self.seconds = stay, since, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state, user_id = self.stay.state, self.stay.principal.user_id
        with (
            state.seating.of(KIND).take(user_id),
            state.tail.listen(user_id) as listener,
            _counted(state.metrics),
        ):
            news = await listener.begin(self.since)
            shut_down = asyncio.Event()
            scope.setdefault("state", {})[LEAVE] = shut_down.set
            pipe = _Pipe(send)
            try:
                await pipe.open(self.raw_headers)
                await pipe.tell("hello", {"seq": news.seq}, retry=True)
                if news.is_gap:
                    await pipe.tell("reset", reset(news), seq=news.seq)
                await race(self._follow(pipe, listener), _gone(receive), _until(shut_down))
                await pipe.close()
            except StuckPeerError:
                scope["state"].get(HANG_UP, _nothing)()

    async def _follow(self, pipe: "_Pipe", listener: Listener) -> None:
        try:
            await self._tell(pipe, listener)
        except TROUBLES as error:
            told = about(meaning(error), current.get().locale)
            await pipe.tell("end", {name: told[name] for name in ("code", "detail")})

    async def _tell(self, pipe: "_Pipe", listener: Listener) -> None:
        until = time.monotonic() + (A_DAY_S if self.seconds is None else self.seconds)
        while True:
            left = until - time.monotonic()
            news = await listener.next(max(0.0, min(RECHECK_S, left)))
            await self.stay.recheck()
            if news is None:
                if left <= 0:
                    return
                await pipe.beat()
                continue
            if news.is_gap:
                await pipe.tell("reset", reset(news), seq=news.seq)
            for message in news.messages:
                await self.stay.recheck()
                await pipe.tell(None, message, seq=message["seq"])


class _Pipe:
    """What has been begun with `open` and not ended with `close`. Raises StuckPeerError."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._last = time.monotonic()

    async def open(self, headers: Any) -> None:
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    async def tell(
        self,
        name: str | None,
        data: Mapping[str, Any],
        *,
        seq: int | None = None,
        retry: bool = False,
    ) -> None:
        lines = [b"retry: %d" % RETRY_MS] if retry else []
        lines += [] if name is None else [b"event: " + name.encode()]
        lines += [] if seq is None else [b"id: %d" % seq]
        await self._write(b"\n".join([*lines, b"data: " + to_json(data), b"\n"]))

    async def beat(self) -> None:
        """Keep proxies from taking silence for death."""
        if time.monotonic() - self._last >= BEAT_S:
            await self._write(b": still here\n\n")

    async def close(self) -> None:
        await self._write(b"", more=False)

    async def _write(self, body: bytes, *, more: bool = True) -> None:
        self._last = time.monotonic()
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self._send({"type": "http.response.body", "body": body, "more_body": more})
        except TimeoutError:
            raise StuckPeerError from None


# OpenAPI 3.1 has no word for a stream: some readers take its schema for the whole text, some for each of its events.
TEXT_OR_EVENT = {
    "type": ["string", "object"],
    "description": "Server-sent events as HTML defines them; the `data` of each is JSON.",
}


@router.get(
    "/stream",
    status_code=200,
    response_class=EventStream,
    responses={
        200: {
            "description": "Server-sent events for as long as the connection lasts.",
            "content": {"text/event-stream": {"schema": TEXT_OR_EVENT}},
        }
    },
)
async def stream_events(
    *,
    request: Request,
    me: CurrentUser,
    credentials: Credentials,
    since: Annotated[
        int | None,
        Query(ge=0, le=LARGEST_SEQ, description="The `seq` you know: everything after it is told."),
    ] = None,
    seconds: Annotated[
        int | None,
        Query(ge=0, le=A_DAY_S, description="End after so long; 0 is what there is, and no more."),
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(pattern="^[0-9]{1,18}$", description="As `since`; what browsers send on their own."),
    ] = None,
) -> Response:
    """Follow what happens in your account, as server-sent events.

    Every message is one event, with its `seq` as id; somebody who was away gives that back and misses nothing. A
    `hello` comes first with the `seq` you start behind. A `reset` says that there were events which cannot be told any
    more: read your objects anew. An `end` says why you are not told more. docs/live.md.
    """
    stay = Stay(request.app.state, WithToken(deps.shown(request, credentials)), me, ROUTE)
    known = since if last_event_id is None else int(last_event_id)
    return EventStream(stay, known, seconds)


@contextmanager
def _counted(metrics: Metrics | None) -> Iterator[None]:
    if metrics is None:
        yield
        return
    with metrics.sockets.labels(current.get().route).track_inprogress():
        yield


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _until(event: asyncio.Event) -> None:
    await event.wait()


def _nothing() -> None:
    """For servers that cannot hang up."""
