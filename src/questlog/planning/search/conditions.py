"""A search as a condition of a statement, written in the language of the engine that runs it."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Select, Text, bindparam, column, select, table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from questlog.core.types import Id
from questlog.planning.models import Task
from questlog.planning.search import query
from questlog.planning.search.tables import MARK_LENGTH, NAME

TASKS = Task.__table__
OWNER_ID = bindparam("user_id", type_=Id)
OF_FTS5, OF_TSQUERY = "search_fts5", "search_tsquery"
LISTED_AT_MOST = 10_000
WORDS = table(NAME, column("object_id", Id))


class Holds(FunctionElement[bool]):
    """True for a row of `search_words` that a query finds. Takes the query in both languages, and whose words they are."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> "Holds":
        """Stay as it is: FTS5 does not understand `MATCH … = 1`, as SQLAlchemy writes conditions on SQLite."""
        return self


@compiles(Holds, "sqlite")
def _match(holds: Holds, compiler: SQLCompiler, **options: Any) -> str:
    fts5, _tsquery, owner = (compiler.process(each, **options) for each in holds.clauses)
    mark = f"substr({owner}, -{MARK_LENGTH})"
    return f"{NAME}.{NAME} MATCH replace({fts5}, '{query.OWNER}', {mark})"


@compiles(Holds, "postgresql")
def _matches(holds: Holds, compiler: SQLCompiler, **options: Any) -> str:
    _fts5, tsquery, owner = holds.clauses
    mark = f"right(CAST({compiler.process(owner, **options)} AS text), {MARK_LENGTH})"
    written = compiler.process(tsquery, **options)
    return f"{NAME}.words @@ CAST(replace({written}, '{query.OWNER}', {mark}) AS tsquery)"


class unindexed(FunctionElement[Any]):  # noqa: N801 — used as a function, as SQLAlchemy names such
    """A column that SQLite shall not look up in an index, so that it begins with the words instead.

    For a condition beside a search, where both must hold. PostgreSQL knows by itself which of two finds less.
    """

    inherit_cache = True


@compiles(unindexed, "sqlite")
def _plus(column: unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(column.clauses, **options)}"


@compiles(unindexed, "postgresql")
def _itself(column: unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(column.clauses, **options)


class Age(FunctionElement[Any]):
    """What the rows of the index are ordered by: the order of their making."""

    inherit_cache = True


@compiles(Age, "sqlite")
def _rowid(_age: Age, _compiler: SQLCompiler, **_options: Any) -> str:
    return f"{NAME}.rowid"


@compiles(Age, "postgresql")
def _object_id(_age: Age, _compiler: SQLCompiler, **_options: Any) -> str:
    return f"{NAME}.object_id"


def matches(words: str) -> ColumnElement[bool]:
    """Return the condition that a task has these words in its title or description.

    The statement takes the owner as `user_id`, as `queries.tasks_of` does. Words that look for nothing find nothing.
    """
    return TASKS.c.id.in_(holding(**values_of(words)))


def matching() -> ColumnElement[bool]:
    """As `matches`, for a statement that is built once: it also takes `values_of` the words.

    Of more than ten thousand finds it holds for the newest ones.
    """
    return TASKS.c.id.in_(holding().order_by(Age().desc()).limit(LISTED_AT_MOST))


def holding(**values: str) -> Select[Any]:
    """The ids of the tasks and items that a query finds."""
    return select(WORDS.c.object_id).where(holds(**values))


def holds(**values: str) -> Holds:
    sought = [
        bindparam(None, values[name], type_=Text) if values else bindparam(name, type_=Text)
        for name in (OF_FTS5, OF_TSQUERY)
    ]
    return Holds(*sought, OWNER_ID)


def values_of(words: str) -> dict[str, str]:
    wanted = query.read(words)
    return {OF_FTS5: query.to_fts5(wanted), OF_TSQUERY: query.to_tsquery(wanted)}
