"""What is done before its date pays once a day, however many there are and wherever one says to live (G-06)."""

from datetime import date, timedelta

from questlog.core.db import Database
from questlog.flows.complete_task import complete_task
from tests.game.played import sign_in
from tests.support.invariants import check_invariants
from tests.support.moving_clock import MovingClock, at

TODAY, TOMORROW = date(2026, 11, 2), date(2026, 11, 3)


async def test_g06_one_task_of_another_day_pays_a_day(
    database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    days = [TODAY + timedelta(days=ahead) for ahead in range(4)]
    tasks = [await me.add(due_date=day.isoformat()) for day in days]

    paid = [(await me.complete(task["id"])).receipt for task in tasks]

    assert [receipt["xp"] for receipt in paid if receipt] == [10, 10, 0, 0]
    assert (await me.shown())["xp"] == 20
    await check_invariants(database)


async def test_g06_a_series_done_thirty_times_ahead_pays_for_today_and_one_day_more(
    database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    series = await me.add(recurrence="daily", due_date=TODAY.isoformat())
    days = [TODAY + timedelta(days=ahead) for ahead in range(31)]

    done = [
        await database.write(complete_task, me.id, series["id"], timezone="UTC", occurrence=day)
        for day in days
    ]

    paid = [one.receipt["xp"] for one in done if one.receipt]
    assert paid == [10, 10, *([0] * 29)]
    assert done[-1].task["due_on"] == TODAY + timedelta(days=31)
    await check_invariants(database)


async def test_g06_a_hop_to_an_earlier_zone_does_not_bring_tomorrow(
    database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-02T11:00"))
    me = await sign_in(database, email="ada@example.org", zone="UTC")
    await me.complete((await me.add())["id"])
    tasks = [await me.add(due_date=TOMORROW.isoformat()) for _ in range(4)]
    zones = ["UTC", "UTC", "Pacific/Kiritimati", "Pacific/Kiritimati"]

    paid = [
        (await database.write(complete_task, me.id, task["id"], timezone=zone)).receipt
        for task, zone in zip(tasks, zones, strict=True)
    ]

    assert [receipt["xp"] for receipt in paid if receipt] == [10, 0, 0, 0]
    await check_invariants(database)
