"""Proposals: a call the coach would like to make, kept to the letter until its user says yes or no.

One is bound to its conversation, its call and its arguments, is decided once, and expires after 24 hours (S-125). What
is accepted runs through the same flow as the user's own buttons, in one transaction with the decision, and only while
what it would change is what it was when it was proposed (`standings.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, Row, func, insert, select, update

from questlog.automation import events
from questlog.coach import named_things, standings, waiting
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
    UnavailableError,
)
from questlog.core.ids import new_id
from questlog.core.schemas import Strict
from questlog.core.translations import translated

LIFE = timedelta(hours=24)
MOST_OPEN = 100
LONGEST_CALL_ID = 128
FROM_OUTSIDE = "mcp"


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


class ProposalOutdatedError(ConflictError):
    code = "proposal_outdated"
    default_message = "This proposal does not fit any more. Ask the coach again."


class TooManyProposalsError(ConflictError):
    code = "too_many_proposals"
    default_message = "{most} proposals wait for a decision, which is the most. Decide some first."

    def __init__(self) -> None:
        super().__init__(details={"most": MOST_OPEN})


NOT_TRIED = (ProposalDecidedError, ProposalNotFoundError, NotYourProposalError, UnavailableError)


@dataclass(frozen=True, slots=True)
class Made:
    """A proposal as its row; one that was made before is not new."""

    row: Mapping[str, Any]
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Decided:
    """A proposal after its decision, with what came of it; an undo of that would name the event."""

    row: Mapping[str, Any]
    result: dict[str, Any] | None = None
    event_id: UUID | None = None


async def propose(
    session: Session, who: Who, tool: CoachTool, arguments: Strict, *, call_id: str, origin: str
) -> Made:
    """Keep a call until it is decided. Who repeats a call, a run or an agent that tries again, proposes it once.

    Raises `UnknownReferenceError` for ids that name nothing of the user's, `TooManyProposalsError`, and what the call
    would be refused with if the user said yes now.
    """
    await waiting.for_others(session, who.user_id)
    asked = to_jsonable_python(arguments.model_dump(exclude_unset=True))
    earlier = await _earlier(session, who)
    same = [row for row in earlier if (row["tool"], row["arguments"]) == (tool.name, asked)]
    for row in same:
        if row["state"] != "open":
            return Made(row, is_new=False)
    named = await named_things.titles(session, who.user_id, asked)
    standing = await tool.look(session, who, arguments)
    seen = standings.seal(standing)
    for row in same:
        if row["seen"] == seen:
            return Made(row, is_new=False)
    await _check_room(session, who.user_id)
    taken = {row["call_id"] for row in earlier}
    row = _row(who, tool.name, asked, call_id=_call_id(call_id, taken), seen=seen)
    told = {"due_date": standing["due_on"], **asked} if standing.get("due_on") else asked
    row |= {"summary": summary(tool.name, told, named, who.locale), "origin": origin}
    await session.execute(insert(PROPOSALS).values(**row))
    _record(session, row, "proposal.made")
    return Made({**row, "result": None, "decided_at": None})


def _row(
    who: Who, tool: str, asked: dict[str, Any], *, call_id: str, seen: str | None
) -> dict[str, Any]:
    now = clock.now()
    row = {
        "id": new_id(),
        "user_id": who.user_id,
        "conversation_id": who.conversation_id,
        "run_id": who.run_id,
        "call_id": call_id,
        "tool": tool,
        "arguments": asked,
        "seen": seen,
        "state": "open",
        "expires_at": now + LIFE,
        "created_at": now,
        "version": 1,
    }
    return {**row, "digest": digest(row)}


async def _earlier(session: Session, who: Who) -> list[Mapping[str, Any]]:
    """Return what the same run proposed, or what waits of agents that come from outside and keep no run."""
    if who.run_id is not None:
        same = [PROPOSALS.c.run_id == who.run_id]
    elif who.origin == FROM_OUTSIDE:
        same = [PROPOSALS.c.origin == FROM_OUTSIDE, *_waiting()]
    else:
        return []
    mine = select(PROPOSALS).where(PROPOSALS.c.user_id == who.user_id, *same)
    found = await session.execute(mine)
    return [dict(row._mapping) for row in found]


def _waiting() -> list[ColumnElement[bool]]:
    return [PROPOSALS.c.state == "open", PROPOSALS.c.expires_at > clock.now()]


async def _check_room(session: Session, user_id: UUID) -> None:
    mine = select(func.count()).where(PROPOSALS.c.user_id == user_id, *_waiting())
    if (await session.scalar(mine) or 0) >= MOST_OPEN:
        raise TooManyProposalsError()


def _call_id(asked: str, taken: set[str]) -> str:
    """Return the call's own id, or one like it: some models number the calls of each answer from one."""
    first = asked[: LONGEST_CALL_ID - 8]
    return next(
        one
        for one in (first, *(f"{first}#{number}" for number in range(2, len(taken) + 3)))
        if one not in taken
    )


