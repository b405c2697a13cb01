"""Places in a list: numbers that may have a fraction, so that a move changes one row."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select, tuple_, update

from questlog.core.db import Base, Session
from questlog.core.exceptions import UnknownReferenceError, ValidationError
from questlog.planning.ownership import alive

STEP = 1024.0
LEAST_GAP = 1e-6  # forty halvings of a step; doubles below LARGEST still tell such neighbours apart
LARGEST = 1e9

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
    """`renumbered` are the ids and versions of rows that had to move up to make room."""

    position: float
    renumbered: Sequence[tuple[UUID, int]] = ()


async def last(session: Session, model: type[Base], user_id: UUID, *, within: Within = ()) -> float:
    """Return a position behind everything in the list."""
    statement = _last_of(model).where(*within) if within else _last_of(model)
    return (await session.scalar(statement, {"its_owner": user_id}) or 0.0) + STEP


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
    """Return the place of `moved_id` next to its new neighbour; the gaps of a list that got small are widened.

    Raises `UnknownReferenceError` when the neighbour is not in the user's list, `BesideItselfError`.
    """
    if neighbour.id == moved_id:
        raise BesideItselfError(pointer=neighbour.pointer)
    columns = model.__table__.c
    others = (columns.user_id == user_id, *alive(model), *within, columns.id != moved_id)
    low, high = await _gap(session, model, neighbour, others)
    if high - low > LEAST_GAP:
        return Place((low + high) / 2)
    renumbered = await _renumber(session, model, others)
    low, high = await _gap(session, model, neighbour, others)
    return Place((low + high) / 2, renumbered)


async def _gap(
    session: Session, model: type[Base], neighbour: Neighbour, others: Within
) -> tuple[float, float]:
    columns = model.__table__.c
    edge: float | None = await session.scalar(
        select(columns.position).where(*others, columns.id == neighbour.id)
    )
    if edge is None:
        raise UnknownReferenceError(pointer=neighbour.pointer)
    place = tuple_(columns.position, columns.id)
    here = tuple_(edge, neighbour.id, types=[columns.position.type, columns.id.type])
    if neighbour.is_before:
        behind = select(func.min(columns.position)).where(*others, place > here)
        return edge, await session.scalar(behind) or edge + 2 * STEP
    ahead = select(func.max(columns.position)).where(*others, place < here)
    return await session.scalar(ahead) or 0.0, edge


async def _renumber(
    session: Session, model: type[Base], others: Within
) -> Sequence[tuple[UUID, int]]:
    table = model.__table__
    order = func.row_number().over(order_by=(table.c.position, table.c.id))
    places = select(table.c.id, order.label("place")).where(*others).subquery()
    moved = await session.execute(
        update(model)
        .where(table.c.id == places.c.id)
        .values(position=places.c.place * STEP, version=table.c.version + 1)
        .returning(table.c.id, table.c.version)
        .execution_options(synchronize_session=False)
    )
    return [(row.id, row.version) for row in moved]
