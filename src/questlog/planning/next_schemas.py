"""What next, on the wire."""

from typing import Literal

from pydantic import Field

from questlog.core.schemas import Answer
from questlog.planning.task_schemas import TaskResponse


class UrgencyPart(Answer):
    name: Literal[
        "due", "deadline", "blocking", "priority", "started", "fits", "age", "goal", "project"
    ]
    value: float = Field(description="0 to 1, or -1 for what takes longer than the time there is.")
    weight: int = Field(description="What a value of 1 adds.")
    contribution: float = Field(description="What it adds here: value times weight.")
    words: str = Field(description="The reason in the user's language.")


class NextTaskResponse(Answer):
    task: TaskResponse
    urgency: float = Field(description="The sum of the contributions.")
    parts: list[UrgencyPart] = Field(description="The heaviest first.")


class NextTasksResponse(Answer):
    items: list[NextTaskResponse]
