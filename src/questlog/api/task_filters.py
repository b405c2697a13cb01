"""The filters of a task list, as an address writes them."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query

from questlog.api.deps import at_once
from questlog.core.schemas import IsoDate, QueryFlag
from questlog.planning.filter_schemas import FilterQuery
from questlog.planning.labels import fold
from questlog.planning.queries import TaskFilter
from questlog.planning.search.schemas import SearchedWords
from questlog.planning.task_schemas import LabelName
from questlog.planning.task_words import QueriedPriority, Status

IN_WORDS = frozenset({"filter", "filter_id"})

type Sort = Literal[
    "position",
    "due",
    "start",
    "deadline",
    "priority",
    "created",
    "updated",
    "title",
    "completed",
]


@dataclass(frozen=True)
class TaskQuery:
    """Conditions that all hold. Top-level tasks unless subtasks are asked for."""

    project_id: Annotated[UUID | None, Query(description="In this project.")] = None
    goal_id: Annotated[UUID | None, Query(description="Serving this goal itself.")] = None
    parent_task_id: Annotated[UUID | None, Query(description="Right under this task.")] = None
    completed: Annotated[
        QueryFlag | None,
        Query(description="`false` lists open tasks: neither completed nor cancelled."),
    ] = None
    status: Annotated[Status | None, Query()] = None
    priority: Annotated[QueriedPriority | None, Query()] = None
    label: Annotated[
        LabelName | None, Query(description="The name of a label, in any letter case.")
    ] = None
    due_today: Annotated[QueryFlag, Query(description="Open and due today or before.")] = False
    upcoming: Annotated[QueryFlag, Query(description="Open and due after today.")] = False
    overdue: Annotated[QueryFlag, Query(description="Open and due before today.")] = False
    inbox: Annotated[QueryFlag, Query(description="Open, without a project and a goal.")] = False
    no_date: Annotated[QueryFlag, Query(description="Without a due date.")] = False
    due_from: Annotated[IsoDate | None, Query(description="Due on this day or later.")] = None
    due_to: Annotated[IsoDate | None, Query(description="Due on this day or before.")] = None
    include_subtasks: Annotated[QueryFlag, Query(description="Subtasks too.")] = False
    trash: Annotated[QueryFlag, Query(description="What was deleted in the last 30 days.")] = False
    q: Annotated[
        SearchedWords | None,
        Query(
            description="Words of title or description as `GET /search` finds them, in subtasks too; in the order of `sort`."
        ),
    ] = None
    filter: Annotated[
        FilterQuery | None,
        Query(
            description="An expression such as `(today | overdue) & #Work` (docs/filters.md). It finds open tasks and "
            "subtasks, unless it speaks of completed or cancelled ones itself.",
        ),
    ] = None
    filter_id: Annotated[
        UUID | None, Query(description="A kept filter. With `filter`, both hold.")
    ] = None

    def wanted(self) -> TaskFilter:
        given = {name: value for name, value in vars(self).items() if name not in IN_WORDS}
        return TaskFilter(**{**given, "label": None if self.label is None else fold(self.label)})


@dataclass(frozen=True)
class TaskOrder:
    sort: Annotated[
        Sort, Query(description="What has no date comes last; equals stand in the order of making.")
    ] = "position"
    order: Annotated[Literal["asc", "desc"], Query()] = "asc"

    @property
    def descending(self) -> bool:
        return self.order == "desc"


Filters = Annotated[TaskQuery, Depends(at_once(TaskQuery))]
Order = Annotated[TaskOrder, Depends(at_once(TaskOrder))]
