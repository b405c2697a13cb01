"""Addresses that the contract adds to the documents, walked as they are printed."""

from httpx2 import AsyncClient

from tests.contract.test_documents import ok, speaking_as
from tests.support.make import Make


async def test_contract_3_plans_in_depth(client: AsyncClient, make: Make) -> None:
    async with speaking_as(client, (await make.user()).headers):
        commands = [{"op": "add", "args": {"title": title}} for title in ("Roof", "Walls")]
        done = ok(await client.post("/tasks/batch", json={"commands": commands}))
        roof, walls = (one["id"] for one in done["results"])

        waits = await client.put(f"/tasks/{walls}/dependencies", json={"blocked_by": [roof]})
        assert ok(waits) == ok(await client.get(f"/tasks/{walls}/dependencies"))
        found = ok(await client.get("/tasks/next?limit=5&minutes=30"))["items"]
        assert [one["task"]["title"] for one in found] == ["Roof"]
        assert {part["name"] for part in found[0]["parts"]} == {"blocking"}
        item = ok(await client.post("/api/items", json={"title": "Tiles"}), 201)
        sought = ok(await client.get("/api/v1/search?q=tile&kind=item&completed=false&limit=5"))[
            "items"
        ]
        assert [one["highlighted_title"] for one in sought] == ["<mark>Tiles</mark>"]
        ok(
            await client.post(f"/api/items/{item['id']}/to-task", json={"parent_task_id": roof}),
            201,
        )


async def test_contract_3_activity_and_undo(client: AsyncClient, make: Make) -> None:
    async with speaking_as(client, (await make.user()).headers):
        task = ok(await client.post("/tasks", json={"title": "Read"}), 201)
        removed = await client.delete(f"/tasks/{task['id']}")
        event_id = removed.headers["event-id"]

        newest = ok(await client.get("/api/v1/events?type=task.*&limit=1"))["items"][0]
        assert newest == ok(await client.get(f"/api/v1/events/{event_id}"))
        undone = ok(await client.post(f"/api/v1/events/{event_id}/undo"))

        assert undone["undone"] == {"id": event_id, "type": "task.deleted"}
        assert ok(await client.get(f"/tasks/{task['id']}"))["title"] == "Read"


async def test_the_addresses_of_api_keys_answer(client: AsyncClient, make: Make) -> None:
    async with speaking_as(client, (await make.user()).headers):
        body = {"name": "Script", "scopes": ["tasks:read"]}
        made = ok(await client.post("/api/api-keys", json=body), 201)
        listed = ok(await client.get("/api/api-keys"))

    async with speaking_as(client, {"Authorization": f"Bearer {made['key']}"}):
        assert ok(await client.get("/tasks"))["items"] == []
        ok(await client.post("/tasks", json={"title": "No"}), 403)
    assert [key["id"] for key in listed["items"]] == [made["id"]]
