"""For how long jobs are kept once they are over."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, or_

from questlog.automation.jobs import JOBS
from questlog.core import clock
from questlog.core.db import Session

KEPT_WHEN_DONE = timedelta(days=14)
SLOTS_KEPT = timedelta(days=400)
"""While its row is here, a slot is not made again."""
DATES_KEPT = timedelta(days=1)
SLOT_OF_A_TASK = "____-__-__T__:__:__Z %"
KEPT_WHEN_DEAD = timedelta(days=90)


async def sweep(session: Session) -> None:
    """Delete what was done a fortnight ago, slots after 400 days, and what an operator let lie for 90 days."""
    now = clock.now()
    is_over = or_(
        JOBS.c.slot.is_(None) & (JOBS.c.done_at < now - KEPT_WHEN_DONE),
        JOBS.c.done_at < now - SLOTS_KEPT,
    )
    done = (JOBS.c.state == "done") & is_over
    dead = (JOBS.c.state == "dead") & (JOBS.c.done_at < now - KEPT_WHEN_DEAD)
    await session.execute(delete(JOBS).where(or_(done, dead)))


async def sweep_dates(session: Session, names: Collection[str]) -> None:
    """Delete what was done yesterday of a rhythm of minutes or hours: its dates are not asked for again.

    Those of tasks, whose slots name a moment and a line of their schedule, are after a day not asked for either.
    """
    now = clock.now()
    own = JOBS.c.name.in_(names) & (JOBS.c.done_at < now - DATES_KEPT)
    of_tasks = JOBS.c.slot.like(SLOT_OF_A_TASK) & (JOBS.c.done_at < now - 2 * DATES_KEPT)
    await session.execute(delete(JOBS).where(JOBS.c.state == "done", or_(own, of_tasks)))
