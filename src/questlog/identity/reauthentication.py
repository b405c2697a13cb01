"""Showing once more who one is, before something that cannot be taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from questlog.core.db import Database
from questlog.identity import attempts, email_codes, password_proofs
from questlog.identity.clues import Clues
from questlog.identity.email_codes import InvalidCodeError, Purpose
from questlog.identity.front_desk import FrontDesk
from questlog.identity.password_proofs import InvalidCredentialsError
from questlog.identity.principals import Principal


@dataclass(frozen=True)
class Proof:
    """The account's password, or a code sent to its address for this very purpose."""

    password: str | None = None
    code: str | None = None


@asynccontextmanager
async def proven_again(
    database: Database, desk: FrontDesk, me: Principal, proof: Proof, purpose: Purpose
) -> AsyncIterator[None]:
    """Run the block if `proof` holds; the turn at the hasher lasts as long as the block.

    Raises `InvalidCredentialsError`, `InvalidCodeError`, `TooManyAttemptsError`.
    """
    if proof.code is not None:
        await _check_code(database, desk, me, proof.code, purpose)
        async with desk.passwords.turn():
            yield
        return
    if me.email is None or proof.password is None:
        raise InvalidCredentialsError()
    async with password_proofs.proving(
        database, desk, me.email, proof.password, _clues(me), failure="password.failed"
    ) as proven:
        await database.write(attempts.give_back, proven.spent)
        yield


async def _check_code(
    database: Database, desk: FrontDesk, me: Principal, code: str, purpose: Purpose
) -> None:
    if me.email is None:
        raise InvalidCodeError()
    refusal = await database.write(
        email_codes.redeem, desk, me.email, code, purpose=purpose, clues=_clues(me)
    )
    if refusal is not None:
        raise refusal


def _clues(me: Principal) -> Clues:
    """Count by user instead of by network: a stolen token gets no fresh attempts by moving."""
    return Clues(address=f"user:{me.user_id}")
