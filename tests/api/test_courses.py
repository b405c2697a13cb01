"""Courses, weeks, lessons and progress over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support import school
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.school import School
from tests.support.sql import count_statements

API = "/api/v1"


async def read(client: AsyncClient, user: Person, path: str) -> Any:
    answer = await client.get(f"{API}{path}", headers=user.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def enrolled(client: AsyncClient, user: Person, here: School, **body: Any) -> dict[str, Any]:
    answer = await client.post(
        f"{API}/courses/{here.course_id}/enroll", json=body, headers=user.headers
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def tick(client: AsyncClient, user: Person, lesson_id: Any) -> Any:
    tasks = (await read(client, user, "/tasks"))["items"]
    task = next(one for one in tasks if one["lesson_id"] == str(lesson_id))
    answer = await client.post(f"{API}/tasks/{task['id']}/complete", headers=user.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_courses_are_listed_for_everybody(
    client: AsyncClient, make: Make, database: Database
) -> None:
    learner, stranger = await make.user(), await make.user()
    here = await school.brought(database, weeks=2)
    await enrolled(client, learner, here)

    mine = await read(client, learner, "/courses?include_total=true")
    theirs = await read(client, stranger, "/courses")

    (course,) = mine["items"]
    assert (course["slug"], course["weeks"], course["lessons"]) == ("towns", 2, 14)
    assert course["enrolment"] == "active"
    assert mine["total"] == 1
    assert theirs["items"][0]["enrolment"] is None


async def test_a_course_shows_its_weeks_and_lessons_without_their_texts(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database, weeks=2)

    course = await read(client, user, f"/courses/{here.course_id}")
    week = await read(client, user, f"/weeks/{course['weeks'][1]['id']}")
    lesson = await read(client, user, f"/lessons/{week['lessons'][0]['id']}")

    assert [week["number"] for week in course["weeks"]] == [1, 2]
    assert [lesson["day"] for lesson in week["lessons"]] == [1, 2, 3, 4, 5, 6, 7]
    assert "body" not in week["lessons"][0]
    assert (lesson["code"], lesson["week"]) == ("w2-d1", 2)
    assert lesson["body"].startswith("## Towns")


async def test_no_door_tells_what_is_right_before_a_quiz(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await enrolled(client, user, here)
    lesson_id = here.lessons["w1-d1"]

    told = [
        await read(client, user, path)
        for path in (
            "/courses",
            f"/courses/{here.course_id}",
            "/weeks",
            f"/lessons/{lesson_id}",
            f"/quizzes/{lesson_id}",
            "/progress",
        )
    ]

    assert "explanation" not in str(told)
    assert "fjord" not in str(told)


async def test_a_course_answers_with_its_version_as_its_tag(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    path = f"{API}/courses/{here.course_id}"
    first = await client.get(path, headers=user.headers)
    tag = {"If-None-Match": first.headers["etag"]}

    same = await client.get(path, headers={**user.headers, **tag})
    await school.bring(database, school.course(title="Cities"))
    other = await client.get(path, headers={**user.headers, **tag})

    assert same.status_code == 304
    assert (other.status_code, other.json()["title"]) == (200, "Cities")


async def test_who_takes_a_course_finds_its_lessons_among_the_tasks(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)

    enrolment = await enrolled(client, user, here, starts_on="2026-12-04", skip_weekdays=[6, 7])

    tasks = (await read(client, user, f"/tasks?project_id={enrolment['project_id']}"))["items"]
    assert enrolment["planned"] == 7
    assert [task["due_date"] for task in tasks][:3] == ["2026-12-04", "2026-12-07", "2026-12-08"]
    assert [task["lesson_id"] for task in tasks] == [
        str(here.lessons[f"w1-d{n}"]) for n in range(1, 8)
    ]


async def test_the_task_of_a_lesson_cannot_repeat_but_its_copy_can(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database)
    await enrolled(client, user, here)
    task = (await read(client, user, "/tasks"))["items"][0]
    path = f"{API}/tasks/{task['id']}"

    refused = await client.patch(path, json={"recurrence": "daily"}, headers=user.headers)
    cleared = await client.patch(path, json={"recurrence": None}, headers=user.headers)
    copy = (await client.post(f"{path}/duplicate", headers=user.headers)).json()
    repeats = await client.patch(
        f"{API}/tasks/{copy['id']}", json={"recurrence": "daily"}, headers=user.headers
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "lesson_repeats")
    assert cleared.status_code == 200
    assert copy["lesson_id"] is None
    assert (repeats.status_code, repeats.json()["recurrence"]) == (200, "daily")


@pytest.mark.parametrize(
    "body",
    [
        {"starts_on": "tomorrow"},
        {"skip_weekdays": [0]},
        {"skip_weekdays": [8]},
        {"skip_weekdays": [1, 2, 3, 4, 5, 6, 7]},
        {"xp": 100},
    ],
)
async def test_an_enrolment_that_makes_no_sense_is_refused(
    client: AsyncClient, make: Make, database: Database, body: dict[str, Any]
) -> None:
    user = await make.user()
    here = await school.brought(database)

    answer = await client.post(
        f"{API}/courses/{here.course_id}/enroll", json=body, headers=user.headers
    )

    assert answer.status_code == 422


async def test_a_course_is_taken_once_and_left_once(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user(locale="ru")
    here = await school.brought(database)
    await enrolled(client, user, here)
    path = f"{API}/courses/{here.course_id}"

    again = await client.post(f"{path}/enroll", headers=user.headers)
    left = await client.delete(f"{path}/enrolment", headers=user.headers)
    gone = await client.delete(f"{path}/enrolment", headers=user.headers)

    assert (again.status_code, again.json()["code"]) == (409, "already_enrolled")
    assert again.json()["detail"] == "Вы уже проходите этот курс."
    assert left.status_code == 204
    assert (gone.status_code, gone.json()["code"]) == (404, "not_enrolled")
    assert (await read(client, user, "/tasks"))["items"] == []
    assert (await read(client, user, "/progress"))["courses"] == []


async def test_progress_names_the_first_unfinished_week_and_what_comes_next(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database, weeks=2)
    await enrolled(client, user, here)
    for day in (1, 2, 3, 4, 5, 6, 7):
        await tick(client, user, here.lessons[f"w1-d{day}"])
    await tick(client, user, here.lessons["w2-d2"])

    progress = await read(client, user, "/progress")

    game = await read(client, user, "/rpg/state")
    (course,) = progress["courses"]
    assert (course["done"], course["total"], course["state"]) == (8, 14, "active")
    assert course["current_week"]["number"] == 2
    assert (course["current_week"]["done"], course["current_week"]["total"]) == (1, 7)
    assert course["next_lesson"]["code"] == "w2-d1"
    assert progress["xp"] >= 8 * 20
    assert {name: progress[name] for name in ("xp", "level", "xp_to_next_level")} == {
        name: game[name] for name in ("xp", "level", "xp_to_next_level")
    }


async def test_weeks_say_what_is_done_of_them(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user, stranger = await make.user(), await make.user()
    here = await school.brought(database, weeks=3)
    await school.brought(database, slug="rivers")
    await enrolled(client, user, here)
    await tick(client, user, here.lessons["w1-d2"])

    first = await read(client, user, "/weeks?limit=2&include_total=true")
    rest = await read(client, user, f"/weeks?limit=2&cursor={first['next_cursor']}")
    theirs = await read(client, stranger, "/weeks")
    looked_at = await read(client, stranger, f"/weeks?course_id={here.course_id}")

    weeks = [*first["items"], *rest["items"]]
    assert [(week["number"], week["done"], week["total"]) for week in weeks] == [
        (1, 1, 7),
        (2, 0, 7),
        (3, 0, 7),
    ]
    assert first["total"] == 3
    assert [lesson["done_on"] is not None for lesson in weeks[0]["lessons"]][:3] == [
        False,
        True,
        False,
    ]
    assert theirs["items"] == []
    assert [week["done"] for week in looked_at["items"]] == [0, 0, 0]


async def test_a_foreign_course_in_a_query_is_a_wrong_field(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    for path in (f"/weeks?course_id={new_id()}", f"/reflections?week_id={new_id()}"):
        answer = await client.get(f"{API}{path}", headers=user.headers)

        assert answer.status_code == 422
        assert answer.json()["code"] == "not_found"


async def test_lists_and_progress_cost_few_statements(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    here = await school.brought(database, weeks=4)
    await enrolled(client, user, here)
    counts = {}

    for path in ("/courses", "/weeks", "/progress", "/progress/calendar"):
        with count_statements(database) as statements:
            await read(client, user, path)
        counts[path] = len(statements)

    assert counts == {"/courses": 1, "/weeks": 2, "/progress": 3, "/progress/calendar": 3}


async def test_the_calendar_looks_back_two_years(
    client: AsyncClient, make: Make, database: Database, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2024, 11, 21, 12, tzinfo=UTC))
    user = await make.user()
    here = await school.brought(database)
    await enrolled(client, user, here)
    await tick(client, user, here.lessons["w1-d1"])
    moving_clock.stop_at(datetime(2024, 11, 22, 12, tzinfo=UTC))
    user = Person(user.id, user.email, user.timezone, await make.sign_in(user.id))
    await tick(client, user, here.lessons["w1-d2"])
    moving_clock.stop_at(datetime(2026, 11, 21, 12, tzinfo=UTC))
    user = Person(user.id, user.email, user.timezone, await make.sign_in(user.id))

    calendar = await read(client, user, "/progress/calendar")

    assert (calendar["start"], calendar["end"]) == ("2024-11-22", "2026-11-21")
    assert calendar["days"] == [{"date": "2024-11-22", "lessons": 1, "quizzes": 0, "reviews": 0}]
