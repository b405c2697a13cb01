"""The door of `/mcp`: who it is, and whether what they say can be read in one way only; the rest is `mcp_server.py`'s.

Clients learn from the metadata beside it (RFC 9728) what to show: any API key, or an access token. Which tools there are
is for the scopes of the key to say, and `agent:act` among them that nobody is asked before they change something.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from questlog.api import deps
from questlog.api.aliases import API
from questlog.api.gate import json_body
from questlog.api.gate.exchange import current
from questlog.api.gate.json_body import HostileBodyError
from questlog.api.gate.origins import Origins
from questlog.api.gate.socket_edge import is_foreign
from questlog.api.problems import problem
from questlog.coach.tools import TOOLS
from questlog.core.config import Settings
from questlog.core.exceptions import AuthenticationError, AuthorizationError
from questlog.identity.scopes import Scope as KeyScope

if TYPE_CHECKING:
    from questlog.api.mcp_server import McpServer
    from questlog.identity.principals import Principal

PATH = API + "/mcp"
RESOURCE = "/mcp"
METADATA = "/.well-known/oauth-protected-resource"
SERVER = "questlog.api.mcp_server"
PRINCIPAL = "questlog.principal"
router = APIRouter(include_in_schema=False)


class Door:
    """Lets in whom `/mcp` is for. The server behind it is made when the first of them has come."""

    def __init__(self, settings: Settings) -> None:
        http = settings.http
        self._origins = Origins(http.cors_origins).allowed
        self._challenge = f'resource_metadata="{http.base_url}{METADATA}{RESOURCE}"'
        self._longest = http.max_body_bytes
        self._server: McpServer | None = None
        self._opening = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        current.get().route = PATH
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        request = Request(scope, receive)
        me = await self._principal(request)
        body = await request.body()
        ambiguous = _ambiguous(body)
        if ambiguous is not None:
            await ambiguous(scope, receive, send)
            return
        server = await self._opened(request)
        await server.answer({**scope, PRINCIPAL: me}, _once_more(body, receive), send)

    def _refusal(self, scope: Scope) -> Response | None:
        if is_foreign(scope, dict(scope["headers"]), self._origins):
            detail = "Pages of this origin may not call this API."
            return problem(HTTPStatus.FORBIDDEN, "origin_not_allowed", detail)
        if scope["method"] != "POST":
            detail = "This address does not understand this method."
            return problem(405, "method_not_allowed", detail, headers={"Allow": "POST"})
        return None

    async def _principal(self, request: Request) -> Principal:
        """Raises AuthenticationError and AuthorizationError, with where to read on (RFC 9728 § 5.1)."""
        try:
            return await deps.principal(request, await deps.bearer(request))
        except (AuthenticationError, AuthorizationError) as error:
            given = error.headers.get("WWW-Authenticate", "Bearer")
            separator = ", " if " " in given else " "
            error.headers["WWW-Authenticate"] = f"{given}{separator}{self._challenge}"
            raise

    async def _opened(self, request: Request) -> McpServer:
        async with self._opening:
            if self._server is None:
                module: Any = await asyncio.to_thread(importlib.import_module, SERVER)
                database = request.app.state.database
                self._server = module.McpServer(database, longest=self._longest)
            return self._server


def _ambiguous(body: bytes) -> Response | None:
    """Return the refusal of what two readers could read differently; what is no JSON is the protocol's to refuse."""
    try:
        json_body.parse(body)
    except json.JSONDecodeError:
        return None
    except HostileBodyError as error:
        return problem(error.status_code, error.code, str(error.detail))
    return None


def _once_more(body: bytes, receive: Receive) -> Receive:
    """Return a way to hear a body that was heard already, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def hear() -> Message:
        return waiting.pop() if waiting else await receive()

    return hear


@router.get(METADATA)
@router.get(METADATA + RESOURCE)
async def describe_mcp(request: Request) -> dict[str, Any]:
    """Describe `/mcp` as a protected resource (RFC 9728).

    Authorization servers are the issuers this server trusts; where it trusts none, keys are made by hand.
    """
    settings: Settings = request.app.state.settings
    trusted = [issuer.issuer for issuer in settings.issuers.trusted]
    known = [*trusted, settings.issuers.better_auth_issuer]
    issuers = [one for one in known if one is not None and one.startswith("http")]
    needs = frozenset[str]().union(*(tool.needs for tool in TOOLS.values()))
    return {
        "resource": settings.http.base_url + RESOURCE,
        "resource_name": "Questlog",
        "bearer_methods_supported": ["header"],
        "scopes_supported": sorted({KeyScope.AGENT_ACT, *needs}),
        **({"authorization_servers": issuers} if issuers else {}),
    }


def route(settings: Settings) -> Route:
    return Route(PATH, Door(settings), methods=None, include_in_schema=False)
