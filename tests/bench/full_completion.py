"""A full completion: a lesson's task in a project with a goal, on the way to a boss, a quest and three challenges."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from sqlalchemy import insert, select

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.ids import new_id
from questlog.flows.join_challenge import join_challenge
from questlog.game.ledger import LEDGER
from questlog.planning.models import Project, Task
from tests.bench import load
from tests.bench.accounts import Account
from tests.support import school, world

LEDGER_ROWS = 20_000
WEEKS = 4  # of a course, like the longer one of ours
CHALLENGES = ("a-shelf-of-lessons", "brisk-week")
ALONE, CROWD = 200, 800
SLOWEST_MS = 25
CROWD_SLOWEST_MS = 150
RATES = {"SQLite": 300, "PostgreSQL": 150}


@dataclass(frozen=True)
class Prepared:
    account: Account
    tasks: Iterable[UUID]

    def request(self) -> bytes:
        path = f"/api/v1/tasks/{next(iter(self.tasks))}/complete"
        return load.request("POST", path, self.account.headers)


async def prepare(
    address: str,
    data_dir: Path,
    account: Account,
    *,
    completions: int = ALONE + CROWD + 100,
    ledger_rows: int = LEDGER_ROWS,
) -> Prepared:
    """Give an account a long ledger, challenges, and a task for each lesson of many courses."""
    async with world.opened(world.settings(address, data_dir)) as database:
        user_id = await database.read(_owner, account.task_ids[0])
        for code in CHALLENGES:
            await database.write(join_challenge, user_id, code, timezone="UTC", locale="en")
        await database.write(_write_ledger, user_id, ledger_rows)
        lessons = await _lessons(database, user_id, completions)
        tasks = await database.write(_plan, user_id, lessons)
        if not database.is_sqlite:
            await _tidy(database)
    return Prepared(account, iter(tasks))


async def _tidy(database: Database) -> None:
    """Do now what autovacuum does within a minute."""
    async with database.engine.connect() as connection:
        alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await alone.exec_driver_sql("VACUUM ANALYZE")


async def show(name: str, bare_port: int, port: int, prepared: Prepared, *, clients: int) -> None:
    """Print how long one takes alone, and how many there are in a second when many ask at once."""
    await load.burst(port, prepared.request, total=50, clients=1)
    alone = await load.burst(port, prepared.request, total=ALONE, clients=1)
    bare = await load.burst(
        bare_port, lambda: load.request("GET", "/bare"), total=3000, clients=clients
    )
    crowd = await load.burst(port, prepared.request, total=CROWD, clients=clients)
    _expect_ok(alone, crowd)
    p50, p95 = (alone.quantile(share) * 1000 for share in (0.5, 0.95))
    click.echo(f"full completion, 100 000 tasks, {LEDGER_ROWS} ledger rows:")
    click.echo(f"  one client: p50 {p50:.1f} ms, p95 {p95:.1f} ms (aim {SLOWEST_MS})")
    _tell(f"{clients} clients of one account", name, crowd, bare)


async def show_people(name: str, bare_port: int, port: int, people: Sequence[Prepared]) -> None:
    """Print the same of as many people at once, each with an account of their own."""
    clients = len(people)
    turns = itertools.cycle(people)
    one = lambda: next(turns).request()  # noqa: E731
    await load.burst(port, one, total=3 * clients, clients=clients)
    bare = await load.burst(
        bare_port, lambda: load.request("GET", "/bare"), total=3000, clients=clients
    )
    crowd = await load.burst(port, one, total=CROWD, clients=clients)
    _expect_ok(crowd)
    _tell(f"{clients} clients, an account each", name, crowd, bare)


def _expect_ok(*found: load.Round) -> None:
    for one in found:
        if set(one.statuses) != {200}:
            raise click.ClickException(f"full completion: unexpected answers {one.statuses}")


def _tell(who: str, name: str, crowd: load.Round, bare: load.Round) -> None:
    p99 = crowd.quantile(0.99) * 1000
    click.echo(
        f"  {who}: {crowd.rate:.0f}/s (aim {RATES[name]}), p99 {p99:.0f} ms (aim {CROWD_SLOWEST_MS}),"
        f" ratio {crowd.rate / bare.rate:.3f}"
    )


async def _owner(session: Session, task_id: UUID) -> UUID:
    return (await session.execute(select(Task.user_id).where(Task.id == task_id))).scalar_one()


async def _write_ledger(session: Session, user_id: UUID, count: int) -> None:
    now = clock.now()
    same: dict[str, Any] = {
        "user_id": user_id,
        "entry": "change",
        "source_kind": "adjustment",
        "occurrence_key": "once",
        "details": {},
    }
    rows = [
        {
            **same,
            "id": new_id(),
            "source_id": str(new_id()),
            "cause_id": new_id(),
            "local_day": now.date() - timedelta(days=number % 700 + 1),
            "created_at": now,
        }
        for number in range(count)
    ]
    for start in range(0, count, 1000):
        await session.execute(insert(LEDGER), rows[start : start + 1000])


async def _lessons(database: Database, user_id: UUID, count: int) -> list[UUID]:
    found: list[UUID] = []
    while len(found) < count:
        slug = f"towns-{new_id().hex}"
        course = await school.brought(database, slug=slug, weeks=WEEKS)
        await school.enrolled(database, user_id, course.course_id)
        found += [id_ for _, id_ in sorted(course.lessons.items())]
    return found


async def _plan(session: Session, user_id: UUID, lessons: list[UUID]) -> list[UUID]:
    now = clock.now()
    mine = Project.user_id == user_id
    project_id = (await session.execute(select(Project.id).where(mine).limit(1))).scalar_one()
    ids = [new_id() for _ in lessons]
    rows = [
        {
            "id": id_,
            "user_id": user_id,
            "title": f"Lesson {number}",
            "position": float(number),
            "state": "pending",
            "project_id": project_id,
            "lesson_id": lesson_id,
            "created_at": now,
            "updated_at": now,
        }
        for number, (id_, lesson_id) in enumerate(zip(ids, lessons, strict=True))
    ]
    await session.execute(insert(Task), rows)
    return ids
