"""One's own account: what may be changed in it, and how."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.support.doors import bearer, register, whoami

VARYING = {"x-request-id", "date"}


async def test_one_can_change_ones_own_account(client: AsyncClient) -> None:
    tokens = await register(client)
    body = {
        "name": "Ада",
        "profile_text": "Likes gears.",
        "settings": {"theme": "dark", "views": {"today": "list"}},
        "locale": "ru",
        "timezone": "Europe/Rome",
    }

    answer = await client.patch("/api/v1/auth/me", headers=bearer(tokens), json=body)

    changed = answer.json()
    assert answer.status_code == 200
    assert {name: changed[name] for name in body} == body
    assert changed["updated_at"] > tokens["user"]["updated_at"]
    assert (await client.get("/api/v1/users/me", headers=bearer(tokens))).json() == changed


async def test_settings_are_merged_and_null_takes_out(client: AsyncClient) -> None:
    tokens = await register(client)
    headers = bearer(tokens)
    first = {"settings": {"theme": "dark", "views": {"today": "list", "week": "grid"}}}
    await client.patch("/api/v1/users/me", headers=headers, json=first)

    second = {"settings": {"theme": None, "views": {"week": "list"}, "sound": False}}
    answer = await client.patch("/api/v1/users/me", headers=headers, json=second)

    assert answer.json()["settings"] == {
        "views": {"today": "list", "week": "list"},
        "sound": False,
    }


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"timezone": "Mars/Olympus"}, "/body/timezone"),
        ({"timezone": "../../etc/passwd"}, "/body/timezone"),
        ({"timezone": None}, "/body/timezone"),
        ({"locale": "fr"}, "/body/locale"),
        ({"name": None}, "/body/name"),
        ({"role": "admin"}, "/body/role"),
        ({"email": "eve@example.org"}, "/body/email"),
        ({"is_active": True}, "/body/is_active"),
        ({"settings": {"blob": "x" * 17_000}}, "/body/settings"),
        ({"settings": []}, "/body/settings"),
    ],
)
async def test_what_cannot_be_changed_is_refused(
    client: AsyncClient, body: dict[str, Any], pointer: str
) -> None:
    tokens = await register(client)
    before = (await whoami(client, tokens)).json()

    answer = await client.patch("/api/v1/auth/me", headers=bearer(tokens), json=body)

    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await whoami(client, tokens)).json() == before


async def test_an_account_that_moved_on_is_not_overwritten(client: AsyncClient) -> None:
    tokens = await register(client)
    read = await whoami(client, tokens)
    await client.patch("/api/v1/auth/me", headers=bearer(tokens), json={"name": "Ada"})

    stale = bearer(tokens) | {"If-Match": read.headers["etag"]}
    answer = await client.patch("/api/v1/auth/me", headers=stale, json={"name": "Eve"})

    assert answer.status_code == 412
    assert (await whoami(client, tokens)).json()["name"] == "Ada"
