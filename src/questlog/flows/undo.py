"""Undoing a change by its event, for a day: the state before it comes back, unless something later depends on it.

Everything happens in one transaction, or nothing does. An undo is a change of its own, with an event that can be
undone in turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.exc import IntegrityError

from questlog.automation import event_log, events, undo_states
from questlog.automation.events import Touched
from questlog.core import clock
from questlog.core.db import Session
from questlog.flows import rewards, undo_inverses
from questlog.flows.reopen_task import reopen_task
from questlog.flows.undo_inverses import COMPLETED, UNDONE, AlreadyUndoneError, Change
from questlog.flows.undo_order import check_unmoved, left_by
from questlog.planning import goals, hindrances, task_tree
from questlog.planning.hindrances import CannotUndoError, named
from questlog.planning.images import Image
from questlog.planning.putting_back import put_back
from questlog.planning.replaced import Name, Replaced, replaced_by

# What undoes an undo that found everything as it should be.
NOTHING: Image = {"was": []}


@dataclass(frozen=True)
class Undone:
    """`event_id` names the undoing, `change` what it undid; `touched` what moved, with the versions it has now."""

    event_id: UUID
    change: Change
    touched: Sequence[Touched]


async def undo(session: Session, user_id: UUID, event_id: UUID, *, timezone: str) -> Undone:
    """Take back what an event tells of, and with it what it brought in the game.

    Raises `EventNotFoundError`, `NotYourEventError`, `AlreadyUndoneError`, `UndoExpiredError`, `NotUndoableError`,
    and `CannotUndoError`, whose `details` say what is in the way; then nothing has changed.
    """
    await event_log.get(session, user_id, event_id)
    await goals.hold_shape(session, user_id)
    await task_tree.hold(session, user_id)
    changes = await _with_its_parts(session, user_id, event_id)
    replaced = replaced_by(map(undo_inverses.image_of, changes))
    left = left_by(changes)
    for name in left:
        replaced.move(name)
    await check_unmoved(session, user_id, changes, replaced)
    await hindrances.check_before(session, user_id, replaced)
    back = Back(session, user_id, timezone)
    try:
        await back.take(changes, left)
        await hindrances.check_after(session, user_id, replaced)
    except IntegrityError as error:
        raise CannotUndoError("does_not_fit", []) from error
    undone_by = back.record(changes[0])
    if not await undo_states.enter(session, user_id, changes, undone_by=undone_by):
        raise AlreadyUndoneError()
    return Undone(undone_by, changes[0], back.moved)


async def _with_its_parts(session: Session, user_id: UUID, event_id: UUID) -> list[Change]:
    """Return the change, and behind it those it is made of in their order; all of them can be undone."""
    [whole] = map(_change, await event_log.some(session, user_id, [event_id]))
    undo_inverses.check(whole)
    ids = undo_inverses.children_of(whole)
    told = [_change(row) for row in await event_log.some(session, user_id, ids)]
    # What the game tells of follows from the plans.
    parts = [part for part in told if undo_inverses.is_possible(part)]
    if alone := [part for part in parts if part.undone_by is not None]:
        raise CannotUndoError("partly_undone", [named("event", part.id) for part in alone])
    for part in parts:
        undo_inverses.check(part)
    return [whole, *parts]


def _change(row: Row[Any]) -> Change:
    return Change(
        row.id,
        row.seq,
        row.type,
        (row.subject_type, row.subject_id),
        [(kind, UUID(id_), version) for kind, id_, version in row.touched],
        row.payload,
        row.created_at,
        row.undone_by,
        row.before,
    )


@dataclass
class Back:
    """The way back: what it moved so far, and what it replaced."""

    session: Session
    user_id: UUID
    timezone: str
    touched: list[Touched] = field(default_factory=list)
    before: list[Image] = field(default_factory=list)
    parts: list[UUID] = field(default_factory=list)

    async def take(self, changes: Sequence[Change], left: Iterable[Name]) -> None:
        """Take the changes back, the last one first; those between two completions are put back at once."""
        run: list[Change] = []
        for change in reversed(changes):
            if change.type != COMPLETED:
                run.insert(0, change)
                continue
            await self._put_back(run)
            await self._reopen(change)
            run = []
        await self._put_back(run, left)

    async def _put_back(self, run: Iterable[Change], left: Iterable[Name] = ()) -> None:
        replaced = replaced_by(map(undo_inverses.image_of, run))
        there = {(kind, (id_,)) for kind, id_, _ in self.touched}
        for name in left:
            if name not in there:
                replaced.move(name)
        done = await put_back(self.session, self.user_id, replaced, now=clock.now())
        self.touched += done.touched
        self.before.append(done.before)
        await rewards.follow_undo(
            self.session,
            self.user_id,
            occurrences=_moved(replaced, "occurrence", "reopened_at"),
            goals=_moved(replaced, "goal", "completed_at"),
            timezone=self.timezone,
        )

    async def _reopen(self, change: Change) -> None:
        """Everything a completion brought about is taken back by the flow that knows it."""
        task_id = change.touched[0][1]
        opened = await reopen_task(self.session, self.user_id, task_id, timezone=self.timezone)
        if opened.receipt is None or "event_id" not in opened.receipt:
            raise CannotUndoError("changed_since", [named("task", task_id)])
        event_id = UUID(opened.receipt["event_id"])
        touched, before = events.hand_over(self.session, event_id)
        self.touched += touched
        self.before.append(before)
        self.parts.append(event_id)

    @property
    def moved(self) -> list[Touched]:
        """What moved, each with its last version."""
        versions: dict[tuple[str, UUID], int] = {}
        for kind, id_, version in self.touched:
            versions[kind, id_] = max(version, versions.get((kind, id_), 0))
        return [(kind, id_, version) for (kind, id_), version in versions.items()]

    def record(self, change: Change) -> UUID:
        undone = {"id": str(change.id), "type": change.type, "seq": change.seq}
        payload: dict[str, Any] = {"undone": undone}
        if self.parts:
            payload["events"] = [str(id_) for id_ in self.parts]
        return events.record(
            self.session,
            self.user_id,
            UNDONE,
            change.subject,
            payload=payload,
            touched=self.moved,
            before=replaced_by(self.before).image() or NOTHING,
        )


def _moved(replaced: Replaced, kind: str, column: str) -> list[UUID]:
    """Return the objects of a kind that got another value in a column."""
    return [key[0] for (name, key), row in replaced.was.items() if name == kind and column in row]
