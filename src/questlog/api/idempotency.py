"""`Idempotency-Key`: the same request twice has one effect and one answer.

The claim is a row of its own short transaction, made before the work; the answer is stored in the transaction of the
effect, so there is never one without the other. Only answers of committed effects are kept.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic_core import from_json, to_json
from sqlalchemy import and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from questlog.api.gate.exchange import Exchange
from questlog.automation.models import AnsweredRequest
from questlog.core import clock
from questlog.core.db import Session
from questlog.core.exceptions import BadRequestError, ConflictError, ValidationError
from questlog.core.ids import new_id
from questlog.core.security import Keyring

KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(seconds=60)
MAX_KEY = 255
PURPOSE = "answered requests"
KEPT_HEADERS = ("content-type", "location", "etag", "event-id", "link")


class BadIdempotencyKeyError(BadRequestError):
    code = "bad_idempotency_key"
    default_message = "An Idempotency-Key is 1 to 255 printable ASCII characters."


class IdempotencyKeyReusedError(ValidationError):
    code = "idempotency_key_reused"
    default_message = "This Idempotency-Key was used for another request."


class StillRunningError(ConflictError):
    code = "request_still_running"
    default_message = "The first request with this Idempotency-Key is still running."


class Replayed(Exception):  # noqa: N818 - no error: the answer was given before
    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass
class Asked:
    key: str
    fingerprint: str
    keyring: Keyring
    claim: UUID = field(default_factory=new_id)
    claimed: bool = False
    lease: timedelta = LEASE

    @property
    def name(self) -> str:
        """What tells this request from every other of the user's, however often it is made."""
        return hashlib.sha256(f"{self.key}\n{self.fingerprint}".encode()).hexdigest()


async def asked_by(request: Request) -> Asked | None:
    """Return the key of a POST or PATCH that carries one. Raises `BadIdempotencyKeyError`."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method not in ("POST", "PATCH"):
        return None
    if not 1 <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise BadIdempotencyKeyError()
    seen = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    seen.update(await request.body())
    return Asked(key, seen.hexdigest(), request.app.state.keyring)


async def claim(exchange: Exchange) -> None:
    """Take the key, or raise: `Replayed` with the first answer, or why there is none."""
    asked: Asked | None = exchange.idempotency
    if asked is None or exchange.principal is None:
        return  # ignored at doors without a user: their effects are not anybody's
    user_id = exchange.principal.user_id
    try:
        await exchange.database.write(_insert_claim, user_id, asked)
    except IntegrityError:
        if not await exchange.database.write(_take_over, user_id, asked):
            raise await exchange.database.read(_why_not, user_id, asked) from None
    asked.claimed = True


async def _insert_claim(session: Session, user_id: UUID, asked: Asked) -> None:
    now = clock.now()
    row = {"user_id": user_id, "key": asked.key, "created_at": now}
    await session.execute(insert(AnsweredRequest).values(**row, **_fresh(asked, now)))


async def _take_over(session: Session, user_id: UUID, asked: Asked) -> bool:
    """Take a key whose day is over, or whose holder died before it answered."""
    now = clock.now()
    abandoned = and_(
        AnsweredRequest.status.is_(None),
        AnsweredRequest.leased_until < now,
        AnsweredRequest.fingerprint == asked.fingerprint,
    )
    taken = await session.execute(
        update(AnsweredRequest)
        .where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == asked.key)
        .where(or_(AnsweredRequest.expires_at < now, abandoned))
        .values(**_fresh(asked, now), status=None, answer=None)
        .returning(AnsweredRequest.key)
    )
    return taken.scalar_one_or_none() is not None


def _fresh(asked: Asked, now: datetime) -> dict[str, Any]:
    return {
        "fingerprint": asked.fingerprint,
        "claim": asked.claim,
        "leased_until": now + asked.lease,
        "expires_at": now + KEPT_FOR,
    }


async def _why_not(session: Session, user_id: UUID, asked: Asked) -> Exception:
    row = await session.scalar(
        select(AnsweredRequest).where(
            AnsweredRequest.user_id == user_id, AnsweredRequest.key == asked.key
        )
    )
    if row is None:
        return StillRunningError()
    if row.fingerprint != asked.fingerprint:
        return IdempotencyKeyReusedError()
    clear = asked.keyring.unseal(PURPOSE, row.answer) if row.answer is not None else None
    if row.status is None or clear is None:
        return StillRunningError()
    kept = from_json(clear)
    headers = {**kept["headers"], "Idempotent-Replayed": "true"}
    return Replayed(
        Response(kept["body"].encode() if row.status != 204 else None, row.status, headers)
    )


async def remember(request: Request, exchange: Exchange, response: Response) -> None:
    """Store a good answer in the transaction of its effect; forget the claim of any other."""
    asked: Asked | None = exchange.idempotency
    if asked is None or not asked.claimed or exchange.principal is None:
        return
    if not 200 <= response.status_code < 300:
        await give_up(request, exchange)
        return
    kept = {
        "headers": {
            name: response.headers[name] for name in KEPT_HEADERS if name in response.headers
        },
        "body": bytes(response.body).decode(),
    }
    sealed = asked.keyring.seal(PURPOSE, to_json(kept))
    args = (exchange.principal.user_id, asked, response.status_code, sealed)
    session = exchange.session
    if session is not None and session.info["writes"] and session.in_transaction():
        await exchange.database.step(session, _store(session, *args))
    else:
        await exchange.database.write(_store, *args)
    asked.claimed = False


async def _store(session: Session, user_id: UUID, asked: Asked, status: int, sealed: bytes) -> None:
    stored = await session.execute(
        update(AnsweredRequest)
        .where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == asked.key)
        .where(AnsweredRequest.claim == asked.claim)
        .values(status=status, answer=sealed, leased_until=None)
        .returning(AnsweredRequest.key)
    )
    if stored.scalar_one_or_none() is None:  # the lease ran out and another request took the key
        raise StillRunningError()


async def give_up(_request: Request, exchange: Exchange) -> None:
    asked: Asked | None = exchange.idempotency
    if asked is None or not asked.claimed or exchange.principal is None:
        return
    asked.claimed = False
    if exchange.session is not None:  # its turn to write must end before another writer can begin
        await exchange.database.give_back(exchange.session)
    await exchange.database.write(_forget, exchange.principal.user_id, asked)


async def _forget(session: Session, user_id: UUID, asked: Asked) -> None:
    await session.execute(
        delete(AnsweredRequest)
        .where(AnsweredRequest.user_id == user_id, AnsweredRequest.key == asked.key)
        .where(AnsweredRequest.claim == asked.claim)
    )
