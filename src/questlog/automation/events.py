"""The event log: written in the transaction of the change it tells, read by everyone after the commit."""

from collections.abc import Iterable, Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Executable, Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import bells
from questlog.automation.models import Event, EventCounter, UndoState
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.ids import new_id
from questlog.core.prepared import prepared

PENDING = "pending_events"
REPLACED = "pending_undo_states"
CONSEQUENCES = "pending_consequences"
EVENTS = cast(Table, Event.__table__)
COUNTERS = cast(Table, EventCounter.__table__)
UNDO_STATES = cast(Table, UndoState.__table__)
INSERT = insert(EVENTS)
INSERT_REPLACED = insert(UNDO_STATES)
type Touched = tuple[str, UUID, int]


def record(
    session: Session,
    user_id: UUID,
    type_: str,
    subject: tuple[str, UUID | None],
    *,
    payload: dict[str, Any] | None = None,
    touched: Iterable[Touched] = (),
    before: Mapping[str, Any] | None = None,
    is_consequence: bool = False,
) -> UUID:
    """Add an event to the caller's transaction and return its id: it survives exactly when the change does.

    `type_` is a noun and a past participle (`task.completed`), `subject` the kind and id of what it happened to,
    `payload` small and JSON; it is frozen here. `before` is what the change replaced (`planning/images.py`), for the
    changes that are undone by it; a batch or an import is one event after those of its parts, and its `before` names
    them: `{"children": [ids]}`. A consequence follows from another event and is never the one an answer names. Actor
    and correlation id come from the session.
    """
    event_id, now = new_id(), clock.now()
    if is_consequence:
        session.info.setdefault(CONSEQUENCES, set()).add(event_id)
    if before:
        session.info.setdefault(REPLACED, {})[event_id] = {
            "event_id": event_id,
            "user_id": user_id,
            "before": dict(before),
            "created_at": now,
        }
    session.info.setdefault(PENDING, []).append(
        {
            "id": event_id,
            "user_id": user_id,
            "type": type_,
            "actor": session.info.get("actor", "system"),
            "subject_type": subject[0],
            "subject_id": subject[1],
            "payload": payload or {},
            "touched": [[kind, str(id_), version] for kind, id_, version in touched],
            "correlation_id": session.info.get("request_id"),
            "created_at": now,
        }
    )
    return event_id


def hand_over(session: Session, event_id: UUID) -> tuple[list[Touched], dict[str, Any]]:
    """Return what an event of this transaction touched and replaced; from then on it cannot be undone by itself.

    So the event that stands for a whole takes over from one of its parts.
    """
    event = next(one for one in session.info[PENDING] if one["id"] == event_id)
    state = session.info.get(REPLACED, {}).pop(event_id, {"before": {}})
    touched = [(kind, UUID(id_), version) for kind, id_, version in event["touched"]]
    return touched, state["before"]


def touched_too(session: Session, event_id: UUID, touched: Iterable[Touched]) -> None:
    """Say what else an event of this transaction touched, besides what its verb named."""
    event = next(one for one in session.info[PENDING] if one["id"] == event_id)
    event["touched"] += [[kind, str(id_), version] for kind, id_, version in touched]


def last_recorded(session: Session) -> UUID | None:
    """Return the id of the newest event of this transaction that follows from no other: the one an undo would name."""
    ids: list[UUID] = [event["id"] for event in session.info.get(PENDING, ())]
    following = session.info.get(CONSEQUENCES, ())
    return next((id_ for id_ in reversed(ids) if id_ not in following), ids[-1] if ids else None)


async def write_recorded(session: Session) -> None:
    """Number and store what was recorded. The closing hook of every writer (`core/db.py`).

    The counter is the last lock a transaction takes and is held to its commit; so `seq` follows the order of commits
    and has no gaps.
    """
    session.info["last_event_id"] = last_recorded(session)
    pending: list[dict[str, Any]] = session.info.pop(PENDING, [])
    if not pending:
        return
    whose = sorted({event["user_id"] for event in pending})
    for user_id in whose:
        mine = [event for event in pending if event["user_id"] == user_id]
        last = await _advance(session, user_id, len(mine))
        for seq, event in enumerate(mine, start=last - len(mine) + 1):
            event["seq"] = seq
    await session.execute(INSERT, pending)
    replaced: dict[UUID, dict[str, Any]] = session.info.pop(REPLACED, {})
    if kept := [replaced[event["id"]] for event in pending if event["id"] in replaced]:
        await session.execute(INSERT_REPLACED, kept)
    bells.ring_when_committed(session, whose)


@prepared
def _moved_on(user_id: UUID, by: int) -> Executable:
    return (
        update(COUNTERS)
        .where(COUNTERS.c.user_id == user_id)
        .values(last_seq=COUNTERS.c.last_seq + by)
        .returning(COUNTERS.c.last_seq)
    )


async def _advance(session: Session, user_id: UUID, by: int) -> int:
    moved = await session.scalar(*_moved_on(user_id, by))
    if moved is not None:
        return int(moved)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(COUNTERS).values(user_id=user_id, last_seq=by)
    first = first.on_conflict_do_update(
        index_elements=["user_id"], set_={"last_seq": COUNTERS.c.last_seq + by}
    )
    return int((await session.execute(first.returning(COUNTERS.c.last_seq))).scalar_one())
