"""Doing jobs: a few at once, each under its lease, and those that may have killed a process alone."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from questlog.automation import jobs
from questlog.automation.jobs import Claim
from questlog.core import clock
from questlog.core.db import Database
from questlog.worker import crafts
from questlog.worker.errors import RefusedError
from questlog.worker.house import DOWN, House, pause

POLL_S = 1.0
RENEW_S = jobs.LEASE.total_seconds() / 4
LONGEST_S = 1800.0
ALONE_S = 30.0
MARKING_PATIENCE_S = 20.0
MARKING_PAUSE_S = 0.5
LONGEST_WAIT = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody at work on a job."""

    job: Claim
    task: asyncio.Task[None]


class Hands:
    """Up to `house.at_once` jobs at a time; `wake` is set when one is free again.

    A job whose worker went silent may have killed it. So that it does not take others along again, it is begun when
    nothing else runs, and for half a minute nothing else is begun.
    """

    def __init__(self, house: House, wake: asyncio.Event | None = None) -> None:
        self.house = house
        self.wake = wake or asyncio.Event()
        self.busy: dict[UUID, Hand] = {}
        self._alone: UUID | None = None
        self._alone_until = 0.0
        self._drains_since: float | None = None

    async def take(self) -> bool:
        """Begin what can be begun; return whether there may be more."""
        free = self.house.at_once - len(self.busy)
        if free <= 0 or self._keeps_alone():
            return False
        outlook = await self.house.database.read(jobs.outlook)
        known = await crafts.known_of(outlook.due | outlook.suspect)
        if outlook.suspect & known:
            return await self._take_suspect(outlook.suspect & known)
        self._drains_since = None
        if not outlook.due & known:
            return False
        taken = await self.house.database.write(jobs.claim, free, names=outlook.due & known)
        for job in taken:
            self._begin(job)
        return len(taken) == free

    def _keeps_alone(self) -> bool:
        return self._alone in self.busy and time.monotonic() < self._alone_until

    async def _take_suspect(self, names: frozenset[str]) -> bool:
        now = time.monotonic()
        self._drains_since = self._drains_since or now
        if self.busy and now - self._drains_since < ALONE_S:
            return False  # those at work end first; who takes long is not waited for
        self._drains_since = None
        job = await self.house.database.write(jobs.claim_suspect, names=names)
        if job is not None:
            log.warning("job_begun_alone", job=str(job.id), name=job.name, attempt=job.attempts)
            self._alone, self._alone_until = job.id, now + ALONE_S
            self._begin(job)
        return job is None  # the only suspect was buried, or is somebody else's by now

    def _begin(self, job: Claim) -> None:
        self.busy[job.id] = Hand(job, asyncio.create_task(self._do(job)))

    async def _do(self, job: Claim) -> None:
        try:
            async with asyncio.timeout(LONGEST_S):
                await crafts.do(self.house, job)
        except RefusedError as error:
            await self._mark(jobs.fail, job, str(error), is_final=True)
        except Exception as error:  # jobs are anybody's code: told in the row, and tried again
            self._report(job, error)
            await self._mark(jobs.fail, job, told(error))
        else:
            await self._mark(jobs.finish, job)
        finally:
            del self.busy[job.id]
            self.wake.set()

    def _report(self, job: Claim, error: Exception) -> None:
        where = None if isinstance(error, SQLAlchemyError) else error
        log.warning(
            "job_failed",
            job=str(job.id),
            name=job.name,
            attempt=job.attempts,
            error=told(error),
            exc_info=where,
        )

    async def _mark(self, verb: Callable[..., Any], job: Claim, *args: Any, **options: Any) -> None:
        """Write a result down, with some patience: the work is done, and would be done again."""
        until = time.monotonic() + MARKING_PATIENCE_S
        while True:
            try:
                if not await self.house.database.write(verb, job, *args, **options):
                    log.warning("job_was_taken_over", job=str(job.id), name=job.name)
                return
            except DOWN as error:
                if time.monotonic() > until:
                    log.error("job_not_marked", job=str(job.id), name=job.name, error=str(error))
                    return
            await asyncio.sleep(MARKING_PAUSE_S)

    async def renew(self) -> None:
        """Hold on to what is being done, and stop what is somebody else's by now."""
        held = [hand.job for hand in self.busy.values()]
        if not held:
            return
        kept = await self.house.database.write(jobs.renew, held)
        for job in held:
            if job.id not in kept and (hand := self.busy.get(job.id)):
                log.warning("job_was_taken_over", job=str(job.id), name=job.name)
                hand.task.cancel()

    async def end(self) -> None:
        """Let what is begun come to an end for a while, then give the rest back."""
        if not self.busy:
            return
        await asyncio.wait([hand.task for hand in self.busy.values()], timeout=self.house.grace_s)
        left = list(self.busy.values())
        for hand in left:
            hand.task.cancel()
        await asyncio.gather(*(hand.task for hand in left), return_exceptions=True)
        if left:
            with suppress(*DOWN):
                await self.house.database.write(jobs.release, [hand.job for hand in left])
            log.info("jobs_given_back", count=len(left))


async def run_forever(house: House, stop: asyncio.Event) -> None:
    """Do jobs until `stop` is set."""
    with jobs.bell() as rung:
        hands = Hands(house, rung)
        renewing = asyncio.create_task(_renew_forever(hands))
        try:
            while not stop.is_set():
                rung.clear()
                if not await _round(hands):
                    await pause(POLL_S, rung, stop)
        finally:
            await hands.end()
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing


async def _round(hands: Hands) -> bool:
    try:
        return await hands.take()
    except DOWN as error:
        log.warning("jobs_wait_for_the_database", error=told(error))
        return False


async def _renew_forever(hands: Hands) -> None:
    while True:
        await asyncio.sleep(RENEW_S)
        try:
            await hands.renew()
        except (
            Exception
        ) as error:  # whatever it is: leases that are not renewed are somebody else's
            log.warning("leases_not_renewed", error=told(error))


def told(error: BaseException) -> str:
    """Say what went wrong; of a database error its kind only, since its text shows people's data."""
    kind = type(error).__name__
    if isinstance(error, SQLAlchemyError) or not str(error):
        return kind
    return f"{kind}: {error}"


async def readiness(database: Database) -> str:
    """Say in one line whether work gets done: something that waits a minute has nobody to do it."""
    try:
        backlog = await database.read(jobs.backlog)
    except DOWN:
        return "unknown: the database does not answer"
    dead = f"; {backlog.dead} given up" if backlog.dead else ""
    if backlog.oldest_at is None or clock.now() - backlog.oldest_at < LONGEST_WAIT:
        return f"ok{dead}"
    since = f"{backlog.oldest_at:%Y-%m-%d %H:%M} UTC"
    return f"{backlog.waiting} waiting, the oldest since {since}; is a worker running?{dead}"
