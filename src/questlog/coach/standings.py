"""What a call would change, as it stands before: the proof that it can be done, and that it is still what was proposed.

One of these is asked when a call is proposed and again at the yes, in the transaction that follows it, with the task
locked. Each raises what the call would be refused with; an empty answer means that nothing of what is there changes.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from questlog.clients import language
from questlog.coach.tool_arguments import (
    CreateGoal,
    CreateProject,
    CreateTask,
    OneTask,
    PostponeTask,
    UpdateTask,
)
from questlog.coach.toolbox import Who
from questlog.core import clock
from questlog.core.db import Session
from questlog.planning import goals, images, task_dates, task_delays, task_rows, task_tree, tasks
from questlog.planning.task_delays import NotRecurringError
from questlog.planning.task_rows import TaskRow
from questlog.planning.task_schemas import TaskCreate, TaskUpdate

type Standing = dict[str, Any]
DUE = ("due_on", "due_at", "due_time")


async def new_task(session: Session, who: Who, asked: CreateTask) -> Standing:
    wanted = TaskCreate.model_validate(asked.model_dump(exclude_unset=True))
    await task_tree.place_of_new(session, who.user_id, tasks.place_of(wanted))
    today = clock.today(who.timezone)
    task_dates.of_new(wanted.due_date, wanted.recurrence, today=today, timezone=who.timezone)
    return {}


async def changed_fields(session: Session, who: Who, asked: UpdateTask) -> Standing:
    row = await task_rows.claim(session, who.user_id, asked.task_id)
    fields = asked.model_dump(exclude_unset=True, exclude={"task_id"})
    changes = TaskUpdate.model_validate(fields).changes
    today = clock.today(who.timezone)
    task_dates.of_changed(row, changes, today=today, timezone=who.timezone)
    names = (DUE if name == "due_date" else (tasks.COPIED.get(name, name),) for name in fields)
    return _of(row, *(column for some in names for column in some))


async def date_to_complete(session: Session, who: Who, asked: OneTask) -> Standing:
    """Of a series, the date it stands at; a task that comes once is the same on every day."""
    row = await task_rows.claim(session, who.user_id, asked.task_id)
    return _of(row, "due_on") if row["rule"] is not None else {}


async def date_to_skip(session: Session, who: Who, asked: OneTask) -> Standing:
    row = await task_delays.claim_open(session, who.user_id, asked.task_id)
    if row["rule"] is None:
        raise NotRecurringError()
    return _of(row, "due_on")


async def date_to_put_off(session: Session, who: Who, asked: PostponeTask) -> Standing:
    row = await task_delays.claim_open(session, who.user_id, asked.task_id)
    task_delays.put_off(row, asked.until, who.timezone)
    return _of(row, *DUE)


async def new_goal(session: Session, who: Who, asked: CreateGoal) -> Standing:
    await goals.check_new(
        session,
        who.user_id,
        goal_type=asked.goal_type,
        period=asked.period,
        parent_goal_id=asked.parent_goal_id,
    )
    return {}


async def nothing(session: Session, who: Who, asked: OneTask | CreateProject) -> Standing:
    """Whether its ids name something of the user's was looked at already."""
    return {}


def seal(standing: Mapping[str, Any]) -> str | None:
    """Return what two standings have in common exactly if they are equal; None of an empty one."""
    if not standing:
        return None
    return fingerprint([[name, standing[name]] for name in sorted(standing)])


def fingerprint(value: Any) -> str:
    """Return SHA-256 of a value as JSON."""
    return hashlib.sha256(language.as_json(value).encode()).hexdigest()


def _of(row: TaskRow, *columns: str) -> Standing:
    return images.plain_row({name: row[name] for name in columns})
