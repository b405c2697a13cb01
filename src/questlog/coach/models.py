"""The coach's tables: what was said, what is being thought, what was proposed, and what it remembers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from questlog.core.db import Base
from questlog.core.types import Id, Json, Moment

RUNNING = text("state = 'running'")
OPEN = text("state = 'open'")


def _owner(*, is_key: bool = False) -> Mapped[UUID]:
    return mapped_column(Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=is_key)


def _zero() -> Mapped[int]:
    return mapped_column(server_default=text("0"), default=0)


class Conversation(Base):
    """A talk with the coach. `last_seq` numbers its messages without gaps."""

    __tablename__ = "conversations"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    title: Mapped[str] = mapped_column(String(200), server_default="", default="")
    kind: Mapped[str] = mapped_column(String(16), server_default="chat", default="chat")
    last_seq: Mapped[int] = _zero()
    onboarding: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """How far an onboarding has come: what was asked and what was answered."""
    last_message_at: Mapped[datetime] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        CheckConstraint("kind IN ('chat', 'onboarding')", name="kind_known"),
        Index("ix_conversations_order", "user_id", "last_message_at", "id"),
    )


class Message(Base):
    """Something said. `tool_calls` are `[{id, name, arguments, result, status, duration_ms}, …]` in their order."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    conversation_id: Mapped[UUID] = mapped_column(Id)
    seq: Mapped[int]
    role: Mapped[str] = mapped_column(String(16))
    content: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), server_default="complete", default="complete")
    """An answer that was stopped or broke off is `interrupted`."""
    model: Mapped[str | None] = mapped_column(String(200))
    """What answered; `rules` where no model was asked."""
    tokens_in: Mapped[int | None]
    tokens_out: Mapped[int | None]
    tool_calls: Mapped[list[Any]] = mapped_column(Json)
    run_id: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("run_id", "role"),
        ForeignKeyConstraint(
            ["user_id", "conversation_id"], ["conversations.user_id", "conversations.id"]
        ),
        CheckConstraint("role IN ('user', 'assistant')", name="role_known"),
        CheckConstraint("state IN ('complete', 'interrupted')", name="state_known"),
    )


class Run(Base):
    """One turn of the agent, which outlives sockets and processes.

    Whoever thinks holds a lease until `leased_until` and names it (`lease`) with everything it writes. `thread` is what
    the model was told and has answered so far; with it another process goes on. At most one run of a conversation is
    running.
    """

    __tablename__ = "runs"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    conversation_id: Mapped[UUID] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(16), server_default="running", default="running")
    model: Mapped[str] = mapped_column(String(200))
    locale: Mapped[str] = mapped_column(String(8))
    timezone: Mapped[str] = mapped_column(String(64))
    asked_under: Mapped[str | None] = mapped_column(String(64))
    """The name of the request that began it, where it may be made twice."""
    thread: Mapped[list[Any]] = mapped_column(Json)
    rounds: Mapped[int] = _zero()
    calls: Mapped[int] = _zero()
    made: Mapped[list[Any]] = mapped_column(Json)
    """The calls so far, as its message will keep them."""
    tokens_in: Mapped[int] = _zero()
    tokens_out: Mapped[int] = _zero()
    taken_over: Mapped[int] = _zero()
    last_seq: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    stop_asked_at: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    lease: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "asked_under"),
        ForeignKeyConstraint(
            ["user_id", "conversation_id"], ["conversations.user_id", "conversations.id"]
        ),
        CheckConstraint(
            "state IN ('running', 'complete', 'failed', 'interrupted')", name="state_known"
        ),
        Index(
            "ix_runs_running",
            "conversation_id",
            unique=True,
            sqlite_where=RUNNING,
            postgresql_where=RUNNING,
        ),
        Index("ix_runs_leases", "leased_until", sqlite_where=RUNNING, postgresql_where=RUNNING),
        Index("ix_runs_done", "done_at"),
    )


class RunPart(Base):
    """What a run has sent, in order: what a client that was away is sent again."""

    __tablename__ = "run_parts"

    run_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    type: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Moment)

    __table_args__ = (
        ForeignKeyConstraint(["user_id", "run_id"], ["runs.user_id", "runs.id"]),
        Index("ix_run_parts_owner", "user_id", "run_id"),
    )


