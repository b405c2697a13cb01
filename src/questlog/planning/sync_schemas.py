"""What keeps a copy up to date, on the wire."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from questlog.core.schemas import Answer
from questlog.planning.filter_schemas import FilterResponse
from questlog.planning.goal_schemas import GoalResponse
from questlog.planning.item_schemas import ItemResponse
from questlog.planning.label_schemas import LabelResponse
from questlog.planning.project_schemas import ProjectResponse
from questlog.planning.reminder_schemas import ReminderResponse
from questlog.planning.task_schemas import OccurrenceResponse, TaskResponse


class Changes(Answer):
    """New and changed things as their lists show them; each replaces the copy with its id."""

    goals: list[GoalResponse]
    projects: list[ProjectResponse] = Field(description="The archived ones, too.")
    labels: list[LabelResponse]
    filters: list[FilterResponse]
    tasks: list[TaskResponse] = Field(description="Open and completed ones, and subtasks.")
    reminders: list[ReminderResponse]
    items: list[ItemResponse]
    occurrences: list[OccurrenceResponse]


class Tombstone(Answer):
    """Something that no list has any more: deleted, in the trash, or taken back. A task takes its reminders along."""

    type: Literal["goal", "project", "label", "filter", "task", "reminder", "item", "occurrence"]
    id: UUID


class SyncResponse(Answer):
    full: bool = Field(
        description="Drop the whole copy before you apply this answer: everything is told anew."
    )
    changes: Changes
    tombstones: list[Tombstone]
    elsewhere: list[str] = Field(
        description="Other kinds of things that something happened to, such as `user` or `boss`: read again what you hold of them."
    )
    next: str = Field(description="Send it as `since` next time. It stays valid for 400 days.")
    has_more: bool = Field(description="Ask again at once: this was not all.")
