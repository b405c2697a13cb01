"""Everything a user has, to be compared before a change and after it was taken back."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from questlog.core.db import Base, Database

# What tells of changes moves on with each; versions and times of change do, too.
HISTORY = frozenset(
    {
        "events",
        "event_counters",
        "undo_states",
        "deliveries",
        "delivery_attempts",
        "imports",
        "jobs",
        "sign_in_sessions",
        "ledger",
        "settled_days",
    }
)
MOVING = frozenset(
    {"version", "updated_at", "dated_at", "told_seq", "day_tasks", "day_ahead", "earned_at"}
)
TRASHES = ("goals", "projects", "tasks")

type Row = dict[str, Any]
type Belongings = dict[str, dict[tuple[Any, ...], Row]]


async def belongings(database: Database, user_id: UUID) -> Belongings:
    """Return the user's rows of every table by their keys, without what moves on with each change."""
    found: Belongings = {}
    async with database.reader() as session:
        for table in Base.metadata.sorted_tables:
            if "user_id" not in table.c or table.name in HISTORY:
                continue
            rows = await session.execute(select(table).where(table.c.user_id == user_id))
            keys = [column.name for column in table.primary_key]
            found[table.name] = {
                tuple(row[name] for name in keys): {
                    name: value for name, value in row.items() if name not in MOVING
                }
                for row in (dict(found_row._mapping) for found_row in rows)
            }
    return found


def left_over(before: Belongings, after: Belongings) -> Belongings:
    """Return what differs, but for what an undo leaves on purpose: new rows in the trash, completions taken back."""
    thrown_away = {
        row["id"]
        for table in TRASHES
        for key, row in after[table].items()
        if row["deleted_at"] is not None and key not in before[table]
    }
    different: Belongings = {}
    for table, rows in after.items():
        old = before[table]
        changed = {
            key: row
            for key, row in rows.items()
            if old.get(key) != row and not _is_left(table, key, row, old, thrown_away)
        }
        lost = {key: row for key, row in old.items() if key not in rows}
        if changed or lost:
            different[table] = {**lost, **changed}
    return different


def _is_left(
    table: str, key: tuple[Any, ...], row: Row, old: dict[tuple[Any, ...], Row], trash: set[UUID]
) -> bool:
    if key in old:
        return False
    if table == "occurrences":
        return row["reopened_at"] is not None
    return row.get("id") in trash or row.get("task_id") in trash
