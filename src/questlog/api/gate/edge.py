"""The outermost layer: names the request, times it, logs it, and dresses the answer.

Pure ASGI, because a layer that wraps requests in tasks breaks cancellation and costs as much as a route.
"""

import re
import time
from typing import Any

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questlog.api.gate.exchange import Exchange, current
from questlog.api.gate.proxies import Proxies
from questlog.api.metrics import Metrics
from questlog.api.problems import problem
from questlog.core.caller import asked_by
from questlog.core.ids import new_id

log = structlog.get_logger(__name__)

REQUEST_ID = re.compile(rb"[A-Za-z0-9._:/+=-]{1,128}")
SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
)
API_POLICY = "default-src 'none'; frame-ancestors 'none'"
FAILED = "Something went wrong on our side. It has been logged under this request id."


class Edge:
    def __init__(
        self, app: ASGIApp, *, state: Any, proxies: Proxies, metrics: Metrics | None
    ) -> None:
        self.app, self.state, self.proxies, self.metrics = app, state, proxies, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        exchange = Exchange(
            request_id=_request_id(headers),
            address=self.proxies.address_of(scope, headers),
            method=scope["method"],
            path=scope["path"],
            database=self.state.database,
            user_agent=_agent(headers),
            locale=_language(headers),
        )
        secure = self.proxies.is_secure(scope, headers)
        current.set(exchange)
        asked_by.set(exchange.caller)
        began = time.perf_counter()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), exchange, secure=secure)
            await send(message)

        try:
            await self.app(scope, receive, dressed)
        except Exception:
            log.exception("unhandled_error", request_id=exchange.request_id, path=exchange.path)
            if status == 0:
                await problem(500, "internal_error", FAILED)(scope, receive, dressed)
        finally:
            self._tell(exchange, status, time.perf_counter() - began)

    def _tell(self, exchange: Exchange, status: int, seconds: float) -> None:
        if self.metrics is not None:
            self.metrics.observe(exchange.method, exchange.route or "other", status, seconds)
        log.info(
            "request",
            request_id=exchange.request_id,
            method=exchange.method,
            path=exchange.path,
            status=status,
            ms=round(seconds * 1000, 1),
            user=str(exchange.principal.user_id) if exchange.principal else None,
            address=exchange.address,
            code=exchange.error_code,
        )


def _request_id(headers: dict[bytes, bytes]) -> str:
    given = headers.get(b"x-request-id", b"")
    return given.decode() if REQUEST_ID.fullmatch(given) else str(new_id())


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


def _dress(headers: MutableHeaders, exchange: Exchange, *, secure: bool) -> None:
    headers["X-Request-ID"] = exchange.request_id
    for name, value in SECURITY_HEADERS:
        headers[name] = value
    if "content-security-policy" not in headers:
        headers["Content-Security-Policy"] = API_POLICY
    if "cache-control" not in headers:
        headers["Cache-Control"] = (
            "no-store" if exchange.route or exchange.error_code else "no-cache"
        )
    if secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    for name, value in exchange.headers.items():
        headers[name] = value
