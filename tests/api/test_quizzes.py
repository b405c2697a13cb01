"""Quizzes over HTTP: what learners take and administrators keep."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support.make import Make
from tests.support.moving_clock import MovingClock
from tests.support.quiz_calls import KINDS, address, asked, handed_in
from tests.support.quizzing import RIGHT, WRONG, learner


async def test_an_attempt_goes_round_trip(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna = await learner(make, database)

    result = await handed_in(client, anna.user, anna.lesson(), RIGHT)
    listed = await client.get(address(anna.lesson(), "attempts"), headers=anna.user.headers)

    assert result.status_code == 200, result.text
    body, [attempt] = result.json(), listed.json()["items"]
    assert (body["passed"], body["percent"], body["xp"]) == (True, 100, 20)
    assert body["lesson"]["lesson"]["code"] == "w1-d1"
    assert attempt == {name: body[name] for name in attempt}
    assert attempt["answers"][0]["explanation"] == "Oslo lies at the end of a fjord."
    assert "Event-Id" in result.headers


async def test_a_second_attempt_too_soon_says_how_long_to_wait(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna = await learner(make, database)
    await handed_in(client, anna.user, anna.lesson(), RIGHT)

    again = await handed_in(client, anna.user, anna.lesson(), RIGHT)

    assert (again.status_code, again.json()["code"]) == (429, "quiz_submitted_too_soon")
    assert 1 <= int(again.headers["Retry-After"]) <= 30


async def test_without_hearts_a_new_quiz_waits_and_reviews_do_not(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna = await learner(make, database)
    await handed_in(client, anna.user, anna.lesson(), WRONG)

    waits = await handed_in(client, anna.user, anna.lesson("w1-d2"), RIGHT)
    daily = await client.get("/api/v1/reviews/daily", headers=anna.user.headers)
    card = daily.json()["items"][0]
    reviewed = await client.post(
        f"/api/v1/reviews/{card['id']}", json={"answer": RIGHT}, headers=anna.user.headers
    )

    assert (waits.status_code, waits.json()["code"]) == (409, "no_hearts_left")
    assert waits.json()["details"]["back_at"] in waits.json()["detail"]
    assert reviewed.status_code == 200, reviewed.text


async def test_hearts_switched_off_in_settings_cost_nothing(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna = await learner(make, database)
    await client.patch(
        "/api/v1/auth/me", json={"settings": {"hearts": False}}, headers=anna.user.headers
    )

    first = await handed_in(client, anna.user, anna.lesson(), WRONG)
    other = await handed_in(client, anna.user, anna.lesson("w1-d2"), WRONG)

    assert (first.status_code, other.status_code) == (200, 200)
    assert first.json()["hearts_lost"] == 0


async def test_questions_of_all_kinds_are_kept_by_hand(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna, admin = await learner(make, database, questions=1), await make.user(role="admin")
    place = address(anna.lesson(), "questions")

    for fields in KINDS:
        made = await client.post(place, json={"stem": "Which?", **fields}, headers=admin.headers)
        assert made.status_code == 201, made.text
        read = await client.get(made.headers["Location"], headers=admin.headers)
        assert read.json() == made.json()
        assert {name: made.json()[name] for name in fields} == fields
    listed = await client.get(place, headers=admin.headers)
    quiz = await asked(client, anna.user, anna.lesson())

    assert [one["origin"] for one in listed.json()["items"]] == ["file"] + ["admin"] * 8
    assert [one["kind"] for one in quiz] == ["mcq", *(one["kind"] for one in KINDS)]


async def test_a_changed_question_has_a_new_version_and_attempts_keep_the_old(
    client: AsyncClient, database: Database, make: Make, moving_clock: MovingClock
) -> None:
    anna, admin = await learner(make, database, questions=1), await make.user(role="admin")
    [question] = await asked(client, anna.user, anna.lesson())
    place = address(anna.lesson(), "questions", question["question_id"])
    await handed_in(client, anna.user, anna.lesson(), RIGHT)

    changed = await client.patch(place, json={"answer": WRONG}, headers=admin.headers)
    moving_clock.move(seconds=31)
    await handed_in(client, anna.user, anna.lesson(), RIGHT)
    listed = await client.get(address(anna.lesson(), "attempts"), headers=anna.user.headers)

    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert [one["answers"][0]["solution"] for one in listed.json()["items"]] == [WRONG, RIGHT]
    assert [one["answers"][0]["is_correct"] for one in listed.json()["items"]] == [False, True]


async def test_another_kind_takes_its_own_fields(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna, admin = await learner(make, database, questions=1), await make.user(role="admin")
    [question] = await asked(client, anna.user, anna.lesson())
    place = address(anna.lesson(), "questions", question["question_id"])

    lacking = await client.patch(place, json={"kind": "ordering"}, headers=admin.headers)
    changed = await client.patch(
        place, json={"kind": "ordering", "items": ["one", "two"]}, headers=admin.headers
    )
    same = await client.patch(place, json={"items": ["one", "two"]}, headers=admin.headers)

    assert (lacking.status_code, lacking.json()["code"]) == (422, "invalid_question")
    assert lacking.json()["errors"][0]["pointer"] == "/body/items"
    assert (changed.json()["items"], changed.json()["choices"]) == (["one", "two"], None)
    assert same.json()["version"] == changed.json()["version"] == 2


async def test_a_removed_question_is_asked_no_more(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna, admin = await learner(make, database, questions=2), await make.user(role="admin")
    first, second = await asked(client, anna.user, anna.lesson())
    place = address(anna.lesson(), "questions", first["question_id"])
    await handed_in(client, anna.user, anna.lesson(), WRONG)

    gone = await client.delete(place, headers=admin.headers)
    again = await client.delete(place, headers=admin.headers)
    daily = await client.get("/api/v1/reviews/daily", headers=anna.user.headers)

    assert (gone.status_code, again.status_code) == (204, 404)
    assert await asked(client, anna.user, anna.lesson()) == [second]
    assert [card["question_id"] for card in daily.json()["items"]] == [second["question_id"]]


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"kind": "mcq", "choices": ["a", "b"], "answer": "c"}, "/body/answer"),
        ({"kind": "mcq", "choices": ["a", "A"], "answer": "a"}, "/body/choices"),
        ({"kind": "true_false", "answer": "yes"}, "/body/answer"),
        ({"kind": "numeric", "answer": True}, "/body/answer"),
        ({"kind": "cloze", "stem": "No gap", "gaps": [["a"]]}, "/body/gaps"),
        ({"kind": "ordering", "items": ["a", "b"], "choices": ["a", "b"]}, "/body/choices"),
        ({"kind": "short_text"}, "/body/answers"),
    ],
)
async def test_a_question_that_cannot_be_asked_says_why(
    client: AsyncClient, database: Database, make: Make, fields: Any, pointer: str
) -> None:
    anna, admin = await learner(make, database, questions=1), await make.user(role="admin")

    refused = await client.post(
        address(anna.lesson(), "questions"),
        json={"stem": "Which?", **fields},
        headers=admin.headers,
    )

    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_question")
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_a_code_is_taken_once_and_an_old_version_is_told(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna, admin = await learner(make, database, questions=2), await make.user(role="admin")
    place = address(anna.lesson(), "questions")
    one, two = (await client.get(place, headers=admin.headers)).json()["items"]

    taken = await client.post(
        place, json={**KINDS[0], "stem": "Which?", "code": one["code"]}, headers=admin.headers
    )
    renamed = await client.patch(
        f"{place}/{two['id']}", json={"code": one["code"]}, headers=admin.headers
    )
    stale = await client.patch(
        f"{place}/{two['id']}",
        json={"difficulty": 3},
        headers={**admin.headers, "If-Match": '"7-en"'},
    )

    assert (taken.status_code, renamed.status_code, stale.status_code) == (409, 409, 412)


async def test_only_administrators_see_and_keep_questions(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna = await learner(make, database, questions=1)
    [question] = await asked(client, anna.user, anna.lesson())
    place = address(anna.lesson(), "questions")
    one = f"{place}/{question['question_id']}"

    answers = [
        await client.get(place, headers=anna.user.headers),
        await client.get(one, headers=anna.user.headers),
        await client.post(place, json={**KINDS[0], "stem": "?"}, headers=anna.user.headers),
        await client.patch(one, json={"difficulty": 2}, headers=anna.user.headers),
        await client.delete(one, headers=anna.user.headers),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5


async def test_what_is_not_there_is_not_found(
    client: AsyncClient, database: Database, make: Make
) -> None:
    anna, admin = await learner(make, database, questions=1), await make.user(role="admin")
    nothing = new_id()

    answers = [
        await client.get(address(nothing), headers=anna.user.headers),
        await client.post(
            address(nothing, "submit"), json={"answers": []}, headers=anna.user.headers
        ),
        await client.get(address(nothing, "attempts"), headers=anna.user.headers),
        await client.get(address(nothing, "questions"), headers=admin.headers),
        await client.patch(
            address(anna.lesson(), "questions", str(nothing)), json={}, headers=admin.headers
        ),
        await client.get(
            address(anna.lesson("w1-d2"), "questions", str(nothing)), headers=admin.headers
        ),
        await client.post(
            f"/api/v1/reviews/{nothing}", json={"rating": "good"}, headers=anna.user.headers
        ),
    ]

    assert [answer.status_code for answer in answers] == [404] * 7
