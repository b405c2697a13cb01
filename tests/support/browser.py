"""A browser that signs in elsewhere: it keeps cookies and follows what it is told, one step at a time."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

HOME = "http://testserver"


class Browser:
    """`client` speaks to the server under test; what lies elsewhere is asked over the network."""

    def __init__(self, app: FastAPI, base_url: str = HOME, **headers: str) -> None:
        transport = ASGITransport(app, client=("127.0.0.1", 50_000))
        self.client = AsyncClient(transport=transport, base_url=base_url, headers=headers)
        self._web = AsyncClient(trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.client.aclose()
        await self._web.aclose()

    async def leave(self, provider: str = "google", **query: str) -> Response:
        """Ask to sign in; the answer sends us to the provider."""
        return await self.client.get(f"/api/v1/oauth/{provider}/login", params=query)

    async def agree(self, away: Response | str) -> str:
        """Sign in at the provider and return the address it sends us back to."""
        address = away if isinstance(away, str) else away.headers["location"]
        answer = await self._web.get(address)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    async def come_back(self, address: str, **changes: str | None) -> Response:
        """Open the callback, with some of its parameters changed or left out."""
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query)) | changes
        kept = {name: value for name, value in query.items() if value is not None}
        return await self.client.get(parts.path, params=kept)

    async def sign_in(self, provider: str = "google", **query: str) -> Response:
        """Walk the whole way and return the answer of the callback."""
        return await self.come_back(await self.agree(await self.leave(provider, **query)))

    async def exchange(self, arrived: Response, **more: Any) -> Response:
        """Do what the page does with the code in its address."""
        body = {"code": query_of(arrived)["code"], **more}
        return await self.client.post("/api/v1/auth/exchange", json=body)


def query_of(answer: Response) -> dict[str, str]:
    """Return the query of the address an answer sends us to."""
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
