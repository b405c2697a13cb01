"""The guards of telling people: once, and only who asked to be told."""

from tests.prove.guard import Guard

REMINDERS = (
    Guard(
        "a reminder is told once for each date",
        "flows/remind.py",
        "            REMINDERS.c.told_for.is_distinct_from(due.alarm.due_for),\n",
        "",
        'tests/worker/test_reminding.py -k "ten_who_look and sqlite"',
    ),
    Guard(
        "reminders are mailed to addresses that were proved",
        "flows/remind.py",
        "USERS.c.email.is_not(None), USERS.c.email_verified_at.is_not(None)",
        "USERS.c.email.is_not(None)",
        'tests/worker/test_reminder_mails.py -k "not_proved and sqlite"',
    ),
    Guard(
        "the address of pushes is looked at before it is kept",
        "flows/show_notification_settings.py",
        "            dialer.check_url(changes[SEALED], allowed=settings.webhooks.allowed_networks)\n",
        "            pass\n",
        'tests/api/test_notifications.py -k "cannot_be_is_refused and sqlite"',
    ),
)
