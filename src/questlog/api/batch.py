"""Many commands over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from pydantic_core import to_json

from questlog.api import problems
from questlog.api.deps import CurrentUser, SlowWriter
from questlog.api.problems import ErrorResponse
from questlog.api.routing import HouseRouter
from questlog.core.schemas import Answer
from questlog.flows import batch
from questlog.flows.batch import Applied, Result
from questlog.planning.batch_schemas import LONGEST_OP, BatchRequest, Misread
from questlog.planning.dependency_schemas import DependenciesResponse
from questlog.planning.task_answers import answer
from questlog.planning.task_schemas import TaskResponse

router = HouseRouter(prefix="/tasks", tags=["tasks"])


class BatchResult(Answer):
    """What became of one command."""

    index: int
    op: str = Field(max_length=LONGEST_OP)
    status: Literal["ok", "error"]
    id: UUID | None = Field(None, description="The task it was about, or that it made.")
    task: TaskResponse | None = Field(None, description="The task as it was after the command.")
    dependencies: DependenciesResponse | None = None
    problem: ErrorResponse | None = Field(None, description="Why it was refused.")


class BatchResponse(Answer):
    applied: int
    refused: int
    temp_ids: dict[UUID, UUID] = Field(description="From your temporary ids to the ids of tasks.")
    event_id: UUID | None = Field(description="What an undo of the whole batch names.")
    results: list[BatchResult]


async def understood(body: BatchRequest) -> BatchRequest:
    """Refuse an atomic batch that has a command nobody understands, before it waits for its turn to write."""
    if body.atomic and body.misread:
        raise RequestValidationError(
            [fault for place, one in body.misread for fault in _faults(place, one)]
        )
    return body


@router.post("/batch", response_model=BatchResponse)
async def apply_batch(
    body: Annotated[BatchRequest, Depends(understood)], me: CurrentUser, session: SlowWriter
) -> Response:
    """Carry out up to 1 000 commands, in their order: all or nothing, or with a result for each."""
    done = await batch.apply(session, me.user_id, body, timezone=me.timezone)
    return Response(to_json(_told(done, me.locale)), media_type="application/json")


def _told(done: Applied, locale: str) -> dict[str, Any]:
    applied = sum(one.is_ok for one in done.results)
    return {
        "applied": applied,
        "refused": len(done.results) - applied,
        "temp_ids": {str(temporary): id_ for temporary, id_ in done.temp_ids.items()},
        "event_id": done.event_id,
        "results": [_result(index, one, locale) for index, one in enumerate(done.results)],
    }


def _result(index: int, one: Result, locale: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "index": index,
        "op": one.command.op,
        "status": "ok" if one.is_ok else "error",
    }
    if isinstance(one.command, Misread):
        told["problem"] = problems.about_faults(_faults(index, one.command))
    elif one.error is not None:
        told["problem"] = problems.about(one.error, locale)
    if one.task_id is not None:
        told["id"] = one.task_id
    if one.change is not None:
        told["task"] = answer(one.change.task, locale, receipt=one.change.receipt)
    if one.dependencies is not None:
        told["dependencies"] = one.dependencies
    return told


def _faults(index: int, one: Misread) -> list[Mapping[str, Any]]:
    place = ("body", "commands", index)
    return [{**fault, "loc": (*place, *fault["loc"])} for fault in one.faults]
