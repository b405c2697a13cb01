"""The way a filtered list is walked on SQLite, which keeps no statistics to choose it by.

A list in its order is quick when many tasks match: it ends with the page. When few match it would walk past all
others, and the index of the condition that has few is quick. So one statement counts what the conditions at the top
have, up to a bound. PostgreSQL knows from its statistics.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Subquery, func, literal, select

from questlog.core.db import Session
from questlog.planning.filters.conditions import compile_shape, values_of
from questlog.planning.filters.fields import IDS
from questlog.planning.filters.matching import BY_ID, Matching
from questlog.planning.filters.shapes import Junction, Shape, Test
from questlog.planning.queries import TASKS, USER_ID

FEW = 400
# Two conditions that have many each may have few together; counting along an index costs little.
QUITE_FEW = 800
IN_ORDER = "ix_tasks_open"
BY_DAY, BY_PROJECT = "ix_tasks_due", "ix_tasks_project"
INDEXES = {
    **dict.fromkeys(("overdue", "due.on", "due.until", "due.from", "due.within"), BY_DAY),
    **dict.fromkeys(("project.is", "project.like"), BY_PROJECT),
    **dict.fromkeys(IDS, BY_ID),
}


async def chosen(
    session: Session, user_id: UUID, matching: Matching, *, in_order: bool
) -> Matching:
    """Return the filter with its way; `in_order` says that the list has the order and the openness of `IN_ORDER`."""
    if session.get_bind().dialect.name != "sqlite":
        return matching
    is_open = in_order and "completed" not in matching.speaks_of
    usual = IN_ORDER if is_open else None
    asked, ways = _probe(matching.without_values(), is_open)
    if asked is None:
        return replace(matching, path=usual)
    found = (await session.execute(asked, {"user_id": user_id, **matching.values})).one()
    open_ways = [
        (count, way.index) for count, way in zip(found, ways, strict=True) if count < way.most
    ]
    return replace(matching, path=min(open_ways)[1] if open_ways else usual)


@dataclass(frozen=True)
class Way:
    """An index to walk, unless it has `most` tasks or more."""

    index: str
    most: int


@lru_cache(maxsize=256)
def _probe(matching: Matching, is_open: bool) -> tuple[Select[Any] | None, list[Way]]:
    tests = [test for test in _top(matching.shape) if test.key in INDEXES]
    tests = [test for test in tests if is_open or INDEXES[test.key] != BY_DAY]
    if not tests:
        return None, []
    ways = [_way(INDEXES[test.key], alone=len(tests) == 1) for test in tests]
    counts = [_count(matching, test, way) for test, way in zip(tests, ways, strict=True)]
    return select(*counts), ways


def _way(index: str, *, alone: bool) -> Way:
    return Way(index, FEW if alone or index == BY_ID else QUITE_FEW)


def _top(shape: Shape) -> Iterator[Test]:
    """Yield the conditions that every task of the list fulfils."""
    if isinstance(shape, Test):
        yield shape
    elif isinstance(shape, Junction) and shape.is_both:
        for part in shape.parts:
            yield from _top(part)


def _count(matching: Matching, test: Test, way: Way) -> Any:
    return select(func.count()).select_from(_some(matching, test, way)).scalar_subquery()


def _some(matching: Matching, test: Test, way: Way) -> Subquery:
    if test.key in IDS:
        return IDS[test.key](*values_of(test)).limit(way.most).subquery()
    condition = compile_shape(test, matching.fields)
    some = select(literal(1)).where(TASKS.c.user_id == USER_ID, condition)
    if way.index == BY_DAY:
        some = some.where(TASKS.c.deleted_at.is_(None), TASKS.c.completed_at.is_(None))
    hinted = some.with_hint(TASKS, f"INDEXED BY {way.index}", "sqlite")
    return hinted.limit(way.most).subquery()
