"""What a socket shows to be let in: a header, a subprotocol, or its first message. Never its address (S-118)."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import WebSocket

from questlog.api.sockets.line import Line
from questlog.core.db import Database
from questlog.core.exceptions import AuthenticationError, BadRequestError
from questlog.identity import key_text, socket_tickets
from questlog.identity.key_presence import MistypedApiKeyError
from questlog.identity.socket_tickets import InvalidSocketTicketError
from questlog.identity.standing import Standing, WithToken

PROTOCOL = "questlog.v1"
"""The subprotocol that is spoken, and the one that is answered: what else is offered may be a secret."""
TICKET, BEARER = "ticket.", "bearer."
SHOW_WITHIN_S = 5.0
LONGEST = 8192


class TwoCredentialsError(BadRequestError):
    code = "credentials_twice"
    default_message = (
        "Show who you are once: in a header, as a subprotocol, or in the first message."
    )


class NothingShownError(AuthenticationError):
    default_message = "Say who you are within five seconds: send {example}."


def offered(websocket: WebSocket) -> str | None:
    """Return the subprotocol to answer."""
    return PROTOCOL if PROTOCOL in websocket.scope.get("subprotocols", ()) else None


def shown_at_once(websocket: WebSocket) -> tuple[str, str] | None:
    """Return what the handshake shows, as its kind and text. Raises TwoCredentialsError, AuthenticationError."""
    shown = [*_in_headers(websocket), *_in_protocols(websocket.scope.get("subprotocols", ()))]
    if len(shown) > 1:
        raise TwoCredentialsError()
    return shown[0] if shown else None


async def shown_first(line: Line) -> tuple[tuple[str, str], dict[str, Any]]:
    """Wait for the first message and return what it shows, and the message. Raises AuthenticationError, what `receive` raises."""
    refusal = NothingShownError(details={"example": '{"type": "auth", "ticket": "…"}'})
    try:
        async with asyncio.timeout(SHOW_WITHIN_S):
            message = await line.receive()
    except TimeoutError:
        raise refusal from None
    given = [(kind, message[kind]) for kind in ("ticket", "token") if kind in message]
    if message.get("type") != "auth" or len(given) != 1 or not isinstance(given[0][1], str):
        raise refusal
    return given[0], message


async def standing(database: Database, kind: str, text: str) -> Standing:
    """Return what lets this peer stay; a ticket is used up by it. Raises AuthenticationError."""
    if kind == "token":
        return WithToken(text[:LONGEST])
    found = None
    if len(text) <= socket_tickets.LONGEST:
        found = await database.write(socket_tickets.redeem, text)
    if found is None:
        raise InvalidSocketTicketError()
    return found


def _in_headers(websocket: WebSocket) -> Iterator[tuple[str, str]]:
    authorization = websocket.headers.get("authorization")
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise AuthenticationError()
        yield "token", token.strip()
    key = websocket.headers.get("x-api-key")
    if key is not None:
        if not key_text.looks_like_one(key):
            raise MistypedApiKeyError()
        yield "token", key


def _in_protocols(protocols: Sequence[str]) -> Iterator[tuple[str, str]]:
    for protocol in protocols:
        if protocol.startswith(TICKET):
            yield "ticket", protocol.removeprefix(TICKET)
        elif protocol.startswith(BEARER):
            yield "token", protocol.removeprefix(BEARER)
