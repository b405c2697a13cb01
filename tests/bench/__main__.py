"""`make bench`: requests as ratios to a bare FastAPI route, in turns within one run; then webhooks and open sockets."""

import itertools
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import click
import uvloop

from tests.bench import (
    accounts,
    agent,
    deliveries,
    full_completion,
    hostile,
    live,
    load,
    long_lists,
    saturation,
    sign_ins,
    slow_clients,
    starting,
)
from tests.bench.accounts import Account
from tests.support import postgres, world
from tests.support.server import running_server

AIMS = {
    "list 50": 0.10,
    "filter": 0.06,
    "search": 0.065,
    "get one": 0.15,
    "create": 0.09,
    "complete": 0.06,
    "quick add": 0.05,
}
MORE = (
    saturation.main,
    sign_ins.main,
    slow_clients.main,
    hostile.main,
    long_lists.main,
    starting.main,
    live.main,
    agent.main,
)
FILTER = "(today | overdue) & #Thesis & !@waiting"
FILTER_AIM = 1.5  # how many times the plain list of 100 000 tasks a filter may take
BIG_ACCOUNT_AIM = 1.3
BIG_ACCOUNT = 100_000


@dataclass(frozen=True)
class Line:
    name: str
    make: load.RequestMaker
    per_round: int


