"""The outermost layer: names the request, times it, logs it, and dresses the answer.

Pure ASGI, because a layer that wraps requests in tasks breaks cancellation and costs as much as a route.
"""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questlog.api.gate.exchange import Exchange, current
from questlog.api.gate.hosts import Hosts
from questlog.api.gate.origins import Origins, RawHeaders
from questlog.api.gate.proxies import Headers, Proxies
from questlog.api.gate.socket_edge import Watched, answering, is_foreign
from questlog.api.metrics import Metrics
from questlog.api.problems import problem
from questlog.core.caller import asked_by
from questlog.core.ids import new_id

log = structlog.get_logger(__name__)

REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
SECURITY_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
API_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
HTTPS_ONLY = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
# Who reads the first of two and who reads the last do not read the same request.
SINGULAR = frozenset(
    (b"authorization", b"content-type", b"host", b"idempotency-key", b"if-match", b"x-api-key")
)
SECRET_PART = re.compile(r"(/(?:calendar|unsubscribe)/)(?!token(?:/|$))[^/]+")
FAILED = "Something went wrong on our side. It has been logged under this request id."


@dataclass(frozen=True)
class Walls:
    """What settings say of the way in: which proxies are believed, which names are ours, whose pages may call."""

    proxies: Proxies
    hosts: Hosts
    origins: Origins


class Edge:
    def __init__(self, app: ASGIApp, *, state: Any, walls: Walls, metrics: Metrics | None) -> None:
        self.app, self.state, self.walls, self.metrics = app, state, walls, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        exchange = self._exchange(scope, headers)
        current.set(exchange)
        asked_by.set(exchange.caller)
        if scope["type"] == "websocket":
            await self._socket(exchange, headers, scope, receive, send)
            return
        if self.walls.proxies.is_secure(scope, headers):
            scope["scheme"] = "https"
        added = self.walls.origins.headers_for(headers.get(b"origin"))
        began = time.perf_counter()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                plain = message.get("headers", ())
                message["headers"] = _dressed(plain, exchange, added, scope["scheme"])
            await send(message)

        try:
            refusal = self._refusal(exchange, headers, scope["headers"])
            await (refusal or self.app)(scope, receive, dressed)
        except Exception:
            log.exception(
                "unhandled_error",
                request_id=exchange.request_id,
                path=without_secrets(exchange.path),
            )
            if status == 0:
                await problem(500, "internal_error", FAILED)(scope, receive, dressed)
        finally:
            self._tell(exchange, status, time.perf_counter() - began)

    def _exchange(self, scope: Scope, headers: Headers) -> Exchange:
        return Exchange(
            request_id=_request_id(headers),
            address=self.walls.proxies.address_of(scope),
            method=scope.get("method", "GET"),
            path=scope["path"],
            database=self.state.database,
            user_agent=_agent(headers),
            locale=_language(headers),
        )

    async def _socket(
        self, exchange: Exchange, headers: Headers, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if self.walls.proxies.is_secure(scope, headers):
            scope["scheme"] = "wss"
        refusal = self._refusal(exchange, headers, scope["headers"])
        if refusal is None and is_foreign(scope, headers, self.walls.origins.allowed):
            refusal = problem(
                403, "origin_not_allowed", "Pages of this origin may not call this API."
            )
        await Watched(exchange, self.metrics).run(
            answering(scope, refusal) if refusal else self.app, scope, receive, send
        )

    def _refusal(
        self, exchange: Exchange, headers: Headers, lines: Sequence[tuple[bytes, bytes]]
    ) -> Response | None:
        """Return the answer to what the application never needs to see."""
        if len(headers) != len(lines) and (twice := _said_twice(lines)):
            return problem(400, "repeated_header", f"`{twice}` is given twice.")
        if not self.walls.hosts.knows(headers.get(b"host")):
            return problem(400, "unknown_host", "This server does not answer to this name.")
        return self.walls.origins.preflight(exchange.method, headers)

    def _tell(self, exchange: Exchange, status: int, seconds: float) -> None:
        if self.metrics is not None:
            self.metrics.observe(exchange.method, exchange.route or "other", status, seconds)
        log.info(
            "request",
            request_id=exchange.request_id,
            method=exchange.method,
            path=without_secrets(exchange.path),
            status=status,
            ms=round(seconds * 1000, 1),
            user=str(exchange.principal.user_id) if exchange.principal else None,
            address=exchange.address,
            code=exchange.error_code,
        )


def without_secrets(path: str) -> str:
    """Return an address for the log; those that open something by themselves are not told (S-146)."""
    return SECRET_PART.sub(r"\1…", path)


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else str(new_id())


def _said_twice(lines: Iterable[tuple[bytes, bytes]]) -> str | None:
    seen = set()
    for name, _ in lines:
        if name in SINGULAR and name in seen:
            return name.decode()
        seen.add(name)
    return None


def _agent(headers: dict[bytes, bytes]) -> str | None:
    agent = headers.get(b"user-agent")
    return None if agent is None else agent.decode("latin-1")


def _language(headers: dict[bytes, bytes]) -> str:
    """Return `ru` or `en`, whichever the caller's `Accept-Language` names first."""
    for part in headers.get(b"accept-language", b"").decode("latin-1").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in ("ru", "en"):
            return tag
    return "en"


def _dressed(
    plain: Iterable[tuple[bytes, bytes]], exchange: Exchange, added: RawHeaders, scheme: str
) -> RawHeaders:
    headers = [*plain, *SECURITY_HEADERS, *added]
    names = {name for name, _ in headers}
    headers.append((b"x-request-id", exchange.request_id.encode()))
    if b"content-security-policy" not in names:
        headers.append(API_POLICY)
    if b"cache-control" not in names:
        private = exchange.route or exchange.error_code
        headers.append((b"cache-control", b"no-store" if private else b"no-cache"))
    if scheme == "https":
        headers.append(HTTPS_ONLY)
    for name, value in exchange.headers.items():
        headers.append((name.lower().encode(), value.encode()))
    return headers
