"""Conversations with the coach and what was said in them."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete, select, update

from questlog.automation import events
from questlog.coach import messages
from questlog.coach.models import Conversation, Message, Proposal, Run, RunPart
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import NotFoundError
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.planning import ownership
from questlog.planning.lists import WireRow, page_of

CONVERSATIONS = cast(Table, Conversation.__table__)
MESSAGES = cast(Table, Message.__table__)
PROPOSALS = cast(Table, Proposal.__table__)
RUNS = cast(Table, Run.__table__)
PARTS = cast(Table, RunPart.__table__)

EXPIRED = tuple(PROPOSALS.c[name] for name in ("id", "user_id", "tool", "summary", "version"))
NEWEST = 50
SHOWN = tuple(
    CONVERSATIONS.c[name]
    for name in (
        "id",
        "user_id",
        "title",
        "kind",
        "last_message_at",
        "created_at",
        "updated_at",
        "version",
    )
)
SAID = tuple(column for column in MESSAGES.c if column.name != "user_id")
LATEST_FIRST = (
    SortKey(CONVERSATIONS.c.last_message_at, descending=True),
    SortKey(CONVERSATIONS.c.id, descending=True),
)
NEWEST_FIRST = (SortKey(MESSAGES.c.seq, descending=True),)


class ConversationNotFoundError(NotFoundError):
    code = "conversation_not_found"
    default_message = "There is no such conversation."


async def create_conversation(
    session: Session, user_id: UUID, *, title: str = "", kind: str = "chat", last_seq: int = 0
) -> Conversation:
    """Begin a conversation; the places up to `last_seq` are the caller's to fill."""
    now = clock.now()
    conversation = Conversation(
        id=new_id(),
        user_id=user_id,
        title=title,
        kind=kind,
        last_seq=last_seq,
        last_message_at=now,
        created_at=now,
        updated_at=now,
        version=1,
    )
    session.add(conversation)
    await session.flush()
    _record(session, conversation, "conversation.created")
    return conversation


async def get_conversation(session: Session, user_id: UUID, conversation_id: UUID) -> Conversation:
    """Raises `ConversationNotFoundError`, `NotYoursError`."""
    return await ownership.find(
        session, Conversation, user_id, conversation_id, missing=ConversationNotFoundError
    )


async def get_user_conversations(
    session: Session, user_id: UUID, request: PageRequest
) -> Slice[WireRow]:
    """Return the user's conversations, the one spoken in last first."""
    mine = select(*SHOWN).where(CONVERSATIONS.c.user_id == user_id)
    return await page_of(session, mine, LATEST_FIRST, request)


async def messages_of(
    session: Session, user_id: UUID, conversation_id: UUID, request: PageRequest
) -> Slice[WireRow]:
    """Return what was said, newest first. Raises `ConversationNotFoundError`, `NotYoursError`."""
    await get_conversation(session, user_id, conversation_id)
    return await _said_in(session, user_id, conversation_id, request)


async def with_messages(session: Session, user_id: UUID, conversation_id: UUID) -> WireRow:
    """Return a conversation with the newest things said in it, in their order, and a cursor to what came before.

    Raises `ConversationNotFoundError`, `NotYoursError`.
    """
    found = await get_conversation(session, user_id, conversation_id)
    newest = await _said_in(session, user_id, conversation_id, PageRequest(NEWEST))
    shown = {column.name: getattr(found, column.name) for column in SHOWN}
    return {**shown, "messages": newest.items[::-1], "next_cursor": newest.next_cursor}


async def _said_in(
    session: Session, user_id: UUID, conversation_id: UUID, request: PageRequest
) -> Slice[WireRow]:
    mine = (MESSAGES.c.user_id == user_id, MESSAGES.c.conversation_id == conversation_id)
    return await page_of(session, select(*SAID).where(*mine), NEWEST_FIRST, request)


async def change(
    session: Session,
    user_id: UUID,
    conversation_id: UUID,
    changes: Mapping[str, Any],
    *,
    expected_version: int | None = None,
) -> Conversation:
    """Change the title, if it is among the changes.

    Raises `ConversationNotFoundError`, `NotYoursError`, `PreconditionFailedError`.
    """
    conversation = await claim(session, user_id, conversation_id, expected_version=expected_version)
    title = changes.get("title", conversation.title)
    if conversation.title != title:
        conversation.title = title
        conversation.updated_at = clock.now()
        conversation.version += 1
        await session.flush()
        _record(session, conversation, "conversation.updated")
    return conversation


