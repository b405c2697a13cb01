"""Places in a list: numbers that may have a fraction, so that a move changes one row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Tuple,
    bindparam,
    func,
    select,
    tuple_,
    update,
)

from questlog.core.db import Base, Session
from questlog.core.exceptions import UnknownReferenceError, ValidationError
from questlog.planning.ownership import alive

STEP = 1024.0
LEAST_GAP = 1e-6  # forty halvings of a step; doubles below LARGEST still tell such neighbours apart
LARGEST = 1e9
WIDE = 1.0  # what a gap is widened to at least
FEWEST_SPREAD = 32

type Within = Sequence[ColumnElement[bool]]
"""Conditions that name the rows of one list."""


class BesideItselfError(ValidationError):
    code = "beside_itself"
    default_message = "Nothing can stand before or after itself."


@dataclass(frozen=True)
class Neighbour:
    """Where something goes: right after `id`, or right before it."""

    id: UUID
    is_before: bool

    @property
    def pointer(self) -> str:
        return "/body/after" if self.is_before else "/body/before"


@dataclass(frozen=True)
class Place:
    """`renumbered` are the ids and versions of rows that had to move up to make room, `before` where they stood."""

    position: float
    renumbered: Sequence[tuple[UUID, int]] = ()
    before: Mapping[UUID, float] = field(default_factory=dict)


async def last(session: Session, model: type[Base], user_id: UUID, *, within: Within = ()) -> float:
    """Return a position behind everything in the list."""
    statement = _last_of(model).where(*within) if within else _last_of(model)
    return (await session.scalar(statement, {"its_owner": user_id}) or 0.0) + STEP


def behind_all_of(model: type[Base]) -> ColumnElement[float]:
    """Return the same as an expression for an INSERT; the statement takes `its_owner` when it is run."""
    return func.coalesce(_last_of(model).scalar_subquery(), 0.0) + STEP


@cache
def _last_of(model: type[Base]) -> Select[float]:
    columns = model.__table__.c
    mine = (columns.user_id == bindparam("its_owner"), *alive(model))
    return select(func.max(columns.position)).where(*mine)


async def beside(
    session: Session,
    model: type[Base],
    user_id: UUID,
    moved_id: UUID,
    neighbour: Neighbour,
    *,
    within: Within = (),
) -> Place:
    """Return the place of `moved_id` next to its new neighbour; a gap that got small is widened.

    Raises `UnknownReferenceError` when the neighbour is not in the user's list, `BesideItselfError`.
    """
    if neighbour.id == moved_id:
        raise BesideItselfError(pointer=neighbour.pointer)
    columns = model.__table__.c
    others = (columns.user_id == user_id, *alive(model), *within, columns.id != moved_id)
    low = await _row_before_gap(session, model, neighbour, others)
    behind = await _rows_behind(session, model, low, others, limit=1)
    high = behind[0].position if behind else low.position + 2 * STEP
    if high - low.position > LEAST_GAP:
        return Place((low.position + high) / 2)
    return await _widen(session, model, low, others)


@dataclass(frozen=True)
class Spot:
    """A place that is taken; the front of the list has no `id`."""

    position: float
    id: UUID | None


FRONT = Spot(0.0, None)


async def _row_before_gap(
    session: Session, model: type[Base], neighbour: Neighbour, others: Within
) -> Spot:
    columns = model.__table__.c
    edge: float | None = await session.scalar(
        select(columns.position).where(*others, columns.id == neighbour.id)
    )
    if edge is None:
        raise UnknownReferenceError(pointer=neighbour.pointer)
    if neighbour.is_before:
        return Spot(edge, neighbour.id)
    ahead = (
        select(columns.position, columns.id)
        .where(*others, _place(model) < _value(model, Spot(edge, neighbour.id)))
        .order_by(columns.position.desc(), columns.id.desc())
    )
    found = (await session.execute(ahead.limit(1))).one_or_none()
    return FRONT if found is None else Spot(found.position, found.id)


async def _rows_behind(
    session: Session, model: type[Base], low: Spot, others: Within, *, limit: int
) -> Sequence[Any]:
    columns = model.__table__.c
    statement = select(columns.id, columns.position, columns.version).where(*others)
    if low.id is not None:
        statement = statement.where(_place(model) > _value(model, low))
    ordered = statement.order_by(columns.position, columns.id).limit(limit)
    rows: Sequence[Any] = (await session.execute(ordered)).all()
    return rows


async def _widen(session: Session, model: type[Base], low: Spot, others: Within) -> Place:
    """Spread the rows behind a gap over the room up to the next ones, as few of them as make it wide enough."""
    count = FEWEST_SPREAD
    while True:
        rows = await _rows_behind(session, model, low, others, limit=count + 1)
        is_end = len(rows) <= count
        spread = rows if is_end else rows[:count]
        step = STEP if is_end else (rows[count].position - low.position) / (count + 2)
        if step > WIDE:
            break
        count *= 8
    table = cast(Table, model.__table__)
    one = update(table).where(table.c.id == bindparam("its_id"))
    moves = [
        {"its_id": row.id, "position": low.position + step * place, "version": row.version + 1}
        for place, row in enumerate(spread, start=2)
    ]
    await session.execute(one, moves)
    renumbered = [(row.id, row.version + 1) for row in spread]
    return Place(low.position + step, renumbered, {row.id: row.position for row in spread})


def _place(model: type[Base]) -> Tuple:
    columns = model.__table__.c
    return tuple_(columns.position, columns.id)


def _value(model: type[Base], spot: Spot) -> Tuple:
    columns = model.__table__.c
    return tuple_(spot.position, spot.id, types=[columns.position.type, columns.id.type])
