"""WebSockets with an end: uvicorn's own wait for ever for a peer that does not read (S-121, F-30)."""

import asyncio

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from questlog.api.gate.connections import HANG_UP

FAREWELL_S = 1.0
DENIED = "websocket.http.response.body"
UNREAD_BYTES = 256 * 1024


class BoundedSockets(WebSocketsSansIOProtocol):
    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["state"][HANG_UP] = self.hang_up

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == DENIED and not message.get("more_body", False):
            self.handshake_complete = True  # uvicorn would complain that it never was

    def handle_ping(self) -> None:
        """Answer; but not for ever to somebody who asks and does not read the answers."""
        super().handle_ping()
        if self.transport.get_write_buffer_size() > UNREAD_BYTES:
            self.transport.abort()

    def shutdown(self) -> None:
        super().shutdown()
        self._abort_soon()

    def hang_up(self, code: int) -> None:
        """Say goodbye to a peer that may not be reading, and do not wait for it."""
        if not self.close_sent and not self.transport.is_closing():
            self.conn.send_close(code)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.transport.close()
        self._abort_soon()

    def _abort_soon(self) -> None:
        loop: asyncio.AbstractEventLoop = self.loop
        loop.call_later(FAREWELL_S, self.transport.abort)
