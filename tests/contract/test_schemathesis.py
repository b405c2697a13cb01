"""schemathesis reads the OpenAPI document and tries to catch the server breaking it (S-107)."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fuzzing import make_administrator, schemathesis, sign_up
from tests.support.server import RunningServer, running_server

# `SCHEMATHESIS_EXAMPLES=300` and the like make it long.
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "2")
# These end the session that asks, or can end that of another person of the same run: they are tried in a run of their
# own, in which every request comes from somebody who has just signed up.
ENDS_A_SESSION = (
    "log_out",
    "delete_me",
    "change_password",
    "revoke_session",
    "revoke_other_sessions",
    "update_user",
)
SETTINGS = {
    "ACCESS_TOKEN_EXPIRE_MINUTES": "600",
    "LOG_LEVEL": "warning",
    # Mails are queued and never sent: there is nobody to read what made-up people are sent.
    "SMTP_HOST": "127.0.0.1",
    "SMTP_FROM": "questlog@example.org",
    "RELAY": "off",
    "TRUSTED_PROXIES": "127.0.0.1",
}


@pytest.fixture
def server(database_address: str, tmp_path: Path) -> Iterator[RunningServer]:
    with running_server(database_address, tmp_path / "server", **SETTINGS) as server:
        yield server


def test_s107_no_request_breaks_the_document(server: RunningServer, tmp_path: Path) -> None:
    people = {name: sign_up(server, name) for name in ("ada", "bob")}
    people["root"] = make_administrator(server)
    others = [f"--exclude-operation-id={name}" for name in ENDS_A_SESSION]

    run = schemathesis(server, tmp_path / "run", people, "-n", EXAMPLES, *others)

    assert run.returncode == 0, run.stdout
    assert not server.log().count("Traceback")


def test_s107_no_request_that_ends_a_session_breaks_the_document(
    server: RunningServer, tmp_path: Path
) -> None:
    root = make_administrator(server)
    these = [f"--include-operation-id={name}" for name in ENDS_A_SESSION]
    no_links = "--phases=examples,coverage,fuzzing"  # nothing goes on after the end of a session
    newcomers = {"SIGN_UP_AT": f"{server.url}/api/v1/auth/register", "ADMINISTRATOR": root}

    run = schemathesis(server, tmp_path / "run", {}, "-n", EXAMPLES, *these, no_links, **newcomers)

    assert run.returncode == 0, run.stdout
    assert f"Selected: {len(ENDS_A_SESSION)}/" in run.stdout
