"""Reading a list in, whichever program wrote it: all of it or nothing, in one transaction.

The file is read before the transaction begins, in a thread, so that nobody waits for it. What an import moves or
reopens goes through the verbs of tasks, which know what follows; the rest is written many rows a statement. It all
is one event.
"""

import asyncio
import unicodedata
from dataclasses import replace
from uuid import UUID

from questlog.automation import events
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import ValidationError
from questlog.flows.reopen_task import reopen_task
from questlog.planning import account_records, import_records, importers, imports, tasks
from questlog.planning.import_batch import Batch
from questlog.planning.import_records import Told
from questlog.planning.importers.plan import ImportNote
from questlog.planning.importers.questlog import AccountPlan
from questlog.planning.imports import Report


async def import_tasks(
    database: Database,
    user_id: UUID,
    format: str,
    content: str,
    *,
    timezone: str,
    name: str | None = None,
    dry_run: bool = False,
    request_id: str | None = None,
) -> Report:
    """Read `content` in; with `dry_run`, only say what would come of it.

    Raises `UnknownFormatError`, and `UnreadableImportError`, whose `details` name the line: then nothing has changed.
    """
    told = await asyncio.to_thread(read, format, content, timezone=timezone, name=name)
    async with database.unit(writes=not dry_run) as session:
        # A long import is stepped through in a thread, so that other people's requests go on.
        session.info.update(slow=True, actor=f"user:{user_id}", request_id=request_id)
        if dry_run:
            return await database.run(session, imports.foresee(session, user_id, told, name=name))
        work = _apply(session, user_id, told, name=name, timezone=timezone)
        return await database.run(session, work)


def read(format: str, content: str, *, timezone: str, name: str | None = None) -> Told:
    """Return what a file tells. Raises as `import_tasks`."""
    text = unicodedata.normalize("NFC", content)
    plan = importers.parse(format, text, zone=clock.zone(timezone), name=name)
    if isinstance(plan, AccountPlan):
        return account_records.read(plan)
    return import_records.read(plan, today=clock.today(timezone), timezone=timezone)


async def _apply(
    session: Session, user_id: UUID, told: Told, *, name: str | None, timezone: str
) -> Report:
    report, batch = await imports.apply(session, user_id, told, name=name, timezone=timezone)
    refused = await _move(batch)
    for task_id in batch.reopened:
        await reopen_task(session, user_id, task_id)
    if refused:
        warnings = [*report.warnings, *map(imports.warning, refused)]
        report = replace(report, warnings=warnings[: imports.LISTED_AT_MOST])
    await imports.keep(session, user_id, report)
    return replace(report, event_id=_record(batch, report))


async def _move(batch: Batch) -> list[ImportNote]:
    """Carry out the moves that take subtasks along; one that cannot be here leaves the task where it is."""
    refused = []
    for task_id, record, place in batch.moves:
        try:
            await tasks.change(
                batch.session, batch.user_id, task_id, place, timezone=batch.timezone
            )
        except ValidationError as error:
            refused.append(ImportNote(record.line, f"The task was not moved. {error.message}"))
    return refused


def _record(batch: Batch, report: Report) -> UUID | None:
    """What changed nothing leaves no trace in the event log."""
    if not batch.touched:
        return events.last_recorded(batch.session)
    counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
    return events.record(
        batch.session,
        batch.user_id,
        "import.applied",
        ("import", report.id),
        payload={"source": report.source, "name": report.name, **counts},
        touched=batch.touched,
    )
