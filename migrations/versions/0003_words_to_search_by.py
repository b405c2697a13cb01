"""words to search by"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from questlog.core import types
from questlog.planning.search import index, tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

AT_ONCE = 1000


def upgrade() -> None:
    is_fts5 = op.get_context().dialect.name == "sqlite"
    if is_fts5:
        # The words come ready-made, of letters and digits: "ascii" splits at the blanks and changes nothing. Sizes of
        # columns serve FTS5's own ranking only.
        op.execute(
            "CREATE VIRTUAL TABLE search_words USING fts5(title, description, keys, "
            "kind UNINDEXED, object_id UNINDEXED, tokenize = 'ascii', columnsize = 0)"
        )
    else:
        op.create_table(
            "search_words",
            sa.Column("object_id", types.Id(), nullable=False),
            sa.Column("user_id", types.Id(), nullable=False),
            sa.Column("kind", sa.String(length=8), nullable=False),
            sa.Column("title", sa.Text(), nullable=False),
            sa.Column("description", sa.Text(), nullable=False),
            sa.Column("words", postgresql.TSVECTOR(), nullable=False),
            sa.ForeignKeyConstraint(
                ["user_id"], ["users.id"], name=op.f("fk_search_words_user_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("object_id", name=op.f("pk_search_words")),
        )
        # Without fast update: else every search would read through what was written lately, whoever wrote it.
        op.create_index(
            "ix_search_words_words",
            "search_words",
            ["words"],
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        )
        op.create_index("ix_search_words_newest", "search_words", ["user_id", "object_id"])
    if not context.is_offline_mode():  # after `--sql`: questlog db reindex
        fill(is_fts5=is_fts5)


def fill(*, is_fts5: bool) -> None:
    connection = op.get_bind()
    kinds: tuple[tables.Kind, ...] = ("task", "item")
    for kind in kinds:
        for rows in rows_of(connection, written(f"{kind}s")):
            entries = [index.entry_of(kind, row, is_fts5=is_fts5) for row in rows]
            table = tables.FTS5 if is_fts5 else tables.TSVECTORS
            connection.execute(sa.insert(table), entries)


def written(name: str) -> sa.TableClause:
    ids = (sa.column(each, types.Id()) for each in ("id", "user_id"))
    return sa.table(name, *ids, sa.column("title", sa.Text), sa.column("description", sa.Text))


def rows_of(connection: sa.Connection, table: sa.TableClause) -> Iterator[list[dict[str, Any]]]:
    last = UUID(int=0)
    while True:
        behind = sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        rows = [dict(row._mapping) for row in connection.execute(behind)]
        if not rows:
            return
        yield rows
        last = rows[-1]["id"]


def downgrade() -> None:
    op.drop_table("search_words")
