"""Where the words lie: an FTS5 table on SQLite, a table with a `tsvector` on PostgreSQL, both named `search_words`.

They are no part of the house's metadata, because no two engines have them alike: migration 0003 makes them, Alembic
passes them over, an export leaves them out, since all of it follows from tasks and items. Each word begins with a mark
of its owner, so that looking through one user's words touches nobody else's.
"""

from typing import Literal
from uuid import UUID

from sqlalchemy import Column, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import TSVECTOR

from questlog.core.db import Session
from questlog.core.types import Id

type Kind = Literal["task", "item"]

NAME = "search_words"
MARK_LENGTH = 8
_COMMON = ("title", "description", "kind")
FTS5 = Table(
    NAME,
    MetaData(),
    *(Column(name, Text) for name in _COMMON),
    Column("keys", Text),
    Column("object_id", Id),
    Column(NAME, Text),  # the table's own name is what MATCH compares
)
TSVECTORS = Table(
    NAME,
    MetaData(),
    Column("object_id", Id, primary_key=True),
    Column("user_id", Id),
    *(Column(name, Text) for name in _COMMON),
    Column("words", TSVECTOR),
)


def mark_of(user_id: UUID) -> str:
    """Return what each word of a user begins with: random digits of their id. Two users may share one.

    So it only keeps postings apart; whose a row is, its task or item tells.
    """
    return str(user_id)[-MARK_LENGTH:]


def has_fts5(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
