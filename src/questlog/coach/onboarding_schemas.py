"""An onboarding on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.coach.onboarding_words import TOPICS
from questlog.coach.proposal_schemas import ProposalResponse
from questlog.core.schemas import Answer, Flag, Strict, text, whole_number

LONGEST_MESSAGE = 4000
MOST_QUESTIONS = len(TOPICS)


class OnboardingRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{}, {"message": "I am a nurse at a children's hospital.", "question": 1}]
        }
    )

    message: Annotated[str, text(0, LONGEST_MESSAGE)] = Field(
        "",
        description="The answer to the present question. `skip` passes it over, `enough` ends the talk; without words the present question is asked again.",
    )
    conversation_id: UUID | None = Field(
        None, description="By default the talk that is not over, or a new one."
    )
    restart: Flag = Field(False, description="Begin a new talk.")
    question: Annotated[int, whole_number(1, MOST_QUESTIONS)] | None = Field(
        None,
        description="The number of the question that is answered, so that an answer sent twice counts once: if it is not the present one, 409 `onboarding_moved_on`.",
    )


class OnboardingQuestion(Answer):
    number: int
    at_most: int
    topic: Literal["work", "goals", "projects", "tasks", "hours", "obstacle"]


class OnboardingResponse(Answer):
    conversation_id: UUID
    reply: str
    question: OnboardingQuestion | None = Field(description="Null once the talk is over.")
    done: bool
    source: Literal["rules", "model"] = Field(description="Who worded it.")
    model_trouble: str | None = Field(
        description="Why the model did not answer and the rules did, in one word such as `timeout` or `ai_quota`."
    )
    proposals: list[ProposalResponse] = Field(
        description="What the talk came to. Nothing is added before it is accepted."
    )
    profile_text: str | None = Field(
        description="At the end: what the profile says now, or would say if its text were not yours."
    )
    profile_kept: bool = Field(
        description="At the end: whether the profile kept the text you wrote by hand."
    )
