"""Signing in with a code sent by mail; whoever has no account gets one."""

from questlog.automation import audit
from questlog.core.db import Database, Session
from questlog.core.exceptions import QuestlogError
from questlog.flows.sign_up import sign_up
from questlog.identity import attempts, email_codes, emails, sign_in, users
from questlog.identity.attempts import budget
from questlog.identity.clues import Clues
from questlog.identity.email_codes import InvalidCodeError
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import User
from questlog.identity.sign_in import RegistrationClosedError, SecondFactorNeeded, SignedIn
from questlog.identity.users import EmailTakenError


async def verify_code(
    database: Database, desk: FrontDesk, email: str, code: str, clues: Clues
) -> SignedIn:
    """Use up a code and open a session, in one transaction.

    A refusal is raised after the commit, because the guess it cost must stay counted. Raises `InvalidCodeError`,
    `TooManyAttemptsError`, `RegistrationClosedError`, `SecondFactorRequiredError`.
    """
    result = await database.write(_verify, desk, emails.normalise(email), code, clues)
    if isinstance(result, QuestlogError):
        raise result
    return sign_in.inside(result)


async def _verify(
    session: Session, desk: FrontDesk, email: str, code: str, clues: Clues
) -> SignedIn | SecondFactorNeeded | QuestlogError:
    refusal = await email_codes.redeem(session, desk, email, code, purpose="sign_in", clues=clues)
    if refusal is not None:
        return refusal
    user = await users.get_by_email(session, email)
    if user is None:
        if not desk.registration_open:
            return _refused(session, RegistrationClosedError(), None)
        accounts = budget("account:network", clues.network, desk.limits.accounts_per_network)
        if await attempts.take(session, accounts) is None:
            return _refused(session, attempts.exhausted(accounts), None)
        user = await _newcomer(session, email, clues)
    if not user.is_active:
        return _refused(session, InvalidCodeError(), user, reason="closed_account")
    session.info["actor"] = f"user:{user.id}"
    if (
        not user.has_second_factor
    ):  # else when the second factor is shown: a mailbox alone changes nothing
        await users.prove_email(session, user)
    return await sign_in.enter(session, desk, user, clues, door="code")


def _refused(
    session: Session, error: QuestlogError, user: User | None, *, reason: str | None = None
) -> QuestlogError:
    """Note why a good code does not let in."""
    details = {"door": "code", "reason": reason or error.code}
    account_id = None if user is None else user.id
    audit.record(session, "login.failed", account_id=account_id, details=details)
    return error


async def _newcomer(session: Session, email: str, clues: Clues) -> User:
    try:
        return await sign_up(session, email, locale=clues.locale, email_verified=True)
    except EmailTakenError:  # registered a moment ago
        found = await users.get_by_email(session, email)
        if found is None:
            raise
        return found
