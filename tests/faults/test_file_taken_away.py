"""F-06: a database file that is moved away or replaced under a running server."""

from pathlib import Path

import pytest
from httpx2 import AsyncClient

from tests.support.make import Make

pytestmark = pytest.mark.parametrize("database_address", ["sqlite"], indirect=True)


@pytest.fixture
def file(database_address: str) -> Path:
    return Path(database_address.removeprefix("sqlite:///"))


def move_away(file: Path) -> Path:
    return file.rename(file.with_suffix(".away"))


def put_back(away: Path, file: Path) -> None:
    away.rename(file)


def replace_with_nothing(file: Path) -> None:
    file.touch()


def size_of(file: Path) -> int:
    return file.stat().st_size


async def test_f06_nothing_is_acknowledged_that_the_next_start_would_not_find(
    client: AsyncClient, make: Make, file: Path
) -> None:
    user = await make.user()
    move_away(file)

    refused = await client.post("/api/v1/tasks", json={"title": "Lost?"}, headers=user.headers)
    ready = await client.get("/ready")

    assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
    assert "retry-after" in refused.headers
    assert ready.status_code == 503
    assert "moved away or replaced" in ready.json()["checks"]["database"]


async def test_f06_a_file_put_back_is_written_to_again(
    client: AsyncClient, make: Make, file: Path
) -> None:
    user = await make.user()
    away = move_away(file)
    await client.post("/api/v1/tasks", json={"title": "Too soon"}, headers=user.headers)

    put_back(away, file)
    kept = await client.post("/api/v1/tasks", json={"title": "Kept"}, headers=user.headers)
    listed = await client.get("/api/v1/tasks", headers=user.headers)

    assert kept.status_code == 201
    assert [task["title"] for task in listed.json()["items"]] == ["Kept"]


async def test_f06_another_file_in_its_place_is_not_taken_for_it(
    client: AsyncClient, make: Make, file: Path
) -> None:
    user = await make.user()
    move_away(file)
    replace_with_nothing(file)

    refused = await client.post("/api/v1/tasks", json={"title": "Lost?"}, headers=user.headers)

    assert refused.status_code == 503
    assert size_of(file) == 0
