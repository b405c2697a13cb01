"""Tasks of one's own: `@broker.task` and `.kiq()`, as rows."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from sqlalchemy import select
from taskiq import Context, TaskiqDepends
from taskiq.exceptions import SendTaskError

from questlog.automation.job_models import Job
from questlog.core import clock
from questlog.core.config import Settings
from questlog.core.db import Database, Session
from questlog.worker import crafts, home, schedule, taskiq_app, tasks, ticking
from questlog.worker.house import House
from questlog.worker.taskiq_app import broker
from questlog.worker.ticking import Ticker
from questlog.worker.timetable import Timetable
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_rows
from tests.support.working import do_what_is_due


class BrokeError(Exception):
    """Rolls a transaction back."""


@pytest.fixture
async def house(database: Database, settings: Settings) -> AsyncIterator[House]:
    await crafts.load()
    home.move_in(database)
    yield House(database, settings)
    await crafts.close()
    home.move_out(database)


@pytest.fixture(autouse=True)
def own_tasks() -> Iterator[None]:
    """Forget the tasks of a test."""
    before = dict(broker.local_task_registry)
    yield
    broker.local_task_registry.clear()
    broker.local_task_registry.update(before)
    taskiq_app.timetable = Timetable(broker)


async def test_a_task_is_a_row_until_somebody_does_it(house: House) -> None:
    heard: list[tuple[str, int]] = []

    @broker.task("greet")
    async def greet(name: str, *, times: int = 1) -> None:
        heard.append((name, times))

    sent = await greet.kiq("Ada", times=3)
    before = await rows(house)
    await do_what_is_due(house)

    assert [(str(job.id), job.name, job.state) for job in before] == [
        (sent.task_id, "greet", "waiting")
    ]
    assert heard == [("Ada", 3)]
    assert [job.state for job in await rows(house)] == ["done"]


async def test_a_task_of_what_was_rolled_back_does_not_exist(house: House) -> None:
    @broker.task("greet")
    async def greet() -> None: ...

    async def greet_and_break(_session: Session) -> None:
        await greet.kiq()
        raise BrokeError

    with pytest.raises(BrokeError):
        await house.database.write(greet_and_break)

    assert await count_rows(house.database, Job) == 0


async def test_a_task_is_part_of_its_callers_transaction(house: House) -> None:
    @broker.task("greet")
    async def greet() -> None: ...

    async def greet_and_look(session: Session) -> int:
        await greet.kiq()
        return len((await session.scalars(select(Job.id))).all())

    seen_inside = await house.database.write(greet_and_look)

    assert (seen_inside, await count_rows(house.database, Job)) == (1, 1)


async def test_a_task_begun_beside_a_unit_of_work_has_a_transaction_of_its_own(
    house: House,
) -> None:
    @broker.task("greet")
    async def greet() -> None: ...

    async with house.database.writer():
        later = asyncio.create_task(greet.kiq())
    await later

    assert await count_rows(house.database, Job) == 1


async def test_a_task_that_raises_is_tried_again(house: House, moving_clock: MovingClock) -> None:
    tries: list[int] = []

    @broker.task("flaky")
    async def flaky() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise LookupError("not yet")

    await flaky.kiq()
    for _ in range(3):
        await do_what_is_due(house)
        moving_clock.move(minutes=10)

    (job,) = await rows(house)
    assert (len(tries), job.state, job.attempts) == (3, "done", 3)


async def test_max_retries_says_how_often(house: House, moving_clock: MovingClock) -> None:
    @broker.task("hopeless", max_retries=2)
    async def hopeless() -> None:
        raise LookupError("never")

    await hopeless.kiq()
    for _ in range(4):
        await do_what_is_due(house)
        moving_clock.move(hours=1)

    (job,) = await rows(house)
    assert (job.state, job.attempts, job.last_error) == ("dead", 2, "LookupError: never")


async def test_a_delay_is_waited_for(house: House, moving_clock: MovingClock) -> None:
    heard: list[str] = []

    @broker.task("later")
    async def later() -> None:
        heard.append("now")

    await later.kicker().with_labels(delay=90).kiq()
    await do_what_is_due(house)
    early = list(heard)
    moving_clock.move(seconds=91)
    await do_what_is_due(house)

    assert (early, heard) == ([], ["now"])


async def test_a_slot_is_taken_once(house: House) -> None:
    @broker.task("monthly")
    async def monthly() -> None: ...

    for _ in range(3):
        await monthly.kicker().with_labels(slot="2026-11").kiq()

    assert await count_rows(house.database, Job) == 1


async def test_plain_functions_and_dependencies_work_as_in_taskiq(house: House) -> None:
    heard: list[Any] = []

    async def name_of(context: Annotated[Context, TaskiqDepends()]) -> str:
        return context.message.task_name

    @broker.task("plain")
    def plain(day: datetime, name: Annotated[str, TaskiqDepends(name_of)]) -> None:
        heard.append((day, name))

    await plain.kiq(datetime(2026, 11, 21, tzinfo=UTC))  # type: ignore[call-arg]
    await do_what_is_due(house)

    assert heard == [(datetime(2026, 11, 21, tzinfo=UTC), "plain")]


async def test_a_task_may_refuse_itself_or_ask_for_another_attempt(
    house: House, moving_clock: MovingClock
) -> None:
    tries: list[str] = []

    @broker.task("refuse")
    async def refuse(context: Annotated[Context, TaskiqDepends()]) -> None:
        context.reject()

    @broker.task("once_more")
    async def once_more(context: Annotated[Context, TaskiqDepends()]) -> None:
        tries.append("once more")
        if len(tries) == 1:
            await context.requeue()

    await refuse.kiq()  # type: ignore[call-overload]
    await once_more.kiq()  # type: ignore[call-overload]
    for _ in range(2):
        await do_what_is_due(house)
        moving_clock.move(minutes=1)

    states = {job.name: (job.state, job.attempts) for job in await rows(house)}
    assert states == {"refuse": ("dead", 1), "once_more": ("done", 2)}


async def test_what_is_no_json_is_refused_at_once(house: House) -> None:
    @broker.task("greet")
    async def greet(name: Any) -> None: ...

    with pytest.raises((SendTaskError, TypeError, ValueError)):
        await greet.kiq(object())

    assert await count_rows(house.database, Job) == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"cron": "*/15 * * * *"}, ["12:00", "12:15", "12:30"]),
        ({"cron": "20 14 * * *", "cron_offset": "Europe/Berlin"}, ["13:20"]),
        ({"cron": "10 12 * * *", "cron_offset": timedelta(0)}, ["12:10"]),
        ({"interval": 1800}, ["12:00", "12:30"]),
        ({"time": datetime(2026, 11, 21, 12, 20, tzinfo=UTC)}, ["12:20"]),
        ({"cron": "not cron"}, []),
    ],
    ids=["cron", "zone", "offset", "interval", "time", "nonsense"],
)
async def test_a_task_with_a_schedule_is_made_by_whoever_ticks(
    house: House, moving_clock: MovingClock, line: dict[str, Any], expected: list[str]
) -> None:
    @broker.task("scheduled", schedule=[line])
    async def scheduled() -> None: ...

    moving_clock.stop_at(datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC))
    tickers = [Ticker(), Ticker()]
    for _ in range(45 if line.get("cron_offset") != "Europe/Berlin" else 85):
        for each in tickers:
            await each.tick(house.database)
        moving_clock.move(minutes=1)

    made = [job.slot[11:16] for job in await rows(house) if job.name == "scheduled" and job.slot]
    assert made[-len(expected) :] == expected if expected else made == []


async def test_a_scheduled_task_gets_the_arguments_of_its_line(
    house: House, moving_clock: MovingClock
) -> None:
    heard: list[Any] = []
    morning = {"cron": "0 8 * * *", "args": ["Ada"], "kwargs": {"greeting": "Good morning"}}

    @broker.task("greet", schedule=[morning])
    async def greet(name: str, *, greeting: str) -> None:
        heard.append((greeting, name))

    moving_clock.stop_at(datetime(2026, 11, 21, 8, 0, 1, tzinfo=UTC))
    await house.database.write(ticking.make, [d for d in ticking.dates(clock.now()) if d.args])
    await do_what_is_due(house)

    assert heard == [("Good morning", "Ada")]


async def test_nobody_listens_to_the_broker_itself() -> None:
    with pytest.raises(NotImplementedError, match="questlog worker"):
        broker.listen()


async def test_a_file_that_cannot_be_loaded_spoils_no_other(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a_broken.py").write_text("raise RuntimeError('half written')")
    (tmp_path / "b_sound.py").write_text(
        "from questlog.worker.taskiq_app import broker\n"
        "@broker.task('sound')\nasync def sound() -> None: ...\n"
    )
    monkeypatch.setattr(tasks, "__path__", [*tasks.__path__, str(tmp_path)])

    taskiq_app.load_tasks()

    assert "sound" in taskiq_app.names()


async def rows(house: House) -> list[Job]:
    async with house.database.reader() as session:
        statement = select(Job).where(Job.name.not_in(NOT_OURS)).order_by(Job.slot, Job.id)
        return list((await session.scalars(statement)).all())


NOT_OURS = tuple(schedule.WORK)
