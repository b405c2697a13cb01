"""Whose pages may read our answers: an exact list of origins (S-113), spoken as the Fetch standard speaks it."""

import re
from collections.abc import Sequence

from starlette.responses import Response

from questlog.api.gate.proxies import Headers
from questlog.api.problems import problem

type RawHeaders = list[tuple[bytes, bytes]]
METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
EXPOSED = (
    b"ETag, Event-Id, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
    b"X-Request-ID"
)
HEADER_NAMES = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,2000}")
REMEMBERED_S = 600
VARIES = b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"


class Origins:
    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = frozenset(origin.encode() for origin in allowed)

    def headers_for(self, origin: bytes | None) -> RawHeaders:
        """Return what an answer says to the page that asked; `Vary` always, for caches on the way."""
        if not self.allowed:
            return []
        if origin not in self.allowed:
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", EXPOSED),
        ]

    def preflight(self, method: str, headers: Headers) -> Response | None:
        """Answer a browser that asks whether it may ask; None for every other request."""
        asked = headers.get(b"access-control-request-method")
        origin = headers.get(b"origin")
        if method != "OPTIONS" or not self.allowed or asked is None or origin is None:
            return None
        if origin not in self.allowed:
            return problem(400, "origin_not_allowed", "Pages of this origin may not call this API.")
        names = headers.get(b"access-control-request-headers", b"")
        allowed = {"Access-Control-Allow-Headers": names.decode()}
        return Response(
            headers={
                "Access-Control-Allow-Methods": METHODS,
                "Access-Control-Max-Age": str(REMEMBERED_S),
                "Vary": VARIES.decode(),
            }
            | (allowed if HEADER_NAMES.fullmatch(names) else {})
        )
