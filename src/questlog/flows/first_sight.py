"""The first token of somebody a trusted issuer vouches for: they get an account, before their request is answered.

It has a transaction of its own, so a reading request makes an account too, and one that fails leaves it there.
"""

from questlog.core.db import Database, Session
from questlog.flows.sign_up import sign_up
from questlog.identity import external_identities, issuer_presence
from questlog.identity.front_desk import FrontDesk
from questlog.identity.issuer_verifiers import Vouched
from questlog.identity.models import User
from questlog.identity.principals import Principal
from questlog.identity.sign_in import RegistrationClosedError
from questlog.identity.users import EmailTakenError


async def welcome(desk: FrontDesk, database: Database, vouched: Vouched) -> Principal:
    """Return whose identity this is from now on. However many arrive at once, one account is opened.

    Raises `RegistrationClosedError`, `AccountClosedError`.
    """
    if not desk.registration_open:
        raise RegistrationClosedError()
    return await database.write(_welcome, vouched)


async def _welcome(session: Session, vouched: Vouched) -> Principal:
    await external_identities.hold(session, vouched.as_subject)
    known = await issuer_presence.load(session, vouched.issuer, vouched.subject)
    if known is not None:
        return known
    user = await _account(session, vouched)
    await external_identities.link(session, user.id, vouched.as_subject, vouched.provider)
    return Principal(
        user.id,
        None,
        user.role,
        user.email,
        user.locale,
        user.timezone,
        issuer=vouched.issuer,
        subject=vouched.subject,
    )


async def _account(session: Session, vouched: Vouched) -> User:
    """Open an account. An address that is somebody's here is left to them: nobody's accounts are merged unasked (S-058)."""
    person = vouched.person
    try:
        return await sign_up(
            session, person.email, name=person.name, email_verified=person.email is not None
        )
    except EmailTakenError:
        return await sign_up(session, None, name=person.name)
