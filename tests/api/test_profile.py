"""What the coach knows of somebody, over HTTP: every line theirs to read, change and delete."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import func, select

from questlog.coach import profile
from questlog.coach.profile import STATEMENTS as STATEMENT_ROWS
from questlog.coach.profile import Said
from questlog.coach.profile_text import MOST
from questlog.core import clock
from questlog.core.db import Database, Session
from tests.support.happened import happened
from tests.support.make import Make, Person
from tests.support.moving_clock import MovingClock
from tests.support.sql import count_statements

AT = "/api/v1/ai/profile"
STATEMENTS = f"{AT}/statements"


async def tell(client: AsyncClient, user: Person, topic: str, words: str) -> dict[str, Any]:
    body = {"topic": topic, "words": words}
    answer = await client.post(STATEMENTS, json=body, headers=user.headers)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def count_statements_of(session: Session, user_id: UUID) -> int:
    mine = select(func.count()).select_from(STATEMENT_ROWS)
    return await session.scalar(mine.where(STATEMENT_ROWS.c.user_id == user_id)) or 0


async def known(client: AsyncClient, user: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(AT, headers=user.headers)).json()
    return found


async def test_a_statement_is_told_read_changed_and_forgotten_by_itself(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    first = await tell(client, user, "goal", "Speak Italian")
    await tell(client, user, "goal", "Run a half marathon")
    place = f"{STATEMENTS}/{first['id']}"

    changed = await client.patch(place, json={"words": "Read Italian"}, headers=user.headers)
    gone = await client.delete(place, headers=user.headers)
    after = await client.get(place, headers=user.headers)

    assert (changed.json()["words"], changed.json()["version"]) == ("Read Italian", 2)
    assert (gone.status_code, after.status_code) == (204, 404)
    assert after.json()["code"] == "statement_not_found"
    assert [one["words"] for one in (await known(client, user))["statements"]] == [
        "Run a half marathon"
    ]
    told = [
        event.payload
        for what in ("noted", "changed", "deleted")
        for event in await happened(database, user, f"statement.{what}")
    ]
    assert told == [{"topic": "goal"}] * 4


async def test_what_a_newer_statement_contradicts_is_a_dated_note(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    old = await tell(client, user, "hours", "At night")

    new = await tell(client, user, "hours", "In the morning")

    whole = await known(client, user)
    assert [one["id"] for one in whole["statements"]] == [new["id"]]
    assert [one["id"] for one in whole["notes"]] == [old["id"]]
    assert whole["notes"][0]["replaced_by"] == new["id"]
    assert whole["notes"][0]["replaced_at"] is not None


async def test_the_same_said_again_changes_nothing(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    first, again = [await tell(client, user, "work", "A nurse") for _ in range(2)]

    assert first == again


async def test_forgetting_everything_leaves_nothing(client: AsyncClient, make: Make) -> None:
    user = await make.user(profile_text="A nurse")
    for words in ("A nurse", "A gardener"):
        await tell(client, user, "work", words)

    gone = await client.delete(AT, headers=user.headers)

    nothing: dict[str, Any] = {"profile_text": None, "statements": [], "notes": []}
    assert (gone.status_code, await known(client, user)) == (204, nothing)


async def test_the_text_is_written_by_hand_and_stands_with_the_account(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    written = await client.patch(AT, json={"profile_text": "I like maps."}, headers=user.headers)
    me = await client.get("/api/v1/auth/me", headers=user.headers)
    cleared = await client.patch(AT, json={"profile_text": None}, headers=user.headers)

    assert written.json()["profile_text"] == me.json()["profile_text"] == "I like maps."
    assert cleared.json()["profile_text"] is None


TEXT = "Field of work: A nurse\nWants to reach: Speak Italian"
RUSSIAN = "Чем занимается: A nurse\nЧего хочет достичь: Speak Italian"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        (TEXT, "Field of work: A gardener"),
        (RUSSIAN, "Чем занимается: A gardener"),
        (f"{TEXT}. Mine!", f"{TEXT}. Mine!"),
        (None, None),
    ],
)
async def test_a_text_of_statements_follows_them_and_one_by_hand_stays(
    client: AsyncClient, make: Make, text: str | None, after: str | None
) -> None:
    user = await make.user(profile_text=text)
    work = await make.statement(user, words="A nurse")
    goal = await make.statement(user, words="Speak Italian", topic="goal")

    body = {"words": "A gardener"}
    await client.patch(f"{STATEMENTS}/{work.id}", json=body, headers=user.headers)
    await client.delete(f"{STATEMENTS}/{goal.id}", headers=user.headers)

    assert (await known(client, user))["profile_text"] == after


async def test_what_is_told_anew_stands_in_the_text_and_the_last_word_deleted_empties_it(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user(profile_text="Field of work: A nurse")
    await make.statement(user, words="A nurse")

    new = await tell(client, user, "work", "A gardener")
    told = (await known(client, user))["profile_text"]
    old = (await known(client, user))["notes"][0]
    for one in (old, new):
        await client.delete(f"{STATEMENTS}/{one['id']}", headers=user.headers)

    assert told.splitlines() == [
        "Field of work: A gardener",
        f"Held until {new['noted_on']}: Field of work: A nurse",
    ]
    assert (await known(client, user))["profile_text"] is None


async def test_a_note_is_dated_by_its_users_day(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 20, 20, tzinfo=UTC))
    user = await make.user(timezone="Asia/Tokyo", profile_text="Field of work: A nurse")
    await make.statement(user, words="A nurse")

    await tell(client, user, "work", "A pilot")

    text = (await known(client, user))["profile_text"]
    assert text.splitlines()[1] == "Held until 2026-11-21: Field of work: A nurse"


async def test_a_note_keeps_its_day_when_what_replaced_it_is_forgotten(
    client: AsyncClient, make: Make, moving_clock: MovingClock
) -> None:
    moving_clock.stop_at(datetime(2026, 11, 20, 20, tzinfo=UTC))
    user = await make.user(timezone="Asia/Tokyo", profile_text="Field of work: A nurse")
    await make.statement(user, words="A nurse")
    pilot = await tell(client, user, "work", "A pilot")

    await client.delete(f"{STATEMENTS}/{pilot['id']}", headers=user.headers)

    text = (await known(client, user))["profile_text"]
    assert text == "Held until 2026-11-21: Field of work: A nurse"


async def test_notes_beyond_the_newest_two_hundred_are_forgotten(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()

    for number in range(MOST - 2):
        day = clock.now() - timedelta(days=number + 1)
        await make.statement(user, words=f"Old {number}", replaced_at=day)

    for number in range(5):
        await tell(client, user, "work", f"Job {number}")

    notes = (await known(client, user))["notes"]
    rows = await database.read(count_statements_of, user.id)
    assert len(notes) == MOST
    assert rows == MOST + 1
    assert [note["words"] for note in notes[-4:]] == [f"Job {number}" for number in range(4)]


async def test_somebody_elses_profile_is_closed(client: AsyncClient, make: Make) -> None:
    user, other = await make.user(), await make.user()
    theirs = await tell(client, other, "work", "A judge")
    place = f"{STATEMENTS}/{theirs['id']}"

    answers = [
        await client.get(place, headers=user.headers),
        await client.patch(place, json={"words": "Mine"}, headers=user.headers),
        await client.delete(place, headers=user.headers),
    ]
    await client.delete(AT, headers=user.headers)

    assert [answer.status_code for answer in answers] == [403] * 3
    assert (await known(client, other))["statements"] == [theirs]


async def test_keys_of_programs_do_not_open_a_profile(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    key = await make.key(user, "tasks:read", "account:read")

    answer = await client.get(AT, headers=key.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_required")


async def test_a_profile_is_full_at_two_hundred_even_for_many_at_once(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()

    async def fill(session: Session) -> None:
        for number in range(MOST - 1):
            said = Said("goal", f"Goal {number}")
            await profile.note(session, user.id, said, source="hand", timezone="UTC")

    await database.write(fill)

    answers = await asyncio.gather(
        *(
            client.post(STATEMENTS, json={"topic": "other", "words": f"W{n}"}, headers=user.headers)
            for n in range(4)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len((await known(client, user))["statements"]) == MOST


async def test_reading_a_profile_takes_three_statements(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    await tell(client, user, "work", "A nurse")
    await known(client, user)

    with count_statements(database) as counted:
        await known(client, user)

    assert len([one for one in counted if "sessions" not in one]) == 3
