"""Looking through one user's tasks and items.

Of many finds the newest five hundred are ranked: so a word that every task has is bounded in what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from questlog.core.db import Session
from questlog.core.pagination import PageRequest, Slice, read_cursor, write_cursor
from questlog.core.types import Id
from questlog.planning import queries
from questlog.planning.models import Item
from questlog.planning.queries import TASKS
from questlog.planning.search import query as queried
from questlog.planning.search.conditions import OWNER_ID, Age, holds, values_of
from questlog.planning.search.fragments import fragments, marked
from questlog.planning.search.query import Query
from questlog.planning.search.ranking import Scale
from questlog.planning.search.tables import FTS5, TSVECTORS, Kind, has_fts5, mark_of

RANKED_AT_MOST = 500
FEW = 5_000
"""How many finds PostgreSQL gathers by their words before it looks through the newest instead."""
COUNTED_LENGTH = 10_000
"""How much of a description's stored words is looked at when it is ranked, in characters."""
ITEMS = Item.__table__
CURSOR = (Integer(), Id())


@dataclass(frozen=True)
class Scope:
    """What is searched: None means both. The trash holds tasks only."""

    kind: Kind | None = None
    completed: bool | None = None
    trash: bool = False


@dataclass(frozen=True, slots=True)
class _Find:
    score: int
    id: str
    kind: str


async def find(
    session: Session, user_id: UUID, words: str, scope: Scope, request: PageRequest
) -> Slice[dict[str, Any]]:
    """Return the best finds first, in their form on the wire. Raises `BadCursorError`."""
    edge = read_cursor(request.cursor, CURSOR) if request.cursor is not None else None
    query = queried.read(words)
    found = await _ranked(session, user_id, query, words, scope) if not query.is_empty else []
    if edge is not None:
        found = [one for one in found if (one.score, one.id) < (edge[0], str(edge[1]))]
    shown = found[: request.limit]
    more = len(found) > len(shown)
    cursor = write_cursor([shown[-1].score, shown[-1].id]) if more else None
    return Slice(await _told(session, user_id, query, shown), cursor)


async def _ranked(
    session: Session, user_id: UUID, query: Query, words: str, scope: Scope
) -> list[_Find]:
    scale = Scale(query, mark_of(user_id))
    statement = _newest(scope, has_fts5(session))
    rows = await session.execute(statement, {"user_id": user_id, **values_of(words)})
    finds = [_Find(scale.score(row.title, row.description), str(row.id), row.kind) for row in rows]
    return sorted(finds, key=lambda one: (one.score, one.id), reverse=True)


@lru_cache(maxsize=64)
def _newest(scope: Scope, is_fts5: bool) -> Select[Any] | CompoundSelect[Any]:
    if is_fts5:
        return _through(FTS5, scope, holds()).order_by(Age().desc()).limit(RANKED_AT_MOST)
    # The planner takes a word it never met for one that two of a hundred rows have, and would look through the newest of
    # all rows for it. So what is rare is gathered by its words first, and only what is common is walked to.
    found = select(TSVECTORS.c.object_id).where(holds()).limit(FEW + 1).cte("found")
    count = select(func.count()).select_from(found).scalar_subquery()
    few = _through(TSVECTORS, scope, TSVECTORS.c.object_id.in_(select(found.c.object_id)))
    many = _through(TSVECTORS, scope, and_(holds(), TSVECTORS.c.user_id == OWNER_ID))
    newest = TSVECTORS.c.object_id.desc()
    gathered = few.where(count <= FEW).order_by(newest).limit(RANKED_AT_MOST).subquery()
    walked = many.where(count > FEW).order_by(newest).limit(RANKED_AT_MOST).subquery()
    return union_all(select(gathered), select(walked))


def _through(index: Any, scope: Scope, sought: ColumnElement[bool]) -> Select[Any]:
    """Return what is sought in the index, as far as it is in `scope`."""
    is_fts5 = index is FTS5
    task = and_(TASKS.c.id == index.c.object_id, TASKS.c.user_id == OWNER_ID)
    item = and_(ITEMS.c.id == index.c.object_id, ITEMS.c.user_id == OWNER_ID)
    conditions = {"task": _tasks(scope), "item": _items(scope)}
    if scope.trash:
        conditions.pop("item")
    places = index.outerjoin(TASKS, task).outerjoin(ITEMS, item)
    wanted = [condition for kind, condition in conditions.items() if scope.kind in (None, kind)]
    return (
        select(
            index.c.kind,
            type_coerce(index.c.object_id, String).label("id")
            if is_fts5
            else index.c.object_id.label("id"),
            index.c.title,
            func.substr(index.c.description, 1, COUNTED_LENGTH).label("description"),
        )
        .select_from(places)
        .where(sought, or_(*wanted) if wanted else literal(False))
    )


def _tasks(scope: Scope) -> ColumnElement[bool]:
    deleted = TASKS.c.deleted_at
    conditions: list[ColumnElement[bool]] = [
        TASKS.c.id.is_not(None),
        deleted.is_not(None) if scope.trash else deleted.is_(None),
    ]
    if scope.completed is not None:
        done = TASKS.c.completed_at.is_not(None)
        conditions.append(done if scope.completed else queries.is_open())
    return and_(*conditions)


def _items(scope: Scope) -> ColumnElement[bool]:
    is_item = ITEMS.c.id.is_not(None)
    return is_item if scope.completed is None else ITEMS.c.is_active.is_(not scope.completed)


async def _told(
    session: Session, user_id: UUID, query: Query, finds: Sequence[_Find]
) -> list[dict[str, Any]]:
    if not finds:
        return []
    ids = [UUID(one.id) for one in finds]
    rows = await session.execute(TEXTS, {"user_id": user_id, "ids": ids})
    texts = {str(row.id): row for row in rows}
    return [_answer(one, texts[one.id], query) for one in finds if one.id in texts]


def _answer(one: _Find, row: Any, query: Query) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "id": one.id,
        "title": row.title,
        "highlighted_title": marked(row.title, query),
        "fragments": fragments(row.description or "", query),
        "completed": bool(row.completed),
        "score": one.score,
    }


def _texts(table: Any, completed: ColumnElement[bool]) -> Select[Any]:
    chosen = table.c.id.in_(bindparam("ids", expanding=True, type_=Id))
    columns = (table.c.id, table.c.title, table.c.description, completed.label("completed"))
    return select(*columns).where(table.c.user_id == OWNER_ID, chosen)


TEXTS = union_all(
    _texts(TASKS, TASKS.c.completed_at.is_not(None)), _texts(ITEMS, ITEMS.c.is_active.is_(False))
)
