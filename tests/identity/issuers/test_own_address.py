"""The address of document 001 with the name an issuer has for somebody (S-083)."""

from urllib.parse import quote
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response

from tests.identity.issuers.conftest import Door
from tests.support.issuers import claims, secret_holder
from tests.support.make import Make

SHOP = secret_holder()
SUBJECTS = (
    "ada",
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "ada@example.org",
    "00000000-0000-4000-8000-000000000000",
    "ада лавлейс",
    "a+b%2Fc?d#e&f=g",
    "{user_id}",
)


def headers(subject: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {SHOP.token(claims(sub=subject))}"}


def base(name: object) -> str:
    return f"/api/{quote(str(name), safe='')}/tasks"


async def ask(
    client: AsyncClient, method: str, url: str, subject: str, body: object = None
) -> Response:
    return await client.request(method, url, headers=headers(subject), json=body)


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_s083_the_issuers_name_for_oneself_is_an_address(door: Door, subject: str) -> None:
    url, client = base(subject), door.client

    made = await ask(client, "POST", url, subject, {"title": "Read"})
    one = f"{url}/{made.json()['id']}"
    answers = [
        made,
        await ask(client, "GET", one, subject),
        await ask(client, "PUT", one, subject, {"title": "Write"}),
        await ask(client, "PATCH", f"{one}/complete", subject),
    ]
    listed = await ask(client, "GET", url, subject)
    gone = await ask(client, "DELETE", one, subject)

    assert [answer.status_code for answer in answers] == [201, 200, 200, 200]
    assert {answer.json()["user_id"] for answer in answers} == {subject}
    assert [task["user_id"] for task in listed.json()["items"]] == [subject]
    assert gone.status_code == 204


async def test_s083_our_own_id_is_an_address_too(door: Door) -> None:
    me = (await door.client.get("/api/auth/me", headers=headers("ada"))).json()

    listed = await ask(door.client, "GET", base(me["id"]), "ada")
    made = await ask(door.client, "POST", base(me["id"]), "ada", {"title": "Read"})

    assert listed.status_code == 200
    assert made.json()["user_id"] == me["id"]


async def test_s083_any_other_name_has_one_answer(door: Door, make: Make) -> None:
    stranger = await make.user()
    await ask(door.client, "GET", base("eve"), "eve")
    names = ("eve", "nobody", "ADA", "ada ", "someone", stranger.id, UUID(int=7), "x" * 200)

    answers = [await ask(door.client, "GET", base(name), "ada") for name in names]

    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert {answer.status_code for answer in answers} == {403}
    assert bodies == [bodies[0]] * len(bodies)


async def test_s083_whoever_is_called_like_somebodys_id_here_sees_their_own(
    door: Door, make: Make
) -> None:
    held = await make.user()
    await make.task(held, title="Theirs")
    impostor = str(held.id)

    listed = await ask(door.client, "GET", base(impostor), impostor)

    assert (listed.status_code, listed.json()["items"]) == (200, [])


async def test_s083_ones_own_name_elsewhere_is_no_address_for_our_own_tokens(
    door: Door, make: Make
) -> None:
    me = (await door.client.get("/api/auth/me", headers=headers("ada"))).json()
    ours = await make.sign_in(UUID(me["id"]))

    answer = await door.client.get(base("ada"), headers=ours)

    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["tasks", "v1", "v2", "auth", "users", "me"])
async def test_the_names_of_resources_and_versions_are_not_taken_for_people(
    door: Door, name: str
) -> None:
    shadowed = await ask(door.client, "GET", f"/api/{name}/tasks", name)
    direct = await ask(door.client, "GET", f"/api/v1/users/{name}/tasks", name)

    assert shadowed.status_code != 200 or name == "v1"
    assert direct.status_code == 200
