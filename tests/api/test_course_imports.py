"""Bringing courses and questions in over HTTP."""

from typing import Any

import yaml
from httpx2 import AsyncClient

from questlog.core.db import Database
from tests.api.test_courses import API, read
from tests.support import school
from tests.support.make import Make, Person


async def import_file(client: AsyncClient, user: Person, file: str, **more: Any) -> Any:
    return await client.post(
        f"{API}/courses/import", json={"file": file, **more}, headers=user.headers
    )


async def test_administrators_bring_courses_in(client: AsyncClient, make: Make) -> None:
    admin, user = await make.user(role="admin"), await make.user()
    file = yaml.safe_dump(school.course())

    forbidden = await import_file(client, user, file)
    first = await import_file(client, admin, file)
    again = await import_file(client, admin, file)
    changed = await import_file(client, admin, yaml.safe_dump(school.course(weeks=2)))

    assert forbidden.status_code == 403
    assert [answer.status_code for answer in (first, again, changed)] == [201, 200, 200]
    assert [answer.json()["change"] for answer in (first, again, changed)] == [
        "new",
        "unchanged",
        "changed",
    ]
    assert first.json()["lessons"] == 7
    assert changed.json()["course_id"] == first.json()["course_id"]


async def test_a_course_with_faults_leaves_nothing_behind(client: AsyncClient, make: Make) -> None:
    admin = await make.user(role="admin")
    course = school.course(weeks=2)
    course["weeks"][1]["lessons"][3]["questions"][1]["answer"] = "Paris"

    answer = await import_file(client, admin, yaml.safe_dump(course), name="towns.yaml")

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_course_file")
    (problem,) = answer.json()["details"]["problems"]
    assert problem["file"] == "towns.yaml"
    assert problem["place"] == "weeks[1].lessons[3].questions[1].answer"
    assert problem["line"] > 1
    assert (await read(client, admin, "/courses"))["items"] == []


async def test_questions_added_by_hand_survive_newer_content(
    client: AsyncClient, make: Make, database: Database
) -> None:
    admin = await make.user(role="admin")
    here = await school.brought(database)
    lesson_id = here.lessons["w1-d1"]
    path = f"{API}/lessons/{lesson_id}/questions/import"
    body = {"format": "gift", "file": "Ice floats. {T}\n\nWhales are fish. {F}\n"}

    added = await client.post(path, json=body, headers=admin.headers)
    again = await client.post(path, json=body, headers=admin.headers)
    await school.bring(database, school.course(version=2, questions=1))

    asked = await read(client, admin, f"/quizzes/{lesson_id}/questions")
    assert (added.status_code, added.json()["added"]) == (201, 2)
    assert (again.json()["added"], again.json()["unchanged"]) == (0, 2)
    assert [one["origin"] for one in asked["items"]] == ["file", "admin", "admin"]


async def test_questions_that_are_none_are_refused_whole(
    client: AsyncClient, make: Make, database: Database
) -> None:
    admin, user = await make.user(role="admin"), await make.user()
    here = await school.brought(database)
    path = f"{API}/lessons/{here.lessons['w1-d1']}/questions/import"
    body = {
        "format": "csv",
        "file": "kind,stem,answer\ntrue_false,Ice floats.,true\nriddle,Why?,so\n",
    }

    answer = await client.post(path, json=body, headers=admin.headers)
    forbidden = await client.post(path, json=body, headers=user.headers)

    asked = await read(client, admin, f"/quizzes/{here.lessons['w1-d1']}/questions")
    assert answer.status_code == 422
    assert answer.json()["details"]["problems"][0]["line"] == 3
    assert forbidden.status_code == 403
    assert len(asked["items"]) == 2
