"""Work for later as rows: slots, leases with names, attempts."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from questlog.automation import job_sweeping, jobs
from questlog.automation.job_models import Job
from questlog.automation.jobs import Claim, Outlook
from questlog.core import clock
from questlog.core.db import Database, Session
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows

NAMES = frozenset({"water_plants"})


async def test_a_job_is_done_once(database: Database) -> None:
    job_id = await put(database, {"plant": "fern"})

    first = await database.write(jobs.claim, 10, names=NAMES)
    second = await database.write(jobs.claim, 10, names=NAMES)
    done = await database.write(jobs.finish, first[0])

    assert [(job.id, job.args, job.attempts) for job in first] == [(job_id, {"plant": "fern"}, 1)]
    assert (second, done) == ([], True)
    assert (await row(database, job_id)).state == "done"


async def test_ten_who_claim_at_once_share_the_jobs(database: Database) -> None:
    made = {await put(database, {"number": number}) for number in range(20)}

    claims = await asyncio.gather(*(database.write(jobs.claim, 4, names=NAMES) for _ in range(10)))

    taken = [job.id for claim in claims for job in claim]
    assert (len(taken), set(taken)) == (20, made)


async def test_f20_of_a_name_there_is_one_job_per_slot(database: Database) -> None:
    made = await asyncio.gather(*(put(database, {}, slot="2026-11-21") for _ in range(10)))
    another_day = await put(database, {}, slot="2026-11-22")

    assert len([one for one in made if one]) == 1
    assert another_day is not None
    assert await count_rows(database, Job) == 2


async def test_f20_a_slot_stays_taken_when_its_job_is_done(database: Database) -> None:
    await put(database, {}, slot="2026-11-21")
    (job,) = await database.write(jobs.claim, 1, names=NAMES)
    await database.write(jobs.finish, job)

    again = await put(database, {}, slot="2026-11-21")

    assert again is None


async def test_what_is_rolled_back_has_no_job_and_rings_no_bell(database: Database) -> None:
    async def put_and_break(session: Session) -> None:
        await jobs.enqueue(session, "water_plants", {})
        raise LookupError

    with jobs.bell() as rung:
        with pytest.raises(LookupError):
            await database.write(put_and_break)
        rang_for_nothing = rung.is_set()
        await put(database, {})
        rang_for_a_job = rung.is_set()

    assert (rang_for_nothing, rang_for_a_job) == (False, True)
    assert await count_rows(database, Job) == 1


async def test_a_job_is_not_begun_before_it_is_due(
    database: Database, moving_clock: MovingClock
) -> None:
    await put(database, {}, due_at=clock.now() + timedelta(minutes=5))

    early = await database.write(jobs.claim, 1, names=NAMES)
    moving_clock.move(minutes=6)
    in_time = await database.write(jobs.claim, 1, names=NAMES)

    assert (len(early), len(in_time)) == (0, 1)


async def test_a_name_that_nobody_knows_waits(database: Database) -> None:
    job_id = await put(database, {}, name="from_the_next_release")

    taken = await database.write(jobs.claim, 10, names=NAMES)

    assert taken == []
    assert (await row(database, job_id)).attempts == 0


async def test_f18_a_renewed_lease_is_nobody_elses(
    database: Database, moving_clock: MovingClock
) -> None:
    await put(database, {})
    (job,) = await database.write(jobs.claim, 1, names=NAMES)

    for _ in range(6):
        moving_clock.move(seconds=40)
        kept = await database.write(jobs.renew, [job])
        stolen = await database.write(jobs.claim_suspect, names=NAMES)
        assert (kept, stolen) == ({job.id}, None)

    assert await database.write(jobs.finish, job)


@pytest.mark.parametrize("late", [jobs.finish, jobs.fail], ids=["finish", "fail"])
async def test_f18_who_comes_too_late_writes_nothing(
    database: Database, moving_clock: MovingClock, late: Any
) -> None:
    job_id = await put(database, {})
    (slow,) = await database.write(jobs.claim, 1, names=NAMES)
    moving_clock.move(seconds=61)
    second = await database.write(jobs.claim_suspect, names=NAMES)
    assert second is not None

    kept = await database.write(jobs.renew, [slow])
    said = await database.write(late, slow, *(["it broke"] if late is jobs.fail else []))
    await database.write(jobs.release, [slow])
    before = await row(database, job_id)
    done = await database.write(jobs.finish, second)

    assert (kept, said) == (set(), False)
    assert (before.state, before.lease, before.attempts) == ("waiting", second.lease, 2)
    assert done


async def test_f19_five_attempts_with_growing_pauses_then_the_job_is_dead(
    database: Database, moving_clock: MovingClock
) -> None:
    job_id = await put(database, {})
    pauses = []

    for _ in range(5):
        (job,) = await database.write(jobs.claim, 1, names=NAMES)
        before = clock.now()
        await database.write(jobs.fail, job, "LookupError: no such plant")
        pauses.append((await row(database, job_id)).due_at - before)
        moving_clock.move(hours=1)

    assert await database.write(jobs.claim, 1, names=NAMES) == []
    dead = await row(database, job_id)
    assert (dead.state, dead.last_error, dead.attempts) == (
        "dead",
        "LookupError: no such plant",
        5,
    )
    for pause, seconds in zip(pauses[:4], (5, 20, 80, 320), strict=True):
        assert 0.79 * seconds <= pause.total_seconds() <= 1.21 * seconds


async def test_f19_a_job_that_kills_its_process_is_buried_after_its_last_attempt(
    database: Database, moving_clock: MovingClock
) -> None:
    job_id = await put(database, {})
    begun: list[Claim | None] = [*(await database.write(jobs.claim, 1, names=NAMES))]

    while begun[-1]:
        moving_clock.move(seconds=61)
        begun.append(await database.write(jobs.claim_suspect, names=NAMES))

    assert [job.attempts for job in begun if job] == [1, 2, 3, 4, 5]
    dead = await row(database, job_id)
    assert (dead.state, dead.last_error) == ("dead", jobs.CUT_SHORT)


async def test_f19_of_many_suspects_one_is_taken(
    database: Database, moving_clock: MovingClock
) -> None:
    for number in range(5):
        await put(database, {"number": number})
    await database.write(jobs.claim, 5, names=NAMES)
    moving_clock.move(seconds=61)

    one = await database.write(jobs.claim_suspect, names=NAMES)

    assert one is not None
    async with database.reader() as session:
        held = (await session.scalars(select(Job.id).where(Job.leased_until > clock.now()))).all()
    assert held == [one.id]


async def test_what_is_given_back_has_lost_no_attempt(database: Database) -> None:
    await put(database, {})
    (job,) = await database.write(jobs.claim, 1, names=NAMES)

    await database.write(jobs.release, [job])
    (again,) = await database.write(jobs.claim, 1, names=NAMES)

    assert (again.id, again.attempts) == (job.id, 1)


async def test_the_outlook_tells_fresh_jobs_from_suspects(
    database: Database, moving_clock: MovingClock
) -> None:
    await put(database, {}, name="cut_short")
    await database.write(jobs.claim, 1, names={"cut_short"})
    moving_clock.move(seconds=61)
    await put(database, {})
    await put(database, {}, name="tomorrow", due_at=clock.now() + timedelta(days=1))

    outlook = await database.read(jobs.outlook)

    assert outlook == Outlook(due=NAMES, suspect=frozenset({"cut_short"}))


async def test_the_backlog_counts_what_is_late_and_what_was_given_up(
    database: Database, moving_clock: MovingClock
) -> None:
    await put(database, {})
    await put(database, {}, due_at=clock.now() + timedelta(days=1))
    given_up = await put(database, {}, name="given_up", most_attempts=1)
    (job,) = await database.write(jobs.claim, 1, names={"given_up"})
    await database.write(jobs.fail, job, "no")
    moving_clock.move(minutes=2)

    backlog = await database.read(jobs.backlog)

    assert (backlog.waiting, backlog.dead, given_up is not None) == (1, 1, True)
    assert backlog.oldest_at is not None
    assert clock.now() - backlog.oldest_at >= timedelta(minutes=2)


async def test_what_is_over_is_swept_away(database: Database) -> None:
    kept = [await put(database, {}, name=name) for name in ("waiting", "done", "dead")]
    gone = [await put(database, {}, name=name) for name in ("old_done", "old_dead")]
    now = clock.now()
    ages = {"done": now, "dead": now - timedelta(days=80)}
    ages |= {"old_done": now - timedelta(days=15), "old_dead": now - timedelta(days=91)}
    for name, done_at in ages.items():
        await database.write(_set, name, state=name.removeprefix("old_"), done_at=done_at)

    await database.write(job_sweeping.sweep)

    async with database.reader() as session:
        left = set((await session.scalars(select(Job.id))).all())
    assert left == set(kept)
    assert not left & set(gone)


async def test_slots_are_remembered_for_a_year_and_dates_of_minutes_for_a_day(
    database: Database, moving_clock: MovingClock
) -> None:
    for name in ("every_minute", "monthly"):
        await put(database, {}, name=name, slot="2026-11")
        (job,) = await database.write(jobs.claim, 1, names={name})
        await database.write(jobs.finish, job)
    moving_clock.move(hours=25)
    await put(database, {}, name="every_minute", slot="2026-12")

    await database.write(job_sweeping.sweep_dates, ["every_minute"])
    moving_clock.move(days=390)
    await database.write(job_sweeping.sweep)
    monthly = await put(database, {}, name="monthly", slot="2026-11")
    async with database.reader() as session:
        left = (await session.scalars(select(Job.slot).where(Job.name == "every_minute"))).all()

    assert monthly is None
    assert left == ["2026-12"]


async def put(database: Database, args: dict[str, Any], **options: Any) -> UUID | None:
    name = options.pop("name", "water_plants")
    return await database.write(jobs.enqueue, name, args, **options)


async def row(database: Database, job_id: UUID | None) -> Job:
    async with database.reader() as session:
        return await session.get_one(Job, job_id)


async def _set(session: Session, name: str, **values: Any) -> None:
    await session.execute(update(Job).where(Job.name == name).values(**values))
