"""The sign-in doors, as a client walks through them."""

from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

PASSWORD = "a rainy day in Turin"
NEW_PASSWORD = "a sunny day in Turin"


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def register(
    client: AsyncClient, email: str = "ada@example.org", password: str = PASSWORD, **more: Any
) -> dict[str, Any]:
    body = {"email": email, "password": password, **more}
    return _good(await client.post("/api/v1/auth/register", json=body), 201)


async def log_in(
    client: AsyncClient, email: str = "ada@example.org", password: str = PASSWORD
) -> Response:
    return await client.post("/api/v1/auth/login", json={"email": email, "password": password})


async def code_for(
    client: AsyncClient, email: str = "ada@example.org", purpose: str = "sign_in"
) -> str:
    """Return the code that this server shows to a developer at the machine."""
    body = {"email": email, "purpose": purpose}
    return str(_good(await client.post("/api/v1/auth/send-code", json=body), 200)["dev_code"])


async def verify(client: AsyncClient, code: str, email: str = "ada@example.org") -> Response:
    return await client.post("/api/v1/auth/verify", json={"email": email, "code": code})


async def refresh(client: AsyncClient, token: str) -> Response:
    return await client.post("/api/v1/auth/refresh", json={"refresh_token": token})


async def whoami(client: AsyncClient, tokens: dict[str, Any]) -> Response:
    return await client.get("/api/v1/auth/me", headers=bearer(tokens))


async def change_password(client: AsyncClient, tokens: dict[str, Any], **body: Any) -> Response:
    body = {"new_password": NEW_PASSWORD} | body
    return await client.post("/api/v1/auth/password/change", headers=bearer(tokens), json=body)


async def forgot(client: AsyncClient, email: str = "ada@example.org", **headers: str) -> Response:
    return await client.post("/api/v1/auth/password/forgot", json={"email": email}, headers=headers)


def another(code: str, by: int = 1) -> str:
    """Return a code that is wrong."""
    return f"{(int(code) + by) % 1_000_000:06}"


def client_from(app: FastAPI, address: str) -> AsyncClient:
    transport = ASGITransport(app, client=(address, 50_000))
    return AsyncClient(transport=transport, base_url="http://testserver")


def _good(answer: Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found
