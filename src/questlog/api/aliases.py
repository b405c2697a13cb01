"""The other addresses the source documents print, rewritten to the one place where each route lives.

`/api/v1/…` is the API. `/api/…` means its newest version; `/api/{user id}/tasks…` is that user's tasks (document 001);
the bare prefixes of document 000 answer everyone who does not ask for a page.
"""

import re
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

API = "/api/v1"
BARE_PREFIXES = ("auth", "tasks", "projects", "goals", "stats", "ai")
AT_THE_ROOT_TOO = ("/health", "/health/db", "/ready", "/metrics", "/mcp", "/ws/agent", "/ws/events")
VERSION = re.compile(r"v\d+")


class Aliases:
    """One rewriting step in front of the router. `resources` are the first segments the router knows."""

    def __init__(self, app: ASGIApp, *, resources: Iterable[str]) -> None:
        self.app = app
        self.resources = frozenset(resources)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not scope["path"].startswith(API + "/"):
            path = self.canonical(scope["path"], wants_page=_wants_page(scope))
            if path is not None:
                scope = dict(scope) | {"path": path, "raw_path": path.encode()}
        await self.app(scope, receive, send)

    def canonical(self, path: str, *, wants_page: bool) -> str | None:
        """Return the address `path` stands for, or None if it stands for itself."""
        if path in AT_THE_ROOT_TOO:
            return API + path
        root, *segments = path.split("/")
        if root or not segments:
            return None  # `OPTIONS *` asks about no address
        if segments[0] == "api":
            return self._below_api(segments[1:])
        if segments[0] in BARE_PREFIXES and not wants_page:
            return API + path
        return None

    def _below_api(self, segments: list[str]) -> str | None:
        if not segments or not segments[0] or VERSION.fullmatch(segments[0]):
            return None
        if segments[0] in self.resources:
            return "/".join((API, *segments))
        if len(segments) > 1 and segments[1] == "tasks":
            return "/".join((API, "users", *segments))
        return None


def _wants_page(scope: Scope) -> bool:
    accept = dict(scope["headers"]).get(b"accept", b"")
    return bool(b"text/html" in accept)
