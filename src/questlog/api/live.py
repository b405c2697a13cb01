"""Live updates over a WebSocket: what happens in an account, as it happens, and what was missed while away."""

import re
from typing import Any, Final

from fastapi import WebSocket

from questlog.api.deps import CurrentUser, Writer
from questlog.api.routing import HouseRouter
from questlog.api.sockets import room
from questlog.api.sockets.race import race
from questlog.api.sockets.room import Rules, Visitor
from questlog.automation.live import Listener, News, Tail
from questlog.core.exceptions import ValidationError
from questlog.identity import socket_tickets
from questlog.identity.schemas import SocketTicketResponse
from questlog.identity.socket_tickets import IssuedTicket

router = HouseRouter(prefix="/ws", tags=["events"])

# What happens to a sign-in elsewhere is seen after this at the latest (S-032).
RECHECK_S = 3.0
MOST_A_MINUTE = 60
LARGEST_SEQ = 2**63 - 1
RULES: Final = Rules("events", "/ws/events", MOST_A_MINUTE, {"since": re.compile(r"[0-9]{1,18}")})


class OddSinceError(ValidationError):
    code = "odd_since"
    default_message = "`since` is the number of an event: the `seq` you were told last."


@router.post("/tickets", status_code=201, response_model=SocketTicketResponse)
async def create_socket_ticket(me: CurrentUser, session: Writer) -> IssuedTicket:
    """Get a ticket that opens one WebSocket within a minute.

    A browser cannot send `Authorization` with a WebSocket: it offers the subprotocols `questlog.v1` and
    `ticket.<ticket>` instead. What the ticket opened ends with the sign-in it was asked for with.
    """
    return await socket_tickets.issue(session, me)


@router.websocket("/events")
async def follow_events(websocket: WebSocket) -> None:
    await room.receive(websocket, RULES, _follow)


async def _follow(visitor: Visitor) -> None:
    tail: Tail = visitor.line.websocket.app.state.tail
    with tail.listen(visitor.stay.principal.user_id) as listener:
        await _greet(visitor, listener)
        await race(_tell(visitor, listener), _listen(visitor))


async def _greet(visitor: Visitor, listener: Listener) -> None:
    news = await listener.begin(_since(visitor))
    await visitor.send({"type": "hello", "seq": news.seq})
    if news.is_gap:
        await visitor.send(reset(news))


async def _tell(visitor: Visitor, listener: Listener) -> None:
    while True:
        news = await listener.next(RECHECK_S)
        if news is None or news.is_gap:
            await visitor.stay.recheck()
        if news is None:
            continue
        if news.is_gap:
            await visitor.send(reset(news))
        for message in news.messages:
            await visitor.stay.recheck()
            await visitor.send(message)


async def _listen(visitor: Visitor) -> None:
    while True:
        message = await visitor.receive()
        if message.get("type") == "ping":
            await visitor.send({"type": "pong"})
        else:
            await visitor.refuse("unknown_message", "This socket understands `ping` only.")


def _since(visitor: Visitor) -> int | None:
    """Return where the listener is by its own word: in the address, or in the message it said who it is with."""
    if "since" in visitor.query:
        return int(visitor.query["since"])
    said = visitor.first.get("since")
    if said is not None and not (type(said) is int and 0 <= said <= LARGEST_SEQ):
        raise OddSinceError()
    return said


def reset(news: News) -> dict[str, Any]:
    """Say that events before `seq` cannot be told (any more): what the listener holds is read anew, by sync."""
    return {"type": "reset", "seq": news.seq}
