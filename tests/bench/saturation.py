"""Reading at half of what is possible, writing as fast as is possible, ten times as much, and the memory all that takes.

L-01, L-02 (SQLite) and L-03 (PostgreSQL, two processes), L-05, L-07.
"""

import itertools
import json
import math
from uuid import UUID

import click
from sqlalchemy import select

from questlog.core.db import Session
from questlog.planning.models import Task
from tests.bench import accounts, load, open_loop
from tests.bench.accounts import Account
from tests.bench.figures import Ground, on_each, only_option, tell
from tests.bench.open_loop import Found, Plan, quantile
from tests.bench.processes import heaviest
from tests.support import world
from tests.support.server import RunningServer, running_server

BODY = json.dumps({"title": "Write the report", "priority": 3}).encode()
BURST, COMPLETIONS, CLIENTS = 3000, 2500, 32
SECONDS = 8.0
TIMES = 10
BACK_WITHIN_S = 5
NORMAL_P99_S = 0.15


def reading(account: Account) -> bytes:
    return load.request("GET", "/api/v1/tasks?limit=50", account.headers)


def creating(account: Account) -> bytes:
    return load.request("POST", "/api/v1/tasks", account.headers, BODY)


async def show(ground: Ground) -> None:
    """Print the figures of one database."""
    quiet = {"LOG_LEVEL": "error"}
    with running_server(ground.address, ground.folder, *ground.arguments, **quiet) as server:
        tell("L-07", f"{ground.name}: a process that idles", heaviest(server), "MiB", most=150)
        account = await accounts.make_account(
            ground.address, ground.folder, server.url, tasks=200, to_complete=COMPLETIONS
        )
        await _half(ground.name, server, account)
        created = await _writing(ground.name, server, account)
        await _tenfold(ground, server, account, created)


async def _half(name: str, server: RunningServer, account: Account) -> None:
    request = reading(account)
    await load.burst(server.port, lambda: request, total=500, clients=CLIENTS)
    most = await load.burst(server.port, lambda: request, total=BURST, clients=CLIENTS)
    tell("L-01", f"{name}: reads a second, at most", most.rate, "per s")
    plan = Plan(server.port, [request.decode()], most.rate / 2, SECONDS)
    found = await open_loop.run(plan)
    for share, aim in ((0.5, 10), (0.95, 30), (0.99, 80)):
        time = quantile(found.answered, share) * 1000
        tell("L-01", f"{name}: read at half of that, p{share * 100:.0f}", time, "ms", most=aim)
    wrong = sum(found.counts().values()) - len(found.answered)
    tell("L-01", f"{name}: errors", wrong, "", most=0)


async def _writing(name: str, server: RunningServer, account: Account) -> float:
    """Return how many tasks are created in a second."""
    id_ = "L-02" if name == "SQLite" else "L-03"
    one = creating(account)
    ids = itertools.chain(account.to_complete)
    rate = math.nan
    for what, make, total, least in (
        ("create", lambda: one, BURST, 600),
        (
            "complete",
            lambda: _completing(account, next(ids)),
            COMPLETIONS,
            350 - 50 * (name == "SQLite"),
        ),
    ):
        found = await load.burst(server.port, make, total=total, clients=CLIENTS)
        errors = sum(n for status, n in found.statuses.items() if status >= 300)
        tell(id_, f"{name}: {what}", found.rate, "per s", least=least)
        tell(id_, f"{name}: {what}, p99", found.quantile(0.99) * 1000, "ms", most=150)
        tell(id_, f"{name}: {what}, errors", errors, "", most=0)
        rate = found.rate if what == "create" else rate
    return rate


def _completing(account: Account, task_id: UUID) -> bytes:
    return load.request("POST", f"/api/v1/tasks/{task_id}/complete", account.headers)


async def _tenfold(ground: Ground, server: RunningServer, account: Account, rate: float) -> None:
    """Offer ten times as many tasks as can be created, then half as many, from second to second."""
    name, request = ground.name, creating(account).decode()
    before = await _stored(ground, account)
    found = await open_loop.run(Plan(server.port, [request], rate * TIMES, SECONDS))
    heavy = heaviest(server)
    back = await _back_to_normal(server, request, rate)
    _tell_tenfold(name, found, heavy, back)
    lost = len(set(found.created) - await _stored(ground, account))
    tell("L-05", f"{name}: acknowledged and lost", lost, "", most=0)
    tell("L-05", f"{name}: created in all", len(await _stored(ground, account) - before), "")


def _tell_tenfold(name: str, found: Found, heavy: float, back: float) -> None:
    counts = found.counts()
    told = ", ".join(f"{n} of {status or 'no answer'}" for status, n in sorted(counts.items()))
    tell("L-05", f"{name}: offered", found.sent_per_s, "per s")
    tell("L-05", f"{name}: not sent, all connections waited", found.unsent, "")
    click.echo(f"L-05  {name}: {told}")
    tell("L-05", f"{name}: answered", len(found.answered) / SECONDS, "per s")
    tell("L-05", f"{name}: answered, p99", quantile(found.answered, 0.99) * 1000, "ms", most=1000)
    tell("L-05", f"{name}: other errors, or no answer", found.failures, "", most=0)
    tell("L-05", f"{name}: refused without Retry-After", found.unguided, "", most=0)
    tell("L-05", f"{name}: normal again after", back, "s", most=BACK_WITHIN_S)
    tell("L-07", f"{name}: a process that was overrun", heavy, "MiB", most=300)


async def _back_to_normal(server: RunningServer, request: str, rate: float) -> float:
    """Return after how many seconds a quarter of the load is answered without a refusal and in time."""
    for second in range(30):
        found = await open_loop.run(Plan(server.port, [request], rate / 4, 1))
        is_whole = not found.failures and 503 not in found.times
        if is_whole and quantile(found.answered, 0.99) < NORMAL_P99_S:
            return second
    return math.inf


async def _stored(ground: Ground, account: Account) -> set[str]:
    async def ids(session: Session) -> set[str]:
        mine = Task.title == "Write the report"
        return {str(id_) for id_ in await session.scalars(select(Task.id).where(mine))}

    async with world.opened(world.settings(ground.address, ground.folder)) as database:
        return await database.read(ids)


@click.command()
@only_option
def main(only: str | None) -> None:
    """Measure what a server does at half of its strength, at all of it, and at ten times as much."""
    on_each(only, show)


if __name__ == "__main__":
    main()
