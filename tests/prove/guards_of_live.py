"""The guards that stand around those who stay connected."""

from tests.prove.guard import Guard

LIVE = (
    Guard(
        "who was signed out hears no more",
        "api/live.py",
        "            await visitor.stay.recheck()\n            await visitor.send(message)",
        "            await visitor.send(message)",
        'tests/api/test_staying.py -k "s123_who_is_signed_out and sqlite"',
    ),
    Guard(
        "a page of somebody else's opens no socket",
        "api/gate/socket_edge.py",
        'return origin.lower() != scheme + headers.get(b"host", b"").lower()',
        "return False",
        'tests/api/test_sockets.py -k "s119_a_page_of_somebody and sqlite"',
    ),
    Guard(
        "a ticket is used up",
        "identity/socket_tickets.py",
        "            delete(TICKETS)\n            .where(columns.digest == digest(ticket), columns.expires_at > clock.now())\n            .returning(columns.user_id, columns.credential)",
        "            TICKETS.select().where(columns.digest == digest(ticket))",
        'tests/api/test_socket_tickets.py -k "s118_a_ticket_opens_one and sqlite"',
    ),
    Guard(
        "what the log has no more is said to be missing",
        "automation/live.py",
        "if not rows or rows[0].seq != self.seq + 1:",
        "if not rows:",
        'tests/api/test_live.py -k "no_more_is_said and sqlite"',
    ),
    Guard(
        "who never reads is hung up on",
        "api/sockets/line.py",
        "async with asyncio.timeout(SEND_WITHIN_S):\n                await self.websocket.send_text(text)",
        "async with asyncio.timeout(3600):\n                await self.websocket.send_text(text)",
        'tests/api/test_talking.py -k "s121_who_never_reads and sqlite"',
    ),
)
