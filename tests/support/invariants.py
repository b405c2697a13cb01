"""What must be true of every database, whatever happened to it (INV-1…10, as far as their tables exist).

INV-11 is ours: the index of words says what the tasks and items say.
"""

from collections.abc import Iterator
from typing import Any, cast

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.orm import aliased

from questlog.automation.models import AnsweredRequest, Event, EventCounter
from questlog.core import schema
from questlog.core.db import Base, Database
from questlog.identity.email_codes import GUESSES
from questlog.identity.models import AttemptCount, EmailCode, SignInSession
from questlog.planning.import_models import ImportedRow
from questlog.planning.models import Occurrence, Task
from tests.support import delivery_truth, game_truth, search_truth

MAX_DEPTH = 5
IMPORTED = cast(Table, ImportedRow.__table__)


async def check_invariants(database: Database) -> None:
    """Raise AssertionError naming every broken invariant."""
    async with database.engine.connect() as connection:
        broken = await connection.run_sync(lambda sync: list(_broken(sync)))
    if broken:
        raise AssertionError("\n".join(broken))


def _broken(connection: Connection) -> Iterator[str]:
    yield from (f"INV-1: {line}" for line in game_truth.falsehoods(connection))
    yield from (f"INV-2: {line}" for line in game_truth.doubles(connection))
    yield from _inv2_one_standing_completion(connection)
    yield from _inv3_series_have_one_open_occurrence(connection)
    yield from _inv4_events_are_numbered_without_gaps(connection)
    yield from (f"INV-4: {line}" for line in delivery_truth.falsehoods(connection))
    yield from _inv5_one_active_token_per_family(connection)
    yield from _inv7_references_stay_with_their_owner(connection)
    yield from _inv7_imported_rows_name_their_owners_objects(connection)
    yield from _inv8_parents_are_acyclic(connection)
    yield from _inv8_subtasks_know_how_deep_they_lie(connection)
    yield from _inv9_answers_are_whole(connection)
    yield from _inv10_integrity(connection)
    yield from (f"INV-11: {line}" for line in search_truth.falsehoods(connection))


def _inv2_one_standing_completion(connection: Connection) -> Iterator[str]:
    o = Occurrence
    doubled = (
        select(o.task_id, o.key, func.count())
        .where(o.reopened_at.is_(None), o.outcome == "completed")
        .group_by(o.task_id, o.key)
        .having(func.count() > 1)
    )
    for task_id, key, count in connection.execute(doubled):
        yield f"INV-2: task {task_id} stands completed {count} times for {key}"


def _inv3_series_have_one_open_occurrence(connection: Connection) -> Iterator[str]:
    ahead = (
        select(Task.id, Task.due_on)
        .join(Occurrence, Occurrence.task_id == Task.id)
        .where(Task.rule.is_not(None), Task.completed_at.is_(None), Task.deleted_at.is_(None))
        .where(Occurrence.reopened_at.is_(None), Occurrence.outcome == "completed")
        .where(Occurrence.scheduled_on == Task.due_on)
    )
    for task_id, due in connection.execute(ahead):
        yield f"INV-3: series {task_id} is open on {due}, which stands completed"
    undone = (
        select(Task.id)
        .where(Task.completed_at.is_not(None))
        .where(
            ~select(Occurrence.id)
            .where(Occurrence.task_id == Task.id, Occurrence.outcome == "completed")
            .where(Occurrence.reopened_at.is_(None))
            .exists()
        )
    )
    for (task_id,) in connection.execute(undone):
        yield f"INV-3: task {task_id} is completed without an occurrence"


def _inv4_events_are_numbered_without_gaps(connection: Connection) -> Iterator[str]:
    """The beginning of a log may have been forgotten; nothing is missing after it."""
    counted = (
        select(
            EventCounter.user_id,
            EventCounter.last_seq,
            func.count(Event.id),
            func.min(Event.seq),
            func.max(Event.seq),
        )
        .outerjoin(Event, Event.user_id == EventCounter.user_id)
        .group_by(EventCounter.user_id, EventCounter.last_seq)
    )
    for user_id, last, count, lowest, highest in connection.execute(counted):
        if count and not (last == highest and count == last - lowest + 1):
            yield f"INV-4: events of {user_id}: counter {last}, {count} rows, {lowest} to {highest}"


