"""What administrators see of work for later."""

from datetime import timedelta
from uuid import UUID

from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation import heartbeats, jobs
from questlog.automation.audit import ENTRIES
from questlog.core import clock
from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements


async def test_an_administrator_finds_what_was_given_up_and_why(
    client: AsyncClient, make: Make, database: Database
) -> None:
    admin = await make.user(role="admin")
    await put(database, "fine")
    dead = await give_up(database, "broken", "LookupError: no such plant")

    with count_statements(database) as statements:
        listed = await client.get("/api/v1/admin/jobs?state=dead", headers=admin.headers)
    by_name = await client.get("/api/v1/admin/jobs?name=fine", headers=admin.headers)
    one = await client.get(f"/api/v1/admin/jobs/{dead}", headers=admin.headers)

    (job,) = listed.json()["items"]
    assert (job["id"], job["name"], job["last_error"]) == (
        str(dead),
        "broken",
        "LookupError: no such plant",
    )
    assert "args" not in job
    assert one.json() == job
    assert [job["name"] for job in by_name.json()["items"]] == ["fine"]
    assert len([each for each in statements if "jobs" in each]) == 1


async def test_a_job_that_somebody_works_on_is_running(
    client: AsyncClient, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    admin = await make.user(role="admin")
    job_id = await put(database, "slow")
    await database.write(jobs.claim, 1, names={"slow"})

    now = await client.get(f"/api/v1/admin/jobs/{job_id}", headers=admin.headers)
    moving_clock.move(minutes=2)
    later = await client.get(f"/api/v1/admin/jobs/{job_id}", headers=admin.headers)

    assert (now.json()["running"], later.json()["running"]) == (True, False)


async def test_what_was_given_up_is_begun_anew_with_all_its_attempts(
    client: AsyncClient, make: Make, database: Database
) -> None:
    admin = await make.user(role="admin")
    dead = await give_up(database, "broken", "no")

    retried = await client.post(f"/api/v1/admin/jobs/{dead}/retry", headers=admin.headers)
    twice = await client.post(f"/api/v1/admin/jobs/{dead}/retry", headers=admin.headers)
    (taken,) = await database.write(jobs.claim, 1, names={"broken"})

    assert (retried.status_code, retried.json()["state"]) == (200, "waiting")
    assert (twice.status_code, twice.json()["code"]) == (409, "job_not_dead")
    assert (taken.id, taken.attempts) == (dead, 1)
    async with database.reader() as session:
        told = await session.scalars(select(ENTRIES.c.action).order_by(ENTRIES.c.id))
    assert "job.retried" in told.all()


async def test_who_works_is_listed_while_he_is_heard_of(
    client: AsyncClient, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    admin = await make.user(role="admin")
    silent, alive = new_id(), new_id()
    await database.write(heartbeats.beat, silent, "worker", started_at=clock.now())
    moving_clock.move(seconds=40)
    began = clock.now() - timedelta(hours=1)
    await database.write(heartbeats.beat, alive, "scheduler", started_at=began)

    answer = await client.get("/api/v1/admin/processes", headers=admin.headers)

    assert [(each["id"], each["kind"]) for each in answer.json()["items"]] == [
        (str(alive), "scheduler")
    ]


async def test_nobody_else_sees_any_of_it(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    job_id = await put(database, "fine")

    for path in ("jobs", f"jobs/{job_id}", "processes"):
        answer = await client.get(f"/api/v1/admin/{path}", headers=user.headers)
        assert answer.status_code == 403, path


async def put(database: Database, name: str) -> UUID | None:
    return await database.write(jobs.enqueue, name, {"secret": "of somebody"}, most_attempts=1)


async def give_up(database: Database, name: str, why: str) -> UUID:
    await put(database, name)
    (job,) = await database.write(jobs.claim, 1, names={name})
    await database.write(jobs.fail, job, why)
    return job.id
