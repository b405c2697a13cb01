"""How far a long job has come, kept in its own row: whoever goes on with it, after a crash or beside, begins there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from questlog.automation.jobs import JOBS
from questlog.core import clock
from questlog.core.db import Session


async def waiting(session: Session, name: str) -> list[UUID]:
    """Return the jobs of this name that are not over, oldest first."""
    left = (JOBS.c.name == name, JOBS.c.state == "waiting")
    return list(await session.scalars(select(JOBS.c.id).where(*left).order_by(JOBS.c.id)))


async def is_any_dead(session: Session, name: str) -> bool:
    """Say whether one of this name was given up, and waits for an administrator to try it again."""
    dead = select(JOBS.c.id).where(JOBS.c.name == name, JOBS.c.state == "dead")
    return await session.scalar(dead.limit(1)) is not None


async def read(session: Session, job_id: UUID) -> Mapping[str, Any] | None:
    """Return what a job has to go by; None when it is over."""
    left = (JOBS.c.id == job_id, JOBS.c.state == "waiting")
    args: Mapping[str, Any] | None = await session.scalar(select(JOBS.c.args).where(*left))
    return args


async def hold(session: Session, job_id: UUID) -> Mapping[str, Any] | None:
    """As `read`, and nobody else goes on with the job until the commit."""
    left = (JOBS.c.id == job_id, JOBS.c.state == "waiting")
    held = select(JOBS.c.args).where(*left).with_for_update(key_share=True)
    args: Mapping[str, Any] | None = await session.scalar(held)
    return args


async def note(session: Session, job_id: UUID, args: Mapping[str, Any]) -> None:
    """Let whoever goes on with the job find this."""
    await session.execute(update(JOBS).where(JOBS.c.id == job_id).values(args=dict(args)))


async def close(session: Session, job_id: UUID) -> None:
    """Say that nothing of the job is left. A lease is left as it is, so that who holds one may say it, too."""
    mine = (JOBS.c.id == job_id, JOBS.c.state == "waiting")
    await session.execute(update(JOBS).where(*mine).values(state="done", done_at=clock.now()))
