"""Keeping the words true: whoever writes a title or a description calls one of these in the same transaction.

- a verb that inserts tasks or items (also a bulk one, an import, an undo that brings back what was deleted for good):
  `add(session, kind, rows)` right after its INSERT;
- a verb that changes a title or description: `change(session, kind, rows)`;
- an undo that puts rows back, whatever had become of them: `put(session, kind, rows)`;
- one that deletes rows for good: `remove(session, ids)`. The trash changes nothing: what lies there stays indexed, and
  a search passes it over.

Each is one statement however many rows there are, and none for no rows. A row is any mapping with `id`, `user_id`,
`title` and `description`. Stems of short texts cost microseconds; who writes long ones calls `words.words_of` on them
in a thread before the transaction, which remembers what it read.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, text, update

from questlog.core.db import Session
from questlog.core.types import Id
from questlog.planning.search.tables import FTS5, NAME, TSVECTORS, Kind, has_fts5, mark_of
from questlog.planning.search.words import Word, words_of

type Row = Mapping[str, Any]

INDEXED = frozenset({"title", "description"})
# Behind the stems, in their order, stand the forms that differ; no phrase reaches over what is in between.
BARRIER = "z"
_THIS = text(f"{NAME} MATCH :its_key")
_ITS_ID = bindparam("its_id", type_=Id)
_CHANGED: Mapping[str, Any] = {
    "title": bindparam("new_title"),
    "description": bindparam("new_description"),
}
ADD_FTS5 = insert(FTS5)
CHANGE_FTS5 = update(FTS5).where(_THIS).values(**_CHANGED)
REMOVE_FTS5 = delete(FTS5).where(_THIS)
ADD_TSVECTOR = insert(TSVECTORS)
CHANGE_TSVECTOR = (
    update(TSVECTORS)
    .where(TSVECTORS.c.object_id == _ITS_ID)
    .values(**_CHANGED, words=bindparam("new_words", type_=TSVECTORS.c.words.type))
)
REMOVE_TSVECTOR = delete(TSVECTORS).where(TSVECTORS.c.object_id == _ITS_ID)


async def add(session: Session, kind: Kind, rows: Iterable[Row]) -> None:
    """Take in the words of rows that are new."""
    is_fts5 = has_fts5(session)
    values = [entry_of(kind, row, is_fts5=is_fts5) for row in rows]
    if values:
        # A row alone is spared what many need.
        given = values if len(values) > 1 else values[0]
        await session.execute(ADD_FTS5 if is_fts5 else ADD_TSVECTOR, given)


async def change(session: Session, rows: Iterable[Row]) -> None:
    """Put the words of rows as they are now in the place of those before."""
    is_fts5 = has_fts5(session)
    values = [_changed(row, is_fts5=is_fts5) for row in rows]
    if values:
        await session.execute(CHANGE_FTS5 if is_fts5 else CHANGE_TSVECTOR, values)


async def put(session: Session, kind: Kind, rows: Iterable[Row]) -> None:
    """Take in rows of which some may be known already, as an undo finds them: two statements."""
    given = list(rows)
    await remove(session, (row["id"] for row in given))
    await add(session, kind, given)


async def remove(session: Session, ids: Iterable[UUID]) -> None:
    """Forget the words of rows that are gone for good."""
    is_fts5 = has_fts5(session)
    values = [{"its_key": _key("i", id_)} if is_fts5 else {"its_id": id_} for id_ in ids]
    if values:
        await session.execute(REMOVE_FTS5 if is_fts5 else REMOVE_TSVECTOR, values)


async def remove_all_of(session: Session, user_id: UUID) -> None:
    """Forget every word of a user whose account is erased."""
    if has_fts5(session):
        await session.execute(REMOVE_FTS5, {"its_key": _key("o", user_id)})
    else:
        await session.execute(delete(TSVECTORS).where(TSVECTORS.c.user_id == user_id))


def entry_of(kind: Kind, row: Row, *, is_fts5: bool) -> dict[str, Any]:
    """Return what the index stores about a row."""
    mark = mark_of(row["user_id"])
    title, description = words_of(row["title"]), words_of(row["description"] or "")
    entry: dict[str, Any] = {
        "object_id": row["id"],
        "kind": kind,
        "title": _tokens(mark, title),
        "description": _tokens(mark, description),
    }
    if is_fts5:
        return {**entry, "keys": f"{_key('i', row['id'])} {_key('o', row['user_id'])}"}
    return {**entry, "user_id": row["user_id"], "words": _vector(mark, title, description)}


def _changed(row: Row, *, is_fts5: bool) -> dict[str, Any]:
    entry = entry_of("task", row, is_fts5=is_fts5)
    values = {"new_title": entry["title"], "new_description": entry["description"]}
    if is_fts5:
        return {**values, "its_key": _key("i", row["id"])}
    return {**values, "its_id": row["id"], "new_words": entry["words"]}


def _key(letter: str, id_: UUID) -> str:
    """Return the word that names one row or one owner; no mark begins with its letter."""
    return f"{letter}{id_.hex}"


def _tokens(mark: str, words: list[Word]) -> str:
    forms = _other_forms(words)
    stems = [mark + word.stem for word in words]
    return " ".join([*stems, BARRIER, *(mark + form for form in forms)] if forms else stems)


def _other_forms(words: Iterable[Word]) -> list[str]:
    return list(dict.fromkeys(word.form for word in words if word.form != word.stem))


def _vector(mark: str, title: list[Word], description: list[Word]) -> str:
    """Return a tsvector: stems with their places, which phrases go by, and forms without."""
    places: dict[str, list[int]] = {}
    for start, words in ((1, title), (len(title) + 2, description)):
        for place, word in enumerate(words, start):
            places.setdefault(word.stem, []).append(place)
    lexemes = [f"'{mark}{stem}':{','.join(map(str, found))}" for stem, found in places.items()]
    forms = (form for form in _other_forms([*title, *description]) if form not in places)
    return " ".join([*lexemes, *(f"'{mark}{form}'" for form in forms)])
