"""What every answer wears and whom the edge lets in: S-113 to S-117."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from questlog.core.db import Database
from questlog.identity.front_desk import FrontDesk
from questlog.main import create_app
from tests.support import world
from tests.support.make import Make

OURS = "https://app.example.org"
STRANGERS = (
    "null",
    "https://evil",
    "https://app.example.org.evil.example",
    "https://evil-app.example.org",
    "https://app.example.org:8443",
    "http://app.example.org",
    "https://APP.example.org",
    "https://app.example.org/",
)
PREFLIGHT = {
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization, content-type, if-match",
}
PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "q8Zr2Lw5Xc9Vb3Nm7Kj1Hg4Fd6Sa0PoIuYtReWq",
}

type Open = Callable[..., AsyncClient]


@pytest.fixture
async def open_app(
    database_address: str, tmp_path: Path, database: Database, desk: FrontDesk
) -> AsyncIterator[Open]:
    """Opens a client of the house with other settings."""
    made: list[FastAPI] = []

    def _open(**settings: str) -> AsyncClient:
        told = world.settings(database_address, tmp_path, **settings)
        made.append(create_app(told, database, desk))
        return client_of(made[-1])

    yield _open
    for app in made:
        if app.state.redis is not None:
            await app.state.redis.aclose()


def client_of(app: FastAPI, peer: str = "127.0.0.1") -> AsyncClient:
    transport = ASGITransport(app, client=(peer, 50_000), raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://testserver")


async def test_s113_our_own_page_may_call(open_app: Open) -> None:
    async with open_app(CORS_ORIGINS=OURS) as client:
        plain = await client.get("/api/v1/tasks", headers={"Origin": OURS})
        asked = await client.options("/api/v1/tasks", headers={"Origin": OURS} | PREFLIGHT)

    assert plain.status_code == 401  # and the page may read why
    assert plain.headers["access-control-allow-origin"] == OURS
    assert plain.headers["access-control-allow-credentials"] == "true"
    assert "Retry-After" in plain.headers["access-control-expose-headers"]
    assert plain.headers["vary"] == "Origin"
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == OURS
    assert "PATCH" in asked.headers["access-control-allow-methods"]
    assert (
        asked.headers["access-control-allow-headers"] == PREFLIGHT["Access-Control-Request-Headers"]
    )


@pytest.mark.parametrize("origin", STRANGERS)
async def test_s113_a_page_of_a_stranger_may_not(origin: str, open_app: Open) -> None:
    async with open_app(CORS_ORIGINS=OURS) as client:
        plain = await client.get("/api/v1/tasks", headers={"Origin": origin})
        asked = await client.options("/api/v1/tasks", headers={"Origin": origin} | PREFLIGHT)

    assert not [name for name in plain.headers if name.startswith("access-control")]
    assert not [name for name in asked.headers if name.startswith("access-control")]
    assert asked.status_code == 400
    assert plain.headers["vary"] == asked.headers["vary"] == "Origin"


async def test_s113_an_answer_without_an_origin_varies_too(open_app: Open) -> None:
    async with open_app(CORS_ORIGINS=OURS) as client:
        answer = await client.get("/openapi.json")

    assert answer.headers["vary"] == "Origin"


async def test_s113_in_production_nobody_unless_told(open_app: Open) -> None:
    async with open_app(**PRODUCTION) as client:
        answer = await client.get("/health", headers={"Origin": "http://localhost:3000"})

    assert "access-control-allow-origin" not in answer.headers


ANSWERS = [
    ("GET", "/health", 200),
    ("GET", "/", 200),
    ("GET", "/docs", 200),
    ("GET", "/redoc", 200),
    ("GET", "/openapi.json", 200),
    ("GET", "/assets/swagger-ui.css", 200),
    ("GET", "/metrics", 200),
    ("GET", "/.well-known/security.txt", 200),
    ("GET", "/.well-known/change-password", 302),
    ("GET", "/api/v1/tasks", 401),
    ("GET", "/nowhere", 404),
    ("GET", "/assets/../main.py", 404),
    ("DELETE", "/health", 405),
    ("POST", "/api/v1/auth/login", 422),
    ("GET", "/broken", 500),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_s114_every_answer_is_dressed(
    method: str, path: str, status: int, app: FastAPI
) -> None:
    app.add_api_route("/broken", _break)

    async with client_of(app) as client:
        answer = await client.request(
            method, path, json={} if method == "POST" else None, headers={"Accept": "text/html"}
        )

    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers
    assert_says_what_it_is(answer)
    assert all(len(answer.headers.get_list(name)) == 1 for name in answer.headers)


def assert_says_what_it_is(answer: Response) -> None:
    """Text names its charset; JSON is UTF-8 by RFC 8259 and takes none."""
    kind = answer.headers.get("content-type", "")
    assert kind or not answer.content
    assert not kind.startswith("text/") or "charset=utf-8" in kind


async def test_s114_what_is_personal_is_kept_nowhere(client: AsyncClient, make: Make) -> None:
    user = await make.user(password="a sentence of the tests")

    answers = [
        await client.get("/api/v1/tasks", headers=user.headers),
        await client.get("/api/v1/auth/me", headers=user.headers),
        await client.get("/api/v1/tasks"),
        await client.post(
            "/api/v1/auth/login", json={"email": user.email, "password": "a sentence of the tests"}
        ),
        await client.post("/api/v1/auth/login", json={"email": user.email, "password": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 401, 200, 401]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


async def test_s114_only_the_docs_may_run_scripts(client: AsyncClient) -> None:
    docs, data = await client.get("/docs"), await client.get("/openapi.json")

    assert "script-src 'self'" in docs.headers["content-security-policy"]
    assert "http" not in docs.headers["content-security-policy"]
    assert "script-src" not in data.headers["content-security-policy"]


async def test_s114_https_is_kept_once_it_was_used(open_app: Open) -> None:
    async with open_app(TRUSTED_PROXIES="127.0.0.1") as client:
        encrypted = await client.get("/nowhere", headers={"X-Forwarded-Proto": "https"})
        plain = await client.get("/nowhere")

    assert encrypted.headers["strict-transport-security"].startswith("max-age=63072000")
    assert "strict-transport-security" not in plain.headers


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/assets/swagger-ui.css"])
async def test_s115_the_docs_can_be_switched_off(path: str, open_app: Open) -> None:
    async with open_app(DOCS_ENABLED="false") as client:
        answer = await client.get(path)
        start = await client.get("/", headers={"Accept": "text/html"})
        lead = await client.get("/.well-known/change-password")

    assert answer.status_code == 404
    assert path not in start.text
    assert "/docs" not in lead.headers["location"]


async def test_s115_in_production_metrics_are_shown_only_when_told(open_app: Open) -> None:
    async with open_app(**PRODUCTION) as quiet, open_app(**PRODUCTION, METRICS_ENABLED="1") as told:
        answers = [await client.get("/metrics") for client in (quiet, told)]

    assert [answer.status_code for answer in answers] == [404, 200]


async def test_s115_ready_shows_no_address(open_app: Open) -> None:
    away = {"REDIS_URL": "redis://me:canary-of-redis@127.0.0.1:1/0"}

    async with open_app(**PRODUCTION, **away) as client:
        answer = await client.get("/ready")

    assert answer.status_code == 503
    assert not [
        word for word in ("canary", "127.0.0.1", "://", "questlog.db") if word in answer.text
    ]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("quest.example.org", 200),
        ("QUEST.example.org:8443", 200),
        ("a.team.example.org", 200),
        ("[::1]:8000", 200),
        ("evil.example", 400),
        ("team.example.org", 400),
        ("quest.example.org.evil.example", 400),
        ("evilteam.example.org", 400),
        ("", 400),
        ("quest.example.org@evil.example", 400),
    ],
)
async def test_s117_only_our_own_names_are_answered(host: str, status: int, open_app: Open) -> None:
    names = "quest.example.org,*.team.example.org,[::1]"

    async with open_app(ALLOWED_HOSTS=names) as client:
        answer = await client.get("/health", headers={"Host": host})

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith(
        "application/json" if status == 200 else "application/problem+json"
    )


async def _break() -> None:
    raise RuntimeError("on purpose")
