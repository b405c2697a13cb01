"""Calling tools for somebody: what is read is read at once, what would change something is proposed.

Whatever a model writes is checked here and answered in a way it can mend; none of it raises (S-124, S-126).
"""

import json
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_jsonable_python

from questlog.clients.language import Tool, ToolCall, as_json
from questlog.coach import allowed_tools, proposals, tools
from questlog.coach.tool_results import fitted
from questlog.coach.toolbox import ToolResult, Who
from questlog.coach.tools import TOOLS, CoachTool
from questlog.core.db import Database, Session
from questlog.core.exceptions import QuestlogError
from questlog.core.schemas import Strict

MOST_ARGUMENT_BYTES = 16 * 1024
MOST_FAULTS = 5
DONE = "done"
WAITS = "It waits for the user's yes. Do not say that it is done."
ASKED_ALREADY = {
    "open": "It was proposed already and waits for the user's yes. Do not say that it is done.",
    "accepted": "The user has said yes to this already; it is done.",
    "rejected": "The user has said no to this. Do not propose it again.",
}


class NamedTwiceError(Exception):
    """Arguments that say two things in one name."""


class Tools:
    """The tools of the coach over one database. A `Toolbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def offered(self, locale: str) -> list[Tool]:
        return tools.offered(locale)

    async def call(self, who: Who, call: ToolCall) -> ToolResult:
        """Run a call as the user, or propose it. What is wrong with it is a result, not an exception."""
        tool = TOOLS.get(call.name)
        if tool is None:
            return refused("unknown_tool", f"There are only these tools: {', '.join(TOOLS)}.")
        if not tool.may_be_called(who.scopes):
            lacking = " ".join(sorted(tool.needs - (who.scopes or frozenset())))
            return refused("insufficient_scope", f"This API key may not: it lacks {lacking}.")
        if len(call.arguments.encode("utf-8", "replace")) > MOST_ARGUMENT_BYTES:
            return refused("arguments_too_long", f"At most {MOST_ARGUMENT_BYTES} bytes.")
        try:
            arguments = _read(tool.takes, call.arguments or "{}")
        except ValidationError as error:
            return refused("invalid_arguments", _faults(error))
        except NamedTwiceError:
            return refused("invalid_arguments", "A name stands twice.")
        try:
            return await self._follow(who, tool, arguments, call.id)
        except QuestlogError as error:
            return refused(error.code, proposals.in_words(error, who.locale)[:500])

    async def _follow(
        self, who: Who, tool: CoachTool, arguments: Strict, call_id: str
    ) -> ToolResult:
        if tool.writes:
            return await self._database.write(_write, who, tool, arguments, call_id)
        async with self._database.unit(writes=False) as session:
            session.info["slow"] = True
            found = await self._database.run(session, tool.run(session, who, arguments))
        return done(found)


async def _write(
    session: Session, who: Who, tool: CoachTool, arguments: Strict, call_id: str
) -> ToolResult:
    """Propose a call; what the user or the key says yes to beforehand is accepted in the same transaction."""
    who.sign(session)
    made = await proposals.propose(
        session, who, tool, arguments, call_id=call_id, origin=who.origin
    )
    state = made.row["state"]
    if state == "open" and tool.can_be_allowed and await _has_yes(session, who, tool):
        decided = await proposals.accept(session, who, made.row["id"])
        undo = {} if decided.event_id is None else {"event_id": decided.event_id}
        return done({DONE: made.row["summary"], **undo, **(decided.result or {})})
    if state == "accepted":
        return done({DONE: made.row["summary"], **(made.row["result"] or {})})
    shown = proposals.shown(made.row)
    said = WAITS if made.is_new else ASKED_ALREADY.get(state, "It was proposed and is closed.")
    named = {"proposal": shown["summary"], "id": str(made.row["id"])}
    told = as_json({**named, "state": state, "note": said})
    return ToolResult("proposed", told, {"proposal_id": shown["id"], "state": state}, shown)


async def _has_yes(session: Session, who: Who, tool: CoachTool) -> bool:
    return who.has_standing_yes or await allowed_tools.is_allowed(session, who, tool.name)


def done(result: dict[str, Any]) -> ToolResult:
    content, shown = fitted(to_jsonable_python(result))
    return ToolResult("done", content, shown)


def refused(code: str, why: str) -> ToolResult:
    """Return what a model is told of a call that was not followed: what is wrong, to mend it."""
    told = {"error": code, "detail": why}
    return ToolResult("refused", as_json(told), told)


def _read(takes: type[Strict], arguments: str) -> Strict:
    """Raises `ValidationError`, `NamedTwiceError`."""
    found = takes.model_validate_json(arguments)
    json.loads(arguments, object_pairs_hook=_once)  # what is valid is not deep
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NamedTwiceError()
    return found


def _faults(error: ValidationError) -> str:
    """Say what is wrong with arguments without repeating them."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    named = [f"{'.'.join(str(at) for at in one['loc'])}: {one['msg']}" for one in found]
    more = [f"and {len(named) - MOST_FAULTS} more"] if len(named) > MOST_FAULTS else []
    return "; ".join([*named[:MOST_FAULTS], *more])[:1000]
