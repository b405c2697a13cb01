"""Signing in elsewhere: from the address the browser is sent to, over what the provider says, to the account it opens.

While a provider is waited for, no transaction is open.
"""

import secrets
from base64 import urlsafe_b64decode
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from questlog.automation import audit
from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import QuestlogError
from questlog.core.security import digest
from questlog.flows.oidc_accounts import account_of, link_account
from questlog.identity import exchange_codes, oidc_attempts, sign_in, users
from questlog.identity.clues import Clues
from questlog.identity.exchange_codes import InvalidExchangeCodeError
from questlog.identity.external_identities import IdentityTakenError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.oidc_attempts import Attempt, InvalidStateError, Started
from questlog.identity.oidc_providers import Provider, ProviderRefusedError
from questlog.identity.oidc_tokens import Subject
from questlog.identity.sign_in import SecondFactorNeeded, SecondFactorRequiredError, SignedIn
from questlog.identity.users import EmailTakenError


class AccessDeniedError(ProviderRefusedError):
    code = "access_denied"
    default_message = "The provider did not let you in, or you changed your mind. Begin again."


@dataclass(frozen=True)
class CameBack:
    """What the provider's redirect carried."""

    code: str | None
    error: str | None
    issuer: str | None


@dataclass(frozen=True)
class Onward:
    """The page to go on to, what its query tells it, and a cookie that ties the one-time code to this browser."""

    page: str
    query: Mapping[str, str]
    cookie: str | None = None


async def begin(
    database: Database,
    desk: FrontDesk,
    provider: Provider,
    clues: Clues,
    *,
    redirect_uri: str,
    redirect_to: str | None,
    exchange_challenge: str | None = None,
    linking_user_id: UUID | None = None,
) -> tuple[Started, str]:
    """Return what the browser keeps, and the address at the provider to send it to.

    Raises `RedirectNotAllowedError`, `TooManyAttemptsError`, `ProviderUnavailableError`.
    """
    page = desk.elsewhere.page(redirect_to)
    started = await database.write(
        oidc_attempts.begin,
        provider.name,
        clues,
        desk.limits.oidc_per_network,
        redirect_to=page,
        linking_user_id=linking_user_id,
        holder_digest=_digest_of(exchange_challenge),
    )
    return started, await provider.login_address(started, redirect_uri)


def _digest_of(challenge: str | None) -> str | None:
    return None if challenge is None else urlsafe_b64decode(f"{challenge}=").hex()


async def come_back(
    database: Database, provider: Provider, state: str | None, cookie: str | None
) -> Attempt:
    """Take back the attempt that comes back now: nothing else can from here on. Raises `InvalidStateError`."""
    if not state:
        raise InvalidStateError()
    found = await database.write(oidc_attempts.burn, provider.name, state, cookie or "")
    if isinstance(found, QuestlogError):
        raise found
    return found


async def identify(
    provider: Provider, attempt: Attempt, came_back: CameBack, redirect_uri: str
) -> Subject:
    """Return whom the provider names. Raises `ProviderRefusedError`, `ProviderUnavailableError`."""
    if came_back.code is None or came_back.error is not None:
        denied = came_back.code is None and came_back.error == "access_denied"
        raise AccessDeniedError() if denied else ProviderRefusedError()
    return await provider.redeem(
        came_back.code, attempt, redirect_uri, named=came_back.issuer, now=clock.now()
    )


async def arrive(
    database: Database,
    desk: FrontDesk,
    provider: Provider,
    attempt: Attempt,
    who: Subject,
    *,
    clues: Clues,
) -> SignedIn | Row[Any] | Onward:
    """Do what the attempt was for, now that the provider has named somebody.

    Returns the linked identity or, for a sign-in, a session; with a page to go to, where to go on. Raises what
    `account_of`, `link_account` and `sign_in.inside` raise.
    """
    page, linking = attempt.redirect_to, attempt.linking_user_id
    if linking is not None:
        linked = await database.write(link_account, desk, provider, who, linking)
        return linked if page is None else Onward(page, {"linked": provider.name})
    unit = _Unit(desk, provider, who, clues)
    if page is None:
        return sign_in.inside(await _twice(database, unit.enter))
    holder, cookie = attempt.holder_digest, None
    if holder is None and desk.elsewhere.shares_cookies(page):
        cookie = secrets.token_urlsafe(32)
        holder = digest(cookie)
    code = await _twice(database, partial(unit.leave_code, holder=holder))
    return Onward(page, {"code": code}, cookie)


async def note_refusal(
    database: Database, provider: Provider, attempt: Attempt, refusal: QuestlogError
) -> None:
    """Tell the audit log of a sign-in that failed. One that waits for a second factor has not."""
    if attempt.linking_user_id is None and not isinstance(refusal, SecondFactorRequiredError):
        details = {"door": provider.door, "reason": refusal.code}
        await audit.record_alone(database, "login.failed", details=details)


@dataclass(frozen=True)
class _Unit:
    """What is done for somebody a provider named, in one transaction."""

    desk: FrontDesk
    provider: Provider
    who: Subject
    clues: Clues

    async def enter(self, session: Session) -> SignedIn | SecondFactorNeeded:
        user = await account_of(session, self.desk, self.provider, self.who, self.clues)
        return await sign_in.enter(session, self.desk, user, self.clues, door=self.provider.door)

    async def leave_code(self, session: Session, *, holder: str | None) -> str:
        user = await account_of(session, self.desk, self.provider, self.who, self.clues)
        return await exchange_codes.issue(session, user.id, self.provider.door, holder=holder)


async def _twice[Result](
    database: Database, unit: Callable[[Session], Coroutine[Any, Any, Result]]
) -> Result:
    """Run `unit` again if the same newcomer arrived through another door at this very moment: now they are known."""
    try:
        return await database.write(unit)
    except (IdentityTakenError, EmailTakenError):
        return await database.write(unit)


async def exchange(
    database: Database, desk: FrontDesk, code: str, shown: tuple[str, ...], clues: Clues
) -> SignedIn:
    """Turn a one-time code into a session. `shown` is what ties it to its holder.

    Raises `InvalidExchangeCodeError`, `SecondFactorRequiredError`.
    """
    outcome = await database.write(_exchange, desk, code, shown, clues)
    if isinstance(outcome, InvalidExchangeCodeError):
        raise outcome
    return sign_in.inside(outcome)


async def _exchange(
    session: Session, desk: FrontDesk, code: str, shown: tuple[str, ...], clues: Clues
) -> SignedIn | SecondFactorNeeded | InvalidExchangeCodeError:
    redeemed = await exchange_codes.redeem(session, code, shown)
    if isinstance(redeemed, InvalidExchangeCodeError):
        return redeemed
    user = await users.get_by_id(session, redeemed.user_id)
    if not user.is_active:
        return InvalidExchangeCodeError()
    return await sign_in.enter(session, desk, user, clues, door=redeemed.door)
