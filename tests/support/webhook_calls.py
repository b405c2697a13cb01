"""Calls at the doors of webhooks, with a body in which a test says what matters."""

from typing import Any

from httpx2 import AsyncClient, Response

from tests.support.rows import Person

WEBHOOKS = "/api/v1/webhooks"
URL = "https://example.org/hook"


async def create(client: AsyncClient, user: Person, **more: Any) -> Response:
    body = {"url": URL, "events": ["*"], **more}
    return await client.post(WEBHOOKS, json=body, headers=user.headers)


async def change(client: AsyncClient, user: Person, webhook_id: Any, **changes: Any) -> Response:
    return await client.patch(f"{WEBHOOKS}/{webhook_id}", json=changes, headers=user.headers)


async def post(client: AsyncClient, user: Person, path: str, body: Any = None) -> Response:
    return await client.post(f"{WEBHOOKS}/{path}", json=body, headers=user.headers)


async def get(client: AsyncClient, user: Person, path: Any = "") -> Response:
    slash = "/" if path else ""
    return await client.get(f"{WEBHOOKS}{slash}{path}", headers=user.headers)
