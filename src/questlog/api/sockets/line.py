"""One open socket with limits on both sides: how large and how frequent what comes is, and how long what goes may take."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import WebSocket
from pydantic_core import to_json
from starlette.websockets import WebSocketDisconnect

from questlog.api.gate import json_body
from questlog.api.gate.connections import HANG_UP
from questlog.api.gate.json_body import HostileBodyError
from questlog.api.sockets.closes import Close, ClosingError
from questlog.core.exceptions import TooManyRequestsError

LONGEST = 64 * 1024
SEND_WITHIN_S = 10.0
MINUTE_S = 60.0


class BadMessageError(Exception):
    """What came is no JSON object; the socket may go on."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(detail)


class TooManyMessagesError(TooManyRequestsError):
    code = "too_many_messages"
    default_message = "Too many messages. Wait a little."


class Line:
    """`most_a_minute` bounds what the peer may say."""

    def __init__(self, websocket: WebSocket, *, most_a_minute: int) -> None:
        self.websocket = websocket
        self._came: deque[float] = deque(maxlen=most_a_minute)

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send one JSON text. Raises ClosingError (4408) for a peer that does not read, WebSocketDisconnect for none."""
        text = to_json(message).decode()
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self.websocket.send_text(text)
        except TimeoutError:
            raise ClosingError(Close.TOO_SLOW, "too_slow") from None

    async def receive(self) -> dict[str, Any]:
        """Return the next JSON object.

        Raises WebSocketDisconnect, BadMessageError, ClosingError, TooManyMessagesError.
        """
        frame = await self.websocket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame["code"], frame.get("reason"))
        self._count()
        text = frame.get("text")
        if text is None:
            raise ClosingError(Close.NOT_TEXT, "not_text")
        body = text.encode("utf-8", "replace")
        if len(body) > LONGEST:
            raise ClosingError(Close.TOO_LARGE, "too_large")
        return _object(body)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; a peer that does not even take that is hung up on."""
        if code == Close.TOO_SLOW:
            self._hang_up(code)
            return
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                await self.websocket.close(code, reason)
        except TimeoutError:
            self._hang_up(code)
        except (WebSocketDisconnect, RuntimeError):
            return  # it was gone already

    def _hang_up(self, code: int) -> None:
        hang_up: Callable[[int], None] | None = self.websocket.scope.get("state", {}).get(HANG_UP)
        if hang_up is not None:
            hang_up(code)

    def _count(self) -> None:
        now = time.monotonic()
        if len(self._came) == self._came.maxlen and now - self._came[0] < MINUTE_S:
            raise TooManyMessagesError(retry_after=int(MINUTE_S - (now - self._came[0])) + 1)
        self._came.append(now)


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json_body.parse(body)
    except json.JSONDecodeError:
        raise BadMessageError("malformed_json", "The message is not valid JSON.") from None
    except HostileBodyError as error:
        raise BadMessageError(error.code, str(error.detail)) from None
    if not isinstance(value, dict):
        raise BadMessageError("not_an_object", "The message is no JSON object.")
    return value
