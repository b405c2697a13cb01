"""What nobody expected: a plain answer, and the log (S-116)."""

import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from questlog.api.deps import Reader, Writer
from questlog.api.routing import HouseRouter
from questlog.core.db import Database
from tests.api.test_edge import client_of
from tests.support.make import Make

TIMES = 100


def broken_routes() -> HouseRouter:
    router = HouseRouter(prefix="/broken")

    @router.get("/reader")
    async def break_reader(session: Reader) -> dict[str, str]:
        await session.execute(text("SELECT 1"))
        raise RuntimeError("canary of the stack")

    @router.get("/writer")
    async def break_writer(session: Writer) -> dict[str, str]:
        await session.execute(text("DELETE FROM labels"))
        raise RuntimeError("canary of the stack")

    return router


@pytest.mark.parametrize("door", ["reader", "writer"])
async def test_s116_what_nobody_expected_is_told_to_the_log_alone(
    door: str, app: FastAPI, make: Make
) -> None:
    app.router.routes.extend(broken_routes().routes)

    with structlog.testing.capture_logs() as lines:
        async with client_of(app) as client:
            answer = await client.get(f"/api/v1/broken/{door}")

    body = answer.json()
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["code"] == "internal_error"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "canary" not in answer.text
    assert "RuntimeError" not in answer.text
    told = [line for line in lines if line["log_level"] == "error"]
    assert [(line["event"], line["request_id"]) for line in told] == [
        ("unhandled_error", body["request_id"])
    ]


async def test_s116_a_hundred_of_them_leave_the_pool_as_it_was(
    app: FastAPI, make: Make, database: Database
) -> None:
    user = await make.user()
    app.router.routes.extend(broken_routes().routes)
    pool = database.engine.pool

    with structlog.testing.capture_logs():
        async with client_of(app) as client:
            found = [
                (await client.get(f"/api/v1/broken/{door}")).status_code
                for door in ("reader", "writer") * (TIMES // 2)
            ]
            after = await client.get("/api/v1/tasks", headers=user.headers)

    assert found == [500] * TIMES
    assert after.status_code == 200
    assert pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_s116_what_people_wrote_is_no_part_of_a_failed_statement(
    database: Database, make: Make
) -> None:
    user = await make.user()

    with pytest.raises(DBAPIError) as failed:
        async with database.writer() as session:
            await session.execute(
                text("INSERT INTO nowhere (user_id, words) VALUES (:user, :words)"),
                {"user": str(user.id), "words": "my private note"},
            )

    assert "private" not in str(failed.value)
