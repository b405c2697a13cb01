"""Make webhooks, deliveries and jobs for tests, row by row; `endpoints.py` has those that are really told something."""

from questlog.automation import webhook_secrets
from questlog.automation.job_models import Job
from questlog.automation.webhook_models import Delivery, DeliveryAttempt, Webhook
from questlog.core import clock
from questlog.core.ids import new_id
from tests.support.rows import Person, Rows


class MakeWebhooks(Rows):
    async def webhook(
        self, user: Person, *, url: str = "https://example.org/hook", **more: object
    ) -> Webhook:
        id_, keyring = new_id(), self._app.state.front_desk.keyring
        values = {
            "events": ["*"],
            "description": "",
            "secret": webhook_secrets.seal(keyring, user.id, id_, webhook_secrets.make()),
            **self._stamps(),
            **more,
        }
        return await self._save(Webhook(id=id_, user_id=user.id, url=url, **values))

    async def delivery(
        self, user: Person, webhook: Webhook | None = None, **more: object
    ) -> Delivery:
        """Make a message that nobody sends any more, unless its `state` says otherwise."""
        webhook = webhook or await self.webhook(user)
        now = clock.now()
        values = {
            "event_type": "task.created",
            "body": '{"type":"task.created"}',
            "state": "failed",
            "attempts": 8,
            "due_at": now,
            "created_at": now,
            "done_at": now,
            **more,
        }
        return await self._save(
            Delivery(id=new_id(), user_id=user.id, webhook_id=webhook.id, **values)
        )

    async def delivery_attempt(
        self, user: Person, delivery: Delivery, **more: object
    ) -> DeliveryAttempt:
        values = {
            "number": int(self._next()),
            "started_at": clock.now(),
            "duration_ms": 12,
            "status": 500,
            "answer": "oh no",
            "failure": "bad_status",
            **more,
        }
        return await self._save(
            DeliveryAttempt(id=new_id(), user_id=user.id, delivery_id=delivery.id, **values)
        )

    async def job(self, name: str = "water_the_plants", **more: object) -> Job:
        """Make a job that was given up, unless its `state` says otherwise."""
        now = clock.now()
        values = {
            "args": {},
            "state": "dead",
            "attempts": 5,
            "most_attempts": 5,
            "last_error": "LookupError: no such plant",
            "due_at": now,
            "created_at": now,
            "done_at": now,
            **more,
        }
        return await self._save(Job(id=new_id(), name=name, **values))
