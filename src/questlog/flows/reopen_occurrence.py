"""Reopening one occurrence: what it brought about is taken back, as far as nothing later was built on it."""

from uuid import UUID

from questlog.core.db import Session
from questlog.flows.reopen_task import taken_back
from questlog.flows.task_changes import TaskChange
from questlog.planning import occurrence_reopenings


async def reopen_occurrence(
    session: Session,
    user_id: UUID,
    occurrence_id: UUID,
    *,
    timezone: str,
    expected_version: int | None = None,
) -> TaskChange:
    """Take back a completion, a skip or a postponement of the last 30 days.

    A repeat answers the task as it is and an empty receipt. Raises as `occurrence_reopenings.reopen`.
    """
    opened = await occurrence_reopenings.reopen(
        session, user_id, occurrence_id, timezone=timezone, expected_version=expected_version
    )
    return await taken_back(session, user_id, opened, timezone=timezone)
