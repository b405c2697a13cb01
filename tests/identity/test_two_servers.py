"""Two processes on one database: what one of them ends, the other refuses within a second."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from questlog.cli import root
from tests.support.doors import PASSWORD, bearer
from tests.support.server import running_server

NOTICED_WITHIN_S = 1.0


@pytest.fixture
def two_servers(database_address: str, tmp_path: Path) -> Iterator[list[httpx2.Client]]:
    with ExitStack() as stack:
        clients = []
        for number in range(2):
            server = stack.enter_context(
                running_server(database_address, tmp_path / f"server-{number}", ENVIRONMENT="local")
            )
            client = httpx2.Client(base_url=f"{server.url}/api/v1", trust_env=False)
            clients.append(stack.enter_context(client))
        yield clients


def registered(client: httpx2.Client, email: str = "ada@example.org") -> dict[str, Any]:
    answer = client.post("/auth/register", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def seconds_until_refused(client: httpx2.Client, headers: dict[str, str]) -> float:
    began = time.monotonic()
    while client.get("/auth/me", headers=headers).status_code == 200:
        assert time.monotonic() - began < 5
    return time.monotonic() - began


def key_of(client: httpx2.Client, tokens: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Make a key; return where it lives and the headers of who uses it."""
    body = {"name": "Script", "scopes": ["account:read"]}
    made = client.post("/api-keys", json=body, headers=bearer(tokens)).json()
    return f"/api-keys/{made['id']}", {"X-API-Key": made["key"]}


def test_s032_every_process_refuses_an_ended_session_within_a_second(
    two_servers: list[httpx2.Client],
) -> None:
    here, there = two_servers
    tokens = registered(here)
    assert there.get("/auth/me", headers=bearer(tokens)).status_code == 200

    here.post("/auth/logout", headers=bearer(tokens))

    assert here.get("/auth/me", headers=bearer(tokens)).status_code == 401
    assert seconds_until_refused(there, bearer(tokens)) < NOTICED_WITHIN_S


def test_s076_every_process_refuses_a_revoked_key_within_a_second(
    two_servers: list[httpx2.Client],
) -> None:
    here, there = two_servers
    tokens = registered(here)
    address, key = key_of(here, tokens)
    assert [client.get("/auth/me", headers=key).status_code for client in two_servers] == [200, 200]

    here.delete(address, headers=bearer(tokens))

    assert here.get("/auth/me", headers=key).status_code == 401
    assert seconds_until_refused(there, key) < NOTICED_WITHIN_S


def test_s024_every_process_refuses_the_key_of_an_erased_account_within_a_second(
    two_servers: list[httpx2.Client],
) -> None:
    here, there = two_servers
    tokens = registered(here)
    _, key = key_of(here, tokens)
    assert there.get("/auth/me", headers=key).status_code == 200

    here.request("DELETE", "/users/me", json={"password": PASSWORD}, headers=bearer(tokens))

    assert here.get("/auth/me", headers=key).status_code == 401
    assert seconds_until_refused(there, key) < NOTICED_WITHIN_S


def test_s023_attempts_in_two_processes_are_counted_together(
    two_servers: list[httpx2.Client],
) -> None:
    registered(two_servers[0])
    body = {"email": "ada@example.org", "password": "not this one"}

    statuses = [
        two_servers[number % 2].post("/auth/login", json=body).status_code for number in range(12)
    ]

    assert statuses == [401] * 10 + [429] * 2


def test_s029_a_refresh_token_has_one_successor_in_all_processes(
    two_servers: list[httpx2.Client],
) -> None:
    here, there = two_servers
    tokens = registered(here)
    body = {"refresh_token": tokens["refresh_token"]}

    answers = [client.post("/auth/refresh", json=body) for client in (here, there, here, there)]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_s024_every_process_refuses_a_deactivated_account_within_a_second(
    two_servers: list[httpx2.Client], database_address: str, tmp_path: Path
) -> None:
    here, there = two_servers
    tokens = registered(here)
    for client in two_servers:
        assert client.get("/auth/me", headers=bearer(tokens)).status_code == 200

    operator(database_address, tmp_path, "deactivate", "ada@example.org")

    assert seconds_until_refused(here, bearer(tokens)) < NOTICED_WITHIN_S
    assert seconds_until_refused(there, bearer(tokens)) < NOTICED_WITHIN_S


def test_s038_every_process_sees_a_new_role_within_a_second(
    two_servers: list[httpx2.Client], database_address: str, tmp_path: Path
) -> None:
    here, there = two_servers
    admin, user = registered(here), registered(here, "bea@example.org")
    operator(database_address, tmp_path, "set-role", "ada@example.org", "--role", "admin")
    wait_for(there, user, 403)
    wait_for(here, admin, 200)
    path = f"/users/{user['user']['id']}"

    here.patch(path, headers=bearer(admin), json={"role": "admin"})
    assert listing(here, user) == 200
    risen = wait_for(there, user, 200)
    here.patch(path, headers=bearer(admin), json={"role": "user"})
    assert listing(here, user) == 403
    fallen = wait_for(there, user, 403)

    assert risen < NOTICED_WITHIN_S
    assert fallen < NOTICED_WITHIN_S


def listing(client: httpx2.Client, tokens: dict[str, Any]) -> int:
    return client.get("/admin/users", headers=bearer(tokens)).status_code


def wait_for(client: httpx2.Client, tokens: dict[str, Any], status: int) -> float:
    began = time.monotonic()
    while listing(client, tokens) != status:
        assert time.monotonic() - began < 5
    return time.monotonic() - began


def operator(address: str, folder: Path, *command: str) -> None:
    """Change accounts from a third process, as an operator does."""
    environ = {"DATABASE_URL": address, "DATA_DIR": str(folder / "operator")}
    result = CliRunner().invoke(root, ["user", *command], env=environ)
    assert result.exit_code == 0, result.output
