"""Workers in processes of their own: shared work, sudden deaths, and ends in peace."""

import asyncio
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from questlog.automation import jobs
from questlog.automation.job_models import Heartbeat, Job
from questlog.core import clock
from questlog.core.db import Database, Session
from tests.support.workers import running_worker

TASKS = """
import asyncio, os
from pathlib import Path
from questlog.worker.taskiq_app import broker

def note(text):
    with Path(__file__).with_name("notes").open("a") as notes:
        notes.write(text + "\\n")

@broker.task("water")
async def water(plant: str, seconds: float = 0) -> None:
    note("begun " + plant)
    await asyncio.sleep(seconds)
    note("done " + plant)

@broker.task("nightshade", max_retries=2)
async def nightshade() -> None:
    note("begun nightshade")
    await asyncio.sleep(0.2)
    os._exit(9)
"""


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    folder = tmp_path / "tasks"
    folder.mkdir()
    (folder / "of_this_test.py").write_text(TASKS)
    return folder


async def test_two_workers_share_the_work_and_do_nothing_twice(
    database: Database, database_address: str, tmp_path: Path, tasks: Path
) -> None:
    for number in range(40):
        await put(database, "water", f"plant {number}", 0.02)

    with (
        running_worker(database_address, tmp_path / "a", tasks=tasks),
        running_worker(database_address, tmp_path / "b", tasks=tasks),
    ):
        await until(lambda: len(notes(tasks, "done")) == 40)

    assert sorted(notes(tasks, "begun")) == sorted(f"plant {number}" for number in range(40))


async def test_what_a_killed_worker_had_begun_is_done_by_another(
    database: Database, database_address: str, tmp_path: Path, tasks: Path
) -> None:
    await put(database, "water", "oak", 30)
    with running_worker(database_address, tmp_path, tasks=tasks) as worker:
        await until(lambda: notes(tasks, "begun") == ["oak"])
        worker.stop(signal.SIGKILL)
    await put(database, "water", "oak", 0, job_id=await only_job(database))

    await a_minute_later(database)
    with running_worker(database_address, tmp_path, tasks=tasks):
        await until(lambda: notes(tasks, "done") == ["oak"])

    assert notes(tasks, "begun") == ["oak", "oak"]


async def test_f19_a_job_that_kills_its_process_takes_nobody_along(
    database: Database, database_address: str, tmp_path: Path, tasks: Path
) -> None:
    await put(database, "nightshade", attempts=2)
    for number in range(3):
        await put(database, "water", f"fern {number}", 1)

    died = 0
    for _ in range(2):
        with running_worker(database_address, tmp_path, tasks=tasks) as worker:
            died += await asyncio.to_thread(worker.process.wait, 15) == 9
        await a_minute_later(database)
    with running_worker(database_address, tmp_path, tasks=tasks):
        await until(lambda: len(notes(tasks, "done")) == 3)
        await until_async(lambda: states(database), {"nightshade": "dead", "water": "done"})

    assert (died, notes(tasks, "begun").count("nightshade")) == (2, 2)


async def test_f30_a_worker_ends_in_peace(
    database: Database, database_address: str, tmp_path: Path, tasks: Path
) -> None:
    await put(database, "water", "fern", 1)
    await put(database, "water", "oak", 60)
    with running_worker(database_address, tmp_path, tasks=tasks) as worker:
        await until(lambda: len(notes(tasks, "begun")) == 2)
        began = time.monotonic()
        code = await asyncio.to_thread(worker.stop)
        took = time.monotonic() - began

    assert (code, notes(tasks, "done")) == (0, ["fern"])
    assert took < 12
    async with database.reader() as session:
        oak = await session.scalar(select(Job).where(Job.name == "water", Job.state == "waiting"))
        beating = (await session.scalars(select(Heartbeat.kind))).all()
    assert oak is not None
    assert (oak.attempts, oak.lease) == (0, None)
    assert beating == []


async def test_f31_a_second_signal_ends_a_worker_at_once(
    database: Database, database_address: str, tmp_path: Path, tasks: Path
) -> None:
    await put(database, "water", "oak", 60)
    with running_worker(database_address, tmp_path, tasks=tasks) as worker:
        await until(lambda: notes(tasks, "begun") == ["oak"])
        worker.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.2)
        began = time.monotonic()
        code = await asyncio.to_thread(worker.stop)

    assert code == 128 + signal.SIGTERM
    assert time.monotonic() - began < 1


async def put(
    database: Database,
    name: str,
    *args: Any,
    attempts: int = 5,
    job_id: object = None,
) -> None:
    message = {"task_name": name, "labels": {}, "args": list(args), "kwargs": {}}
    if job_id is not None:
        await database.write(_change, job_id, message)
        return
    await database.write(jobs.enqueue, name, message, most_attempts=attempts)


async def _change(session: Session, job_id: object, message: dict[str, Any]) -> None:
    await session.execute(update(Job).where(Job.id == job_id).values(args=message))


async def only_job(database: Database) -> object:
    async with database.reader() as session:
        return await session.scalar(select(Job.id).where(Job.name == "water"))


async def a_minute_later(database: Database) -> None:
    """Let every lease run out, and every pause be over."""

    async def age(session: Session) -> None:
        past = clock.now() - timedelta(seconds=1)
        leased = Job.leased_until.is_not(None)
        await session.execute(update(Job).where(leased).values(leased_until=past))
        await session.execute(update(Job).where(Job.state == "waiting").values(due_at=past))

    await database.write(age)


async def states(database: Database) -> dict[str, str]:
    async with database.reader() as session:
        ours = Job.name.in_(("water", "nightshade"))
        rows = (await session.execute(select(Job.name, Job.state).where(ours))).all()
    return {row.name: row.state for row in rows}


def notes(tasks: Path, kind: str) -> list[str]:
    path = tasks / "notes"
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.partition(" ")[2] for line in lines if line.startswith(kind)]


async def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - another process does what is waited for
            await asyncio.sleep(0.02)


async def until_async(find: Callable[[], Any], expected: Any, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while await find() != expected:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
