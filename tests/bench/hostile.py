"""One request in five is what nobody should send (S-092 to S-106), three hundred a second: no answer says 5xx (L-13)."""

import itertools
import json

import click

from tests.bench import accounts, load, open_loop
from tests.bench.figures import Ground, on_each, only_option, tell
from tests.bench.open_loop import Plan, quantile
from tests.support.server import running_server

PER_S, SECONDS = 300.0, 20.0
HOSTILE_IN = 5
MANY = "9" * 5000
BODIES = (
    r'{"title": "a\u0000b"}',
    r'{"title": "\ud800"}',
    r'{"title": {"\ud800": 1}}',
    '{"title": "\xff\xfe"}',
    '{"title": "Read", "priority": NaN}',
    '{"title": "Read", "priority": 1e999}',
    '{"title": "Read", "priority": 2147483648}',
    '{"title": "Read", "priority": 9223372036854775808}',
    f'{{"title": "Read", "priority": {MANY}}}',
    '{"title": "Read", "due_date": "0000-01-01"}',
    '{"title": "Read", "due_date": "9999-12-31"}',
    '{"title": "Read", "due_date": 1e20}',
    "[" * 900 + "]" * 900,
    "[" * 100_000,
    json.dumps({"title": "x" * 1001}),
    json.dumps({"title": "\u202e\u0301" * 400}),
    json.dumps({"title": "   "}),
    '{"title": "Read", "priority": true}',
    '{"title": "Read", "priority": "5"}',
    '{"title": "<script>alert(1)</script>", "description": "javascript:alert(1)"}',
    "",
)
PATHS = (
    "/api/v1/tasks/2147483648",
    "/api/v1/tasks/9223372036854775808",
    "/api/v1/tasks?limit=-1",
    "/api/v1/tasks?offset=-1",
    "/api/v1/tasks?limit=1000000000000000000",
    "/api/v1/tasks?offset=9223372036854775808",
    "/api/v1/tasks?cursor=%ff%fe",
    "/api/v1/tasks?filter=%28%28%28%28%28%28",
    "/api/v1/search?q=%25_%5C%27%20OR%201%3D1--",
    "/api/v1/search?q=%ff",
    "/api/v1/search?q=NEAR%28a%20b%29%20%22",
    "/api/v1/search?q=%00",
)
KEYS = ("k" * 256, "k\xe9y", " ")


def mix(headers: dict[str, str]) -> list[str]:
    """Return requests in the order in which they are sent."""
    create = json.dumps({"title": "Write the report"}).encode()
    good = itertools.cycle(
        (
            load.request("GET", "/api/v1/tasks?limit=50", headers),
            load.request("POST", "/api/v1/tasks", headers, create),
        )
    )
    bad = [
        load.request("POST", "/api/v1/tasks", headers, body.encode("latin-1", "replace"))
        for body in BODIES
    ]
    bad += [load.request("GET", path, headers) for path in PATHS]
    bad += [
        load.request(
            "POST", "/api/v1/tasks", {**headers, "Idempotency-Key": "key"}, create
        ).replace(b": key\r\n", b": " + key.encode("latin-1") + b"\r\n")
        for key in KEYS
    ]
    return [
        text.decode("latin-1")
        for one in bad
        for text in (one, *itertools.islice(good, HOSTILE_IN - 1))
    ]


async def show(ground: Ground) -> None:
    """Print the figures of one database."""
    with running_server(
        ground.address, ground.folder, *ground.arguments, LOG_LEVEL="error"
    ) as server:
        account = await accounts.make_account(
            ground.address, ground.folder, server.url, tasks=200, to_complete=0
        )
        found = await open_loop.run(Plan(server.port, mix(account.headers), PER_S, SECONDS))
    counts = found.counts()
    told = ", ".join(f"{n} of {status or 'no answer'}" for status, n in sorted(counts.items()))
    click.echo(f"L-13  {ground.name}: {told}")
    fives = sum(n for status, n in counts.items() if status >= 500)
    tell("L-13", f"{ground.name}: answers of 5xx", fives, "", most=0)
    tell("L-13", f"{ground.name}: no answer", counts[open_loop.NO_ANSWER], "", most=0)
    tell(
        "L-13", f"{ground.name}: p99 of the good ones", quantile(found.answered, 0.99) * 1000, "ms"
    )


@click.command()
@only_option
def main(only: str | None) -> None:
    """Send what nobody should send among what everybody sends."""
    on_each(only, show)


if __name__ == "__main__":
    main()
