"""The reminders of tasks that an import made: they come with their task, and are left alone from then on."""

from collections.abc import Iterable

from sqlalchemy import insert

from questlog.planning import images
from questlog.planning.import_batch import Batch
from questlog.planning.import_comparison import Finding
from questlog.planning.reminders import NOT_TOLD, REMINDERS

BLANK = {"at": None, "minutes_before": None, **NOT_TOLD}


async def write(batch: Batch, findings: Iterable[Finding]) -> None:
    """A moment that is over is told no more, and stays with its task all the same."""
    rows = [
        {**BLANK, **batch.stamped(reminder), "task_id": batch.here[one.record.link]["id"]}
        for one in findings
        if one.change == "new" and one.record.link in batch.here
        for reminder in one.record.reminders
    ]
    if not rows:
        return
    await batch.session.execute(insert(REMINDERS), rows)
    batch.touched += [("reminder", row["id"], 1) for row in rows]
    batch.before.append(images.made("reminder", [row["id"] for row in rows]))
