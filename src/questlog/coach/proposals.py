"""Proposals: a call the coach would like to make, kept to the letter until its user says yes or no.

One is bound to the tool and to its arguments, is decided once, and expires after 24 hours (S-125). What is accepted runs
through the same flow as the user's own buttons, in one transaction with the decision.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import Row, insert, select, update

from questlog.automation import events
from questlog.clients import language
from questlog.coach.conversations import PROPOSALS
from questlog.coach.proposal_words import summary
from questlog.coach.toolbox import Who
from questlog.coach.tools import TOOLS, CoachTool
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import (
    AuthorizationError,
    ConflictError,
    NotFoundError,
    QuestlogError,
)
from questlog.core.ids import new_id
from questlog.core.pagination import PageRequest, Slice, SortKey
from questlog.core.schemas import Strict
from questlog.planning.lists import WireRow, page_of

LIFE = timedelta(hours=24)
EXPIRED_AT_ONCE = 200
SHOWN = tuple(column for column in PROPOSALS.c if column.name not in ("digest", "call_id"))
NEWEST_FIRST = (SortKey(PROPOSALS.c.id, descending=True),)


class ProposalNotFoundError(NotFoundError):
    code = "proposal_not_found"
    default_message = "There is no such proposal."


class NotYourProposalError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


class ProposalDecidedError(ConflictError):
    """`details` has the `state` it is in."""

    code = "proposal_decided"
    default_message = (
        "This proposal was decided already, or its 24 hours are over. Ask the coach again."
    )


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal after its decision, with what came of it."""

    row: Mapping[str, Any]
    result: dict[str, Any] | None = None


async def propose(
    session: Session, who: Who, tool: CoachTool, arguments: Strict, *, call_id: str, origin: str
) -> dict[str, Any]:
    """Keep a call until it is decided and return it as it is shown. The same call of a run is proposed once."""
    asked = to_jsonable_python(arguments.model_dump(exclude_unset=True))
    now = clock.now()
    row = {
        "id": new_id(),
        "user_id": who.user_id,
        "conversation_id": who.conversation_id,
        "run_id": who.run_id,
        "call_id": call_id,
        "tool": tool.name,
        "arguments": asked,
        "digest": digest(tool.name, asked),
        "summary": summary(tool.name, asked, who.locale),
        "origin": origin,
        "state": "open",
        "expires_at": now + LIFE,
        "created_at": now,
        "version": 1,
    }
    if who.run_id is not None and (known := await _known(session, who, call_id)) is not None:
        return shown(known)
    await session.execute(insert(PROPOSALS).values(**row))
    _record(session, row, "proposal.made")
    return shown(row)


async def _known(session: Session, who: Who, call_id: str) -> Mapping[str, Any] | None:
    mine = (PROPOSALS.c.user_id == who.user_id, PROPOSALS.c.run_id == who.run_id)
    found = await session.execute(select(PROPOSALS).where(*mine, PROPOSALS.c.call_id == call_id))
    row = found.first()
    return None if row is None else dict(row._mapping)


def digest(tool: str, arguments: Mapping[str, Any]) -> str:
    """Return what binds a proposal to its call: SHA-256 over the tool and its arguments in canonical JSON."""
    ordered = {name: arguments[name] for name in sorted(arguments)}
    return hashlib.sha256(language.as_json([tool, ordered]).encode()).hexdigest()


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a proposal as a socket or a conversation shows it."""
    names = ("id", "tool", "arguments", "summary", "state", "expires_at")
    told: dict[str, Any] = to_jsonable_python({name: row[name] for name in names})
    return told


async def page(
    session: Session, user_id: UUID, request: PageRequest, *, state: str | None = None
) -> Slice[WireRow]:
    """Return the user's proposals, newest first."""
    mine = select(*SHOWN).where(PROPOSALS.c.user_id == user_id)
    if state is not None:
        mine = mine.where(PROPOSALS.c.state == state)
    return await page_of(session, mine, NEWEST_FIRST, request)


async def get(session: Session, user_id: UUID, proposal_id: UUID) -> Row[Any]:
    """Raises `ProposalNotFoundError`, `NotYourProposalError`."""
    found = await session.execute(select(PROPOSALS).where(PROPOSALS.c.id == proposal_id))
    row = found.first()
    if row is None:
        raise ProposalNotFoundError()
    if row.user_id != user_id:
        raise NotYourProposalError()
    return row


