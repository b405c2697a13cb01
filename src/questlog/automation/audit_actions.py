"""What the audit log tells of. The type checker refuses an action that is not here; `docs/audit-log.md` explains each."""

from typing import Literal, get_args

type Action = Literal[
    "account.activated",
    "account.created",
    "account.deactivated",
    "account.deleted",
    "admin.read",
    "attempts.exhausted",
    "authz.denied",
    "calendar.closed",
    "calendar.opened",
    "code.failed",
    "code.sent",
    "email.proven",
    "export.made",
    "factor.added",
    "factor.removed",
    "game.adjusted",
    "identity.linked",
    "identity.unlinked",
    "job.retried",
    "key.created",
    "key.revoked",
    "login.failed",
    "login.succeeded",
    "logout.done",
    "password.changed",
    "password.failed",
    "password.reset",
    "password.reset_asked",
    "refresh.reused",
    "role.changed",
    "session.revoked",
    "webhook.created",
    "webhook.deleted",
    "webhook.disabled",
    "webhook.secret_rotated",
    "webhook.updated",
]

ACTIONS: tuple[str, ...] = get_args(Action.__value__)