@contextmanager
def bare_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    arguments = [
        "-m",
        "uvicorn",
        "tests.bench.bare:app",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    arguments += ["--no-access-log", "--loop", "uvloop", "--http", "httptools"]
    process = subprocess.Popen([sys.executable, *arguments])
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise click.ClickException("the bare server did not start")


def lines_for(account: Account) -> list[Line]:
    """Return what is measured, each as a maker of requests."""
    ids = itertools.cycle(account.task_ids)
    open_ids = iter(account.to_complete)
    rare = itertools.cycle(f"%22task+{number}%22" for number in range(len(account.task_ids)))
    body = json.dumps(
        {"title": "Write the report", "priority": 3, "due_date": "2026-12-01"}
    ).encode()
    line = {"text": "Write the report tomorrow 17:00 every fri #Thesis p2 ~45m // notes"}
    quick = json.dumps(line).encode()
    auth = account.headers
    filtered = f"/api/v1/tasks?limit=50&filter={quote(FILTER)}"
    return [
        Line("list 50", lambda: load.request("GET", "/api/v1/tasks?limit=50", auth), 300),
        Line("filter", lambda: load.request("GET", filtered, auth), 300),
        Line("search", lambda: load.request("GET", f"/api/v1/search?q={next(rare)}", auth), 300),
        Line("get one", lambda: load.request("GET", f"/api/v1/tasks/{next(ids)}", auth), 600),
        Line("create", lambda: load.request("POST", "/api/v1/tasks", auth, body), 300),
        Line(
            "complete",
            lambda: load.request("POST", f"/api/v1/tasks/{next(open_ids)}/complete", auth),
            200,
        ),
        Line("quick add", lambda: load.request("POST", "/api/v1/tasks/quick", auth, quick), 300),
    ]


def sign_in_line(account: Account) -> Line:
    body = json.dumps({"email": account.email, "password": account.password}).encode()
    return Line("sign in", lambda: load.request("POST", "/api/v1/auth/login", None, body), 20)


async def measure(
    bare_port: int, port: int, line: Line, *, rounds: int, clients: int
) -> tuple[float, float, load.Round]:
    """Return the median ratio to the bare route, the median rate, and the last round."""
    ratios, rates = [], []
    bare = lambda: load.request("GET", "/bare")  # noqa: E731
    await load.burst(port, line.make, total=max(10, line.per_round // 10), clients=clients)
    await load.burst(bare_port, bare, total=300, clients=clients)
    for _ in range(rounds):
        plain = await load.burst(bare_port, bare, total=1500, clients=clients)
        ours = await load.burst(port, line.make, total=line.per_round, clients=clients)
        wrong = {status: n for status, n in ours.statuses.items() if status >= 300}
        if wrong:
            raise click.ClickException(f"{line.name}: unexpected answers {wrong}")
        ratios.append(ours.rate / plain.rate)
        rates.append(ours.rate)
    return statistics.median(ratios), statistics.median(rates), ours


async def bench(
    address: str, name: str, bare_port: int, data_dir: Path, *, rounds: int, clients: int
) -> None:
    needed = (rounds + 1) * 220
    with running_server(
        address, data_dir, RATE_LIMIT_ENABLED="false", LOG_LEVEL="warning"
    ) as server:
        small = await accounts.make_account(
            address, data_dir, server.url, tasks=200, to_complete=needed
        )
        big = await accounts.make_account(
            address, data_dir, server.url, tasks=BIG_ACCOUNT, to_complete=needed
        )
        click.echo(f"\n{name}, one worker, {clients} clients")
        click.echo(
            f"{'':12}{'ratio':>8}{'aim':>7}{'per s':>9}{'p99 ms':>9}   100 000 tasks: slower by"
        )
        big_rates: dict[str, float] = {}
        for line, large in zip(lines_for(small), lines_for(big), strict=True):
            ratio, rate, last = await measure(
                bare_port, server.port, line, rounds=rounds, clients=clients
            )
            _, big_rate, _ = await measure(
                bare_port, server.port, large, rounds=rounds, clients=clients
            )
            big_rates[line.name] = big_rate
            aim, slower = AIMS[line.name], rate / big_rate
            marks = ("" if ratio >= aim else " (below aim)") + (
                "" if slower <= BIG_ACCOUNT_AIM else f" (aim {BIG_ACCOUNT_AIM})"
            )
            p99 = last.quantile(0.99) * 1000
            click.echo(
                f"{line.name:12}{ratio:8.3f}{aim:7.2f}{rate:9.0f}{p99:9.1f}   {slower:.2f}{marks}"
            )
        _tell_filter(big_rates)
        ready = await full_completion.prepare(address, data_dir, big)
        await full_completion.show(name, bare_port, server.port, ready, clients=clients)
        people = [await _learner(address, data_dir, server.url, clients) for _ in range(clients)]
        await full_completion.show_people(name, bare_port, server.port, people)
        await _show_sign_in(bare_port, server.port, small)


def _tell_filter(rates: dict[str, float]) -> None:
    times = rates["list 50"] / rates["filter"]
    mark = "" if times <= FILTER_AIM else " (above aim)"
    click.echo(f"a filter of 100 000 tasks: {times:.2f} times the plain list{mark}")


async def _learner(
    address: str, data_dir: Path, url: str, clients: int
) -> full_completion.Prepared:
    account = await accounts.make_account(address, data_dir, url, tasks=200, to_complete=0)
    each = full_completion.CROWD // clients + 10
    return await full_completion.prepare(
        address, data_dir, account, completions=each, ledger_rows=1000
    )


async def _show_sign_in(bare_port: int, port: int, account: Account) -> None:
    line = sign_in_line(account)
    ratio, rate, last = await measure(bare_port, port, line, rounds=2, clients=4)
    click.echo(f"{line.name:12}{ratio:8.3f}{'':7}{rate:9.0f}{last.quantile(0.99) * 1000:9.1f}")


@click.command()
@click.option("--rounds", default=5, show_default=True)
@click.option("--clients", default=16, show_default=True)
@click.option("--only", type=click.Choice(["sqlite", "postgresql"]), help="One database only.")
@click.pass_context
def main(context: click.Context, rounds: int, clients: int, only: str | None) -> None:
    """Measure the hot paths on both databases, then the server under all kinds of load, then what listens."""
    _measure_requests(rounds, clients, only)
    for measure_more in MORE:
        click.echo()
        context.invoke(measure_more, only=only)


def _measure_requests(rounds: int, clients: int, only: str | None) -> None:
    with bare_server() as bare_port, tempfile.TemporaryDirectory() as folder:
        if only != "postgresql":
            path = Path(folder) / "sqlite"
            path.mkdir()
            address = f"sqlite:///{path}/questlog.db"
            uvloop.run(bench(address, "SQLite", bare_port, path, rounds=rounds, clients=clients))
            uvloop.run(deliveries.show("SQLite", f"sqlite:///{path}/told.db", path))
        if only != "sqlite":
            with postgres.server(durable=True) as server:
                path = Path(folder) / "postgresql"
                path.mkdir()
                address = server.create_database()
                world.build_postgresql(address)
                uvloop.run(
                    bench(address, "PostgreSQL", bare_port, path, rounds=rounds, clients=clients)
                )
                told = server.create_database()
                world.build_postgresql(told)
                uvloop.run(deliveries.show("PostgreSQL", told, path))


if __name__ == "__main__":
    main()