async def accept(session: Session, who: Who, proposal_id: UUID) -> Decided:
    """Do what was proposed, once. Raises `ProposalDecidedError`, and whatever the flow refuses it with."""
    row = await _decide(session, who.user_id, proposal_id, "accepted")
    tool = TOOLS[row["tool"]]
    if digest(row["tool"], row["arguments"]) != row["digest"]:
        raise ProposalDecidedError(details={"state": "changed"})
    arguments = tool.takes.model_validate(row["arguments"])
    result = to_jsonable_python(await tool.run(session, who, arguments))
    kept = update(PROPOSALS).where(
        PROPOSALS.c.id == proposal_id, PROPOSALS.c.user_id == who.user_id
    )
    await session.execute(kept.values(result=result))
    _record(session, row, "proposal.accepted")
    return Decided({**row, "result": result}, result)


async def reject(session: Session, user_id: UUID, proposal_id: UUID) -> Decided:
    """Raises `ProposalDecidedError`, `ProposalNotFoundError`, `NotYourProposalError`."""
    row = await _decide(session, user_id, proposal_id, "rejected")
    _record(session, row, "proposal.rejected")
    return Decided(row)


async def _decide(session: Session, user_id: UUID, proposal_id: UUID, state: str) -> dict[str, Any]:
    now = clock.now()
    still_open = (PROPOSALS.c.state == "open", PROPOSALS.c.expires_at > now)
    mine = (PROPOSALS.c.id == proposal_id, PROPOSALS.c.user_id == user_id)
    values = {"state": state, "decided_at": now, "version": PROPOSALS.c.version + 1}
    decided = await session.execute(
        update(PROPOSALS).where(*mine, *still_open).values(**values).returning(*PROPOSALS.c)
    )
    row = decided.first()
    if row is None:
        found = await get(session, user_id, proposal_id)
        is_late = found.state == "open"
        raise ProposalDecidedError(details={"state": "expired" if is_late else found.state})
    return dict(row._mapping)


async def mark_failed(
    session: Session, user_id: UUID, proposal_id: UUID, error: QuestlogError
) -> None:
    """Note that an accepted call was refused; it will not be tried again."""
    mine = (PROPOSALS.c.id == proposal_id, PROPOSALS.c.user_id == user_id)
    values = {
        "state": "failed",
        "decided_at": clock.now(),
        "result": {"code": error.code, "detail": str(error)},
        "version": PROPOSALS.c.version + 1,
    }
    await session.execute(
        update(PROPOSALS).where(*mine, PROPOSALS.c.state == "open").values(**values)
    )


async def accept_or_note(database: Database, who: Who, proposal_id: UUID) -> Decided:
    """Accept, and keep the refusal if there is one; it is raised again."""
    try:
        return await database.write(accept, who, proposal_id)
    except (ProposalDecidedError, ProposalNotFoundError, NotYourProposalError):
        raise
    except QuestlogError as error:
        await database.write(mark_failed, who.user_id, proposal_id, error)
        raise


async def expire(session: Session) -> int:
    """Close some of what nobody decided in time; return how many."""
    late = select(PROPOSALS.c.id).where(
        PROPOSALS.c.state == "open", PROPOSALS.c.expires_at <= clock.now()
    )
    values = {"state": "expired", "decided_at": clock.now(), "version": PROPOSALS.c.version + 1}
    closed = await session.execute(
        update(PROPOSALS)
        .where(PROPOSALS.c.id.in_(late.limit(EXPIRED_AT_ONCE)), PROPOSALS.c.state == "open")
        .values(**values)
        .returning(*PROPOSALS.c)
    )
    rows = closed.all()
    for row in rows:
        _record(session, dict(row._mapping), "proposal.expired")
    return len(rows)


def _record(session: Session, row: Mapping[str, Any], type_: str) -> None:
    events.record(
        session,
        row["user_id"],
        type_,
        ("proposal", row["id"]),
        payload={"tool": row["tool"], "summary": row["summary"]},
        touched=[("proposal", row["id"], row["version"])],
        is_consequence=True,
    )


def detached(who: Who) -> Who:
    """Return the same user outside any run: for a decision made elsewhere."""
    return replace(who, conversation_id=None, run_id=None)
