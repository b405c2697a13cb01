"""Asking the system for the addresses of a name, without letting slow names hold anything up.

The system's resolver blocks and cannot be called off. Each question therefore has a thread of its own that nobody waits
for at the end, the same name is asked for once at a time, and there is a bound to how many are asked for at once.
"""

import asyncio
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address

from questlog.clients.addresses import Ip

MOST_AT_ONCE = 128

type _Asked = asyncio.Future[list[Ip]]

_under_way: dict[tuple[asyncio.AbstractEventLoop, str], _Asked] = {}
_free = threading.BoundedSemaphore(MOST_AT_ONCE)


class LookupFailedError(Exception):
    """The name has no address, or nobody is free to ask for it."""


async def addresses_of(name: str) -> list[Ip]:
    """Return the addresses of `name` in the order to try them. Raises `LookupFailedError`."""
    key = (asyncio.get_running_loop(), name)
    asked = _under_way.get(key)
    if asked is None:
        asked = _under_way[key] = _ask(name)
        asked.add_done_callback(lambda _: _under_way.pop(key, None))
    return await asyncio.shield(asked)


def _ask(name: str) -> _Asked:
    loop = asyncio.get_running_loop()
    asked: _Asked = loop.create_future()
    asked.add_done_callback(lambda done: done.cancelled() or done.exception())
    if not _free.acquire(blocking=False):
        asked.set_exception(LookupFailedError("too many names at once"))
        return asked

    def answer() -> None:
        try:
            found, error = _resolve(name), None
        except (OSError, ValueError) as failed:
            found, error = [], LookupFailedError(str(failed))
        finally:
            _free.release()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, asked, found, error)

    try:
        threading.Thread(target=answer, name="lookup", daemon=True).start()
    except RuntimeError:
        _free.release()
        asked.set_exception(LookupFailedError("no thread to ask with"))
    return asked


def _resolve(name: str) -> list[Ip]:
    """Ask the system. Raises `OSError`, or `ValueError` for a name it cannot spell."""
    infos = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(info[4][0]) for info in infos))


def _settle(asked: _Asked, found: list[Ip], error: LookupFailedError | None) -> None:
    if asked.done():
        return
    if error is not None or not found:
        asked.set_exception(error or LookupFailedError("no address"))
    else:
        asked.set_result(found)
