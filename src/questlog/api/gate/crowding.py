"""Who comes when too many wait already is answered 503 at once, so that those who wait are answered in time (L-05)."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from questlog.api.gate.connections import PLACE
from questlog.api.problems import problem
from questlog.core.crowd import Crowd, Place, place_of_request

ALWAYS: Final = ("/health", "/ready", "/metrics")
"""What watches over the server is answered also when it is crowded; `/health/db` asks the database, and counts."""
RETRY_AFTER_S: Final = 2
SENTENCE: Final = "More people ask than can be answered now. Try again soon."


class Crowding:
    """Counts requests from the moment their body is there to the beginning of their answer.

    A body that trickles in, a stream that was begun and a socket take no place.
    """

    def __init__(self, app: ASGIApp, *, crowd: Crowd) -> None:
        self.app, self.crowd = app, crowd

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_always_answered(scope["path"]):
            await self.app(scope, receive, send)
            return
        given: Place | None = scope.get("state", {}).get(PLACE)
        if given is None and self.crowd.is_full:
            answer = problem(503, "crowded", SENTENCE)
            answer.headers["Retry-After"] = str(RETRY_AFTER_S)
            await answer(scope, receive, send)
            return
        place = given or Place(self.crowd)
        place_of_request.set(place)

        async def heard() -> Message:
            place.leave()
            message = await receive()
            place.take()
            return message

        async def told(message: Message) -> None:
            place.leave(for_good=True)
            await send(message)

        place.take()
        try:
            await self.app(scope, heard, told)
        finally:
            place.leave(for_good=True)


def is_always_answered(path: str) -> bool:
    return path.removeprefix("/api").removeprefix("/v1") in ALWAYS
