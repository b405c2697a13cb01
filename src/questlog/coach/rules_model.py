"""What answers when no model is configured: a handful of commands, understood by rules, through the same tools.

It says what it is, and pretends nothing. What it would change is proposed, as with a model.
"""

import json
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime
from typing import Any

from questlog.clients.language import (
    Answered,
    Asked,
    CallDelta,
    ModelSaid,
    Piece,
    TextDelta,
    ToolAnswered,
    ToolCall,
    Turn,
    UserSaid,
    as_json,
)
from questlog.coach.plurals import Count
from questlog.coach.rule_words import NO_TOOL, RuleWords, commands_of
from questlog.planning.phrases import quick_add

NAME = "rules"
MOST_SHOWN = 12
LONGEST_TITLE = 500
LONGEST_SEARCH = 200


class RulesModel:
    """Reads the last thing said, and says what the tool found. `now` is the moment on the user's clock."""

    name = NAME

    def __init__(self, words: RuleWords, now: datetime) -> None:
        self._words, self._now = words, now

    async def stream(self, asked: Asked) -> AsyncGenerator[Piece]:
        said = self._answer(asked.thread)
        if said.text:
            yield TextDelta(said.text)
        for place, call in enumerate(said.calls, start=1):
            yield CallDelta(place, call.id, call.name, call.arguments)
        yield Answered(said)

    def _answer(self, thread: Sequence[Turn]) -> ModelSaid:
        last = thread[-1]
        if isinstance(last, ToolAnswered):
            return ModelSaid(self._told(last))
        wanted = self._wanted(last.text) if isinstance(last, UserSaid) else None
        if wanted is None:
            return ModelSaid(self._words.no_model)
        name, arguments = wanted
        return ModelSaid("", (ToolCall(f"rules-{len(thread)}", name, as_json(arguments)),))

    def _wanted(self, said: str) -> tuple[str, dict[str, Any]] | None:
        """Return the tool that a command asks for, and its arguments."""
        text = " ".join(said.split())[:1000].strip(" .!?")
        for pattern, tool in commands_of(self._words):
            match = re.fullmatch(pattern, text, re.IGNORECASE)
            if match is not None:
                what = match.groupdict().get("what") or ""
                return None if tool == NO_TOOL else _call(tool, what, self._now)
        return None

    def _told(self, answered: ToolAnswered) -> str:
        found = json.loads(answered.content)
        if "error" in found:
            return self._words.refused.format(why=found.get("detail", found["error"]))
        if "proposal" in found:
            return self._words.proposed.format(what=found["proposal"])
        if isinstance(found.get("done"), str):
            return self._words.done.format(what=found["done"])
        told = [*self._counts(found), *self._lists(found)]
        return "\n".join(told) or self._words.nothing

    def _counts(self, found: Mapping[str, Any]) -> list[str]:
        told = []
        if "done_in_these_days" in found:
            days = len(found.get("days", ()))
            done = found["done_in_these_days"]
            told.append(self._words.statistics.format(days=Count(days), done=done))
        if "due" in found:
            told.append(self._words.due.format(due=found["due"]))
        return told

    def _lists(self, found: Mapping[str, Any]) -> list[str]:
        told: list[str] = []
        for name, heading in self._words.headings.items():
            titles = [_title(one) for one in found.get(name) or ()]
            if titles:
                told += [heading, *(f"- {title}" for title in titles[:MOST_SHOWN])]
            if len(titles) > MOST_SHOWN:
                told.append(self._words.more)
        return told


def _call(tool: str, what: str, now: datetime) -> tuple[str, dict[str, Any]]:
    match tool:
        case "create_task":
            return tool, task_of(what, now)
        case "create_goal" | "create_project":
            return tool, {"title": what[:LONGEST_TITLE]}
        case "search":
            return tool, {"words": what[:LONGEST_SEARCH]}
        case "list_overdue":
            return "list_tasks", {"view": "overdue"}
    return tool, {}


def task_of(what: str, now: datetime) -> dict[str, Any]:
    """Return the task that a line describes, with its date and repetition, as quick add reads it."""
    try:
        found = quick_add.understand(quick_add.read(what, now=now)[0], lambda _kind, _name: None)
    except quick_add.QuickAddError:
        return {"title": what[:LONGEST_TITLE]}
    due = found.due.isoformat() if found.due is not None else None
    told = {"due_date": due, "recurrence": found.recurrence, "priority": found.value("priority")}
    return {"title": found.title} | {name: one for name, one in told.items() if one is not None}


def _title(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    title = str(one.get("title") or one.get("name") or one.get("id"))
    due = one.get("due_date")
    return f"{title} ({str(due)[:10]})" if due else title