def _inv5_one_active_token_per_family(connection: Connection) -> Iterator[str]:
    odd = select(SignInSession.id).where(SignInSession.counter < 1)
    for (session_id,) in connection.execute(odd):
        yield f"INV-5: session {session_id} has no active token number"
    guessed = select(EmailCode.id).where(~EmailCode.attempts.between(0, GUESSES))
    for (code_id,) in connection.execute(guessed):
        yield f"INV-5: code {code_id} was guessed more often than is allowed"
    for (key,) in connection.execute(select(AttemptCount.key).where(AttemptCount.count < 0)):
        yield f"INV-5: more attempts of {key} were given back than were made"


def _inv7_references_stay_with_their_owner(connection: Connection) -> Iterator[str]:
    for child, column, parent in _owned_references():
        c, p = child.alias("c"), parent.alias("p")
        crossed = select(func.count()).select_from(c.join(p, c.c[column] == p.c.id))
        count = connection.scalar(crossed.where(c.c.user_id != p.c.user_id))
        if count:
            yield f"INV-7: {count} rows of {child.name}.{column} point to somebody else's {parent.name}"


def _inv7_imported_rows_name_their_owners_objects(connection: Connection) -> Iterator[str]:
    for (kind,) in connection.execute(select(IMPORTED.c.kind).distinct()).all():
        table = Base.metadata.tables[f"{kind}s"]
        foreign = select(IMPORTED.c.external_id).join(table, table.c.id == IMPORTED.c.object_id)
        foreign = foreign.where(IMPORTED.c.kind == kind, table.c.user_id != IMPORTED.c.user_id)
        for (external_id,) in connection.execute(foreign):
            yield f"INV-7: imported {kind} {external_id} is somebody else's"


def _owned_references() -> Iterator[tuple[Table, str, Table]]:
    for table in Base.metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            if len(constraint.elements) == 2:
                column = next(key for key in constraint.column_keys if key != "user_id")
                yield table, column, constraint.referred_table


def _inv8_parents_are_acyclic(connection: Connection) -> Iterator[str]:
    for name, parent in (("goals", "parent_goal_id"), ("tasks", "parent_task_id")):
        table = Base.metadata.tables[name]
        rows = connection.execute(select(table.c.id, table.c[parent]))
        above: dict[Any, Any] = {row[0]: row[1] for row in rows}
        for start in above:
            steps, at = 1, above[start]
            while at is not None and steps <= MAX_DEPTH:
                steps, at = steps + 1, above.get(at)
            if steps > MAX_DEPTH:
                yield f"INV-8: {table.name} {start} lies deeper than {MAX_DEPTH}, or in a circle"


def _inv8_subtasks_know_how_deep_they_lie(connection: Connection) -> Iterator[str]:
    child, parent = aliased(Task), aliased(Task)
    wrong = select(child.id).outerjoin(parent, parent.id == child.parent_task_id)
    wrong = wrong.where(child.depth != func.coalesce(parent.depth, 0) + 1)
    for (task_id,) in connection.execute(wrong):
        yield f"INV-8: task {task_id} does not lie one below its parent"


def _inv9_answers_are_whole(connection: Connection) -> Iterator[str]:
    half = select(AnsweredRequest.key).where(
        (AnsweredRequest.status.is_(None)) != (AnsweredRequest.answer.is_(None))
    )
    for (key,) in connection.execute(half):
        yield f"INV-9: the answer to {key} is stored by half"


def _inv10_integrity(connection: Connection) -> Iterator[str]:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision != schema.head_revision():
        yield f"INV-10: the database is at revision {revision}, the program at {schema.head_revision()}"
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield f"INV-10: {line}"
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"INV-10: dangling reference {tuple(row)}"
