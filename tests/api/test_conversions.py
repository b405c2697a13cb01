"""Items and subtasks become tasks."""

from httpx2 import AsyncClient

from questlog.core.ids import new_id
from tests.support.make import Make
from tests.support.task_calls import errors, listed, made, post

ITEMS = "/api/v1/items"


async def test_an_item_becomes_a_subtask(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    project = await make.project(user)
    parent = await made(client, user, project_id=str(project.id))
    item = await make.item(user, title="Buy paint")

    answer = await client.post(
        f"{ITEMS}/{item.id}/to-task", json={"parent_task_id": parent["id"]}, headers=user.headers
    )

    task = answer.json()
    assert (answer.status_code, task["title"]) == (201, "Buy paint")
    assert (task["parent_task_id"], task["project_id"]) == (parent["id"], str(project.id))


async def test_an_item_goes_nowhere_that_is_not_its_owners(client: AsyncClient, make: Make) -> None:
    user, other = await make.user(), await make.user()
    theirs = await make.project(other)
    item = await make.item(user)

    for project_id in (str(theirs.id), str(new_id())):
        answer = await client.post(
            f"{ITEMS}/{item.id}/to-task", json={"project_id": project_id}, headers=user.headers
        )
        assert answer.status_code == 422
        assert errors(answer) == ["/body/project_id"]


async def test_a_subtask_becomes_a_task_with_what_hangs_under_it(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    project = await make.project(user)
    house = await made(client, user, title="House", project_id=str(project.id))
    roof = await made(client, user, title="Roof", parent_task_id=house["id"])
    await made(client, user, title="Tiles", parent_task_id=roof["id"])

    answer = await post(client, user, f"/{roof['id']}/to-task")
    again = await post(client, user, f"/{roof['id']}/to-task")

    assert answer.json()["parent_task_id"] is None
    assert answer.json()["project_id"] == str(project.id)
    assert again.json()["version"] == answer.json()["version"]
    assert await listed(client, user) == ["House", "Roof"]
    assert await listed(client, user, f"?parent_task_id={roof['id']}") == ["Tiles"]
