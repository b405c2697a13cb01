"""`questlog worker` and `questlog taskiq`: processes that do what comes later."""

from collections.abc import Awaitable, Callable

import click

from questlog.cli.database import work_on_database
from questlog.cli.settings import read_settings
from questlog.core import logging
from questlog.core.config import Settings
from questlog.core.db import Database
from questlog.worker import running
from questlog.worker.house import House

GRACE_S = 8.0

type Run = Callable[[House, Callable[[], None]], Awaitable[None]]

concurrency = click.option(
    "--concurrency",
    "-c",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    help="Jobs at a time.",
)


@click.command()
@concurrency
def worker(concurrency: int) -> None:
    """Do what comes later: webhooks, mail, reminders, jobs and the schedule.

    A server does this itself unless RELAY=off. Run as many of these as you like, beside any number of servers on the
    same database; they share the work through it, and need no Redis.

    \b
    questlog worker
    questlog worker --concurrency 32
    """
    _run(running.work, "worker", concurrency)


@click.group()
def taskiq() -> None:
    """The worker and the scheduler of an installation with Redis."""


@taskiq.command(name="worker")
@concurrency
def taskiq_worker(concurrency: int) -> None:
    """Do what comes later, woken through Redis at once.

    Without REDIS_URL it looks into the database every second, as `questlog worker` does.
    """
    _run(running.work, "worker", concurrency)


@taskiq.command()
def scheduler() -> None:
    """Make the jobs of the schedule. A second one does no harm: each date is made once."""
    _run(running.schedule, "scheduler", 1)


def _run(run: Run, kind: str, at_once: int) -> None:
    settings = read_settings()
    logging.configure(settings.app.log_level, as_json=settings.app.log_format == "json")

    async def work(database: Database) -> None:
        house = House(database, settings, kind=kind, at_once=at_once, grace_s=GRACE_S)
        await run(house, lambda: click.echo(_ready(settings, kind)))

    work_on_database(settings, work)


def _ready(settings: Settings, kind: str) -> str:
    how = "woken through Redis" if settings.redis.enabled else "looking into the database"
    return f"Questlog's {kind} is ready, {how}.\nStop it with Ctrl-C."
