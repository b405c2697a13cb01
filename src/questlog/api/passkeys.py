"""Passkeys over HTTP: one's own, and signing in with one."""

from typing import Any

from sqlalchemy import Row

from questlog.api.deps import (
    Clues,
    Counted,
    CurrentUser,
    Desk,
    PathId,
    Reader,
    Steps,
    UserId,
    Writer,
)
from questlog.api.documented import public, refusing
from questlog.api.routing import HouseRouter
from questlog.core.exceptions import QuestlogError
from questlog.identity import factor_proofs, factor_sign_in, passkeys
from questlog.identity.factor_schemas import (
    FactorProofRequest,
    PasskeyAskedResponse,
    PasskeyAskRequest,
    PasskeyCreate,
    PasskeyCreatedResponse,
    PasskeyList,
    PasskeyResponse,
    PasskeySignInRequest,
    PasskeyUpdate,
)
from questlog.identity.passkeys import Asked, Registered
from questlog.identity.schemas import TokenResponse
from questlog.identity.sign_in import SignedIn

router = HouseRouter(tags=["second factors"])


@router.post(
    "/auth/passkey/options",
    response_model=PasskeyAskedResponse,
    dependencies=[Counted],
    openapi_extra=public(401),
)
async def ask_for_passkey(body: PasskeyAskRequest, desk: Desk, session: Writer) -> Asked:
    """Say what the browser is to ask a device for.

    Without a ticket, any passkey of this site signs in by itself. With the ticket of `second_factor_required`, one of
    that account's finishes the sign-in at `/auth/second-factor`.
    """
    if body.ticket is None:
        return await passkeys.ask_anybody(session, desk)
    return await passkeys.ask_after(session, desk, body.ticket)


@router.post(
    "/auth/passkey",
    response_model=TokenResponse,
    dependencies=[Counted],
    openapi_extra=public(401),
)
async def sign_in_with_passkey(
    body: PasskeySignInRequest, desk: Desk, clues: Clues, database: Steps
) -> SignedIn:
    """Sign in with a passkey alone. The device has verified its user, so no other factor is asked for."""
    return await factor_sign_in.with_passkey(database, desk, body.ticket, body.credential, clues)


@router.get("/me/passkeys", response_model=PasskeyList)
async def list_passkeys(user_id: UserId, session: Reader) -> PasskeyList:
    """List one's passkeys, the oldest first."""
    found = await passkeys.list_own(session, user_id)
    return PasskeyList(items=[PasskeyResponse.model_validate(row) for row in found])


@router.post(
    "/me/passkeys/options",
    response_model=PasskeyAskedResponse,
    openapi_extra=refusing(403, 409),
)
async def begin_passkey(
    me: CurrentUser, desk: Desk, database: Steps, body: FactorProofRequest | None = None
) -> Asked:
    """Begin to register a passkey: give `options` to `navigator.credentials.create()`.

    Who signed in more than fifteen minutes ago shows again who they are.
    """
    await factor_proofs.prove_unless_fresh(database, desk, me, body.proof if body else None)
    return await database.write(passkeys.begin_registration, desk, me.user_id)


@router.post("/me/passkeys/proof", response_model=PasskeyAskedResponse)
async def ask_for_passkey_again(user_id: UserId, desk: Desk, session: Writer) -> Asked:
    """Ask for a passkey as proof of who one is, before a factor is changed."""
    return await passkeys.ask_again(session, desk, user_id)


@router.post(
    "/me/passkeys",
    status_code=201,
    response_model=PasskeyCreatedResponse,
    openapi_extra=refusing(409),
)
async def register_passkey(
    body: PasskeyCreate, user_id: UserId, desk: Desk, database: Steps
) -> Registered:
    """Keep the passkey a device has made. From now on every sign-in asks for a second factor."""
    result = await database.write(
        passkeys.register, desk, user_id, body.ticket, body.credential, name=body.name
    )
    if isinstance(result, QuestlogError):
        raise result
    return result


@router.patch("/me/passkeys/{passkey_id}", response_model=PasskeyResponse)
async def rename_passkey(
    passkey_id: PathId, body: PasskeyUpdate, user_id: UserId, session: Writer
) -> Row[Any]:
    """Give a passkey another name."""
    return await passkeys.rename(session, user_id, passkey_id, body.name)


@router.delete("/me/passkeys/{passkey_id}", status_code=204, openapi_extra=refusing(409))
async def remove_passkey(
    passkey_id: PathId, body: FactorProofRequest, me: CurrentUser, desk: Desk, database: Steps
) -> None:
    """Remove a passkey. The last way in cannot be removed."""
    await database.read(passkeys.require_own, me.user_id, passkey_id)
    await factor_proofs.prove(database, desk, me, body.proof)
    await database.write(passkeys.remove, desk, me.user_id, passkey_id)
