"""The secrets webhooks are signed with: made or judged here, sealed in the database, two at a time after a rotation.

The form is that of Standard Webhooks: `whsec_` and 24 to 64 bytes in base64.
"""

import base64
import binascii
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from sqlalchemy import LargeBinary, func, or_, select, update

from questlog.automation.webhook_models import Webhook
from questlog.core.db import Session
from questlog.core.exceptions import ValidationError
from questlog.core.security import Keyring, same

PREFIX: Final = "whsec_"
LEAST_BYTES: Final = 24
MOST_BYTES: Final = 64
MADE_BYTES: Final = 32
OVERLAP: Final = timedelta(hours=24)
KEY: Final = "webhook secrets"
KEY_MARK_BYTES: Final = 4
RESEALED_AT_ONCE: Final = 200
# Random bytes have more: of 24, fewer than 14 differ once in 10^9 times.
LEAST_DIFFERENT_BYTES: Final = 14
# What documentation elsewhere signs its examples with.
KNOWN_TO_ALL: Final = frozenset(
    {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"}
)


class WeakWebhookSecretError(ValidationError):
    code = "weak_secret"
    default_message = "A secret is `whsec_` and 24 to 64 random bytes in base64. Leave it out, and one is made for you."


def make() -> bytes:
    return secrets.token_bytes(MADE_BYTES)


def spelled(secret: bytes) -> str:
    return PREFIX + base64.b64encode(secret).decode()


def read(text: str) -> bytes:
    """Return the bytes of somebody's own secret. Raises `WeakWebhookSecretError`."""
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX).encode(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise WeakWebhookSecretError(pointer="/body/secret") from error
    if not text.startswith(PREFIX) or _is_weak(secret):
        raise WeakWebhookSecretError(pointer="/body/secret")
    return secret


def _is_weak(secret: bytes) -> bool:
    if not LEAST_BYTES <= len(secret) <= MOST_BYTES:
        return True
    steps = {(after - before) % 256 for before, after in pairwise(secret)}
    return (
        len(set(secret)) < LEAST_DIFFERENT_BYTES
        or len(steps) == 1
        or base64.b64encode(secret).decode() in KNOWN_TO_ALL
    )


def seal(keyring: Keyring, user_id: UUID, webhook_id: UUID, secret: bytes) -> bytes:
    """The key's mark, then the secret sealed with whose it is: a row copied elsewhere signs nothing."""
    return _mark(keyring) + keyring.seal(KEY, user_id.bytes + webhook_id.bytes + secret)


def unseal(keyring: Keyring, user_id: UUID, webhook_id: UUID, sealed: bytes) -> bytes | None:
    if not any(same(sealed[:KEY_MARK_BYTES], _mark(each)) for each in keyring.readable):
        return None
    clear = keyring.unseal(KEY, sealed[KEY_MARK_BYTES:])
    owner = user_id.bytes + webhook_id.bytes
    if clear is None or not same(clear[: len(owner)], owner):
        return None
    return clear[len(owner) :]


def secrets_of(webhook: Any, keyring: Keyring, now: datetime) -> list[str]:
    """Return what a message to this endpoint is signed with at `now`, newest first; nothing if it cannot be read.

    `webhook` is a row of `webhooks` with id, owner and the three columns of the secrets.
    """
    valid = _valid(webhook, now)
    clear = (unseal(keyring, webhook.user_id, webhook.id, each) for each in valid)
    return [spelled(each) for each in clear if each is not None]


def _valid(webhook: Any, now: datetime) -> Iterator[bytes]:
    yield webhook.secret
    if webhook.previous_secret is not None and webhook.previous_until > now:
        yield webhook.previous_secret


async def reseal(session: Session, keyring: Keyring) -> int:
    """Seal with the present key what the previous one sealed, some at a time; return how many endpoints had such."""
    if keyring.previous is None:
        return 0
    old = _mark(keyring.previous)
    found = await session.scalars(
        select(Webhook)
        .where(or_(_marked(Webhook.secret) == old, _marked(Webhook.previous_secret) == old))
        .order_by(Webhook.id)
        .limit(RESEALED_AT_ONCE)
        .with_for_update()
    )
    done = 0
    for row in found.all():
        if values := _resealed(keyring, row, old):
            await session.execute(update(Webhook).where(Webhook.id == row.id).values(values))
            done += 1
    return done


def _resealed(keyring: Keyring, row: Webhook, old: bytes) -> dict[str, bytes]:
    """Return the new values of what can be read of the secrets marked `old`."""
    values = {}
    for name in ("secret", "previous_secret"):
        sealed = getattr(row, name)
        if sealed is None or not sealed.startswith(old):
            continue
        clear = unseal(keyring, row.user_id, row.id, sealed)
        if clear is not None:
            values[name] = seal(keyring, row.user_id, row.id, clear)
    return values


def _marked(column: Any) -> Any:
    return func.substr(column, 1, KEY_MARK_BYTES, type_=LargeBinary())


def _mark(keyring: Keyring) -> bytes:
    """Name the key without telling of it, so that what was sealed with another one is recognised."""
    return keyring.sign("key marks", KEY.encode())[:KEY_MARK_BYTES]
