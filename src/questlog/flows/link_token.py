"""Linking a trusted issuer's identity to the account of somebody signed in here, by a token of that issuer.

Accounts are never merged unasked (S-058): the owner of one asks, and shows by the token that the identity is theirs, too.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Row

from questlog.core.db import Database, Session
from questlog.core.exceptions import ValidationError
from questlog.flows.absorb_account import AccountClosedError, absorb
from questlog.identity import external_identities, users
from questlog.identity.access_tokens import BadAccessTokenError, ExpiredAccessTokenError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.issuer_verifiers import Vouched


class TokenRefusedError(ValidationError):
    """Not 401: it is not the caller's own token that is refused."""

    code = "token_refused"
    default_message = "No issuer that this server trusts vouches for this token now."

    def __init__(self) -> None:
        super().__init__(pointer="/body/token")


async def link_token(
    database: Database, desk: FrontDesk, user_id: UUID, token: str
) -> tuple[Row[Any], bool]:
    """Return the identity the token speaks of, linked, and whether it was not before.

    Raises `TokenRefusedError`, `IssuerUnreachableError`, `AccountClosedError`, and `IdentityInUseError` for one whose
    own account here has something in it.
    """
    try:
        vouched = await desk.issuers.verify(token)
    except (BadAccessTokenError, ExpiredAccessTokenError) as error:
        raise TokenRefusedError() from error
    return await database.write(_link, desk, user_id, vouched)


async def _link(
    session: Session, desk: FrontDesk, user_id: UUID, vouched: Vouched
) -> tuple[Row[Any], bool]:
    who = vouched.as_subject
    await external_identities.hold(session, who)
    owner = await external_identities.owner_of(session, who)
    is_new = owner is None or owner.id != user_id
    if owner is not None and is_new:
        await absorb(session, user_id, owner.id)
    elif not (await users.get_by_id(session, user_id)).is_active:
        raise AccountClosedError()
    identity_id = await external_identities.link(session, user_id, who, vouched.provider)
    if is_new:
        await external_identities.tell(session, desk, user_id, vouched.provider, "linked")
    return await external_identities.get(session, user_id, identity_id), is_new
