"""Answers about reminders and about how somebody is told."""

from typing import Any

from questlog.api.examples.things import EVENT, STAMPS, TASK, USER, page_of

_reminder = {
    "id": EVENT,
    "user_id": USER,
    "task_id": TASK,
    "at": None,
    "minutes_before": 30,
    "version": 1,
    **STAMPS,
}

EXAMPLES: dict[str, Any] = {
    "NotificationSettingsResponse": {
        "reminders_by_mail": True,
        "reminders_by_push": True,
        "daily_digest": True,
        "weekly_review": False,
        "webhook_notices": True,
        "digest_at": "07:30",
        "review_weekday": 0,
        "quiet_from": "22:00",
        "quiet_to": "07:00",
        "push_host": "ntfy.example.org",
        "mail_to": "ada@example.org",
        "version": 3,
    },
    "ReminderPage": page_of(_reminder),
    "ReminderResponse": _reminder,
    "show_unsubscribe": "<!doctype html><h1>The daily digest</h1><form method=post>…</form>",
    "end_mailing": "<!doctype html><h1>The daily digest</h1><p>You will get no more of these mails.</p>",
    "UnsubscribeResponse": {"mailing": "daily_digest", "subscribed": False},
}
