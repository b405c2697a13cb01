"""Running schemathesis against a server of ours, signed in as several people."""

import json
import subprocess
import sys
from pathlib import Path

import httpx2

from tests.support.server import RunningServer

PASSWORD = "correct horse battery"
HOOKS = Path(__file__).parents[1] / "contract" / "schemathesis_hooks.py"
CONFIG = """
hooks = {hooks}
seed = 1
{auth}

[reports]
directory = {directory}

[checks.positive_data_acceptance]
# 412 and 422 are held against a list by a check of our own, in the hooks.
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "412", "422", "429"]

[[operations]]
include-operation-id = "apply_batch"
# Unless it is atomic, each command of a batch answers for itself, a malformed one too.
checks.negative_data_rejection.expected-statuses = ["200", "400", "401", "409", "413", "415", "422", "429"]

[[operations]]
include-operation-id = ["get_course", "get_week", "get_lesson", "get_quiz"]
# What is taught is everybody's.
checks.object_level_authorization.enabled = false
"""


def sign_up(server: RunningServer, name: str) -> str:
    """Open an account and return its `Authorization` header."""
    body = {"email": f"{name}@example.org", "password": PASSWORD}
    return _bearer(server, "register", body)


def make_administrator(server: RunningServer) -> str:
    """Make the operator's account on the server's own machine and return its `Authorization` header."""
    body = {"email": "root@example.org", "password": PASSWORD}
    command = ["user", "create", "-e", body["email"], "-p", PASSWORD, "--superuser"]
    subprocess.run(
        [sys.executable, "-m", "questlog.cli", *command],
        env=server.environment,
        check=True,
        capture_output=True,
    )
    return _bearer(server, "login", body)


def _bearer(server: RunningServer, door: str, body: dict[str, str]) -> str:
    answer = httpx2.post(f"{server.url}/api/v1/auth/{door}", json=body, trust_env=False)
    answer.raise_for_status()
    return f"Bearer {answer.json()['access_token']}"


def schemathesis(
    server: RunningServer, folder: Path, people: dict[str, str], *arguments: str, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run all checks, as `people` who must not see each other's things; `root` may see more.

    Without people, the hooks sign somebody up for each request; `env` tells them where.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "schemathesis.toml"
    quoted = {"hooks": json.dumps(str(HOOKS)), "directory": json.dumps(str(folder))}
    config.write_text(CONFIG.format(auth=_auth(folder, people), **quoted), encoding="utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)]
    document = f"{server.url}/openapi.json"
    return subprocess.run(
        [*command, "run", document, "--no-color", "--continue-on-failure", *arguments],
        cwd=folder,
        env=server.environment | env,
        capture_output=True,
        text=True,
        check=False,
    )


def _auth(folder: Path, people: dict[str, str]) -> str:
    if not people:
        return "auth.auto-signup = false"
    users = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": bearer}]}
        for name, bearer in people.items()
    ]
    users_file = folder / "people.json"
    users_file.write_text(json.dumps({"auth": users}), encoding="utf-8")
    peers = json.dumps([name for name in people if name != "root"])
    path = json.dumps(str(users_file))
    return f"auth = {{ auto-signup = false, wfc = {{ path = {path}, peers = {peers} }} }}"
