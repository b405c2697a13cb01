"""Which account somebody opens who is known elsewhere: their own, a new one, or none until the two are linked."""

import unicodedata
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from questlog.core.db import Session
from questlog.core.exceptions import AuthorizationError, ConflictError
from questlog.flows.sign_up import sign_up
from questlog.identity import attempts, emails, external_identities, users
from questlog.identity.attempts import budget
from questlog.identity.clues import Clues
from questlog.identity.emails import InvalidEmailError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.oidc_providers import Provider
from questlog.identity.oidc_tokens import Subject
from questlog.identity.sign_in import RegistrationClosedError

NAME_LENGTH = 200


class LoginToLinkError(ConflictError):
    code = "login_to_link"
    default_message = (
        "There is an account with this e-mail address. Sign in to it, then link this provider."
    )


class AccountClosedError(AuthorizationError):
    code = "account_closed"
    default_message = "This account is closed. Ask the administrator of this server."


async def account_of(
    session: Session, desk: FrontDesk, provider: Provider, who: Subject, clues: Clues
) -> User:
    """Return the account of whom a provider named, linked to them; made if need be.

    The identity alone decides when it is known. Otherwise an address counts only if the provider has verified it.
    Raises `AccountClosedError`, `RegistrationClosedError`, `LoginToLinkError`, `TooManyAttemptsError`; and
    `IdentityTakenError` or `EmailTakenError` when the same person arrives twice at this moment.
    """
    user = await external_identities.owner_of(session, who)
    if user is not None:
        _require_open(user)
        await external_identities.note_use(session, who)
        return user
    address = _verified_address(who)
    held = None if address is None else await users.get_by_email(session, address)
    if held is None:
        user = await _newcomer(session, desk, who, address, clues)
    else:
        user = await _adopted(session, desk, provider, held)
    session.info["actor"] = f"user:{user.id}"
    await external_identities.link(session, user.id, who, provider.name)
    return user


async def link_account(
    session: Session, desk: FrontDesk, provider: Provider, who: Subject, user_id: UUID
) -> Row[Any]:
    """Link an identity to an account whose owner asked for it while signed in; tell them by mail.

    Raises `AccountClosedError`, `IdentityTakenError`.
    """
    user = await users.get_by_id(session, user_id)
    _require_open(user)
    session.info["actor"] = f"user:{user_id}"
    was_known = await external_identities.owner_of(session, who) is not None
    identity_id = await external_identities.link(session, user_id, who, provider.name)
    if not was_known:
        await external_identities.tell(session, desk, user_id, provider.name, "linked")
    return await external_identities.get(session, user_id, identity_id)


def _require_open(user: User) -> None:
    if not user.is_active:
        raise AccountClosedError()


def _verified_address(who: Subject) -> str | None:
    if who.email is None or not who.email_verified:
        return None
    try:
        return emails.normalise(who.email)
    except InvalidEmailError:
        return None


async def _newcomer(
    session: Session, desk: FrontDesk, who: Subject, address: str | None, clues: Clues
) -> User:
    if not desk.registration_open:
        raise RegistrationClosedError()
    await attempts.spend(
        session, budget("account:network", clues.network, desk.limits.accounts_per_network)
    )
    return await sign_up(
        session,
        address,
        name=_printable(who.name),
        locale=clues.locale,
        email_verified=address is not None,
    )


async def _adopted(session: Session, desk: FrontDesk, provider: Provider, held: User) -> User:
    """Return the account that has this address already, if it may be entered this way.

    Nobody has shown yet that an unverified address is theirs: the first who does gets the account, and whatever an
    earlier holder left to come back by is dropped (S-067). A verified one is linked by its owner, signed in, unless the
    provider is trusted with that; an account with a second factor always (S-068).
    """
    _require_open(held)
    if held.has_second_factor:
        raise LoginToLinkError()
    if not held.email_verified:
        await users.prove_email(session, held)
    elif provider.configured.link_by_email:
        await external_identities.tell(session, desk, held.id, provider.name, "linked")
    else:
        raise LoginToLinkError()
    return held


def _printable(name: str) -> str:
    """Return a name the provider sent as one that may stand in our answers."""
    composed = unicodedata.normalize("NFC", name)
    return "".join(c for c in composed if c.isprintable()).strip()[:NAME_LENGTH]
