"""Hours at half strength: memory, files, threads and the log stay as they are, and what is old goes (L-08).

Every few minutes the server's clock is moved ahead by days, so that retention has something to forget.
"""

import asyncio
import itertools
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx2
import uvloop
from sqlalchemy import func, select

from questlog.core.db import Base, Session
from tests.bench.figures import Ground, grounds, only_option, tell
from tests.bench.processes import open_files, pids_of, resident, threads
from tests.support import receiver, world
from tests.support.ahead import VARIABLE
from tests.support.keeper import ROOT
from tests.support.server import RunningServer, running_server

PASSWORD = "correct-horse-battery-9"
PEOPLE, WARM_UP_SHARE = 10, 0.25
SAMPLE_S, AGE_S = 15.0, 60.0
DAY_S = 86_400
WATCHED = (
    "email_codes",
    "sessions",
    "answered_requests",
    "undo_states",
    "deliveries",
    "jobs",
    "mails",
    "events",
    "tasks",
)
RSS_MIB_PER_HOUR, WAL_MIB, DRIFT = 1, 64, 1.10


@dataclass(frozen=True)
class Sample:
    hours: float
    mib: float
    files: int
    threads: int
    wal_mib: float
    p99_ms: float
    rows: dict[str, int]


@dataclass
class Life:
    """People who use a server at a steady pace; `times` are those of the answers since the last sample."""

    url: str
    hook: str
    pause_s: float
    times: list[float] = field(default_factory=list)
    errors: int = 0
    requests: int = 0

    async def live(self, number: int, until: float) -> None:
        async with httpx2.AsyncClient(base_url=f"{self.url}/api/v1", timeout=30) as client:
            person = {"email": f"steady{number}@example.org", "password": PASSWORD}
            await self._ask(client, "POST", "/auth/register", json=person)
            await self._sign_in(client, person)
            await self._ask(client, "POST", "/webhooks", json={"url": self.hook, "events": ["*"]})
            for turn in itertools.count():
                if time.monotonic() > until:
                    return
                await self._turn(client, person, turn)

    async def _turn(self, client: httpx2.AsyncClient, person: dict[str, str], turn: int) -> None:
        if turn % 20 == 0:
            await self._sign_in(client, person)
            await self._ask(client, "POST", "/auth/send-code", json={"email": person["email"]})
        key = {"Idempotency-Key": f"{person['email']}-{turn}"}
        made = await self._ask(
            client, "POST", "/tasks", json={"title": f"Task {turn}"}, headers=key
        )
        for _ in range(4):
            await self._ask(client, "GET", "/tasks?limit=50")
        if made is not None and "id" in made:
            await self._ask(client, "POST", f"/tasks/{made['id']}/complete")
            await self._ask(client, "DELETE", f"/tasks/{made['id']}")

    async def _sign_in(self, client: httpx2.AsyncClient, person: dict[str, str]) -> None:
        found = await self._ask(client, "POST", "/auth/login", json=person)
        if found is not None and "access_token" in found:
            client.headers["Authorization"] = f"Bearer {found['access_token']}"

    async def _ask(self, client: httpx2.AsyncClient, method: str, path: str, **more: Any) -> Any:
        """Return the body of an answer. A 401 is the clock's doing: the token ended with its day."""
        await asyncio.sleep(self.pause_s)
        began = time.perf_counter()
        answer = await client.request(method, path, **more)
        self.times.append(time.perf_counter() - began)
        self.requests += 1
        self.errors += answer.status_code >= 500
        if answer.status_code == 401:
            client.headers.pop("Authorization", None)
        return answer.json() if answer.content else None


async def soak(ground: Ground, minutes: float, days_a_minute: float, per_s: float) -> None:
    """Live on one database and print what changed meanwhile."""
    ground.folder.mkdir(parents=True, exist_ok=True)
    ahead = ground.folder / "ahead"
    _set(ahead, 0)
    settings = {
        VARIABLE: str(ahead),
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "error",
        "WEBHOOK_ALLOWED_NETWORKS": receiver.NETWORKS,
    }
    async with receiver.receiving() as hook:
        with running_server(
            ground.address,
            ground.folder,
            *ground.arguments,
            module="tests.support.ahead",
            **settings,
        ) as server:
            life = Life(server.url, hook.url("/steady"), PEOPLE / per_s)
            until = time.monotonic() + minutes * 60
            async with asyncio.TaskGroup() as group:
                for number in range(PEOPLE):
                    group.create_task(life.live(number, until))
                group.create_task(_age(ahead, days_a_minute, until))
                watching = group.create_task(_watch(ground, server, life, until, hook))
    _tell(ground.name, watching.result(), life)


