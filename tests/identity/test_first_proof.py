"""The first proof of an address ends what tells somebody else of its owner (S-067)."""

from httpx2 import AsyncClient
from sqlalchemy import select

from questlog.automation import notification_settings
from questlog.automation.audit_models import AuditEntry
from questlog.automation.webhook_models import Delivery, DeliveryAttempt, Webhook
from questlog.core.db import Database
from tests.support import doors
from tests.support.make import Make
from tests.support.sql import count_rows

ADDRESS = "victim@example.org"
SETTINGS = "/api/v1/notifications/settings"
PUSH = {"push_url": "https://ntfy.example.org/squatter", "reminders_by_push": True}
TOLD = (Webhook, Delivery, DeliveryAttempt)


async def test_s067_the_first_proof_of_an_address_ends_what_tells_a_squatter(
    client: AsyncClient, make: Make, database: Database
) -> None:
    squatter, other = await make.user(email=ADDRESS), await make.user()
    for user in (squatter, other):
        assert (await client.patch(SETTINGS, headers=user.headers, json=PUSH)).is_success
        await make.delivery_attempt(user, await make.delivery(user, state="waiting", done_at=None))

    asked = await client.post("/api/v1/auth/send-code", json={"email": ADDRESS})
    owner = (await doors.verify(client, asked.json()["dev_code"], ADDRESS)).json()

    mine = {"Authorization": f"Bearer {owner['access_token']}"}
    wishes = (await client.get(SETTINGS, headers=mine)).json()
    assert (await client.get("/api/v1/webhooks", headers=mine)).json()["items"] == []
    assert (wishes["push_host"], wishes["reminders_by_push"]) == (None, False)
    theirs = await database.read(notification_settings.of, other.id)
    assert (theirs.push_url is not None, theirs.reminders_by_push) == (True, True)
    assert [await count_rows(database, each) for each in TOLD] == [1, 1, 1]


async def test_s145_where_pushes_go_is_a_line_of_the_audit_log_without_what_is_secret(
    client: AsyncClient, make: Make, database: Database
) -> None:
    user = await make.user()
    for wanted in (PUSH, PUSH, {"daily_digest": True}, {"push_url": None}):
        await client.patch(SETTINGS, headers=user.headers, json=wanted)

    async with database.reader() as session:
        changed = AuditEntry.action == "push.address_changed"
        found = await session.execute(
            select(AuditEntry.account_id, AuditEntry.details).where(changed).order_by(AuditEntry.id)
        )

    assert [tuple(row) for row in found] == [
        (user.id, {"host": "ntfy.example.org"}),
        (user.id, {"host": None}),
    ]
