"""What runs by itself, and how often. Each date of a rhythm is a job that exists once, whoever ticks and however many.

A date that nobody was there for is made up for when somebody is again: the newest one only, since each run does all
there is to do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from questlog.automation import job_sweeping, jobs
from questlog.coach import proposal_log
from questlog.flows.reach_learners import REACH, reach_all
from questlog.flows.roll_over import roll_over_all
from questlog.worker import forgetting, housekeeping, purging, reminding
from questlog.worker.house import House, Work

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUICK = timedelta(hours=1)


@dataclass(frozen=True)
class Scheduled:
    """`run(house, args)` on every whole multiple of `every` since 1970 (UTC), plus `offset`."""

    name: str
    every: timedelta
    run: Work
    offset: timedelta = timedelta()
    most_attempts: int = jobs.MOST_ATTEMPTS

    def newest(self, now: datetime) -> datetime:
        """Return the last date of the rhythm that is not after `now`."""
        return now - (now - EPOCH - self.offset) % self.every


async def _roll_over(house: House, _args: Mapping[str, Any]) -> None:
    await roll_over_all(house.database)


async def _empty_the_trash(house: House, _args: Mapping[str, Any]) -> None:
    await purging.empty_the_trash(house.database)


async def _keep_house(house: House, _args: Mapping[str, Any]) -> None:
    await housekeeping.keep_house(house.database, house.keyring)
    quick = [each.name for each in EVERY if each.every <= QUICK]
    await house.database.write(job_sweeping.sweep_dates, quick)


async def _forget(house: House, _args: Mapping[str, Any]) -> None:
    await forgetting.forget(house.database)


async def _reach_learners(house: House, args: Mapping[str, Any]) -> None:
    await reach_all(house.database, UUID(args["job_id"]))


async def _sweep_proposals(house: House, _args: Mapping[str, Any]) -> None:
    await proposal_log.sweep(house.database)


EVERY: tuple[Scheduled, ...] = (
    Scheduled("keep_house", timedelta(minutes=1), _keep_house),
    Scheduled("remind", timedelta(minutes=1), reminding.remind),
    Scheduled("make_mail_jobs", timedelta(minutes=1), reminding.make_mail_jobs),
    Scheduled("roll_over", timedelta(hours=1), _roll_over),
    Scheduled("empty_the_trash", timedelta(hours=1), _empty_the_trash),
    Scheduled("sweep_proposals", timedelta(hours=1), _sweep_proposals),
    Scheduled("forget", timedelta(hours=1), _forget),
)

ON_DEMAND: Mapping[str, Work] = {**reminding.ON_DEMAND, REACH: _reach_learners}
"""What `jobs.enqueue` may name besides: the job's `args` are handed over."""


WORK: Mapping[str, Work] = {**{each.name: each.run for each in EVERY}, **ON_DEMAND}
"""Everything a job may be, by name."""


def slot_of(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
