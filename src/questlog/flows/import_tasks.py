"""Reading a list in, whichever program wrote it: all of it or nothing, in one transaction.

The file is read before the transaction begins, in a thread, so that nobody waits for it. What an import moves or
reopens goes through the verbs of tasks, which know what follows; the rest is written many rows a statement. It all
is one event.
"""

import asyncio
import unicodedata
from dataclasses import dataclass, field, replace
from uuid import UUID

from questlog.automation import event_marks, events
from questlog.core import caller, clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import ValidationError
from questlog.flows.reopen_task import reopen_task
from questlog.flows.undo_inverses import CHILDREN
from questlog.planning import (
    account_records,
    images,
    import_records,
    importers,
    imports,
    tasks,
)
from questlog.planning.import_batch import Batch
from questlog.planning.import_records import Told
from questlog.planning.importers import Columns
from questlog.planning.importers.encodings import decode
from questlog.planning.importers.plan import ImportNote
from questlog.planning.importers.questlog import AccountPlan
from questlog.planning.imports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a file is to be read in.

    Without a `format` the file shows which it is. `plan` is the one that a dry run has shown: nothing else is done then.
    With `skip_refused` what cannot come stays out; without, nothing comes of a file that has such a line.
    """

    format: str | None = None
    name: str | None = None
    columns: Columns = field(default_factory=Columns)
    dry_run: bool = False
    skip_refused: bool = False
    plan: str | None = None


async def import_tasks(
    database: Database,
    user_id: UUID,
    content: str | bytes,
    wish: Wish,
    *,
    timezone: str,
    request_id: str | None = None,
) -> Report:
    """Read `content` in; for a dry run, only say what would come of it.

    Raises `UnknownFormatError`, `ImportPlanChangedError`, and `UnreadableImportError`, whose `details` name the line:
    then nothing has changed.
    """
    told = await asyncio.to_thread(read, content, wish, timezone=timezone)
    async with database.unit(writes=not wish.dry_run) as session:
        # A long import is stepped through in a thread, so that other people's requests go on.
        actor = caller.current().actor or f"user:{user_id}"
        session.info.update(slow=True, actor=actor, request_id=request_id)
        if wish.dry_run:
            return await database.run(
                session, imports.foresee(session, user_id, told, name=wish.name)
            )
        return await database.run(session, _apply(session, user_id, told, wish, timezone=timezone))


def read(content: str | bytes, wish: Wish, *, timezone: str) -> Told:
    """Return what a file tells. Raises as `import_tasks`."""
    text = content if isinstance(content, str) else decode(content)
    plan = importers.parse(
        wish.format,
        unicodedata.normalize("NFC", text),
        zone=clock.zone(timezone),
        name=wish.name,
        columns=wish.columns,
        keep_refused=wish.dry_run or wish.skip_refused,
    )
    if isinstance(plan, AccountPlan):
        return account_records.read(plan)
    return import_records.read(plan, today=clock.today(timezone), timezone=timezone)


async def _apply(
    session: Session, user_id: UUID, told: Told, wish: Wish, *, timezone: str
) -> Report:
    report, batch = await imports.apply(
        session, user_id, told, name=wish.name, timezone=timezone, expected_plan=wish.plan
    )
    refused = await _move(batch)
    for task_id in batch.reopened:
        await reopen_task(session, user_id, task_id, timezone=timezone)
    if refused:
        warnings = [*report.warnings, *map(imports.warning, refused)]
        report = replace(report, warnings=warnings[: imports.LISTED_AT_MOST])
    report = replace(report, event_id=_record(batch, report))
    await imports.keep(session, user_id, report)
    return report


async def _move(batch: Batch) -> list[ImportNote]:
    """Carry out the moves that take subtasks along; one that cannot be here leaves the task where it is."""
    refused = []
    for task_id, record, place in batch.moves:
        try:
            await tasks.change(
                batch.session, batch.user_id, task_id, place, timezone=batch.timezone
            )
        except ValidationError as error:
            said = {"reason": error.message}
            refused.append(ImportNote(record.line, "The task was not moved. {reason}", said))
    return refused


def _record(batch: Batch, report: Report) -> UUID | None:
    """What changed nothing leaves no trace in the event log. What other verbs did are parts of the import."""
    parts = event_marks.recorded_since(batch.session)
    if not (batch.touched or parts):
        return None
    counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
    return events.record(
        batch.session,
        batch.user_id,
        "import.applied",
        ("import", report.id),
        payload={"source": report.source, "name": report.name, **counts},
        touched=batch.touched,
        before={**images.together(*batch.before), CHILDREN: [str(id_) for id_ in parts]},
    )
