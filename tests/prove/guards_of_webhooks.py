"""The guards of webhooks as their owners keep them."""

from tests.prove.guard import Guard

WEBHOOKS = (
    Guard(
        "nobody has a 21st webhook by asking twice at once",
        "automation/webhooks.py",
        "await session.scalar(mine.with_for_update())",
        "await session.scalar(mine)",
        'tests/api/test_webhooks.py -k "s142 and postgresql"',
    ),
    Guard(
        "an address inside is refused when it is given",
        "automation/webhook_changes.py",
        '        dialer.check_url(changed["url"], allowed=allowed)\n',
        "",
        'tests/api/test_webhooks.py -k "s130 and sqlite"',
    ),
    Guard(
        "a secret is sealed with whose it is",
        "automation/webhook_secrets.py",
        "    if clear is None or not same(clear[: len(owner)], owner):\n        return None\n",
        "    if clear is None:\n        return None\n",
        'tests/api/test_webhook_secrets.py -k "copied_to_another and sqlite"',
    ),
    Guard(
        "what an older secret signs ends after a day",
        "automation/webhook_secrets.py",
        "webhook.previous_secret is not None and webhook.previous_until > now",
        "webhook.previous_secret is not None",
        'tests/api/test_webhook_secrets.py -k "s135 and sqlite"',
    ),
    Guard(
        "the log tells nobody what stands at an address",
        "automation/delivery_log.py",
        '        row |= {"duration_ms": None, "answer": None}\n',
        "        row |= {}\n",
        'tests/api/test_webhook_deliveries.py -k "s141_nobody and refused and sqlite"',
    ),
    Guard(
        "tests and redeliveries are ten a minute",
        "flows/try_webhook.py",
        '    await attempts.spend(session, attempts.budget("webhook-tries", str(user_id), TRIES))\n',
        "",
        'tests/api/test_webhook_deliveries.py -k "s141_ten and sqlite"',
    ),
    Guard(
        "a key that says where events go may read them",
        "api/webhooks.py",
        "    scopes.require(me, Scope.EVENTS_READ)\n",
        "",
        'tests/api/test_webhooks.py -k "does_not_get_to_read and sqlite"',
    ),
)
