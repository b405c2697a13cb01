"""Opening an account with a password, and being signed in to it at once."""

from questlog.core.db import Database, Session
from questlog.flows.sign_up import sign_up
from questlog.identity import attempts, emails, passwords, sign_in
from questlog.identity.attempts import budget
from questlog.identity.clues import Clues
from questlog.identity.front_desk import FrontDesk
from questlog.identity.sign_in import RegistrationClosedError, SecondFactorNeeded, SignedIn


async def register(
    database: Database, desk: FrontDesk, email: str, password: str, *, name: str, clues: Clues
) -> SignedIn:
    """Raises `RegistrationClosedError`, `InvalidEmailError`, `WeakPasswordError`, `EmailTakenError`, `TooManyAttemptsError`.

    An address that is taken costs a hash as well, so that only the answer tells.
    """
    if not desk.registration_open:
        raise RegistrationClosedError()
    address = emails.normalise(email)
    passwords.check(password, address)
    async with desk.passwords.turn():
        await database.write(
            attempts.spend,
            budget("account:network", clues.network, desk.limits.accounts_per_network),
        )
        password_hash = await desk.passwords.hash(password)
    opened = await database.write(_open, desk, address, password_hash, name=name, clues=clues)
    return sign_in.inside(opened)


async def _open(
    session: Session, desk: FrontDesk, email: str, password_hash: str, *, name: str, clues: Clues
) -> SignedIn | SecondFactorNeeded:
    user = await sign_up(
        session, email, name=name, password_hash=password_hash, locale=clues.locale
    )
    return await sign_in.enter(session, desk, user, clues, door="registration")
