"""The doors of second factors, as a client walks through them."""

from base64 import b32decode
from dataclasses import dataclass, field
from typing import Any

from httpx2 import AsyncClient, Response

from questlog.core import clock
from questlog.identity import totp_codes
from tests.support.authenticator import Authenticator
from tests.support.doors import PASSWORD, bearer, register

API = "/api/v1"


@dataclass
class App:
    """Somebody's authenticator app."""

    secret: bytes = field(repr=False)
    recovery_codes: list[str] = field(repr=False)

    def code(self, steps: int = 0) -> str:
        """Return what it shows half a minute from now, or `steps` later: good now, and when time moves on meanwhile."""
        return totp_codes.code_at(self.secret, totp_codes.step_at(clock.now()) + 1 + steps)


async def begin_totp(client: AsyncClient, tokens: dict[str, Any]) -> bytes:
    answer = await client.post(f"{API}/me/totp", headers=bearer(tokens))
    assert answer.status_code == 200, answer.text
    return b32decode(answer.json()["secret"])


async def add_totp(client: AsyncClient, tokens: dict[str, Any]) -> App:
    """Set up an app. What it shows now confirms it, so that what it shows next is still good."""
    app = App(await begin_totp(client, tokens), [])
    answer = await client.post(
        f"{API}/me/totp/confirm", headers=bearer(tokens), json={"code": app.code(-1)}
    )
    assert answer.status_code == 200, answer.text
    app.recovery_codes = answer.json()["recovery_codes"] or []
    return app


async def add_passkey(
    client: AsyncClient, tokens: dict[str, Any], device: Authenticator, name: str = "Phone"
) -> dict[str, Any]:
    asked = await client.post(f"{API}/me/passkeys/options", headers=bearer(tokens))
    assert asked.status_code == 200, asked.text
    answer = await keep_passkey(client, tokens, asked.json(), device, name=name)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def keep_passkey(
    client: AsyncClient,
    tokens: dict[str, Any],
    asked: dict[str, Any],
    device: Authenticator,
    *,
    name: str = "Phone",
) -> Response:
    body = {"ticket": asked["ticket"], "credential": device.create(asked["options"]), "name": name}
    return await client.post(f"{API}/me/passkeys", headers=bearer(tokens), json=body)


async def with_totp(client: AsyncClient, email: str = "ada@example.org") -> App:
    """Open an account that asks for an app's code."""
    return await add_totp(client, await register(client, email))


async def ticket_of(
    client: AsyncClient, email: str = "ada@example.org", password: str = PASSWORD
) -> str:
    """Show the password and return the ticket for the second factor."""
    answer = await client.post(f"{API}/auth/login", json={"email": email, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    return str(answer.json()["details"]["ticket"])


async def show(client: AsyncClient, ticket: str, **factor: Any) -> Response:
    return await client.post(f"{API}/auth/second-factor", json={"ticket": ticket, **factor})


async def ask(client: AsyncClient, ticket: str | None = None) -> dict[str, Any]:
    """Ask for a passkey: any, or one of whom a ticket stands for."""
    body = {} if ticket is None else {"ticket": ticket}
    answer = await client.post(f"{API}/auth/passkey/options", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def sign_in_with(client: AsyncClient, ticket: str, credential: dict[str, Any]) -> Response:
    body = {"ticket": ticket, "credential": credential}
    return await client.post(f"{API}/auth/passkey", json=body)