async def claim(
    session: Session, user_id: UUID, conversation_id: UUID, *, expected_version: int | None = None
) -> Conversation:
    return await ownership.claim(
        session,
        Conversation,
        user_id,
        conversation_id,
        missing=ConversationNotFoundError,
        expected_version=expected_version,
    )


async def add_message(
    session: Session,
    user_id: UUID,
    conversation_id: UUID,
    *,
    role: str,
    content: str,
    said: messages.Said | None = None,
) -> UUID:
    """Append a message and return its id. The first thing a user says names a conversation without a title.

    Raises `ConversationNotFoundError`, `NotYoursError`.
    """
    title = messages.title_of(content) if role == "user" else ""
    seq = await next_place(session, user_id, conversation_id, title=title)
    return await messages.put(
        session, user_id, conversation_id, seq, role=role, content=content, said=said
    )


async def next_place(
    session: Session, user_id: UUID, conversation_id: UUID, *, title: str = ""
) -> int:
    """Return the place of the next message, and keep everybody else out of the conversation until the commit.

    A conversation without a title takes the given one. Raises `ConversationNotFoundError`, `NotYoursError`.
    """
    seq = await messages.advance(session, user_id, conversation_id, title)
    if seq is None:
        missing = ConversationNotFoundError
        raise await ownership.explain(
            session, Conversation, user_id, conversation_id, missing=missing
        )
    return seq


async def add_and_show(
    session: Session, user_id: UUID, conversation_id: UUID, content: str
) -> WireRow:
    """Append something the user says and return the message. Raises what `add_message` does."""
    message_id = await add_message(session, user_id, conversation_id, role="user", content=content)
    mine = (MESSAGES.c.id == message_id, MESSAGES.c.user_id == user_id)
    row = (await session.execute(select(*SAID).where(*mine))).one()
    return dict(row._mapping)


async def delete_conversation(
    session: Session, user_id: UUID, conversation_id: UUID, *, expected_version: int | None = None
) -> None:
    """Delete a conversation with all that was said; a run under way in it ends, and so does what waits for a yes.

    Raises `ConversationNotFoundError`, `NotYoursError`, `PreconditionFailedError`.
    """
    conversation = await claim(session, user_id, conversation_id, expected_version=expected_version)
    mine = (RUNS.c.user_id == user_id, RUNS.c.conversation_id == conversation_id)
    runs = select(RUNS.c.id).where(*mine)
    # Locked, so that whoever thinks one of them stores nothing more meanwhile.
    await session.execute(runs.with_for_update())
    await _let_go_of_proposals(session, user_id, conversation_id)
    await session.execute(delete(PARTS).where(PARTS.c.user_id == user_id, PARTS.c.run_id.in_(runs)))
    await session.execute(delete(RUNS).where(*mine))
    said = (MESSAGES.c.user_id == user_id, MESSAGES.c.conversation_id == conversation_id)
    await session.execute(delete(MESSAGES).where(*said))
    await session.delete(conversation)
    await session.flush()
    _record(session, conversation, "conversation.deleted")


async def _let_go_of_proposals(session: Session, user_id: UUID, conversation_id: UUID) -> None:
    """Close what was proposed in a conversation and waits, and let the rest stand without it."""
    own = (PROPOSALS.c.user_id == user_id, PROPOSALS.c.conversation_id == conversation_id)
    version = PROPOSALS.c.version + 1
    still_open = update(PROPOSALS).where(*own, PROPOSALS.c.state == "open")
    closing = still_open.values(state="expired", decided_at=clock.now(), version=version)
    tell_expired(session, await session.execute(closing.returning(*EXPIRED)))
    await session.execute(update(PROPOSALS).where(*own).values(conversation_id=None, run_id=None))


def tell_expired(session: Session, closed: Iterable[Any]) -> int:
    """Record of proposals, as rows of `EXPIRED`, that they were closed undecided; return how many they are."""
    rows = list(closed)
    for row in rows:
        events.record(
            session,
            row.user_id,
            "proposal.expired",
            ("proposal", row.id),
            payload={"tool": row.tool, "summary": row.summary},
            touched=[("proposal", row.id, row.version)],
            is_consequence=True,
        )
    return len(rows)


def _record(session: Session, conversation: Conversation, type_: str) -> None:
    events.record(
        session,
        conversation.user_id,
        type_,
        ("conversation", conversation.id),
        payload={"title": conversation.title, "kind": conversation.kind},
        touched=[("conversation", conversation.id, conversation.version)],
    )
