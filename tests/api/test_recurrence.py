"""Recurrence in words, through the door of tasks."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.support import recurrence_phrases
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.recurrence_phrases import NOW, Phrase

TASKS = "/api/v1/tasks"


async def make_task(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await client.post(TASKS, json={"title": "Water", **body}, headers=user.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def misread(
    client: AsyncClient, user: Person, phrases: list[Phrase]
) -> list[tuple[str, dict[str, Any]]]:
    """Return what the door reads otherwise than the table."""
    wrong = []
    for phrase in phrases:
        body = {"title": "Water", "recurrence": phrase.text}
        answer = await client.post(TASKS, json=body, headers=user.headers)
        if not (_refused(answer) if phrase.rule is None else _meant(answer, phrase)):
            wrong.append((phrase.text, answer.json()))
    return wrong


def _refused(answer: Any) -> bool:
    return bool(answer.status_code == 422 and answer.json()["code"] == "invalid_recurrence")


def _meant(answer: Any, phrase: Phrase) -> bool:
    task = answer.json()
    if answer.status_code != 201:
        return False
    from_completion = str(phrase.rule).startswith("every!")
    begins = phrase.starting is None or task["due_date"] >= phrase.starting.isoformat()
    return bool(
        begins
        and (task["due_at"] is not None) is (phrase.time is not None)
        and task["recurrence"].startswith("every!") is from_completion
    )


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_the_door_reads_every_phrase_of_the_table(
    client: AsyncClient, make: Make, moving_clock: MovingClock, language: str
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user(timezone="Europe/Berlin")

    wrong = await misread(client, user, recurrence_phrases.phrases(language))

    assert wrong == []


async def test_an_answer_says_the_rule_the_words_and_the_next_dates(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user(timezone="Europe/Berlin", locale="ru")

    task = await make_task(client, user, recurrence="every! 3 days at 9 starting 1 dec")

    assert task["recurrence"] == "every! 3 days"
    assert task["recurrence_text"] == "каждые 3 дня после выполнения"
    assert (task["due_date"], task["due_at"]) == ("2026-12-01", "2026-12-01T08:00:00Z")
    assert task["recurrence_next"] == [f"2026-12-{day:02}" for day in (4, 7, 10, 13, 16)]


async def test_a_recurrence_sent_back_changes_nothing(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user()

    for words in ("every! 3 days", "каждый! понедельник", "по будням", "раз в две недели"):
        task = await make_task(client, user, recurrence=words)
        answer = await client.patch(
            f"{TASKS}/{task['id']}",
            json={"recurrence": task["recurrence"]},
            headers=user.headers,
        )

        assert answer.json()["version"] == 1, words


async def test_counting_from_completion_starts_on_the_day_it_was_done(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user()
    task = await make_task(client, user, recurrence="after 3 days", due_date="2026-11-02")

    done = await client.post(f"{TASKS}/{task['id']}/complete", headers=user.headers)

    assert done.json()["due_date"] == "2026-11-24"


async def test_count_of_a_rule_from_completion_counts_completions(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user()
    task = await make_task(client, user, recurrence="every! day, 2 times")
    address = f"{TASKS}/{task['id']}"

    skipped = await client.post(f"{address}/skip", headers=user.headers)
    body = {"occurrence": skipped.json()["due_date"]}
    first = await client.post(f"{address}/complete", json=body, headers=user.headers)
    body = {"occurrence": first.json()["due_date"]}
    last = await client.post(f"{address}/complete", json=body, headers=user.headers)

    assert (skipped.json()["completed"], first.json()["completed"]) == (False, False)
    assert last.json()["completed"] is True


async def test_a_copy_counts_from_completion_too(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    task = await make_task(client, user, recurrence="каждые! 3 дня")

    copy = await client.post(f"{TASKS}/{task['id']}/duplicate", headers=user.headers)

    assert copy.json()["recurrence"] == "every! 3 days"


async def test_a_refusal_names_the_place(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    body = {"title": "Water", "recurrence": "every friday but not the last"}

    answer = await client.post(TASKS, json=body, headers=user.headers)

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_recurrence")
    assert problem["details"] == {"position": 13, "near": "but not the last"}
    assert problem["errors"][0]["pointer"] == "/body/recurrence"


async def test_counting_from_completion_starts_yesterday_when_it_was_done_then(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(NOW)
    user = await make.user(timezone="Europe/Berlin")
    task = await make_task(client, user, recurrence="every! 3 days", due_date="2026-11-02")

    done = await client.post(
        f"{TASKS}/{task['id']}/complete", json={"on": "yesterday"}, headers=user.headers
    )

    assert done.json()["due_date"] == "2026-11-23"
