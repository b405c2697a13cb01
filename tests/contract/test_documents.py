"""Every address the source documents print, walked as printed (contract § 1–3); later parts add their lines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from httpx2 import AsyncClient, Response

from questlog.core.db import Database
from questlog.main import create_app
from tests.support import world
from tests.support.doors import client_from
from tests.support.issuers import claims, secret_holder
from tests.support.make import Make

PASSWORD = "correct-horse-battery-9"


@asynccontextmanager
async def speaking_as(client: AsyncClient, headers: dict[str, str]) -> AsyncIterator[AsyncClient]:
    before = dict(client.headers)
    client.headers.update(headers)
    yield client
    client.headers = before


def ok(answer: Response, status: int = 200) -> Any:
    assert answer.status_code == status, f"{answer.request.method} {answer.url}: {answer.text}"
    return answer.json() if answer.content else None


async def test_document_000_signs_in_by_code(client: AsyncClient) -> None:
    sent = ok(await client.post("/auth/send-code", json={"email": "ada@example.org"}))

    tokens = ok(
        await client.post(
            "/auth/verify", json={"email": "ada@example.org", "code": sent["dev_code"]}
        )
    )

    async with speaking_as(client, {"Authorization": f"Bearer {tokens['access_token']}"}):
        assert ok(await client.get("/auth/me"))["email"] == "ada@example.org"
        changed = await client.patch(
            "/auth/me", json={"profile_text": "Likes maps", "settings": {"a": 1}}
        )
        assert ok(changed)["profile_text"] == "Likes maps"


async def test_document_000_plans(client: AsyncClient, make: Make) -> None:
    async with speaking_as(client, (await make.user()).headers):
        goal = ok(
            await client.post("/goals", json={"title": "Speak Italian", "goal_type": "yearly"}), 201
        )
        project = ok(
            await client.post("/projects", json={"title": "Course", "goal_id": goal["id"]}), 201
        )
        body = {
            "title": "Read",
            "project_id": project["id"],
            "priority": 4,
            "recurrence": "biweekly",
        }
        task = ok(await client.post("/tasks", json=body), 201)
        child = {"title": "One page", "parent_task_id": task["id"]}
        ok(await client.post("/tasks", json=child), 201)

        assert task["recurrence"] == "biweekly"
        for view in ("due_today=true", "upcoming=true", "inbox=true", "completed=false"):
            ok(await client.get(f"/tasks?{view}"))
        for name, id_ in (("project_id", project["id"]), ("parent_task_id", task["id"])):
            assert len(ok(await client.get(f"/tasks?{name}={id_}"))["items"]) == 1
        ok(await client.get(f"/tasks?goal_id={goal['id']}"))
        assert set(ok(await client.get("/tasks/counts"))) == {
            "today",
            "inbox",
            "upcoming",
            "overdue",
            "completed_today",
            "completed",
        }
        assert ok(await client.get("/projects/task-counts")) == {project["id"]: 2}


async def test_document_000_completes_and_measures(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    async with speaking_as(client, user.headers):
        task = await make.task(user)

        done = ok(await client.post(f"/tasks/{task.id}/complete"))
        again = ok(await client.post(f"/tasks/{task.id}/incomplete"))
        days = ok(await client.get("/stats/productivity?days=3"))

        assert (done["completed"], again["completed"]) == (True, False)
        assert len(days if isinstance(days, list) else days["days"]) == 3
        for path in (f"/tasks/{task.id}", "/projects", "/goals"):
            ok(await client.get(path))
        ok(await client.delete(f"/tasks/{task.id}"), 204)


async def test_document_000_leaves_pages_to_browsers(client: AsyncClient) -> None:
    asked = await client.get("/tasks", headers={"accept": "text/html"})

    assert asked.status_code == 404


async def test_document_001_keeps_tasks_under_the_user(client: AsyncClient, make: Make) -> None:
    user, other = await make.user(), await make.user()
    base = f"/api/{user.id}/tasks"
    async with speaking_as(client, user.headers):
        task = ok(await client.post(base, json={"title": "Buy milk", "description": "Two"}), 201)
        ok(await client.get(base))
        ok(await client.get(f"{base}/{task['id']}"))
        renamed = ok(await client.put(f"{base}/{task['id']}", json={"title": "Buy bread"}))
        done = ok(await client.patch(f"{base}/{task['id']}/complete"))
        undone = ok(await client.patch(f"{base}/{task['id']}/complete"))
        ok(await client.delete(f"{base}/{task['id']}"), 204)

        assert (renamed["description"], renamed["user_id"]) == ("Two", str(user.id))
        assert (done["completed"], undone["completed"]) == (True, False)
        assert (await client.get(f"/api/{other.id}/tasks")).status_code == 403


async def test_document_001_takes_better_auths_token(
    database: Database, database_address: str, tmp_path: Path
) -> None:
    signer = secret_holder("the secret that the front end signs with")
    settings = world.settings(database_address, tmp_path, BETTER_AUTH_SECRET=signer.key)
    token = signer.token(claims(iss=None, aud=None, sub="xK29", user_id="xK29"))
    base = "/api/xK29/tasks"

    async with client_from(create_app(settings, database), "127.0.0.1") as client:
        client.headers["Authorization"] = f"Bearer {token}"
        task = ok(await client.post(base, json={"title": "Buy milk"}), 201)
        listed = ok(await client.get(base))["items"]
        one = ok(await client.get(f"{base}/{task['id']}"))
        renamed = ok(await client.put(f"{base}/{task['id']}", json={"title": "Buy bread"}))
        toggled = [ok(await client.patch(f"{base}/{task['id']}/complete")) for _ in range(2)]
        ok(await client.delete(f"{base}/{task['id']}"), 204)
        other = await client.get("/api/somebody-else/tasks")

    assert [each["user_id"] for each in (task, *listed, one, renamed)] == ["xK29"] * 4
    assert [each["completed"] for each in toggled] == [True, False]
    assert (other.status_code, isinstance(other.json()["detail"], str)) == (403, True)


async def test_document_002_signs_up_and_out(client: AsyncClient) -> None:
    person = {"email": "bea@example.org", "password": PASSWORD}

    made = ok(await client.post("/api/auth/signup", json=person | {"name": "Bea"}), 201)
    ok(await client.post("/api/auth/login", json=person))
    fresh = ok(
        await client.post("/api/auth/refresh", json={"refresh_token": made["refresh_token"]})
    )

    async with speaking_as(client, {"Authorization": f"Bearer {fresh['access_token']}"}):
        assert ok(await client.get("/api/auth/me"))["name"] == "Bea"
        out = await client.post("/api/auth/logout", json={"refresh_token": fresh["refresh_token"]})
        assert ok(out)["message"]
        assert (await client.get("/api/auth/me")).status_code == 401


async def test_document_002_manages_tasks(client: AsyncClient, make: Make) -> None:
    async with speaking_as(client, (await make.user()).headers):
        body = {"title": "Report", "status": "In Progress", "priority": "High"}
        task = ok(await client.post("/api/tasks", json=body), 201)
        page = ok(await client.get("/api/tasks?skip=0&limit=100"))
        changed = ok(await client.put(f"/api/tasks/{task['id']}", json={"status": "Completed"}))
        done = ok(await client.patch(f"/api/tasks/{task['id']}/complete"))

        assert (task["status"], task["priority"], task["priority_label"]) == (
            "in_progress",
            3,
            "high",
        )
        assert [item["id"] for item in page["items"]] == [task["id"]]
        assert changed["completed"]
        assert done["completed"]
        ok(await client.delete(f"/api/tasks/{task['id']}"), 204)
        assert (await client.get(f"/api/tasks/{task['id']}")).status_code == 404
    ok(await client.get("/health"))
    ok(await client.get("/health/db"))


async def test_document_003_accounts_and_sessions(client: AsyncClient, make: Make) -> None:
    person = {"email": "cy@example.org", "password": PASSWORD}
    v1 = "/api/v1"
    ok(await client.post(f"{v1}/auth/register", json=person), 201)
    tokens = ok(await client.post(f"{v1}/auth/login", json=person))
    admin = await make.user(role="admin")

    async with speaking_as(client, {"Authorization": f"Bearer {tokens['access_token']}"}):
        me = ok(await client.get(f"{v1}/users/me"))
        assert ok(await client.patch(f"{v1}/users/me", json={"name": "Cy"}))["name"] == "Cy"
        assert (await client.get(f"{v1}/users/{me['id']}")).status_code == 403
        sessions = ok(await client.get(f"{v1}/sessions"))["items"]
        other = next(session for session in sessions if not session["current"])
        assert (await client.delete(f"{v1}/sessions/{other['id']}")).status_code == 204
    seen = await client.get(f"{v1}/users/{me['id']}", headers=admin.headers)
    assert ok(seen)["email"] == "cy@example.org"
    ok(await client.get(f"{v1}/health"))
    assert set(ok(await client.get(f"{v1}/ready"))["checks"]) >= {"database", "migrations"}


async def test_document_003_items(client: AsyncClient, make: Make) -> None:
    async with speaking_as(client, (await make.user()).headers):
        item = ok(await client.post("/api/v1/items", json={"title": "An idea"}), 201)
        ok(await client.get("/api/v1/items?skip=0&limit=10"))
        ok(await client.get(f"/api/v1/items/{item['id']}"))
        changed = ok(await client.patch(f"/api/v1/items/{item['id']}", json={"is_active": False}))
        ok(await client.delete(f"/api/v1/items/{item['id']}"), 204)

        assert changed["is_active"] is False


async def test_errors_satisfy_every_document(client: AsyncClient) -> None:
    answer = await client.get("/api/tasks")

    body = answer.json()
    assert answer.status_code == 401
    assert isinstance(body["detail"], str)
    assert body["code"] == "not_authenticated"
    assert body["request_id"] == answer.headers["x-request-id"]


async def test_unknown_addresses_are_problems_and_never_pages(client: AsyncClient) -> None:
    for path in (
        "/api/nothing",
        "/api/v2/tasks",
        "/api/v1/nothing",
        "/.well-known/nothing",
        "/nothing",
    ):
        answer = await client.get(path, headers={"accept": "text/html"})

        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_the_root_tells_programs_and_browsers(client: AsyncClient) -> None:
    program = ok(await client.get("/"))
    page = await client.get("/", headers={"accept": "text/html"})
    security = await client.get("/.well-known/security.txt")

    assert program["name"] == "Questlog"
    assert "<h1>Questlog</h1>" in page.text
    assert "Contact:" in security.text


async def test_the_docs_load_without_the_internet(client: AsyncClient) -> None:
    for page in ("/docs", "/redoc"):
        text = (await client.get(page)).text

        assert "/assets/" in text
        assert "https://" not in text
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "favicon.png"):
        assert (await client.get(f"/assets/{name}")).status_code == 200
