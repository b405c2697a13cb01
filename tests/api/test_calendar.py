"""The calendar feed: what stands in it, and that calendars understand it."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.planning.importers.icalendar import read as read_todos
from tests.support.calendars import shown, subscribed
from tests.support.canaries import Canaries
from tests.support.make import Make
from tests.support.moving_clock import MovingClock, at
from tests.support.sql import count_statements
from tests.support.task_calls import made, post

BERLIN = ZoneInfo("Europe/Berlin")


async def test_dated_tasks_are_events_and_all_are_todos(
    client: AsyncClient, canaries: Canaries, make: Make
) -> None:
    user = await make.user(timezone="Europe/Berlin")
    path = await subscribed(client, canaries, user)
    await made(client, user, title="Some day")
    await made(client, user, title="Tax return", due_date="2031-05-31", priority="urgent")
    meeting = await made(
        client,
        user,
        title="Meeting; room 3, “big”",
        description="Bring:\n- slides \\ notes",
        due_date="2031-07-01T09:30:00+02:00",
        duration=45,
        labels=["work", "with, comma"],
    )

    calendar = await shown(client, path)

    events = {str(event["SUMMARY"]): event for event in calendar.events}
    assert set(events) == {"Tax return", "Meeting; room 3, “big”"}
    assert events["Tax return"].start == date(2031, 5, 31)
    timed = events["Meeting; room 3, “big”"]
    assert timed.start == datetime(2031, 7, 1, 9, 30, tzinfo=BERLIN)
    assert timed.end - timed.start == timedelta(minutes=45)
    assert str(timed["DESCRIPTION"]) == "Bring:\n- slides \\ notes"
    assert sorted(timed.categories) == ["with, comma", "work"]
    assert timed["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert [str(zone["TZID"]) for zone in calendar.timezones] == ["Europe/Berlin"]
    todos = {str(todo["UID"]): todo for todo in calendar.todos}
    assert len(todos) == 3
    assert todos[f"{meeting['id']}@questlog"]["DUE"].dt == timed.start
    assert [int(todo["PRIORITY"]) for todo in todos.values() if "PRIORITY" in todo] == [1]


async def test_hours_that_come_twice_or_never_are_the_moments_they_are_here(
    client: AsyncClient, canaries: Canaries, make: Make
) -> None:
    user = await make.user(timezone="Europe/Berlin")
    path = await subscribed(client, canaries, user)
    await made(client, user, title="Second 2:30", due_date="2031-10-26T01:30:00Z")
    await made(client, user, title="First 2:30", due_date="2031-10-26T00:30:00Z")
    nightly = {"title": "Nightly", "due_date": "2031-03-30T02:30:00", "recurrence": "every day"}
    await made(client, user, **nightly)

    calendar = await shown(client, path)

    for entry in [*calendar.events, *calendar.todos]:
        start = (entry.get("DTSTART") or entry.get("DUE")).dt
        moments = {"Second 2:30": (26, 1, 30), "First 2:30": (26, 0, 30), "Nightly": (30, 1, 30)}
        told = start.astimezone(UTC)
        assert (told.day, told.hour, told.minute) == moments[str(entry["SUMMARY"])]
        if "RRULE" in entry:
            assert start.time() == time(2, 30)


async def test_events_and_todos_can_be_had_alone(
    client: AsyncClient, canaries: Canaries, make: Make
) -> None:
    user = await make.user()
    path = await subscribed(client, canaries, user)
    await made(client, user, due_date="2031-05-31")

    events = await shown(client, path, only="events", reload="42")
    todos = await shown(client, path, only="todos")

    assert (len(events.events), len(events.todos)) == (1, 0)
    assert (len(todos.events), len(todos.todos)) == (0, 1)


@pytest.mark.parametrize(
    ("due_date", "recurrence"),
    [
        ("2031-01-31", "monthly"),
        ("2031-03-24", "every 2 weeks on mon, thu"),
        ("2031-03-26T09:00:00+01:00", "every weekday"),
        ("2032-02-29", "yearly"),
    ],
)
async def test_a_series_comes_with_the_rule_that_gives_its_dates(
    client: AsyncClient, canaries: Canaries, make: Make, due_date: str, recurrence: str
) -> None:
    user = await make.user(timezone="Europe/Berlin")
    path = await subscribed(client, canaries, user)
    task = await made(client, user, due_date=due_date, recurrence=recurrence)

    calendar = await shown(client, path)

    [event], [todo] = calendar.events, calendar.todos
    wanted = [task["due_date"], *task["recurrence_next"]]
    assert expanded(event) == expanded(todo) == wanted
    hours = {one.hour for one in occurrences(event)}
    assert hours == ({9} if "T" in due_date else {0})


def occurrences(component: Any) -> list[datetime]:
    start = component["DTSTART"].dt
    if not isinstance(start, datetime):
        start = datetime.combine(start, time())
    rule = rrulestr(component["RRULE"].to_ical().decode(), dtstart=start)
    return [one for one, _ in zip(rule, range(6), strict=False)]


def expanded(component: Any) -> list[str]:
    return [one.date().isoformat() for one in occurrences(component)]


async def test_a_series_that_was_put_off_is_two(
    client: AsyncClient, canaries: Canaries, make: Make
) -> None:
    user = await make.user()
    path = await subscribed(client, canaries, user)
    task = await made(client, user, due_date="2031-06-02", recurrence="weekly")
    await post(client, user, f"/{task['id']}/postpone", {"until": "2031-06-04"})

    calendar = await shown(client, path, only="events")

    now, later = sorted(calendar.events, key=lambda event: event.start)
    assert (now.start, "RRULE" in now) == (date(2031, 6, 4), False)
    assert expanded(later)[:2] == ["2031-06-09", "2031-06-16"]
    assert now["UID"] != later["UID"]


async def test_what_is_done_stays_for_a_month_and_what_is_gone_does_not(
    client: AsyncClient, canaries: Canaries, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(at("2026-11-20T12:00:00+00:00"))
    user = await make.user()
    path = await subscribed(client, canaries, user)
    done = await made(client, user, title="Done", due_date="2026-11-20")
    gone = await made(client, user, title="Gone", due_date="2026-11-20")
    dropped = await made(client, user, title="Dropped", due_date="2026-11-20")
    await post(client, user, f"/{done['id']}/complete")
    await client.delete(f"/api/v1/tasks/{gone['id']}", headers=user.headers)
    dropping = {"status": "cancelled"}
    await client.patch(f"/api/v1/tasks/{dropped['id']}", headers=user.headers, json=dropping)

    today = await shown(client, path)
    moving_clock.move(days=31)
    later = await shown(client, path)

    [todo] = today.todos
    assert (str(todo["SUMMARY"]), str(todo["STATUS"])) == ("Done", "COMPLETED")
    assert todo["COMPLETED"].dt == datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert today.events == later.events == later.todos == []


async def test_todos_read_in_elsewhere_are_the_same_tasks(
    client: AsyncClient, canaries: Canaries, make: Make
) -> None:
    user = await make.user(timezone="Europe/Berlin")
    path = await subscribed(client, canaries, user)
    parent = await made(
        client, user, title="Полить цветы 🌱 " * 9, due_date="2031-05-31", recurrence="weekly"
    )
    await made(client, user, title="Fill the can", parent_task_id=parent["id"], priority="low")
    timed = {"due_date": "2031-07-01T09:30:00+02:00", "start_date": "2031-06-01"}
    await made(client, user, title="Meet", labels=["work"], **timed)

    answer = await client.get(path, params={"only": "todos"})
    plan = read_todos(answer.text, zone=BERLIN)

    told = {task.title: task for task in plan.tasks}
    assert set(told) == {parent["title"], "Fill the can", "Meet"}
    assert told["Fill the can"].parent == f"{parent['id']}@questlog"
    assert told["Fill the can"].priority == 1
    assert told["Meet"].due == datetime(2031, 7, 1, 7, 30, tzinfo=UTC)
    assert told["Meet"].start_on == date(2031, 6, 1)
    assert told["Meet"].labels == ("work",)
    # A series has none, which would equal its DTSTART (RFC 5545 § 3.8.2.3).
    assert answer.text.count("\r\nDUE") == 1
    series = told[parent["title"]]
    assert (series.due, series.start_on, series.rule is not None) == (date(2031, 5, 31), None, True)


async def test_a_calendar_without_news_is_not_sent_again(
    client: AsyncClient, canaries: Canaries, database: Database, make: Make
) -> None:
    user = await make.user()
    path = await subscribed(client, canaries, user)
    task = await made(client, user, due_date="2031-05-31")
    first = await client.get(path)

    held = {"If-None-Match": first.headers["ETag"]}
    with count_statements(database) as statements:
        quiet = await client.get(path, headers=held)
    await post(client, user, f"/{task['id']}/complete")
    news = await client.get(path, headers=held)

    assert (quiet.status_code, quiet.content, len(statements)) == (304, b"", 2)
    assert news.status_code == 200
    assert news.headers["ETag"] != first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"


async def test_the_calendar_of_a_large_account_ends_somewhere(
    client: AsyncClient, canaries: Canaries, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("questlog.planning.calendar_rows.MOST", 2)
    user = await make.user()
    path = await subscribed(client, canaries, user)
    await make.task(user, title="Some day")
    for number in range(3):
        await make.task(user, title=f"Task {number}", due_on=date(2031, 5, 31 - number))

    await make.task(user, title="Overdue", due_on=date(2020, 1, 1))

    calendar = await shown(client, path)

    assert [str(todo["SUMMARY"]) for todo in calendar.todos] == ["Task 2", "Task 1"]
