"""A house that may call this machine, and what it takes to send something from it."""

from questlog.automation import delivery_sending
from questlog.automation.delivery_claims import Sending
from questlog.automation.delivery_results import Result
from questlog.worker.delivering import Send
from questlog.worker.house import House
from tests.support import endpoints
from tests.support.endpoints import Endpoint
from tests.support.make import Make
from tests.support.rows import Person


def sender(house: House, *, timeout_s: float = 5) -> Send:
    async def send(sending: Sending) -> Result:
        networks = house.settings.webhooks.allowed_networks
        return await delivery_sending.send(
            sending, house.keyring, allowed=networks, timeout_s=timeout_s
        )

    return send


async def subscribed(house: House, make: Make, url: str) -> tuple[Person, Endpoint]:
    user = await make.user()
    return user, await endpoints.add(house.database, house.keyring, user, url)
