"""Talks with the coach over HTTP."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from questlog.api.deps import ExpectedVersion, Page, PathId, Reader, UserId, Writer
from questlog.api.pages import page_answer
from questlog.api.routing import HouseRouter
from questlog.coach import conversations
from questlog.coach.conversation_schemas import (
    ConversationCreate,
    ConversationDetail,
    ConversationPage,
    ConversationResponse,
    ConversationUpdate,
    MessageCreate,
    MessagePage,
    SaidResponse,
)
from questlog.coach.models import Conversation

router = HouseRouter(prefix="/conversations", tags=["conversations"])


@router.get("", response_model=ConversationPage)
async def list_conversations(
    request: Request, page: Page, user_id: UserId, session: Reader
) -> Response:
    """List your talks with the coach, the one spoken in last first."""
    found = await conversations.get_user_conversations(session, user_id, page)
    return page_answer(request, found, found.items)


@router.post("", status_code=201, response_model=ConversationResponse)
async def create_conversation(
    body: ConversationCreate, user_id: UserId, session: Writer
) -> Conversation:
    """Begin a talk with the coach."""
    return await conversations.create_conversation(session, user_id, title=body.title)


@router.get("/{conversation_id}", response_model=ConversationDetail)
async def get_conversation(
    conversation_id: PathId, user_id: UserId, session: Reader
) -> Mapping[str, Any]:
    """Give a talk with the newest 50 things said in it, in their order, and where what came before them is."""
    return await conversations.with_messages(session, user_id, conversation_id)


@router.patch("/{conversation_id}", response_model=ConversationResponse)
async def update_conversation(
    conversation_id: PathId,
    body: ConversationUpdate,
    expected: ExpectedVersion,
    user_id: UserId,
    session: Writer,
) -> Conversation:
    """Give a talk another title."""
    return await conversations.change(
        session, user_id, conversation_id, body.changes, expected_version=expected
    )


@router.delete("/{conversation_id}", status_code=204)
async def delete_conversation(
    conversation_id: PathId, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> None:
    """Delete a talk with all that was said in it. What was proposed there and waits is closed; what was done stays."""
    await conversations.delete_conversation(
        session, user_id, conversation_id, expected_version=expected
    )


@router.get("/{conversation_id}/messages", response_model=MessagePage)
async def list_messages(
    request: Request, conversation_id: PathId, page: Page, user_id: UserId, session: Reader
) -> Response:
    """List what was said, the newest first."""
    found = await conversations.messages_of(session, user_id, conversation_id, page)
    return page_answer(request, found, found.items)


@router.post("/{conversation_id}/messages", status_code=201, response_model=SaidResponse)
async def add_message(
    conversation_id: PathId, body: MessageCreate, user_id: UserId, session: Writer
) -> Mapping[str, Any]:
    """Note something in a talk without asking for an answer: the coach reads it when you speak to it next.

    To be answered, use `/ai/chat` or the socket `/ws/agent`.
    """
    return await conversations.add_and_show(session, user_id, conversation_id, body.content)
