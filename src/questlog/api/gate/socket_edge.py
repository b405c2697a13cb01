"""The outermost layer for sockets: the same walls as for requests, and one line in the log when one has ended."""

import time
from typing import Any

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questlog.api.gate.exchange import Exchange
from questlog.api.metrics import Metrics

log = structlog.get_logger(__name__)

FAILED = 1011
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
DENIAL = "websocket.http.response"
SECURE = ("wss", "https")


def is_foreign(scope: Scope, headers: dict[bytes, bytes], allowed: frozenset[bytes]) -> bool:
    """Return whether a page of somebody else's opens this socket (S-119): no rule of browsers keeps it from trying.

    A page of our own, and of an origin whose pages may call the API, may; so may programs, which say no origin.
    """
    origin = headers.get(b"origin")
    if origin is None or origin in allowed:
        return False
    scheme = b"https://" if scope["scheme"] in SECURE else b"http://"
    return origin.lower() != scheme + headers.get(b"host", b"").lower()


class Watched:
    """One socket, looked at from outside: when it was accepted, and with which number it ended."""

    def __init__(self, exchange: Exchange, metrics: Metrics | None) -> None:
        self.exchange, self.metrics = exchange, metrics
        self.began = time.perf_counter()
        self.accepted = False
        self.code: int | None = None
        self.status = 403  # what a server answers when an application closes before it accepts

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched_send(message: Message) -> None:
            self._note(message)
            await send(message)

        async def watched_receive() -> Message:
            message = await receive()
            if message["type"] == "websocket.disconnect" and self.code is None:
                self.code = message["code"]
            return message

        try:
            await app(scope, watched_receive, watched_send)
        except Exception:
            log.exception(
                "unhandled_error", request_id=self.exchange.request_id, path=self.exchange.path
            )
            await self._fail(watched_send)
        finally:
            self._tell()

    def _note(self, message: Message) -> None:
        if message["type"] in ("websocket.accept", f"{DENIAL}.start"):
            named = (b"x-request-id", self.exchange.request_id.encode())
            message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS, named]
        if message["type"] == "websocket.accept":
            self.accepted = True
            self._count(1)
        elif message["type"] == "websocket.close" and self.code is None:
            self.code = int(message.get("code", 1000))
        elif message["type"] == f"{DENIAL}.start":
            self.status = int(message["status"])

    async def _fail(self, send: Send) -> None:
        try:
            await send({"type": "websocket.close", "code": FAILED, "reason": "internal_error"})
        except (RuntimeError, OSError):
            return  # it was closed already

    def _count(self, by: int) -> None:
        if self.metrics is not None:
            self.metrics.sockets.labels(self.exchange.route or "other").inc(by)

    def _tell(self) -> None:
        if self.accepted:
            self._count(-1)
        exchange = self.exchange
        seconds = time.perf_counter() - self.began
        log.info(
            "socket",
            request_id=exchange.request_id,
            path=exchange.path,
            status=101 if self.accepted else self.status,
            close=self.code if self.accepted else None,
            seconds=round(seconds, 1),
            user=str(exchange.principal.user_id) if exchange.principal else None,
            address=exchange.address,
            code=exchange.error_code,
        )


def answering(scope: Scope, refusal: Response) -> Any:
    """Return what refuses a handshake: with HTTP where the server can, else by closing before accepting."""
    return refusal if DENIAL in scope.get("extensions", {}) else _close


async def _close(_scope: Scope, _receive: Receive, send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008, "reason": ""})
