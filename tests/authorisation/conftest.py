"""Two people who have one of everything each, on a server where one can sign in with Google."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response

from questlog.core.config import Settings
from questlog.core.db import Database
from tests.support import oidc_provider, world
from tests.support.calls import Place, example, filled, slots
from tests.support.canaries import Canaries
from tests.support.estate import KINDS, MADE_UP, Estate, kind_of
from tests.support.make import Make, Person
from tests.support.oidc_provider import OidcProvider
from tests.support.prints import differing, prints
from tests.support.routes import Operation

WORD = "zaffre"
PASSWORD = "correct horse battery"  # the one in the document's examples
# One's own list begins with one's own id (document 001): the id behind it is the one to try.
OWN_LIST = "/users/{user_id}/tasks"


@dataclass
class Neighbours:
    """`theirs` is what `owner` has, by kind; `own` makes things for `stranger`, who tries to reach it.

    `broken` collects what should not have happened, so that one test tells of all operations.
    """

    client: AsyncClient
    database: Database
    owner: Person
    theirs: Mapping[str, str]
    stranger: Person
    own: Estate
    broken: list[str] = field(default_factory=list)

    async def ask(
        self, operation: Operation, ids: Mapping[str, str], body: Any = None, **query: str
    ) -> Response:
        return await self.client.request(
            operation.method,
            operation.address(ids),
            headers=self.stranger.headers,
            json=body,
            params=query,
        )

    async def ask_in_vain(
        self, operation: Operation, ids: Mapping[str, str], body: Any = None, **query: str
    ) -> Response:
        """Ask what has to be refused, and look whether it left anything behind."""
        before = await prints(self.database)
        answer = await self.ask(operation, ids, body, **query)
        changed = differing(before, await prints(self.database))
        if changed:
            self.broken.append(f"{operation} ({operation.name}) changed {', '.join(changed)}")
        return answer

    async def own_ids(self, operation: Operation) -> dict[str, str]:
        return {name: await self.own.one(KINDS[name]) for name in operation.path_ids}

    async def own_body(self, operation: Operation) -> Any:
        """Return the example of the document, about things of the stranger's own."""
        return await self.body_with(operation, example(operation), {})

    async def body_at(self, place: Place, id_: str) -> Any:
        """Return the body of a place with `id_` there and the stranger's own things elsewhere."""
        return await self.body_with(place.operation, place.body, {place.pointer: id_})

    async def body_with(self, operation: Operation, body: Any, given: Mapping[str, str]) -> Any:
        ids = dict(given)
        for pointer, slot in slots(body):
            if slot.name in MADE_UP:
                ids[pointer] = str(uuid4())
            elif pointer not in given:
                ids[pointer] = await self.own.one(kind_of(slot.name, operation.path))
        return filled(body, lambda pointer, _slot: ids[pointer])


@pytest.fixture
async def google() -> AsyncIterator[OidcProvider]:
    async with oidc_provider.running() as provider:
        yield provider


@pytest.fixture
def settings(
    database_address: str, tmp_path: Path, canaries: Canaries, google: OidcProvider
) -> Settings:
    """Where an address names a provider, there is one: what is refused is refused for another reason."""
    settings = world.settings(
        database_address,
        tmp_path,
        GOOGLE_CLIENT_ID=google.client_id,
        GOOGLE_CLIENT_SECRET=google.client_secret,
        GOOGLE_ISSUER=google.issuer,
        OIDC_REDIRECT_URLS="https://app.example.org",
    )
    canaries.learn_settings(settings)
    return settings


@pytest.fixture
async def neighbours(make: Make, client: AsyncClient, database: Database) -> Neighbours:
    owner = await make.user(email=f"{WORD}@example.org", name=WORD)
    stranger = await make.user(password=PASSWORD)
    theirs = await Estate(make, owner, WORD).one_of_each()
    return Neighbours(client, database, owner, theirs, stranger, Estate(make, stranger, "own"))
