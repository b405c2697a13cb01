"""Talks with the coach over HTTP, as documents 000 and 003 print them, without a model."""

from typing import Any
from uuid import UUID

from httpx2 import AsyncClient

from questlog.coach import conversations
from questlog.core.db import Database
from questlog.core.ids import new_id
from tests.support.make import Make, Person

URL = "/api/v1/conversations"


async def begin(client: AsyncClient, user: Person, **body: Any) -> dict[str, Any]:
    answer = await client.post(URL, json=body, headers=user.headers)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


async def say(client: AsyncClient, user: Person, where: str, content: str) -> dict[str, Any]:
    address = f"{URL}/{where}/messages"
    answer = await client.post(address, json={"content": content}, headers=user.headers)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


async def test_the_first_thing_said_names_a_conversation(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    made = await begin(client, user)

    said = await say(client, user, made["id"], "Plan my garden\nand the shed")
    answer = await client.get(f"{URL}/{made['id']}", headers=user.headers)

    shown = answer.json()
    assert (shown["title"], shown["version"]) == ("Plan my garden", 2)
    assert shown["messages"] == [said]
    assert (said["seq"], said["role"], said["model"]) == (1, "user", None)
    assert answer.headers["ETag"] == '"2-en"'


async def test_a_long_talk_shows_its_newest_fifty_and_where_the_others_are(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    made = await begin(client, user, title="Long")
    for number in range(60):
        said = {"role": "user", "content": f"Thing {number}"}
        whose = (user.id, UUID(made["id"]))
        await database.write(conversations.add_message, *whose, **said)

    shown = (await client.get(f"{URL}/{made['id']}", headers=user.headers)).json()
    address = f"{URL}/{made['id']}/messages"
    before = (
        await client.get(address, params={"cursor": shown["next_cursor"]}, headers=user.headers)
    ).json()

    contents = [one["content"] for one in shown["messages"]]
    assert contents == [f"Thing {number}" for number in range(10, 60)]
    assert [one["content"] for one in before["items"]] == [f"Thing {n}" for n in range(9, -1, -1)]
    assert before["next_cursor"] is None


async def test_the_one_spoken_in_last_comes_first(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    first, second = await begin(client, user, title="A"), await begin(client, user, title="B")
    await say(client, user, first["id"], "Hello again")

    listed = (await client.get(URL, headers=user.headers)).json()["items"]

    assert [one["id"] for one in listed] == [first["id"], second["id"]]


async def test_a_title_is_changed_and_an_old_one_refused(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    made = await begin(client, user, title="A")
    address, old = f"{URL}/{made['id']}", {"If-Match": '"1-en"'}

    changed = await client.patch(address, json={"title": "B"}, headers=user.headers | old)
    late = await client.patch(address, json={"title": "C"}, headers=user.headers | old)

    assert (changed.json()["title"], late.status_code) == ("B", 412)


async def test_deleting_takes_everything_along(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    answer = await client.post(
        "/api/v1/ai/chat", json={"message": "add water the plants"}, headers=user.headers
    )
    talk, proposal = answer.json()["conversation_id"], answer.json()["proposals"][0]["id"]

    deleted = await client.delete(f"{URL}/{talk}", headers=user.headers)
    gone = await client.get(f"{URL}/{talk}", headers=user.headers)
    late = await client.post(f"/api/v1/ai/proposals/{proposal}/accept", headers=user.headers)

    assert (deleted.status_code, gone.status_code, late.status_code) == (204, 404, 409)


async def test_s122_somebody_elses_talk_is_closed(client: AsyncClient, make: Make) -> None:
    owner, other = await make.user(), await make.user()
    made = await begin(client, owner, title="Mine")
    address = f"{URL}/{made['id']}"

    answers = [
        await client.get(address, headers=other.headers),
        await client.get(f"{address}/messages", headers=other.headers),
        await client.post(f"{address}/messages", json={"content": "x"}, headers=other.headers),
        await client.patch(address, json={"title": "x"}, headers=other.headers),
        await client.delete(address, headers=other.headers),
    ]
    chats = [
        await client.post(
            "/api/v1/ai/chat", json={"message": "x", "conversation_id": id_}, headers=other.headers
        )
        for id_ in (made["id"], str(new_id()))
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert [chat.status_code for chat in chats] == [422, 422]
    assert chats[0].json()["detail"] == chats[1].json()["detail"]
    shown = (await client.get(address, headers=owner.headers)).json()
    assert (shown["messages"], shown["title"]) == ([], "Mine")


async def test_what_is_said_has_to_say_something(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    made = await begin(client, user)
    address = f"{URL}/{made['id']}/messages"
    odd: tuple[dict[str, str], ...] = (
        {"content": " "},
        {"content": "x" * 20_001},
        {"content": "x", "role": "assistant"},
        {},
    )

    answers = [await client.post(address, json=body, headers=user.headers) for body in odd]

    assert [answer.status_code for answer in answers] == [422] * 4
