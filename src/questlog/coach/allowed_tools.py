"""The tools a user lets the coach use without asking each time: their own switch, one per tool. Deleting has none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import events
from questlog.coach.models import AllowedTool
from questlog.coach.tool_words import purpose
from questlog.coach.toolbox import Who
from questlog.coach.tools import TOOLS, WRITING, CoachTool
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import ConflictError, NotFoundError

ALLOWED = cast(Table, AllowedTool.__table__)


class ToolNotFoundError(NotFoundError):
    code = "tool_not_found"
    default_message = "There is no tool of this name that changes something."


class ToolAlwaysAsksError(ConflictError):
    code = "tool_always_asks"
    default_message = "The coach always asks before it deletes something."


@dataclass(frozen=True, slots=True)
class Switch:
    """Whether a tool may be used without asking."""

    tool: str
    description: str
    can_be_allowed: bool
    allowed_since: datetime | None

    @property
    def allowed(self) -> bool:
        return self.allowed_since is not None


async def is_allowed(session: Session, who: Who, tool: str) -> bool:
    mine = (ALLOWED.c.user_id == who.user_id, ALLOWED.c.tool == tool)
    return await session.scalar(select(ALLOWED.c.tool).where(*mine)) is not None


async def switches(session: Session, user_id: UUID, locale: str) -> Sequence[Switch]:
    """Return every tool that changes something, with how its switch stands."""
    mine = select(ALLOWED.c.tool, ALLOWED.c.created_at).where(ALLOWED.c.user_id == user_id)
    since = {row.tool: row.created_at for row in await session.execute(mine)}
    return [_switch(tool, since.get(tool.name), locale) for tool in WRITING]


async def allow(session: Session, user_id: UUID, name: str, locale: str) -> Switch:
    """Let the coach use a tool without asking; harmless when repeated.

    Raises `ToolNotFoundError`, `ToolAlwaysAsksError`.
    """
    tool = _found(name)
    if not tool.can_be_allowed:
        raise ToolAlwaysAsksError()
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"user_id": user_id, "tool": name, "created_at": clock.now()}
    added = dialect.insert(ALLOWED).values(row).on_conflict_do_nothing()
    is_new = await session.scalar(added.returning(ALLOWED.c.tool)) is not None
    if is_new:
        events.record(session, user_id, "tool.allowed", ("tool", None), payload={"tool": name})
    mine = (ALLOWED.c.user_id == user_id, ALLOWED.c.tool == name)
    since = await session.scalar(select(ALLOWED.c.created_at).where(*mine))
    return _switch(tool, since, locale)


async def ask_again(session: Session, user_id: UUID, name: str) -> None:
    """Let the coach ask again before it uses a tool; harmless when repeated. Raises `ToolNotFoundError`."""
    _found(name)
    mine = (ALLOWED.c.user_id == user_id, ALLOWED.c.tool == name)
    gone = await session.scalar(delete(ALLOWED).where(*mine).returning(ALLOWED.c.tool))
    if gone is not None:
        events.record(session, user_id, "tool.disallowed", ("tool", None), payload={"tool": name})


def _found(name: str) -> CoachTool:
    tool = TOOLS.get(name)
    if tool is None or not tool.writes:
        raise ToolNotFoundError()
    return tool


def _switch(tool: CoachTool, since: datetime | None, locale: str) -> Switch:
    return Switch(tool.name, purpose(tool.name, locale), tool.can_be_allowed, since)
