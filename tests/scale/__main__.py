"""`make scale`: several servers and workers under load, everything killed in turn, and nothing lost at the end."""

import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import click
import uvloop
from sqlalchemy import func, update

from questlog.core.db import Session
from questlog.identity.models import User
from tests.scale import troubles, verdict
from tests.scale.doors import Account, Doors
from tests.scale.house import House, house, version_of_bouncer
from tests.scale.people import Person
from tests.scale.programs import keep_running
from tests.scale.verdict import Told
from tests.support import receiver as receivers
from tests.support import smtp, world
from tests.support.receiver import Receiver

PAUSE_S = 0.15
ONE_IN = 60
"""Every so many messages are refused once."""
SETTINGS = {
    "WEBHOOK_ALLOWED_NETWORKS": receivers.NETWORKS,
    "ACCESS_TOKEN_EXPIRE_MINUTES": "600",
    "RATE_LIMIT_ENABLED": "true",  # the limits live in Redis, and its loss is to be felt
    "RATE_LIMIT_REQUESTS": "1000000",
    "RATE_LIMIT_SIGN_IN_REQUESTS": "1000000",
    "DATABASE_POOL_TIMEOUT": "5",
    "SMTP_TLS": "none",
}


@click.command()
@click.option("--minutes", default=5.0, show_default=True, help="How long people use it.")
@click.option("--people", "count", default=8, show_default=True, help="How many they are.")
@click.option("--seed", default=1, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="A folder to leave the logs in.")
def main(minutes: float, count: int, seed: int, keep: Path | None) -> None:
    """Run it, break it, and end with 1 if a promise was not kept."""
    with tempfile.TemporaryDirectory(prefix="questlog-scale-") as folder:
        home = keep or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        lines = uvloop.run(_run(home.resolve(), minutes * 60, count, seed))
    for line in lines:
        click.secho(line, fg="red")
    if lines:
        raise SystemExit(1)
    click.secho("Every promise was kept.", fg="green")


async def _run(home: Path, seconds: float, count: int, seed: int) -> list[str]:
    async with AsyncExitStack() as stack:
        receiver = await stack.enter_async_context(receivers.receiving())
        mail = await stack.enter_async_context(smtp.server())
        env = SETTINGS | {"SMTP_HOST": mail.host, "SMTP_PORT": str(mail.port)}
        building = house(home, **env)
        here = await asyncio.to_thread(building.__enter__)
        stack.push_async_callback(asyncio.to_thread, building.__exit__, None, None, None)
        await here.wait_until_ready()
        click.echo(_furniture(here))
        receiver.answer = _moody(receiver)
        account = Account()
        people = await _move_in(here, account, receiver, count, seed)
        odd = await _live(here, account, people, seconds)
        return odd + await _judge(here, account, people, receiver, len(mail.messages))


def _furniture(here: House) -> str:
    pooler = version_of_bouncer() if here.pooled else "no PgBouncer (apt-get install pgbouncer)"
    kinds = Counter(program.kind for program in here.programs)
    return f"{dict(kinds)}, PostgreSQL, Valkey; {pooler}"


async def _move_in(
    here: House, account: Account, receiver: Receiver, count: int, seed: int
) -> list[Person]:
    people = [
        Person(f"person{number}", Doors(here.urls, account, seed * 1000 + number))
        for number in range(count)
    ]
    await asyncio.gather(*(person.move_in(receiver.url("")) for person in people))
    async with world.opened(world.settings(here.direct_address, here.home)) as database:
        await database.write(_prove_addresses)
    return people


async def _prove_addresses(session: Session) -> None:
    """Let everybody be mailed: an address that nobody has proved is not."""
    await session.execute(update(User).values(email_verified_at=func.now()))


async def _live(
    here: House, account: Account, people: Sequence[Person], seconds: float
) -> list[str]:
    """Let people live while everything is taken away in turn; return what should not have been."""
    stop, broken = asyncio.Event(), list[str]()
    supervisor = asyncio.create_task(keep_running(here.programs))
    listening = [asyncio.create_task(person.listen(stop)) for person in people]
    lives = [asyncio.create_task(person.live(stop, PAUSE_S)) for person in people]
    each_s = seconds / (len(troubles.troubles(here)) + 1)
    began = time.monotonic()
    await asyncio.sleep(each_s)
    async for seen in troubles.happen_in_turn(here, account, each_s):
        click.echo(f"  {seen}")
        if seen.silence > seen.most_silence:
            broken.append(f"{seen}, at most {seen.most_silence:.0f} s are allowed")
    stop.set()
    for outcome in await asyncio.gather(*lives, *listening, return_exceptions=True):
        if isinstance(outcome, BaseException):
            broken.append(f"somebody gave up: {outcome!r}")
    click.echo(f"  {time.monotonic() - began:.0f} s of use are over")
    await here.wait_until_ready()
    supervisor.cancel()
    with suppress(asyncio.CancelledError):
        await supervisor
    return broken + account.odd


async def _judge(
    here: House, account: Account, people: Sequence[Person], receiver: Receiver, mails: int
) -> list[str]:
    told = Told()
    address = world.settings(here.direct_address, here.home)
    async with world.opened(address) as database:
        quiet = await verdict.settle(database, receiver)
        for person in people:
            await person.catch_up()
        lines = await verdict.broken(here, database, people, receiver, told)
    if quiet >= verdict.SETTLED_WITHIN_S:
        lines.append(f"work was still under way after {quiet:.0f} s")
    for person in people:
        await person.doors.close()
    _tell(account, people, told, quiet, mails)
    return lines


def _tell(account: Account, people: Sequence[Person], told: Told, quiet: float, mails: int) -> None:
    did = sum((person.did for person in people), Counter[str]())
    heard = sum(len(person.heard) for person in people)
    click.echo(f"did: {dict(did.most_common())}")
    click.echo(
        f"{len(account.acknowledged)} writes acknowledged, {account.statuses.total()} answers, "
        f"{account.failures} of them 5xx, {account.unreached} requests reached nobody and were repeated; "
        f"p50 {account.percentile(0.5):.0f} ms, p99 {account.percentile(0.99):.0f} ms"
    )
    lags = sorted(told.lags) or [0.0]
    click.echo(
        f"{told.events} events were told to webhooks in {told.received} messages "
        f"({told.repeated} more than once), commit to delivered p50 {statistics.median(lags):.2f} s, "
        f"p95 {lags[int(len(lags) * 0.95)]:.2f} s, longest {lags[-1]:.0f} s; "
        f"{heard} were heard live; {mails} mails; quiet after {quiet:.0f} s"
    )


def _moody(receiver: Receiver) -> receivers.Answer:
    """Say 200, and now and then 500 to a message that was never refused before."""
    refused, yes, no = set[str](), receivers.status(200), receivers.status(500)

    async def answer(writer: asyncio.StreamWriter) -> None:
        last = receiver.messages[-1]
        odd = len(receiver.messages) % ONE_IN == 0 and last.id not in refused
        if odd:
            refused.add(last.id)
        await (no if odd else yes)(writer)

    return answer


if __name__ == "__main__":
    main()
