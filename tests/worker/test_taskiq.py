"""Tasks of one's own: `@broker.task` and `.kiq()`, as rows."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from sqlalchemy import select
from taskiq import Context, TaskiqDepends
from taskiq.exceptions import SendTaskError

from questlog.automation.job_models import Job
from questlog.core.db import Session
from questlog.worker import taskiq_app, tasks
from questlog.worker.house import House
from questlog.worker.taskiq_app import broker
from tests.support.moving_clock import MovingClock
from tests.support.own_tasks import house, own_tasks, rows
from tests.support.sql import count_rows
from tests.support.working import do_what_is_due

__all__ = ["house", "own_tasks"]


class BrokeError(Exception):
    """Rolls a transaction back."""


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
