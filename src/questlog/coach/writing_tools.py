"""What the coach may change, once the user has said yes: each by the flow that a button calls."""

from collections.abc import Mapping
from typing import Any

from questlog.coach.tool_arguments import (
    CreateGoal,
    CreateProject,
    CreateTask,
    OneTask,
    PostponeTask,
    UpdateTask,
)
from questlog.coach.toolbox import Who
from questlog.core.db import Session
from questlog.flows.add_task import add_task
from questlog.flows.change_task import change_task
from questlog.flows.complete_task import complete_task
from questlog.planning import goals, projects, task_delays, task_trash
from questlog.planning.task_answers import answer
from questlog.planning.task_schemas import TaskCreate, TaskUpdate


async def create_task(session: Session, who: Who, asked: CreateTask) -> dict[str, Any]:
    wanted = TaskCreate.model_validate(asked.model_dump(exclude_unset=True))
    added = await add_task(session, who.user_id, wanted, timezone=who.timezone)
    return _task(added.task, who)


async def update_task(session: Session, who: Who, asked: UpdateTask) -> dict[str, Any]:
    fields = asked.model_dump(exclude_unset=True, exclude={"task_id"})
    changes = TaskUpdate.model_validate(fields).changes
    changed = await change_task(session, who.user_id, asked.task_id, changes, timezone=who.timezone)
    return _task(changed.task, who)


async def tick_task(session: Session, who: Who, asked: OneTask) -> dict[str, Any]:
    done = await complete_task(session, who.user_id, asked.task_id, timezone=who.timezone)
    return {**_task(done.task, who), "receipt": done.receipt}


async def skip_task(session: Session, who: Who, asked: OneTask) -> dict[str, Any]:
    row = await task_delays.skip(session, who.user_id, asked.task_id, timezone=who.timezone)
    return _task(row, who)


async def postpone_task(session: Session, who: Who, asked: PostponeTask) -> dict[str, Any]:
    row = await task_delays.postpone(
        session, who.user_id, asked.task_id, asked.until, timezone=who.timezone
    )
    return _task(row, who)


async def delete_task(session: Session, who: Who, asked: OneTask) -> dict[str, Any]:
    await task_trash.throw_away(session, who.user_id, asked.task_id)
    return {"id": str(asked.task_id), "in_trash": True}


async def create_goal(session: Session, who: Who, asked: CreateGoal) -> dict[str, Any]:
    goal = await goals.create(session, who.user_id, **asked.model_dump())
    return {"id": str(goal.id), "title": goal.title}


async def create_project(session: Session, who: Who, asked: CreateProject) -> dict[str, Any]:
    project = await projects.create(session, who.user_id, **asked.model_dump())
    return {"id": str(project.id), "title": project.title}


def _task(row: Mapping[str, Any], who: Who) -> dict[str, Any]:
    shown = answer(row, who.locale)
    kept = ("id", "title", "due_date", "status")
    return {name: None if shown[name] is None else str(shown[name]) for name in kept}
