"""Adding to what was said in a conversation: each message has a place, and one writer at a time takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Executable, Table, case, insert, update

from questlog.coach.models import Conversation, Message
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.prepared import prepared

CONVERSATIONS = cast(Table, Conversation.__table__)
MESSAGES = cast(Table, Message.__table__)
TITLE_FROM = 80
INSERT = insert(MESSAGES)


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in a message besides its text."""

    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    tool_calls: Sequence[dict[str, Any]] = ()
    run_id: UUID | None = None
    state: str = "complete"


async def advance(session: Session, user_id: UUID, conversation_id: UUID, title: str) -> int | None:
    """Return the place of the next message and keep everybody else out until the commit; None where there is no such conversation."""
    seq: int | None = await session.scalar(*_advanced(user_id, conversation_id, clock.now(), title))
    return seq


@prepared
def _advanced(user_id: UUID, conversation_id: UUID, now: datetime, title: str) -> Executable:
    columns = CONVERSATIONS.c
    return (
        update(CONVERSATIONS)
        .where(columns.id == conversation_id, columns.user_id == user_id)
        .values(
            last_seq=columns.last_seq + 1,
            last_message_at=now,
            version=columns.version + 1,
            title=case((columns.title == "", title), else_=columns.title),
        )
        .returning(columns.last_seq)
    )


async def put(
    session: Session,
    user_id: UUID,
    conversation_id: UUID,
    seq: int,
    *,
    role: str,
    content: str,
    said: Said | None = None,
) -> UUID:
    """Keep what was said at a place taken by `advance`, and return its id."""
    said = said or Said()
    message_id = new_id()
    row = {
        "id": message_id,
        "user_id": user_id,
        "conversation_id": conversation_id,
        "seq": seq,
        "role": role,
        "content": content,
        "state": said.state,
        "model": said.model,
        "tokens_in": said.tokens_in,
        "tokens_out": said.tokens_out,
        "tool_calls": list(said.tool_calls),
        "run_id": said.run_id,
        "created_at": clock.now(),
    }
    await session.execute(INSERT, row)
    return message_id


def title_of(content: str) -> str:
    first = content.strip().splitlines()[0] if content.strip() else ""
    return first if len(first) <= TITLE_FROM else f"{first[: TITLE_FROM - 1].rstrip()}…"
