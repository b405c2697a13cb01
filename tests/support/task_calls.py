"""Calling the addresses of tasks as somebody."""

from typing import Any

from httpx2 import AsyncClient, Response

from tests.support.make import Person

TASKS = "/api/v1/tasks"


async def post(client: AsyncClient, user: Person, url: str, body: Any = None) -> Response:
    return await client.post(f"{TASKS}{url}", json=body, headers=user.headers)


async def made(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await post(client, user, "", {"title": "Read a page", **body})
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()
    return task


async def listed(client: AsyncClient, user: Person, query: str = "") -> list[str]:
    answer = await client.get(f"{TASKS}{query}", headers=user.headers)
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()["items"]]


def errors(answer: Response) -> list[str]:
    return [error["pointer"] for error in answer.json()["errors"]]
