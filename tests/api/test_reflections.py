"""What one writes at the end of a week, over HTTP."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.api.test_courses import API, read
from tests.support import school
from tests.support.make import Make


async def test_a_week_has_one_reflection_which_can_be_rewritten(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user, other = await make.user(), await make.user()
    here = await school.brought(database)
    week_id = (await read(client, user, f"/courses/{here.course_id}"))["weeks"][0]["id"]

    async def write(text: str) -> Any:
        body = {"week_id": week_id, "text": text}
        return await client.post(f"{API}/reflections", json=body, headers=user.headers)

    first = await write("Rome, of course.")
    second = await write("  Oslo after all.  ")

    listed = await read(client, user, f"/reflections?week_id={week_id}")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["version"] == 2
    assert [one["text"] for one in listed["items"]] == ["Oslo after all."]
    assert (await read(client, other, "/reflections"))["items"] == []


@pytest.mark.parametrize("body", [{"text": " "}, {"text": "x" * 20_001}, {"week": "one"}])
async def test_a_reflection_needs_a_week_and_words(
    client: AsyncClient, make: Make, body: dict[str, Any]
) -> None:
    user = await make.user()

    answer = await client.post(
        f"{API}/reflections",
        json={"week_id": str(new_id()), "text": "So.", **body},
        headers=user.headers,
    )

    assert answer.status_code == 422


async def test_a_reflection_about_no_week_is_refused(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    body = {"week_id": str(new_id()), "text": "Nowhere."}

    answer = await client.post(f"{API}/reflections", json=body, headers=user.headers)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/body/week_id"
