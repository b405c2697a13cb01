"""HTTP/1.1 with walls around the head of a request, which uvicorn and its parser leave open."""

import asyncio
import json
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from questlog.api.gate.connections import HANG_UP, LEAVE
from questlog.api.gate.edge import API_POLICY, SECURITY_HEADERS

HEAD_BYTES = 32 * 1024
HEADERS = 128
HEAD_SECONDS = 30


class HeadTooLargeError(Exception):
    """Raised into the parser, which then stops reading."""


class BoundedHttp(HttpToolsProtocol):
    """Answers 431 to a head that is too large, and hangs up on one that does not come to its end."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head = True
        self._started = False
        self._bytes = 0
        self._status = 400
        self._watch: asyncio.TimerHandle | None = None
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
        self._in_head = False
        self._stop_watch()
        if len(self.url) > HEAD_BYTES:
            self._status = 431
            raise HeadTooLargeError
        super().on_headers_complete()
        self.scope["state"][HANG_UP] = self.transport.abort

    def on_body(self, body: bytes) -> None:
        try:
            super().on_body(body)
        except MemoryError:  # which the parser would call broken HTTP
            self._status = 503
            raise

    def shutdown(self) -> None:
        """End a stream that would never end by itself (F-30); an answer under way goes on to its end."""
        super().shutdown()
        scope = getattr(self.cycle, "scope", None)
        if scope is not None and LEAVE in scope["state"]:
            scope["state"][LEAVE]()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watch()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what never became a request: 400 for broken HTTP, 431 for too much of it, 503 when there is no room."""
        if self.transport.is_closing():
            return
        body = json.dumps(_problem(self._status)).encode()
        lines = [
            b"content-type: application/problem+json",
            b"cache-control: no-store",
            *(b"%s: %s" % header for header in (*SECURITY_HEADERS, API_POLICY)),
            b"content-length: %d" % len(body),
            b"connection: close",
            *([b"retry-after: 5"] if self._status == 503 else []),
        ]
        head = STATUS_LINE[self._status] + b"\r\n".join(lines) + b"\r\n\r\n"
        self.transport.write(head + body)
        self.transport.close()

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


def _problem(status: int) -> dict[str, Any]:
    title, code, detail = {
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
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "details": {},
        "errors": [],
    }
