"""Letting in all who stand at the door, at each turn of the event loop.

libuv lets in one a turn, and under load a turn is a tenth of a second: whoever came hundredth waited ten seconds before
anybody could tell him that the server is crowded (L-05).
"""

import asyncio
import socket
from collections.abc import Callable, Iterable

AT_ONCE = 256
PAUSE_S = 1.0


class Door:
    """Accepts beside the event loop's own server, from copies of its sockets, until it is closed."""

    def __init__(
        self, sockets: Iterable[socket.socket], make: Callable[[], asyncio.Protocol]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._make = make
        self._welcomes: set[asyncio.Task[object]] = set()
        self._copies = [bound.dup() for bound in sockets]
        for copy in self._copies:
            copy.setblocking(False)
            self._open(copy)

    def close(self) -> None:
        copies, self._copies = self._copies, []
        for copy in copies:
            self._loop.remove_reader(copy)
            copy.close()

    def _open(self, copy: socket.socket) -> None:
        if copy in self._copies:
            self._loop.add_reader(copy, self._accept, copy)

    def _accept(self, copy: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                peer, _address = copy.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:  # no file left: the loop's own server refuses meanwhile
                self._loop.remove_reader(copy)
                self._loop.call_later(PAUSE_S, self._open, copy)
                return
            peer.setblocking(False)
            welcome = self._loop.create_task(self._loop.connect_accepted_socket(self._make, peer))
            self._welcomes.add(welcome)
            welcome.add_done_callback(self._welcomed)

    def _welcomed(self, welcome: asyncio.Task[object]) -> None:
        self._welcomes.discard(welcome)
        if not welcome.cancelled():
            welcome.exception()  # a peer that has gone again is nobody's error
