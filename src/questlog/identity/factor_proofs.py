"""Showing a second factor: to finish a sign-in, or once more before the factors themselves change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select

from questlog.core import clock
from questlog.core.db import Database, Session
from questlog.core.exceptions import AuthorizationError, QuestlogError
from questlog.identity import attempts, factor_tickets, passkeys, recovery_codes, totp
from questlog.identity.attempts import Spent, budget
from questlog.identity.clues import Clues
from questlog.identity.factor_tickets import InvalidTicketError, Ticket
from questlog.identity.front_desk import FrontDesk
from questlog.identity.models import SignInSession
from questlog.identity.passkey_ceremonies import InvalidPasskeyError
from questlog.identity.principals import Principal
from questlog.identity.reauthentication import Proof, proven_again
from questlog.identity.totp import InvalidFactorError

FRESH = timedelta(minutes=15)

type Method = Literal["totp", "recovery_code", "passkey"]


class ProofNeededError(AuthorizationError):
    code = "proof_needed"
    default_message = (
        "You signed in a while ago. Show again who you are, or sign in anew, before you do this."
    )


@dataclass(frozen=True)
class Answer:
    """One of the three. A `credential` answers what its ticket asked."""

    code: str | None = None
    recovery_code: str | None = None
    credential: Mapping[str, Any] | None = None

    @property
    def method(self) -> Method:
        if self.credential is not None:
            return "passkey"
        return "totp" if self.recovery_code is None else "recovery_code"


@dataclass(frozen=True)
class FactorProof:
    """The account's password or one of its factors; a passkey comes with the ticket that asked for it.

    A code by mail is none: whoever reads somebody's mail must not switch off their second factor.
    """

    password: str | None = None
    answer: Answer | None = None
    ticket: str | None = None


async def check(
    session: Session,
    desk: FrontDesk,
    user_id: UUID,
    answer: Answer,
    clues: Clues,
    *,
    ticket: Ticket | None,
) -> QuestlogError | None:
    """Compare and use up one factor. Returns why it was refused, so that the try it cost is committed."""
    if answer.credential is not None:
        if ticket is None:
            return InvalidTicketError()
        found = await passkeys.check(session, desk, ticket, answer.credential)
        return found if isinstance(found, InvalidPasskeyError) else None
    if answer.recovery_code is not None:
        used = await recovery_codes.use(session, user_id, answer.recovery_code)
        return None if used else InvalidFactorError()
    return await _check_code(session, desk, user_id, answer.code or "", clues)


async def _check_code(
    session: Session, desk: FrontDesk, user_id: UUID, code: str, clues: Clues
) -> QuestlogError | None:
    """Six digits can be guessed, so tries are counted for the account too: new tickets bring no new ones."""
    limits = desk.limits
    spent: list[Spent] = []
    for each in (
        budget("factor:network", clues.network, limits.factor_per_network),
        budget("factor:account", str(user_id), limits.factor_per_account),
    ):
        taken = await attempts.take(session, each)
        if taken is None:
            return attempts.exhausted(each)
        spent.append(taken)
    if not await totp.check(session, desk, user_id, code):
        return InvalidFactorError()
    await attempts.give_back(session, tuple(spent))
    return None


async def prove(database: Database, desk: FrontDesk, me: Principal, proof: FactorProof) -> None:
    """Raises `InvalidCredentialsError`, `InvalidFactorError`, `InvalidPasskeyError`, `InvalidTicketError`, `TooManyAttemptsError`."""
    if proof.answer is None:
        async with proven_again(database, desk, me, Proof(proof.password), "change_password"):
            return
    refusal = await database.write(_prove, desk, me, proof.answer, proof.ticket)
    if refusal is not None:
        raise refusal


async def _prove(
    session: Session, desk: FrontDesk, me: Principal, answer: Answer, text: str | None
) -> QuestlogError | None:
    # Counted by user instead of by network: a stolen token gets no fresh tries by moving.
    clues = Clues(address=f"user:{me.user_id}")
    if text is None:
        return await check(session, desk, me.user_id, answer, clues, ticket=None)
    ticket = await factor_tickets.claim(session, text, "proof")
    if isinstance(ticket, QuestlogError):
        return ticket
    if ticket.user_id != me.user_id:
        return InvalidTicketError()
    await factor_tickets.use_up(session, ticket)
    return await check(session, desk, me.user_id, answer, clues, ticket=ticket)


async def prove_unless_fresh(
    database: Database, desk: FrontDesk, me: Principal, proof: FactorProof | None
) -> None:
    """Ask for a proof unless this very session was opened a few minutes ago: a stolen token adds no factor.

    Raises `ProofNeededError` and what `prove` raises.
    """
    if proof is not None:
        await prove(database, desk, me, proof)
    elif not await database.read(_is_fresh, me):
        raise ProofNeededError()


async def _is_fresh(session: Session, me: Principal) -> bool:
    opened_at = await session.scalar(
        select(SignInSession.created_at).where(
            SignInSession.id == me.session_id, SignInSession.user_id == me.user_id
        )
    )
    return opened_at is not None and clock.now() - opened_at < FRESH
