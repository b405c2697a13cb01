"""What passkeys are bound to: the host name of the server, and the pages under it."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from questlog.identity import relying_party
from tests.support import world
from tests.support.doors import bearer, register
from tests.support.factors import (
    API,
)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://quest.example.org", "quest.example.org"),
        ("http://localhost:8000", "localhost"),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::7]", None),
        ("http://quest.example.org", None),
    ],
)
def test_passkeys_need_a_host_name_that_browsers_trust(
    tmp_path: Path, address: str, host: str | None
) -> None:
    http = world.settings(f"sqlite:///{tmp_path}/none.db", tmp_path, PUBLIC_URL=address).http

    party = relying_party.of(http)

    assert (party and party.id) == host


def test_pages_under_the_host_may_ask(tmp_path: Path) -> None:
    http = world.settings(
        f"sqlite:///{tmp_path}/none.db",
        tmp_path,
        PUBLIC_URL="https://quest.example.org",
        FRONTEND_URL="https://app.quest.example.org:8443",
        CORS_ORIGINS="https://elsewhere.org,http://quest.example.org",
    ).http

    party = relying_party.of(http)

    assert party is not None
    assert party.origins == ("https://quest.example.org", "https://app.quest.example.org:8443")


async def test_a_server_without_a_host_name_says_what_to_set(
    app: FastAPI, client: AsyncClient
) -> None:
    tokens = await register(client)
    app.state.front_desk.relying_party = None

    answers = [
        await client.post(f"{API}/auth/passkey/options", json={}),
        await client.post(f"{API}/me/passkeys/options", headers=bearer(tokens)),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (503, "passkeys_not_configured")
        assert "PUBLIC_URL" in answer.json()["detail"]
