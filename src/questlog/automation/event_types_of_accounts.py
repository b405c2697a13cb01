"""The events of accounts, and of what is told to others. Part of `event_types.py`."""

from questlog.automation.event_facts import (
    FLAG,
    ID,
    TEXT,
    TEXTS,
    EventType,
    Schema,
    of,
    told,
    word,
)

_changed: Schema = of(TEXTS, "The fields that changed.")
_provider: Schema = of(TEXT, "Where they sign in.")
_name: Schema = of(TEXT, "Its name.")
_host: Schema = of(TEXT, "Where it leads, without the rest of the address.")

_ACCOUNTS = (
    told("user.created", "The account was opened."),
    told("user.updated", "Something of the account was changed.", changed=_changed),
    told("session.created", "Somebody signed in.", door=of(TEXT, "How, such as `password`.")),
    told("session.revoked", "A session was ended.", reason=of(TEXT, "Why.")),
    told("key.created", "An API key was made.", name=_name, scopes=of(TEXTS, "What it may do.")),
    told("key.revoked", "An API key was revoked.", name=_name),
    told("factor.added", "A second factor was added.", kind=of(TEXT, "Which kind.")),
    told("factor.removed", "A second factor was taken away.", kind=of(TEXT, "Which kind.")),
    EventType(
        "identity.linked",
        "A sign-in elsewhere was linked.",
        {"provider": _provider},
        {"from": of(ID, "The empty account it opened until then.")},
    ),
    told("identity.unlinked", "A sign-in elsewhere was unlinked.", provider=_provider),
)
_TELLING = (
    told("calendar.opened", "The calendar got a secret address."),
    told("calendar.closed", "The secret address of the calendar was closed."),
    EventType(
        "notification_settings.updated",
        "Somebody said otherwise how they want to be told.",
        {"fields": _changed},
        {"unsubscribed": of(FLAG, "By the link in a mail.")},
    ),
    told("webhook.created", "A webhook was made.", host=_host, events=of(TEXTS, "Its patterns.")),
    told(
        "webhook.updated",
        "A webhook was changed.",
        host=_host,
        changed=_changed,
        active=of(FLAG, "Whether it is told anything."),
    ),
    told("webhook.deleted", "A webhook was deleted.", host=_host),
    told("webhook.secret_rotated", "A webhook got a new secret.", host=_host),
    told(
        "webhook.disabled",
        "A webhook was switched off, because it answered 410 or was not reached for 120 hours.",
        host=_host,
        reason=word("gone", "failing"),
    ),
)

TYPES: tuple[EventType, ...] = (*_ACCOUNTS, *_TELLING)
