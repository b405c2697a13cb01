"""Conversations and the chat on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from questlog.coach.proposal_schemas import ProposalResponse
from questlog.core.schemas import Answer, Patch, Strict, absent, text, title

MOST_SAID = 20_000
ConversationTitle = Annotated[str, text(0, 200)]
Words = Annotated[str, title(MOST_SAID)]


class ConversationCreate(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Plans for the week"}]})

    title: ConversationTitle = Field(
        "", description="Left out, the first thing you say becomes the title."
    )


class ConversationUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "The garden"}]})

    title: ConversationTitle = absent()


class MessageCreate(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"content": "I have two hours on Saturday."}]}
    )

    content: Words


class ToolCallShown(Answer):
    """A tool the coach used while it answered."""

    id: str
    name: str
    arguments: str = Field(description="As the model wrote them: JSON, well-formed or not.")
    result: Any = None
    status: Literal["done", "proposed", "refused"]
    duration_ms: int


class SaidResponse(Answer):
    """Something said. Its content is text and never markup: show it as such, and load no picture it names."""

    id: UUID
    conversation_id: UUID
    seq: int = Field(description="Its place in the conversation.")
    role: Literal["user", "assistant"]
    content: str
    state: Literal["complete", "interrupted"]
    model: str | None = Field(description="What answered; `rules` where no model was asked.")
    tokens_in: int | None
    tokens_out: int | None
    tool_calls: list[ToolCallShown]
    run_id: UUID | None
    created_at: datetime


class MessagePage(Answer):
    items: list[SaidResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class ConversationResponse(Answer):
    id: UUID
    user_id: UUID
    title: str
    kind: Literal["chat", "onboarding"]
    last_message_at: datetime
    created_at: datetime
    updated_at: datetime
    version: int


class ConversationPage(Answer):
    items: list[ConversationResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class ConversationDetail(ConversationResponse):
    """A conversation with the newest 50 things said in it, in the order they were said."""

    messages: list[SaidResponse]
    next_cursor: str | None = Field(
        description="The `cursor` of `/conversations/{id}/messages` for what was said before them."
    )


class ChatRequest(Strict):
    model_config = ConfigDict(json_schema_extra={"examples": [{"message": "What is due today?"}]})

    message: Words
    conversation_id: UUID | None = Field(
        None, description="Where it goes on; without one a new conversation begins."
    )


class ChatResponse(Answer):
    reply: str = Field(description="Text, not markup.")
    conversation_id: UUID
    run_id: UUID
    message_id: UUID | None
    source: Literal["model", "rules"]
    state: Literal["complete", "interrupted"] = Field(
        description="`interrupted` when it was stopped meanwhile, from another device."
    )
    proposals: list[ProposalResponse] = Field(
        description="What waits for your yes: nothing of it is done yet."
    )


class BudgetResponse(Answer):
    """What you asked of the model today, by your own day; a limit is null where there is none."""

    requests: int
    tokens: int
    daily_requests: int | None
    daily_tokens: int | None


class CoachStatusResponse(Answer):
    source: Literal["model", "rules"] = Field(
        description="What answers: a model, or rules where none is configured."
    )
    model: str | None
    available: bool = Field(
        description="False while a model that failed again and again is given a rest."
    )
    budget: BudgetResponse
    detail: str
