"""`questlog server`: run it, and see what it answers."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from questlog.cli import serving, terminal
from questlog.cli.database import work_on_database
from questlog.cli.settings import read_settings
from questlog.core.db import Database
from questlog.flows.bundled_courses import load_at_first
from questlog.main import create_app


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    name: str


@click.group()
def server() -> None:
    """Run the server and look at its routes."""


@server.command()
@click.option("--host", help="Address to listen on.  [default: API_HOST, or 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port; 0 takes a free one.  [default: API_PORT, or 8000]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that share the work.",
)
@click.option("--reload", is_flag=True, help="Start again whenever the source changes.")
def run(host: str | None, port: int | None, workers: int, reload: bool) -> None:
    """Start the server.

    An embedded SQLite database is made and migrated on the way, and gets the bundled courses when it has none.
    PostgreSQL is not touched: run `questlog db upgrade` first, and `questlog cmd seed` for the courses.

    \b
    questlog server run
    questlog server run --host 0.0.0.0 --port 8080 --workers 4
    """
    if reload and workers > 1:
        raise click.UsageError("--reload works with one process; leave out --workers.")
    # The application reads its settings itself, in each of its processes.
    given = {"API_HOST": host, "API_PORT": None if port is None else str(port)}
    os.environ.update({name: text for name, text in given.items() if text})
    settings = read_settings()
    # Migrates or refuses, once and before any process starts.
    work_on_database(settings, load_at_first if settings.database.url.is_sqlite else nothing_more)
    serving.serve(settings.http.host, settings.http.port, workers=workers, reload=reload)


@server.command()
@terminal.json_option
def routes(as_json: bool) -> None:
    """List every route: method, path, operation."""
    found = sorted(
        routes_of(create_app(read_settings())), key=lambda route: (route.path, route.method)
    )
    if as_json:
        terminal.print_json([asdict(route) for route in found])
        return
    terminal.table(
        [(route.method, route.path, route.name) for route in found],
        headings=("METHOD", "PATH", "OPERATION"),
    )


async def nothing_more(_database: Database) -> None:
    """The database is open and has the right shape; that was all."""


def routes_of(app: FastAPI) -> Iterator[Route]:
    for route in iter_route_contexts(app.routes):
        methods = getattr(route, "methods", None) or {"WS"}
        for method in sorted(methods - {"HEAD"}):
            yield Route(method, route.path or "", route.name or "")
