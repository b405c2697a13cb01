"""Many commands in one request: each is the body of a single door, with the id of its task.

What a command says is checked on its own, so that one that cannot be understood does not have to spoil the others
(`atomic: false`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from questlog.core.schemas import Flag, Strict, absent, whole_number
from questlog.planning.dependency_schemas import DependenciesUpdate
from questlog.planning.order_schemas import ReorderRequest
from questlog.planning.task_schemas import (
    CompletionRequest,
    Postponement,
    Rescheduling,
    TaskCreate,
    TaskMove,
    TaskUpdate,
)

MOST_COMMANDS = 1000
LONGEST_OP = 40
ID = "019a9c3e-7a40-7000-8000-000000000001"
OTHER_ID = "019a9c3e-7a40-7000-8000-000000000008"

TempId = Annotated[
    UUID,
    Field(
        description="A UUID of your own for the new task: later commands may write it where an id goes."
    ),
]
Version = Annotated[
    int,
    whole_number(1, 2_000_000_000),
    Field(
        description="As `If-Match`: when the task has another version by now, the command is refused."
    ),
]


def _example(**fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class TaskArgs(Strict):
    model_config = _example(id=ID)

    id: UUID


class UpdateArgs(TaskUpdate):
    model_config = _example(id=ID, priority="high")

    id: UUID


class CompleteArgs(CompletionRequest):
    model_config = _example(id=ID)

    id: UUID


class PostponeArgs(Postponement):
    model_config = _example(id=ID, until="2026-12-03")

    id: UUID


class RescheduleArgs(Rescheduling):
    model_config = _example(id=ID, due_date="2026-12-03")

    id: UUID


class MoveArgs(TaskMove):
    model_config = _example(id=ID, parent_task_id=OTHER_ID)

    id: UUID


class DependenciesArgs(DependenciesUpdate):
    model_config = _example(id=ID, blocked_by=[OTHER_ID])

    id: UUID


class _Making(Strict):
    temp_id: TempId = absent()


class _Changing(Strict):
    if_version: Version = absent()


class AddCommand(_Making):
    op: Literal["add"]
    args: TaskCreate


class DuplicateCommand(_Making):
    op: Literal["duplicate"]
    args: TaskArgs


class UpdateCommand(_Changing):
    op: Literal["update"]
    args: UpdateArgs


class CompleteCommand(_Changing):
    op: Literal["complete"]
    args: CompleteArgs


class TaskCommand(_Changing):
    op: Literal["incomplete", "delete", "restore", "skip"]
    args: TaskArgs


class PostponeCommand(_Changing):
    op: Literal["postpone"]
    args: PostponeArgs


class RescheduleCommand(_Changing):
    op: Literal["reschedule"]
    args: RescheduleArgs


class MoveCommand(_Changing):
    op: Literal["move"]
    args: MoveArgs


class ReorderCommand(_Changing):
    op: Literal["reorder"]
    args: ReorderRequest


class DependenciesCommand(_Changing):
    op: Literal["dependencies"]
    args: DependenciesArgs


type Command = (
    AddCommand
    | DuplicateCommand
    | UpdateCommand
    | CompleteCommand
    | TaskCommand
    | PostponeCommand
    | RescheduleCommand
    | MoveCommand
    | ReorderCommand
    | DependenciesCommand
)


@dataclass(frozen=True)
class Misread:
    """A command that cannot be understood: `faults` as Pydantic tells them, in places below the command."""

    op: str
    faults: Sequence[Mapping[str, Any]]


def _by_itself(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError as error:
        op = value.get("op") if isinstance(value, dict) else None
        name = op[:LONGEST_OP] if isinstance(op, str) else ""
        return Misread(name, [_placed(fault, name) for fault in error.errors(include_url=False)])


def _placed(fault: Any, op: str) -> dict[str, Any]:
    """Take the tag of the union out of a fault's place, and what JSON cannot carry out of the fault."""
    place = tuple(fault["loc"])
    return {
        "loc": place[1:] if place[:1] == (op,) else place,
        "type": fault["type"],
        "msg": fault["msg"],
        "input": None,
    }


OneCommand = Annotated[
    Annotated[
        AddCommand
        | DuplicateCommand
        | UpdateCommand
        | CompleteCommand
        | TaskCommand
        | PostponeCommand
        | RescheduleCommand
        | MoveCommand
        | ReorderCommand
        | DependenciesCommand,
        Field(discriminator="op"),
    ],
    WrapValidator(_by_itself),
]


class BatchRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "commands": [
                        {"op": "add", "temp_id": OTHER_ID, "args": {"title": "Paint the shelf"}},
                        {
                            "op": "add",
                            "args": {"title": "Buy paint", "parent_task_id": OTHER_ID},
                        },
                        {"op": "complete", "args": {"id": ID}},
                    ]
                }
            ]
        }
    )

    atomic: Flag = Field(
        True, description="All or nothing; `false` carries out what can be, with a result for each."
    )
    commands: list[OneCommand] = Field(min_length=1, max_length=MOST_COMMANDS)

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        if len(self.temp_ids) != len(set(self.temp_ids)):
            raise ValueError("a `temp_id` stands twice")
        return self

    @property
    def temp_ids(self) -> list[UUID]:
        making = [one for one in self.commands if isinstance(one, _Making)]
        return [one.temp_id for one in making if "temp_id" in one.model_fields_set]

    @property
    def misread(self) -> list[tuple[int, Misread]]:
        found = enumerate(self.commands)
        return [(place, one) for place, one in found if isinstance(one, Misread)]