async def _age(ahead: Path, days_a_minute: float, until: float) -> None:
    moved = 0.0
    while time.monotonic() + AGE_S < until:
        await asyncio.sleep(AGE_S)
        moved += days_a_minute * DAY_S * AGE_S / 60
        _set(ahead, moved)


def _set(ahead: Path, seconds: float) -> None:
    written = ahead.with_suffix(".new")
    written.write_text(f"{seconds:.0f}", encoding="utf-8")
    written.replace(ahead)  # in one piece: the server reads it all the time


def _wal_of(ground: Ground) -> float:
    wal = Path(f"{ground.address.removeprefix('sqlite:///')}-wal")
    return wal.stat().st_size / 2**20 if wal.is_file() else 0.0


async def _watch(
    ground: Ground, server: RunningServer, life: Life, until: float, hook: receiver.Receiver
) -> list[Sample]:
    samples: list[Sample] = []
    began = time.monotonic()
    async with world.opened(world.settings(ground.address, ground.folder)) as database:
        while time.monotonic() < until:
            await asyncio.sleep(SAMPLE_S)
            times, life.times = sorted(life.times), []
            hook.messages.clear()
            pids = pids_of(server)
            samples.append(
                Sample(
                    (time.monotonic() - began) / 3600,
                    sum(map(resident, pids)),
                    sum(map(open_files, pids)),
                    sum(map(threads, pids)),
                    _wal_of(ground),
                    times[int(len(times) * 0.99)] * 1000 if times else 0.0,
                    await database.read(_rows),
                )
            )
            last = samples[-1]
            click.echo(f"  {json.dumps({**vars(last), 'errors': life.errors})}", err=True)
    return samples


async def _rows(session: Session) -> dict[str, int]:
    found = {}
    for name in WATCHED:
        if name in Base.metadata.tables:
            counted = select(func.count()).select_from(Base.metadata.tables[name])
            found[name] = (await session.execute(counted)).scalar_one()
    return found


def _tell(name: str, samples: Sequence[Sample], life: Life) -> None:
    warm = samples[int(len(samples) * WARM_UP_SHARE) :]
    third = max(1, len(warm) // 3)
    tell("L-08", f"{name}: requests", life.requests, "")
    tell("L-08", f"{name}: answers of 5xx", life.errors, "", most=0)
    slope = slope_of(warm, lambda one: one.mib)
    tell("L-08", f"{name}: memory grows by", slope, "MiB/h", most=RSS_MIB_PER_HOUR)
    tell("L-08", f"{name}: memory at the end", warm[-1].mib, "MiB")
    tell(
        "L-08",
        f"{name}: open files grow by",
        slope_of(warm, lambda one: one.files),
        "per h",
        most=5,
    )
    tell(
        "L-08", f"{name}: threads grow by", slope_of(warm, lambda one: one.threads), "per h", most=1
    )
    tell("L-08", f"{name}: largest WAL", max(one.wal_mib for one in samples), "MiB", most=WAL_MIB)
    early = statistics.median(one.p99_ms for one in warm[:third])
    late = statistics.median(one.p99_ms for one in warm[-third:])
    tell(
        "L-08",
        f"{name}: p99 at the end to that at the beginning",
        late / early,
        "times",
        most=DRIFT,
    )
    for table in warm[-1].rows:
        most = max(one.rows[table] for one in samples)
        click.echo(f"L-08  {name}: {table}: {most} rows at most, {warm[-1].rows[table]} at the end")


def slope_of(samples: Sequence[Sample], figure: Callable[[Sample], float]) -> float:
    """Return by how much a figure grows in an hour, by least squares."""
    if len(samples) < 2:
        return 0.0
    return statistics.linear_regression(
        [one.hours for one in samples], [figure(one) for one in samples]
    ).slope


@click.command()
@click.option("--minutes", default=120.0, show_default=True, help="On each database.")
@click.option("--days-a-minute", default=1.0, show_default=True, help="How fast the server ages.")
@click.option("--per-s", default=60.0, show_default=True, help="Requests, at most.")
@only_option
def main(minutes: float, days_a_minute: float, per_s: float, only: str | None) -> None:
    """Live for hours on each database and hold what a server takes against what it may take."""
    with grounds(only) as databases:
        for ground in databases:
            uvloop.run(soak(ground, minutes, days_a_minute, per_s))


if __name__ == "__main__":
    main()
