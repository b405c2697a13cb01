"""Where one is signed in, and signing out there."""

from httpx2 import AsyncClient

from tests.support.doors import PASSWORD, bearer, log_in, refresh, register, whoami
from tests.support.make import Make


async def test_s034_the_list_shows_ones_own_sessions_and_none_of_their_keys(
    client: AsyncClient, make: Make
) -> None:
    await make.user()
    await register(client)
    agent = "Firefox <script>alert(1)</script> " + "x" * 600
    body = {"email": "ada@example.org", "password": PASSWORD}
    here = (
        await client.post("/api/v1/auth/login", json=body, headers={"User-Agent": agent})
    ).json()

    answer = await client.get("/api/v1/sessions", headers=bearer(here))

    newest, oldest = answer.json()["items"]
    assert set(newest) == {
        "id",
        "created_at",
        "last_used_at",
        "expires_at",
        "address",
        "user_agent",
        "door",
        "current",
    }
    assert (newest["current"], oldest["current"]) == (True, False)
    assert (newest["door"], oldest["door"]) == ("password", "registration")
    assert newest["address"] == "127.0.0.1"
    assert newest["user_agent"] == agent[:512]
    assert answer.headers["content-type"] == "application/json"


async def test_the_list_comes_in_pages(client: AsyncClient) -> None:
    tokens = await register(client)
    for _ in range(2):
        await log_in(client)

    first = (await client.get("/api/v1/sessions?limit=2", headers=bearer(tokens))).json()
    second = await client.get(
        f"/api/v1/sessions?limit=2&cursor={first['next_cursor']}&include_total=true",
        headers=bearer(tokens),
    )

    assert len(first["items"]) == 2
    assert len(second.json()["items"]) == 1
    assert second.json()["next_cursor"] is None
    assert second.json()["total"] == 3


async def test_s032_a_session_ends_at_once_and_can_be_ended_again(client: AsyncClient) -> None:
    here = await register(client)
    there = (await log_in(client)).json()
    items = (await client.get("/api/v1/sessions", headers=bearer(here))).json()["items"]
    other = next(item["id"] for item in items if not item["current"])
    assert (await whoami(client, there)).status_code == 200

    answers = [
        await client.delete(f"/api/v1/sessions/{other}", headers=bearer(here)) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [204, 204]
    ended = await whoami(client, there)
    assert (ended.status_code, ended.json()["code"]) == (401, "session_ended")
    assert ended.headers["www-authenticate"].startswith("Bearer")
    assert (await refresh(client, there["refresh_token"])).status_code == 401
    assert (await whoami(client, here)).status_code == 200
    left = (await client.get("/api/v1/sessions", headers=bearer(here))).json()["items"]
    assert [item["current"] for item in left] == [True]


async def test_s032_all_others_end_together(client: AsyncClient) -> None:
    here = await register(client)
    others = [(await log_in(client)).json() for _ in range(3)]

    answer = await client.delete("/api/v1/sessions", headers=bearer(here))

    assert answer.status_code == 204
    assert {(await whoami(client, other)).status_code for other in others} == {401}
    assert (await whoami(client, here)).status_code == 200


async def test_s033_somebody_elses_session_is_not_ended(client: AsyncClient, make: Make) -> None:
    ada = await register(client)
    items = (await client.get("/api/v1/sessions", headers=bearer(ada))).json()["items"]
    eve = await make.user()

    answer = await client.delete(f"/api/v1/sessions/{items[0]['id']}", headers=eve.headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_session")
    assert (await whoami(client, ada)).status_code == 200
