"""A plan on the wire."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.coach.proposal_schemas import ProposalResponse
from questlog.core.schemas import Answer, Strict, text, whole_number


class PlanRequest(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"minutes": 120}]})

    minutes: Annotated[int, whole_number(5, 1440)] | None = Field(
        None,
        description="How much time there is today. Without it the plan has seven tasks at most.",
    )
    focus: Annotated[str, text(0, 200)] = Field("", description="What should come first.")


class PlannedTask(Answer):
    task_id: UUID
    title: str
    due_date: date | None
    minutes: int = Field(description="What it takes; 30 for a task that does not say.")
    estimated: bool = Field(description="Whether the task does not say how long it takes.")
    because: list[str]


class PlanResponse(Answer):
    today: date
    reply: str
    source: Literal["rules", "model"] = Field(description="Who worded it and put it in order.")
    model_trouble: str | None = Field(
        description="Why the model did not answer and the rules planned, in one word such as `timeout`."
    )
    removed: list[str] = Field(
        description="Sentences of the model that were taken out for numbers the plan does not have."
    )
    minutes: int | None
    planned_minutes: int
    tasks: list[PlannedTask] = Field(description="In the order in which to do them.")
    left: list[PlannedTask] = Field(
        description="The most urgent of what is due by today and does not fit."
    )
    proposals: list[ProposalResponse] = Field(
        description="Tomorrow for what does not fit, today for what has no day. Nothing changes before you accept."
    )
