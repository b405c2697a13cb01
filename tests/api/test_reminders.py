"""Reminders of a task over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.core import clock
from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.planning.reminder_models import Reminder
from questlog.planning.reminders import MOST
from tests.support.make import Make, Person
from tests.support.sql import count_statements


def at(task_id: Any) -> str:
    return f"/api/v1/tasks/{task_id}/reminders"


async def add(client: AsyncClient, user: Person, task_id: Any, **body: Any) -> dict[str, Any]:
    answer = await client.post(at(task_id), json=body, headers=user.headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_a_reminder_is_made_read_changed_and_taken_away(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await make.task(user)

    made = await client.post(at(task.id), json={"minutes_before": 30}, headers=user.headers)
    place = made.headers["Location"]
    read = await client.get(place, headers=user.headers)
    changed = await client.patch(place, json={"minutes_before": 60}, headers=user.headers)
    listed = await client.get(at(task.id), headers=user.headers)
    gone = await client.delete(place, headers=user.headers)
    after = await client.get(place, headers=user.headers)

    assert made.status_code == 201
    assert read.json() == made.json()
    assert (made.json()["at"], made.json()["minutes_before"]) == (None, 30)
    assert (changed.json()["minutes_before"], changed.json()["version"]) == (60, 2)
    assert listed.json()["items"] == [changed.json()]
    assert (gone.status_code, after.status_code) == (204, 404)
    assert after.json()["code"] == "reminder_not_found"


async def test_a_moment_without_an_offset_is_one_of_the_users_clock(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user(timezone="Asia/Tokyo")
    task = await make.task(user)

    made = await add(client, user, task.id, at="2099-06-01T09:00:00")

    assert made["at"] == "2099-06-01T00:00:00Z"


async def test_one_kind_becomes_the_other_by_naming_it(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await make.task(user)
    made = await add(client, user, task.id, minutes_before=30)
    place = f"{at(task.id)}/{made['id']}"

    moment = await client.patch(place, json={"at": "2099-06-01T09:00Z"}, headers=user.headers)
    minutes = await client.patch(place, json={"minutes_before": 0}, headers=user.headers)

    assert moment.json()["minutes_before"] is None
    assert (minutes.json()["at"], minutes.json()["minutes_before"]) == (None, 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "reminder_kind"),
        ({"at": None, "minutes_before": None}, "reminder_kind"),
        ({"at": "2099-06-01T09:00:00Z", "minutes_before": 5}, "reminder_kind"),
        ({"at": "2020-06-01T09:00:00Z"}, "reminder_past"),
        ({"minutes_before": -1}, "validation_error"),
        ({"minutes_before": 43_201}, "validation_error"),
        ({"minutes_before": "5"}, "validation_error"),
        ({"at": "tomorrow"}, "validation_error"),
    ],
)
async def test_what_is_no_reminder_is_refused(
    client: AsyncClient, make: Make, body: dict[str, Any], code: str
) -> None:
    user = await make.user()
    task = await make.task(user)

    answer = await client.post(at(task.id), json=body, headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_change_to_no_kind_is_refused(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await make.task(user)
    made = await add(client, user, task.id, minutes_before=30)

    answer = await client.patch(
        f"{at(task.id)}/{made['id']}", json={"minutes_before": None}, headers=user.headers
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "reminder_kind")


async def test_a_task_has_so_many_reminders_and_no_more(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await make.task(user)
    for minutes in range(MOST):
        await add(client, user, task.id, minutes_before=minutes)

    answer = await client.post(at(task.id), json={"minutes_before": 99}, headers=user.headers)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_reminders")


async def test_a_reminder_of_another_task_is_none_of_this_one(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task, other = await make.task(user), await make.task(user)
    made = await add(client, user, other.id, minutes_before=30)
    place = f"{at(task.id)}/{made['id']}"

    answers = [
        await client.get(place, headers=user.headers),
        await client.patch(place, json={"minutes_before": 5}, headers=user.headers),
        await client.delete(place, headers=user.headers),
        await client.get(f"{at(task.id)}/{new_id()}", headers=user.headers),
    ]

    assert [each.status_code for each in answers] == [404] * 4


async def test_somebody_elses_task_and_reminder_are_closed(client: AsyncClient, make: Make) -> None:
    ada, bob = await make.user(), await make.user()
    task, own = await make.task(ada), await make.task(bob)
    reminder = await make.reminder(ada, task)

    added = await client.post(at(task.id), json={"minutes_before": 5}, headers=bob.headers)
    read = await client.get(f"{at(task.id)}/{reminder.id}", headers=bob.headers)
    by_own_task = await client.get(f"{at(own.id)}/{reminder.id}", headers=bob.headers)

    assert [added.status_code, read.status_code, by_own_task.status_code] == [403] * 3


async def test_all_reminders_are_listed_but_those_of_the_trash(
    client: AsyncClient, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    task = await make.task(user)
    trashed = await make.task(user, deleted_at=clock.now(), deletion_id=new_id())
    kept = await make.reminder(user, task)
    await make.reminder(user, trashed)
    await make.reminder(other, await make.task(other))

    listed = await client.get("/api/v1/reminders", headers=user.headers)

    assert [each["id"] for each in listed.json()["items"]] == [str(kept.id)]


async def test_a_change_that_was_told_is_told_anew(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    task = await make.task(user)
    told = await make.reminder(user, task, told_for="2026-06-01", told_at=clock.now())

    await client.patch(f"{at(task.id)}/{told.id}", json={"minutes_before": 5}, headers=user.headers)

    async with database.reader() as session:
        row = await session.scalar(select(Reminder).where(Reminder.id == told.id))
    assert row is not None
    assert (row.told_for, row.told_at) == (None, None)


async def test_an_older_version_is_not_changed(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await make.task(user)
    made = await client.post(at(task.id), json={"minutes_before": 30}, headers=user.headers)
    place, tag = made.headers["Location"], made.headers["ETag"]
    await client.patch(place, json={"minutes_before": 31}, headers=user.headers)

    changed = await client.patch(
        place, json={"minutes_before": 32}, headers=user.headers | {"If-Match": tag}
    )
    deleted = await client.delete(place, headers=user.headers | {"If-Match": tag})

    assert (changed.status_code, deleted.status_code) == (412, 412)


async def test_a_copy_of_a_task_has_its_reminders_that_are_still_to_come(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    task = await make.task(user)
    await make.reminder(user, task, minutes_before=45, told_for="2026-01-01")
    await make.reminder(user, task, at=clock.now() - timedelta(days=1), told_for="x")
    await make.reminder(user, task, at=clock.now() + timedelta(days=1))

    copy = await client.post(f"/api/v1/tasks/{task.id}/duplicate", headers=user.headers)
    listed = await client.get(at(copy.json()["id"]), headers=user.headers)

    found = [(each["minutes_before"], each["at"] is not None) for each in listed.json()["items"]]
    assert found == [(45, False), (None, True)]


async def test_a_list_costs_two_statements_however_long(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    task = await make.task(user)
    for _ in range(10):
        await make.reminder(user, task)
    await client.get(at(task.id), headers=user.headers)

    with count_statements(database) as statements:
        await client.get("/api/v1/reminders", headers=user.headers)

    assert len(statements) <= 2
