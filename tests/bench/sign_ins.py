"""How many sign in with a password in a second, and how long everybody else waits meanwhile (L-04)."""

import asyncio
import json

import click

from tests.bench import accounts, load, open_loop
from tests.bench.accounts import Account
from tests.bench.figures import Ground, on_each, only_option, tell
from tests.bench.load import Round
from tests.bench.open_loop import Plan, quantile
from tests.support.server import running_server

SIGN_INS, AT_ONCE = 400, 64
OTHERS_PER_S, OTHERS_S = 60.0, 5.0
LEAST_PER_S, OTHERS_P99_MS = 60, 200


async def show(ground: Ground) -> None:
    """Print the figures of one database."""
    with running_server(
        ground.address, ground.folder, *ground.arguments, LOG_LEVEL="error"
    ) as server:
        account = await accounts.make_account(
            ground.address, ground.folder, server.url, tasks=200, to_complete=0
        )
        plan = Plan(server.port, _others(account), OTHERS_PER_S, OTHERS_S)
        signing_in = asyncio.create_task(_sign_ins(server.port, account))
        others = await open_loop.run(plan)
        found = await signing_in
    good = found.statuses.get(200, 0)
    tell("L-04", f"{ground.name}: sign-ins", good / found.seconds, "per s", least=LEAST_PER_S)
    click.echo(
        f"L-04  {ground.name}: sign-ins by status {found.statuses}, others {dict(others.counts())}"
    )
    p99 = quantile(others.answered, 0.99) * 1000
    tell("L-04", f"{ground.name}: everybody else, p99", p99, "ms", most=OTHERS_P99_MS)
    wrong = others.counts().total() - len(others.answered)
    tell("L-04", f"{ground.name}: everybody else, errors", wrong, "", most=0)


async def _sign_ins(port: int, account: Account) -> Round:
    body = json.dumps({"email": account.email, "password": account.password}).encode()
    request = load.request("POST", "/api/v1/auth/login", None, body)
    return await load.burst(port, lambda: request, total=SIGN_INS, clients=AT_ONCE)


def _others(account: Account) -> list[str]:
    body = json.dumps({"title": "Write the report"}).encode()
    return [
        request.decode()
        for request in (
            load.request("GET", "/api/v1/tasks?limit=50", account.headers),
            load.request("GET", "/api/v1/projects", account.headers),
            load.request("POST", "/api/v1/tasks", account.headers, body),
            load.request("GET", "/health"),
        )
    ]


@click.command()
@only_option
def main(only: str | None) -> None:
    """Measure signing in with a password, and everybody else meanwhile."""
    on_each(only, show)


if __name__ == "__main__":
    main()
