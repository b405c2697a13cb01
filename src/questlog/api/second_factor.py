"""Second factors over HTTP: answering for one, and an authenticator app and recovery codes of one's own."""

from questlog.api.deps import Clues, Counted, CurrentUser, Desk, Reader, Steps, UserId, Writer
from questlog.api.documented import public, refusing
from questlog.api.routing import HouseRouter
from questlog.identity import factor_changes, factor_proofs, factor_sign_in, recovery_codes, totp
from questlog.identity.factor_schemas import (
    FactorProofRequest,
    RecoveryCodesResponse,
    RemainingCodesResponse,
    SecondFactorRequest,
    TotpBegunResponse,
    TotpConfirmRequest,
    TotpResponse,
)
from questlog.identity.recovery_codes import Remaining
from questlog.identity.schemas import TokenResponse
from questlog.identity.sign_in import SignedIn
from questlog.identity.totp import Begun, TotpState

router = HouseRouter(tags=["second factors"])


@router.post(
    "/auth/second-factor",
    response_model=TokenResponse,
    dependencies=[Counted],
    openapi_extra=public(401),
)
async def show_second_factor(
    body: SecondFactorRequest, desk: Desk, clues: Clues, database: Steps
) -> SignedIn:
    """Finish a sign-in that answered `second_factor_required`. A ticket allows five tries."""
    return await factor_sign_in.with_second_factor(database, desk, body.ticket, body.answer, clues)


@router.get("/me/totp", response_model=TotpResponse)
async def get_totp(user_id: UserId, session: Reader) -> TotpState:
    """Say whether an authenticator app is set up. Its secret is never shown again."""
    return await totp.state(session, user_id)


@router.post("/me/totp", response_model=TotpBegunResponse, openapi_extra=refusing(403, 409))
async def begin_totp(
    me: CurrentUser, desk: Desk, database: Steps, body: FactorProofRequest | None = None
) -> Begun:
    """Begin to set up an authenticator app: show `qr_svg`, then confirm with a code of the app.

    Who signed in more than fifteen minutes ago shows again who they are.
    """
    await factor_proofs.prove_unless_fresh(database, desk, me, body.proof if body else None)
    return await database.write(totp.begin, desk, me.user_id)


@router.post(
    "/me/totp/confirm", response_model=RecoveryCodesResponse, openapi_extra=refusing(404, 409)
)
async def confirm_totp(
    body: TotpConfirmRequest, user_id: UserId, desk: Desk, session: Writer
) -> RecoveryCodesResponse:
    """Switch the authenticator app on with a code it shows. From now on every sign-in asks for a second factor."""
    codes = await totp.confirm(session, desk, user_id, body.code)
    return RecoveryCodesResponse(recovery_codes=codes)


@router.delete("/me/totp", status_code=204, openapi_extra=refusing(404))
async def remove_totp(
    body: FactorProofRequest, me: CurrentUser, desk: Desk, database: Steps
) -> None:
    """Remove the authenticator app. With the last factor the recovery codes go too."""
    await factor_proofs.prove(database, desk, me, body.proof)
    await database.write(totp.remove, desk, me.user_id)


@router.get("/me/recovery-codes", response_model=RemainingCodesResponse)
async def count_recovery_codes(user_id: UserId, session: Reader) -> Remaining:
    """Say how many recovery codes are left. They are kept as digests, so they cannot be shown again."""
    return await recovery_codes.remaining(session, user_id)


@router.post(
    "/me/recovery-codes", response_model=RecoveryCodesResponse, openapi_extra=refusing(409)
)
async def replace_recovery_codes(
    body: FactorProofRequest, me: CurrentUser, desk: Desk, database: Steps
) -> RecoveryCodesResponse:
    """Make ten new recovery codes; those before are void."""
    await factor_proofs.prove(database, desk, me, body.proof)
    codes = await database.write(factor_changes.renew_codes, desk, me.user_id)
    return RecoveryCodesResponse(recovery_codes=codes)