class Proposal(Base):
    """A call that waits for a yes: exactly this tool with exactly these arguments, once, within 24 hours (S-125)."""

    __tablename__ = "proposals"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    conversation_id: Mapped[UUID | None] = mapped_column(Id)
    run_id: Mapped[UUID | None] = mapped_column(Id)
    call_id: Mapped[str] = mapped_column(String(128))
    tool: Mapped[str] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]] = mapped_column(Json)
    digest: Mapped[str] = mapped_column(String(64))
    """Of where it comes from, its tool, its arguments and what was seen, in canonical JSON."""
    seen: Mapped[str | None] = mapped_column(String(64))
    """Of what it would change, as that stood when it was proposed; null where it changes nothing that is there."""
    summary: Mapped[str] = mapped_column(String(500))
    origin: Mapped[str] = mapped_column(String(16))
    """Who proposes: `agent`, `onboarding`, `plan`, `mcp`."""
    state: Mapped[str] = mapped_column(String(16), server_default="open", default="open")
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("run_id", "call_id"),
        ForeignKeyConstraint(
            ["user_id", "conversation_id"], ["conversations.user_id", "conversations.id"]
        ),
        CheckConstraint(
            "state IN ('open', 'accepted', 'rejected', 'expired', 'failed')", name="state_known"
        ),
        Index("ix_proposals_list", "user_id", "state", "id"),
        Index("ix_proposals_expiry", "expires_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )


class AllowedTool(Base):
    """A tool the user lets the coach use without asking; deleting is never among them."""

    __tablename__ = "allowed_tools"

    user_id: Mapped[UUID] = _owner(is_key=True)
    tool: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Statement(Base):
    """One thing the coach holds to be true of the user. What contradicts a newer one is `replaced_at`, a dated note."""

    __tablename__ = "profile_statements"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    topic: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(String(500))
    source: Mapped[str] = mapped_column(String(16))
    """`onboarding`, `chat` or `hand`."""
    message_id: Mapped[UUID | None] = mapped_column(Id)
    """Where the user said so."""
    noted_on: Mapped[date] = mapped_column(Date)
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)
    replaced_on: Mapped[date | None] = mapped_column(Date)
    """The user's local day at that moment."""
    replaced_by: Mapped[UUID | None] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        CheckConstraint("source IN ('onboarding', 'chat', 'hand')", name="source_known"),
    )


class Retrospective(Base):
    """What is said of a week, once, by the user's days; `week_on` is its first. Editable, and kept as edited."""

    __tablename__ = "retrospectives"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    user_id: Mapped[UUID] = _owner()
    week_on: Mapped[date] = mapped_column(Date)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    achievements: Mapped[list[Any]] = mapped_column(Json)
    difficulties: Mapped[list[Any]] = mapped_column(Json)
    improvements: Mapped[list[Any]] = mapped_column(Json)
    weekly_goals: Mapped[list[Any]] = mapped_column(Json)
    """`[{text, measure, met}, …]`; `measure` is a fact it can be held against, where there is one."""
    source: Mapped[str] = mapped_column(String(16))
    model: Mapped[str | None] = mapped_column(String(200))
    trouble: Mapped[str | None] = mapped_column(String(32))
    """Why the model that there is did not write it."""
    removed: Mapped[list[Any]] = mapped_column(Json)
    """Sentences of the model with numbers that no fact has."""
    edited_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(server_default=text("1"), default=1)

    __table_args__ = (
        UniqueConstraint("user_id", "id"),
        UniqueConstraint("user_id", "week_on"),
        CheckConstraint("source IN ('rules', 'model')", name="source_known"),
    )


class ModelUse(Base):
    """What a user has asked of models on one of their days: what the daily budget is held against."""

    __tablename__ = "model_uses"

    user_id: Mapped[UUID] = _owner(is_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    requests: Mapped[int] = _zero()
    tokens_in: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
    tokens_out: Mapped[int] = mapped_column(BigInteger, server_default=text("0"), default=0)
