"""Fifty tasks out of a hundred thousand of one user's, beside nine hundred thousand of other people's (L-11).

How many statements a list takes is counted by `tests/api/test_task_lists.py`.
"""

import itertools

import click
import uvloop

from tests.bench import accounts, load
from tests.bench.figures import Ground, grounds, only_option, tell
from tests.support.server import running_server

EACH, OTHERS = 100_000, 9
REQUESTS, CLIENTS = 1000, 4
P99_MS = 50
LISTS = {
    "the first page": "/api/v1/tasks?limit=50",
    "those that are due today": "/api/v1/tasks?limit=50&due=today",
    "one project": "/api/v1/tasks?limit=50&filter=%23%22Project%201%22",
}


async def show(ground: Ground, others: int) -> None:
    """Print the figures of one database."""
    with running_server(
        ground.address, ground.folder, *ground.arguments, LOG_LEVEL="error"
    ) as server:
        for _ in range(others):
            await accounts.make_account(
                ground.address, ground.folder, server.url, tasks=EACH, to_complete=0
            )
        one = await accounts.make_account(
            ground.address, ground.folder, server.url, tasks=EACH, to_complete=0
        )
        for what, path in LISTS.items():
            request = load.request("GET", path, one.headers)
            await load.burst(
                server.port, itertools.repeat(request).__next__, total=100, clients=CLIENTS
            )
            found = await load.burst(
                server.port, itertools.repeat(request).__next__, total=REQUESTS, clients=CLIENTS
            )
            wrong = sum(n for status, n in found.statuses.items() if status != 200)
            tell(
                "L-11",
                f"{ground.name}: {what}, p99",
                found.quantile(0.99) * 1000,
                "ms",
                most=P99_MS,
            )
            tell("L-11", f"{ground.name}: {what}, errors", wrong, "", most=0)


@click.command()
@only_option
@click.option(
    "--others", default=OTHERS, show_default=True, help="Other people, 100 000 tasks each."
)
def main(only: str | None, others: int) -> None:
    """Measure a page of a long list in a large database."""
    with grounds(only) as databases:
        for ground in databases:
            uvloop.run(show(ground, others))


if __name__ == "__main__":
    main()
