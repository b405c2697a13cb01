"""The room every socket goes through: walls first, then who it is, then a seat; and a clear word at the end.

A handshake that no program of a user's would make is answered with HTTP. Whoever is not let in is let connect and then
shown out with a number, because a browser tells a page nothing of a refused handshake.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from questlog.api import scopes
from questlog.api.aliases import API
from questlog.api.gate.exchange import Exchange, current
from questlog.api.gate.request_limits import RequestLimits
from questlog.api.problems import about, problem
from questlog.api.sockets import credentials
from questlog.api.sockets.closes import TROUBLES, Close, ClosingError, meaning, of_error
from questlog.api.sockets.line import BadMessageError, Line
from questlog.api.sockets.seats import Seats
from questlog.api.sockets.stay import Stay
from questlog.core.exceptions import AuthenticationError, BadRequestError, QuestlogError
from questlog.core.translations import translated
from questlog.identity.clues import network_of

log = structlog.get_logger(__name__)

SOCKETS_EACH = 5
STRANGERS_EACH = 20


def flat_error(words: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "error", **words}


@dataclass(frozen=True)
class Rules:
    """One kind of socket. `route` decides what a key needs; `query` is what its address may carry besides.

    `as_error` is the form in which it tells of an error.
    """

    kind: str
    route: str
    most_a_minute: int
    query: Mapping[str, re.Pattern[str]]
    as_error: Callable[[Mapping[str, Any]], Mapping[str, Any]] = flat_error


@dataclass
class Visitor:
    """Somebody who was let in. `first` is the message they said who they are with, or empty."""

    line: Line
    stay: Stay
    query: Mapping[str, str]
    first: Mapping[str, Any]
    rules: Rules

    async def receive(self) -> dict[str, Any]:
        """Return the next message; one that is none is answered here. Raises what ends a socket."""
        while True:
            try:
                return await self.line.receive()
            except BadMessageError as error:
                await self.refuse(error.code, error.detail)

    async def send(self, message: Mapping[str, Any]) -> None:
        await self.line.send(message)

    async def refuse(self, code: str, detail: str) -> None:
        """Say that a message cannot be followed; the socket goes on."""
        told = translated(detail, current.get().locale)
        await self.line.send(self.rules.as_error({"code": code, "detail": told}))


class Seating:
    """Who sits where in this process: `strangers` have not said who they are."""

    def __init__(self) -> None:
        self.strangers = Seats(STRANGERS_EACH)
        self._of_kind: dict[str, Seats] = {}

    def of(self, kind: str) -> Seats:
        return self._of_kind.setdefault(kind, Seats(SOCKETS_EACH))

    def taken(self) -> dict[str, int]:
        return {kind: len(seats) for kind, seats in self._of_kind.items()}


type Talk = Callable[[Visitor], Awaitable[None]]


async def receive(websocket: WebSocket, rules: Rules, talk: Talk) -> None:
    """Let a socket in and talk with it until one of the two has had enough."""
    exchange = current.get()
    exchange.route = API + rules.route
    try:
        query = _query(websocket, rules)
        shown = _shown(websocket)
    except BadRequestError as error:
        await _deny(websocket, error)
        return
    try:
        await websocket.accept(credentials.offered(websocket))
    except OSError:
        return  # gone before it was let in
    line = Line(websocket, most_a_minute=rules.most_a_minute)
    try:
        await _host(line, rules, query, shown, talk)
        await line.close(Close.DONE, "")
    except WebSocketDisconnect:
        return
    except ClosingError as end:
        exchange.error_code = end.reason
        await line.close(end.code, end.reason)
    except TROUBLES as error:
        await _show_out(line, rules, meaning(error))


async def _host(line: Line, rules: Rules, query: Mapping[str, str], shown: Any, talk: Talk) -> None:
    visitor = await _admit(line, rules, query, shown)
    seats: Seating = line.websocket.app.state.seating
    with seats.of(rules.kind).take(visitor.stay.principal.user_id):
        await talk(visitor)


async def _admit(line: Line, rules: Rules, query: Mapping[str, str], shown: Any) -> Visitor:
    """Say who it is, after counting the handshake as a request. Raises what ends a socket."""
    state, exchange = line.websocket.app.state, current.get()
    first: Mapping[str, Any] = {}
    try:
        if isinstance(shown, QuestlogError):
            raise shown
        if shown is None:
            await _count(state.limits, exchange)  # who says nothing costs something, too
            with state.seating.strangers.take(network_of(exchange.address)):
                shown, first = await _first(line)
        standing = await credentials.standing(state.database, *shown)
        found = await standing.check(state.front_desk, state.database)
    except QuestlogError:
        await _count(state.limits, exchange)
        raise
    exchange.principal, exchange.locale = found, found.locale
    await _count(state.limits, exchange)
    scopes.check(found, "GET", rules.route)
    return Visitor(line, Stay(state, standing, found, rules.route), query, first, rules)


async def _first(line: Line) -> tuple[tuple[str, str], Mapping[str, Any]]:
    try:
        return await credentials.shown_first(line)
    except BadMessageError as error:
        raise ClosingError(Close.SIGN_IN, error.code) from None


async def _count(limits: RequestLimits | None, exchange: Exchange) -> None:
    if limits is not None:
        await limits.count(exchange)


def _shown(websocket: WebSocket) -> Any:
    """Return what the handshake shows, or the error that it is, which is told once the socket is open."""
    try:
        return credentials.shown_at_once(websocket)
    except AuthenticationError as error:
        return error


class OddQueryError(BadRequestError):
    code = "odd_query"
    default_message = "The address has a query this socket does not know, or one of a wrong form."


def _query(websocket: WebSocket, rules: Rules) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in websocket.query_params.multi_items():
        pattern = rules.query.get(name)
        if pattern is None or name in found or not pattern.fullmatch(value):
            raise OddQueryError()
        found[name] = value
    return found


async def _deny(websocket: WebSocket, error: QuestlogError) -> None:
    told = about(error, current.get().locale)
    answer = problem(HTTPStatus.BAD_REQUEST, error.code, told["detail"])
    await websocket.send_denial_response(answer)


async def _show_out(line: Line, rules: Rules, error: QuestlogError) -> None:
    """Say why in words, then close with the number of it."""
    exchange = current.get()
    exchange.error_code = error.code
    await line.websocket.app.state.denials.tell(exchange, error)
    told = about(error, exchange.locale)
    words = {name: told[name] for name in ("code", "detail", "details")}
    retry = error.headers.get("Retry-After")
    if retry is not None:
        words["retry_after"] = int(retry)
    try:
        await line.send(rules.as_error(words))
    except (ClosingError, WebSocketDisconnect):
        log.debug("socket_gone", code=error.code)
    await line.close(of_error(error), error.code)
