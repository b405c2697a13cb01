"""A real SMTP server for tests that keeps what it takes, and fails as it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

Moment = Literal["CONNECT", "MAIL", "RCPT", "DATA"]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one message.

    `reply` is said instead of taking it, at the moment `at`; `seconds` pass before; `drop` cuts the connection in
    the middle of the message's text.
    """

    reply: str | None = None
    at: Moment = "DATA"
    seconds: float = 0
    drop: bool = False


def temporary(reply: str = "451 4.3.0 Try again later", *, at: Moment = "DATA") -> Fault:
    return Fault(reply, at)


def permanent(reply: str = "550 5.1.1 No such user", *, at: Moment = "RCPT") -> Fault:
    return Fault(reply, at)


def slow(seconds: float, *, at: Moment = "DATA") -> Fault:
    return Fault(at=at, seconds=seconds)


def dropped() -> Fault:
    return Fault(drop=True)


@dataclass
class SmtpServer:
    """`messages` holds what was taken, in order. `faults` meet the next messages, one each, in order."""

    host: str = "127.0.0.1"
    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _listener: asyncio.Server | None = None
    _open: set[asyncio.BaseTransport] = field(default_factory=set)

    async def listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Faulty(self, loop), self.host, self.port)
        self.port = self._listener.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Close the port: from now on connections are refused, until `listen` is called again."""
        if self._listener:
            self._listener.close()
        for transport in tuple(self._open):
            transport.abort()  # type: ignore[attr-defined]  # every socket transport has it
        # `wait_closed` would also wait for the protocols; their connections are gone one turn later.
        await asyncio.sleep(0)

    async def message(self, number: int, *, within: float = 5) -> EmailMessage:
        """Wait for the message with this number, counted from 1."""
        async with asyncio.timeout(within):
            while len(self.messages) < number:  # noqa: ASYNC110 - filled by a callback
                await asyncio.sleep(0.005)
        return self.messages[number - 1]


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[SmtpServer]:
    smtp = SmtpServer()
    await smtp.listen()
    try:
        yield smtp
    finally:
        await smtp.refuse()


class _Faulty(SMTP):
    def __init__(self, owner: SmtpServer, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(_Handler(owner), hostname="mail.test", enable_SMTPUTF8=True, loop=loop)
        self._owner = owner
        self._line: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._line = transport
        self._owner._open.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._owner._open.discard(self._line)
        super().connection_lost(error)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        faults = self._owner.faults
        if faults and faults[0].drop:
            faults.pop(0)
            await self.push("354 End data with <CR><LF>.<CR><LF>")
            await self._reader.readline()
            self.transport.abort()  # type: ignore[union-attr]
            return
        await super().smtp_DATA(arg)


class _Handler:
    def __init__(self, owner: SmtpServer) -> None:
        self._owner = owner

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._fault("MAIL")
        if reply is None:
            envelope.mail_from = address
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._fault("RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        reply = await self._fault("DATA")
        if reply is None:
            content: Any = envelope.content
            self._owner.messages.append(
                message_from_bytes(content, _class=EmailMessage, policy=policy.default)
            )
            self._owner.recipients.append(list(envelope.rcpt_tos))
        return reply or "250 OK"

    async def _fault(self, moment: Moment) -> str | None:
        """Let the next fault happen if this is its moment; return the refusal, if it is one."""
        faults = self._owner.faults
        if not faults or faults[0].drop or faults[0].at != moment:
            return None
        fault = faults.pop(0)
        await asyncio.sleep(fault.seconds)
        return fault.reply