def digest(row: Mapping[str, Any]) -> str:
    """Return what binds a proposal to its call: SHA-256 over where it comes from, its tool, its arguments, what was seen."""
    where = [str(row.get(name)) for name in ("user_id", "conversation_id", "call_id", "seen")]
    ordered = [[name, row["arguments"][name]] for name in sorted(row["arguments"])]
    return standings.fingerprint([*where, row["tool"], ordered])


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a proposal as a socket or a conversation shows it."""
    names = ("id", "tool", "arguments", "summary", "state", "expires_at")
    told: dict[str, Any] = to_jsonable_python({name: row[name] for name in names})
    return told


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
    """Do what was proposed, once.

    Raises `ProposalDecidedError`, `ProposalOutdatedError`, `ProposalNotFoundError`, `NotYourProposalError`, and whatever
    the flow refuses it with.
    """
    who.sign(session)
    row = await _decide(session, who.user_id, proposal_id, "accepted")
    tool, arguments = _call_of(row)
    if row["seen"] is not None:
        standing = await tool.look(session, who, arguments)
        if standings.seal(standing) != row["seen"]:
            raise ProposalOutdatedError()
    result = to_jsonable_python(await tool.run(session, who, arguments))
    kept = update(PROPOSALS).where(
        PROPOSALS.c.id == proposal_id, PROPOSALS.c.user_id == who.user_id
    )
    await session.execute(kept.values(result=result))
    _record(session, row, "proposal.accepted")
    return Decided({**row, "result": result}, result, events.last_recorded(session))


def _call_of(row: Mapping[str, Any]) -> tuple[CoachTool, Strict]:
    """Return the call that was proposed, to the letter. Raises `ProposalOutdatedError`."""
    tool = TOOLS.get(row["tool"])
    if tool is None or digest(row) != row["digest"]:
        raise ProposalOutdatedError()
    try:
        return tool, tool.takes.model_validate(row["arguments"])
    except ValidationError:
        raise ProposalOutdatedError() from None


async def reject(session: Session, user_id: UUID, proposal_id: UUID) -> Decided:
    """Raises `ProposalDecidedError`, `ProposalNotFoundError`, `NotYourProposalError`."""
    row = await _decide(session, user_id, proposal_id, "rejected")
    _record(session, row, "proposal.rejected")
    return Decided(row)


async def _decide(session: Session, user_id: UUID, proposal_id: UUID, state: str) -> dict[str, Any]:
    mine = (PROPOSALS.c.id == proposal_id, PROPOSALS.c.user_id == user_id)
    values = {"state": state, "decided_at": clock.now(), "version": PROPOSALS.c.version + 1}
    decided = await session.execute(
        update(PROPOSALS).where(*mine, *_waiting()).values(**values).returning(*PROPOSALS.c)
    )
    row = decided.first()
    if row is None:
        found = await get(session, user_id, proposal_id)
        is_late = found.state == "open"
        raise ProposalDecidedError(details={"state": "expired" if is_late else found.state})
    return dict(row._mapping)


async def mark_failed(session: Session, who: Who, proposal_id: UUID, error: QuestlogError) -> None:
    """Note that an accepted call was refused; it will not be tried again."""
    who.sign(session)
    mine = (PROPOSALS.c.id == proposal_id, PROPOSALS.c.user_id == who.user_id)
    values = {
        "state": "failed",
        "decided_at": clock.now(),
        "result": {"code": error.code, "detail": in_words(error, who.locale)},
        "version": PROPOSALS.c.version + 1,
    }
    open_one = update(PROPOSALS).where(*mine, PROPOSALS.c.state == "open")
    row = (await session.execute(open_one.values(**values).returning(*PROPOSALS.c))).first()
    if row is not None:
        _record(session, dict(row._mapping), "proposal.failed")


def in_words(error: QuestlogError, locale: str) -> str:
    """Return the sentence of an error, with what it is about."""
    return translated(error.message, locale, error.details)


async def accept_or_note(database: Database, who: Who, proposal_id: UUID) -> Decided:
    """Accept, and keep the refusal if there is one; it is raised again."""
    try:
        return await database.write(accept, who, proposal_id)
    except NOT_TRIED:
        raise
    except QuestlogError as error:
        await database.write(mark_failed, who, proposal_id, error)
        raise


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
