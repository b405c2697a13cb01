"""What each command of a batch does: the same flows as behind the single doors."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate
from uuid import UUID

from questlog.core.db import Session
from questlog.flows.add_task import add_task
from questlog.flows.change_task import change_task
from questlog.flows.complete_task import complete_task
from questlog.flows.reopen_task import reopen_task
from questlog.flows.task_changes import TaskChange
from questlog.planning import dependencies, task_delays, task_moves, task_trash
from questlog.planning.batch_schemas import (
    CompleteArgs,
    DependenciesArgs,
    MoveArgs,
    PostponeArgs,
    RescheduleArgs,
    TaskArgs,
    UpdateArgs,
)
from questlog.planning.dependencies import Dependencies
from questlog.planning.order_schemas import ReorderRequest
from questlog.planning.task_schemas import TaskCreate

type Outcome = TaskChange | Dependencies | None


@dataclass(frozen=True)
class Doing:
    """Whose batch it is, and which version of its task the command is for."""

    session: Session
    user_id: UUID
    timezone: str
    version: int | None = None

    async def changed[**Rest](
        self,
        verb: Callable[Concatenate[Session, UUID, Rest], Awaitable[dict[str, Any]]],
        *args: Rest.args,
        **options: Rest.kwargs,
    ) -> TaskChange:
        """Run a verb that answers the task as it stands now."""
        return TaskChange(await verb(self.session, self.user_id, *args, **options))


async def _add(doing: Doing, args: TaskCreate) -> Outcome:
    return await add_task(doing.session, doing.user_id, args, timezone=doing.timezone)


async def _duplicate(doing: Doing, args: TaskArgs) -> Outcome:
    return await doing.changed(task_moves.duplicate, args.id)


async def _update(doing: Doing, args: UpdateArgs) -> Outcome:
    return await change_task(
        doing.session,
        doing.user_id,
        args.id,
        _but_id(args.changes),
        timezone=doing.timezone,
        expected_version=doing.version,
    )


async def _complete(doing: Doing, args: CompleteArgs) -> Outcome:
    return await complete_task(
        doing.session,
        doing.user_id,
        args.id,
        timezone=doing.timezone,
        expected_version=doing.version,
        **_but_id(args.model_dump(exclude_unset=True)),
    )


async def _reopen(doing: Doing, args: TaskArgs) -> Outcome:
    return await reopen_task(
        doing.session,
        doing.user_id,
        args.id,
        timezone=doing.timezone,
        expected_version=doing.version,
    )


async def _delete(doing: Doing, args: TaskArgs) -> Outcome:
    await task_trash.throw_away(
        doing.session, doing.user_id, args.id, expected_version=doing.version
    )
    return None


async def _restore(doing: Doing, args: TaskArgs) -> Outcome:
    return await doing.changed(task_trash.restore, args.id, expected_version=doing.version)


async def _skip(doing: Doing, args: TaskArgs) -> Outcome:
    return await doing.changed(
        task_delays.skip, args.id, timezone=doing.timezone, expected_version=doing.version
    )


async def _postpone(doing: Doing, args: PostponeArgs) -> Outcome:
    return await doing.changed(
        task_delays.postpone,
        args.id,
        args.until,
        timezone=doing.timezone,
        expected_version=doing.version,
    )


async def _reschedule(doing: Doing, args: RescheduleArgs) -> Outcome:
    return await doing.changed(
        task_delays.reschedule,
        args.id,
        args.due_date,
        scope=args.scope,
        timezone=doing.timezone,
        expected_version=doing.version,
    )


async def _move(doing: Doing, args: MoveArgs) -> Outcome:
    return await doing.changed(
        task_moves.move,
        args.id,
        _but_id(args.changes),
        timezone=doing.timezone,
        expected_version=doing.version,
    )


async def _reorder(doing: Doing, args: ReorderRequest) -> Outcome:
    return await doing.changed(
        task_moves.reorder, args.id, args.neighbour, expected_version=doing.version
    )


async def _dependencies(doing: Doing, args: DependenciesArgs) -> Outcome:
    return await dependencies.put(
        doing.session,
        doing.user_id,
        args.id,
        expected_version=doing.version,
        **_but_id(args.changes),
    )


def _but_id(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "id"}


OPS: Mapping[str, Callable[[Doing, Any], Awaitable[Outcome]]] = {
    "add": _add,
    "duplicate": _duplicate,
    "update": _update,
    "complete": _complete,
    "incomplete": _reopen,
    "delete": _delete,
    "restore": _restore,
    "skip": _skip,
    "postpone": _postpone,
    "reschedule": _reschedule,
    "move": _move,
    "reorder": _reorder,
    "dependencies": _dependencies,
}
