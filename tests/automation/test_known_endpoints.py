"""Endpoints that answered, and those that have to."""

from questlog.automation import delivery_claims, delivery_results, webhook_changes
from questlog.automation.delivery_heads import MOST_PER_ENDPOINT
from questlog.core.config import Settings
from questlog.core.db import Database
from tests.automation.test_delivery_claims import URL, arrived, waiting
from tests.support.make import Make


async def test_an_endpoint_is_known_once_it_answered_until_its_address_is_another(
    database: Database, make: Make, settings: Settings
) -> None:
    user = await waiting(database, make, settings.tokens.keyring(), count=9)
    new = await database.write(delivery_claims.claim, 100, lane="new")
    await database.write(delivery_results.settle, [arrived(each) for each in new])

    known = await database.write(delivery_claims.claim, 100, lane="known")
    elsewhere = {"url": f"{URL}/2"}
    await database.write(webhook_changes.change, user.id, known[0].webhook.id, elsewhere)
    await database.write(delivery_claims.release, known)

    assert (len(new), len(known)) == (1, MOST_PER_ENDPOINT)
    assert await database.write(delivery_claims.claim, 100, lane="known") == []
    assert len(await database.write(delivery_claims.claim, 100, lane="new")) == 1
