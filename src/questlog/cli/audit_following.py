"""`questlog audit --follow`: what happens, as it happens."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from questlog.automation.audit_log import AuditFilter
from questlog.cli import audit_lines
from questlog.core.db import Database

POLL_S = 1.0
# A line is dated when it is written and seen when it is committed, by clocks of several machines.
LATE = timedelta(minutes=1)
MOST = 100_000

type Line = dict[str, Any]
type Show = Callable[[Sequence[Line], Mapping[UUID, str]], None]


async def follow(database: Database, wanted: AuditFilter, limit: int, show: Show) -> None:
    """Show the last lines, the oldest first, then each that comes; for ever.

    One that is committed up to a minute after it was written is not missed, and none is shown twice.
    """
    begun = await audit_lines.newest(database, wanted, limit)
    recent = await _recent(database, wanted, begun)
    await _show(database, begun, show)
    seen = begun + recent
    while True:
        await asyncio.sleep(POLL_S)
        known = {line["id"] for line in seen}
        recent = await _recent(database, wanted, seen)
        await _show(database, [line for line in recent if line["id"] not in known], show)
        seen = recent or seen


async def _recent(database: Database, wanted: AuditFilter, seen: Sequence[Line]) -> list[Line]:
    """Return what may have come after what was seen, and the last of that, newest first."""
    last = max((line["created_at"] for line in seen), default=None)
    since = replace(wanted, first=None if last is None else last - LATE)
    return await audit_lines.newest(database, since, MOST)


async def _show(database: Database, lines: Sequence[Line], show: Show) -> None:
    if lines:
        show(lines[::-1], await database.read(audit_lines.people_of, lines))
