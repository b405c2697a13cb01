"""HTTP/1.1 with walls around the head of a request, which uvicorn and its parser leave open."""

import asyncio
import json
from typing import Any
from urllib.parse import unquote

from httptools import parse_url
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from questlog.api.gate.connections import CROWD, HANG_UP, LEAVE, PLACE
from questlog.api.gate.crowding import RETRY_AFTER_S, SENTENCE, is_always_answered
from questlog.api.gate.edge import API_POLICY, SECURITY_HEADERS
from questlog.core.crowd import Crowd, Place

HEAD_BYTES = 32 * 1024
HEADERS = 128
HEAD_SECONDS = 30
UNREAD_SECONDS = 30


class HeadTooLargeError(Exception):
    """Raised into the parser, which then stops reading."""


class BoundedHttp(HttpToolsProtocol):
    """Answers 431 to a head that is too large, and hangs up on one that does not come to its end.

    An answer that nobody reads is given up as well; and when the application is crowded, it is not asked (L-05, L-06).
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head = self._is_whole = True
        self._started = False
        self._bytes = 0
        self._status = 400
        self._watch: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._crowd: Crowd | None = self.app_state.get(CROWD)
        self._keep_watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        # Only a head that is still open after what came is counted here, so a request in one piece costs nothing.
        self._bytes += len(data)
        if self._bytes > HEAD_BYTES:
            self._status = 431
            self.send_400_response("")
        elif self._started:
            self._keep_watch()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._started = True
        self._bytes = self._size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._size += len(name) + len(value)
        if self._size > HEAD_BYTES or len(self.headers) > HEADERS:
            self._status = 431
            raise HeadTooLargeError

    def on_headers_complete(self) -> None:
        self._in_head = self._is_whole = False
        self._stop_watch()
        if len(self.url) > HEAD_BYTES:
            self._status = 431
            raise HeadTooLargeError
        if self._crowd is not None and self._crowd.is_full and self._is_simple():
            self._refuse()
            return
        super().on_headers_complete()
        self.scope["state"][HANG_UP] = self.transport.abort

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        crowd = self._crowd
        if crowd is not None and not crowd.is_full and not is_always_answered(cycle.scope["path"]):
            cycle.scope["state"][PLACE] = place = Place(crowd)
            place.take()
            app = _giving_back(place, app)
        super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        try:
            super().on_body(body)
        except MemoryError:  # which the parser would call broken HTTP
            self._status = 503
            raise

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_whole = True
        if not self.flow.write_paused:
            self._stop_waiting_for_reader()
        self._keep_alive_again()

    def shutdown(self) -> None:
        """End a stream that would never end by itself (F-30); an answer under way goes on to its end."""
        super().shutdown()
        scope = getattr(self.cycle, "scope", None)
        if scope is not None and LEAVE in scope["state"]:
            scope["state"][LEAVE]()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_for_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_waiting_for_reader()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing() or not self._is_whole:
            self._wait_for_reader()

    def timeout_keep_alive_handler(self) -> None:
        """Close; and cut off after a while a peer that does not read the end of its answer."""
        super().timeout_keep_alive_handler()
        self._wait_for_reader()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watch()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what never became a request: 400 for broken HTTP, 431 for too much of it, 503 when there is no room."""
        if self.transport.is_closing():
            return
        more = [b"connection: close", *([b"retry-after: 5"] if self._status == 503 else [])]
        self.transport.write(_written(self._status, _problem(self._status), more))
        self.transport.close()

    def _is_simple(self) -> bool:
        """Tell whether a refusal is the next thing this connection is to hear, and can be written as it stands."""
        cycle: Any = self.cycle
        return (
            (cycle is None or cycle.response_complete)
            and self.parser.get_method() != b"HEAD"
            and not self.parser.should_upgrade()
            and not is_always_answered(_path(self.url))
        )

    def _refuse(self) -> None:
        """Answer 503 without asking the application: ten times as many are told so as could be served."""
        is_kept = self.parser.should_keep_alive()
        self.cycle = REFUSED
        self.transport.write(CROWDED if is_kept else CROWDED_AT_LAST)
        if is_kept:
            self.on_response_complete()
        else:
            self.transport.close()

    def _keep_alive_again(self) -> None:
        """Count the idle time anew when a body ends after its answer: its packet stopped the count."""
        cycle: Any = self.cycle
        is_over = cycle is not None and cycle.response_complete
        becomes_socket = self.parser.should_upgrade() and self._should_upgrade()
        if is_over and not becomes_socket and not self.transport.is_closing():
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _wait_for_reader(self) -> None:
        if self._unread is None:
            self._unread = self.loop.call_later(UNREAD_SECONDS, self.transport.abort)

    def _stop_waiting_for_reader(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _keep_watch(self) -> None:
        if self._watch is None:
            self._watch = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _hang_up(self) -> None:
        self._watch = None
        if self._in_head:
            self.transport.close()


def _path(url: bytes) -> str:
    """Return what the application will see as its path, of an absolute address, too."""
    return unquote((parse_url(url).path or b"/").decode("ascii"))


def _giving_back(place: Place, app: Any) -> Any:
    """Leave the place whichever layer answers: not all of them know of it."""

    async def visited(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        finally:
            place.leave(for_good=True)

    return visited


def _written(status: int, told: dict[str, Any], more: list[bytes]) -> bytes:
    body = json.dumps(told).encode()
    lines = [
        b"content-type: application/problem+json",
        b"cache-control: no-store",
        *(b"%s: %s" % header for header in (*SECURITY_HEADERS, API_POLICY)),
        b"content-length: %d" % len(body),
        *more,
    ]
    return STATUS_LINE[status] + b"\r\n".join(lines) + b"\r\n\r\n" + body


def _problem(status: int, code: str = "", detail: str = "") -> dict[str, Any]:
    title, usual_code, usual_detail = {
        400: ("Bad Request", "bad_request", "This is not HTTP that can be understood."),
        431: (
            "Request Header Fields Too Large",
            "headers_too_large",
            "The headers or the address of the request are too large.",
        ),
        503: (
            "Service Unavailable",
            "unavailable",
            "This server has no room for the request now. Try again soon.",
        ),
    }[status]
    return {
        "type": f"/problems/{code}" if code else "about:blank",
        "title": title,
        "status": status,
        "detail": detail or usual_detail,
        "code": code or usual_code,
        "details": {},
        "errors": [],
    }


class _Refused:
    """Stands where uvicorn keeps the request that a connection was last at: one that is over."""

    response_complete = True
    disconnected = False

    def __init__(self) -> None:
        self.message_event = asyncio.Event()


REFUSED: Any = _Refused()
_AGAIN = b"retry-after: %d" % RETRY_AFTER_S
_TOLD = _problem(503, "crowded", SENTENCE)
CROWDED = _written(503, _TOLD, [_AGAIN])
CROWDED_AT_LAST = _written(503, _TOLD, [_AGAIN, b"connection: close"])
