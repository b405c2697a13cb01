"""Many commands in one transaction: all of them or none, or as many as can be.

Commands run in their order, each by the flow of its single door. One that is not atomic is an island: it has a
savepoint, so a refused command leaves nothing behind, no event either. The batch is one event after those of its
commands, by which all of them are undone.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from questlog.automation import event_marks, events
from questlog.core.db import Session
from questlog.core.exceptions import QuestlogError, UnknownReferenceError, ValidationError
from questlog.core.ids import new_id
from questlog.core.schemas import Strict
from questlog.flows.batch_ops import OPS, Doing, Outcome
from questlog.flows.task_changes import TaskChange
from questlog.planning import task_tree
from questlog.planning.batch_schemas import AddCommand, BatchRequest, Command, Misread
from questlog.planning.dependencies import Dependencies
from questlog.planning.ownership import NotYoursError
from questlog.planning.task_rows import TaskNotFoundError

PAID = frozenset({"complete", "incomplete", "update"})
"""What reaches the player, who is locked behind the tasks."""


class UnresolvedTempIdError(ValidationError):
    code = "unresolved_temp_id"
    default_message = (
        "This temporary id names nothing: its command comes later, or did not succeed."
    )


@dataclass(frozen=True)
class Result:
    """What became of one command: the task as it is then, or why not. `task_id` is also there without a task."""

    command: Command | Misread
    task_id: UUID | None = None
    change: TaskChange | None = None
    dependencies: Dependencies | None = None
    error: QuestlogError | None = None

    @property
    def is_ok(self) -> bool:
        return self.error is None and not isinstance(self.command, Misread)


@dataclass(frozen=True)
class Applied:
    """`temp_ids` are the ids the new tasks have got; `event_id` is None when nothing changed."""

    results: Sequence[Result]
    temp_ids: Mapping[UUID, UUID]
    event_id: UUID | None


@dataclass
class _Work:
    session: Session
    user_id: UUID
    timezone: str
    promised: Collection[UUID]
    made: dict[UUID, UUID] = field(default_factory=dict)


async def apply(session: Session, user_id: UUID, batch: BatchRequest, *, timezone: str) -> Applied:
    """Carry out the commands of a batch; what cannot be understood is left out.

    An atomic one raises what its first refused command raises, with a pointer to it and its `index` and `op` as
    details; then nothing has changed.
    """
    await task_tree.hold(session, user_id)
    if any(command.op in PAID for command in batch.commands):
        await task_tree.hold_rows(session, user_id, _named(batch))
    start = event_marks.mark(session)
    work = _Work(session, user_id, timezone, frozenset(batch.temp_ids))
    attempt = _at_once if batch.atomic else _on_its_own
    results = [await attempt(work, index, command) for index, command in enumerate(batch.commands)]
    return Applied(results, work.made, _record(work, results, start))


def _named(batch: BatchRequest) -> list[UUID]:
    """Return the ids of the tasks that the commands are for; a temporary one names no task."""
    read = [one for one in batch.commands if not isinstance(one, Misread)]
    return [one.args.id for one in read if not isinstance(one, AddCommand)]


async def _at_once(work: _Work, index: int, command: Command | Misread) -> Result:
    if isinstance(command, Misread):
        return Result(command)
    try:
        return await _carry_out(work, command)
    except QuestlogError as error:
        raise _placed(error, index, command) from error.__cause__


async def _on_its_own(work: _Work, index: int, command: Command | Misread) -> Result:
    if isinstance(command, Misread):
        return Result(command)
    before = event_marks.mark(work.session)
    try:
        async with work.session.begin_nested():
            return await _carry_out(work, command)
    except QuestlogError as error:
        event_marks.forget_since(work.session, before)
        return Result(command, error=_placed(error, index, command))


async def _carry_out(work: _Work, command: Command) -> Result:
    args = _resolved(work, command.args)
    version = command.if_version if "if_version" in command.model_fields_set else None  # type: ignore[union-attr]
    doing = Doing(work.session, work.user_id, work.timezone, version)
    outcome = await OPS[command.op](doing, args)
    task_id = _id_of(outcome) or getattr(args, "id", None)
    if "temp_id" in command.model_fields_set and task_id is not None:
        work.made[command.temp_id] = task_id  # type: ignore[union-attr]
    return Result(
        command,
        task_id,
        outcome if isinstance(outcome, TaskChange) else None,
        outcome if isinstance(outcome, Dependencies) else None,
    )


def _id_of(outcome: Outcome) -> UUID | None:
    if isinstance(outcome, TaskChange):
        return UUID(str(outcome.task["id"]))
    return None if outcome is None else outcome.id


def _resolved[Args: Strict](work: _Work, args: Args) -> Args:
    """Put the ids of new tasks where the command has their temporary ones. Raises `UnresolvedTempIdError`."""
    if not work.promised:
        return args
    values = {name: getattr(args, name) for name in args.model_fields_set}
    return args.model_copy(
        update={name: _real(work, name, value) for name, value in values.items()}
    )


def _real(work: _Work, place: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_real(work, f"{place}/{index}", each) for index, each in enumerate(value)]
    if not isinstance(value, UUID) or value not in work.promised:
        return value
    if value not in work.made:
        raise UnresolvedTempIdError(pointer=f"/body/{place}")
    return work.made[value]


def _placed(error: QuestlogError, index: int, command: Command) -> QuestlogError:
    """Say in which command an error came up. There the id of the task stands in a body: a foreign one reads as none."""
    place = f"/body/commands/{index}"
    about = {"index": index, "op": command.op}
    if isinstance(error, TaskNotFoundError | NotYoursError):
        return UnknownReferenceError(details=about, pointer=f"{place}/args/id")
    below = error.pointer.removeprefix("/body") if error.pointer is not None else None
    error.pointer = place if below is None else f"{place}/args{below}"
    error.details |= about
    return error


def _record(work: _Work, results: Sequence[Result], start: int) -> UUID | None:
    children = event_marks.recorded_since(work.session, start)
    if not children:
        return None
    return events.record(
        work.session,
        work.user_id,
        "batch.applied",
        ("batch", new_id()),
        payload={"commands": len(results), "applied": sum(one.is_ok for one in results)},
        before={"children": [str(id_) for id_ in children]},
    )
