"""Signing in and out over HTTP, and one's own account as documents 000 and 002 address it."""

from json import JSONDecodeError
from typing import Annotated, Any, ClassVar

from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from questlog.api.deps import (
    Clues,
    Counted,
    CountedLightly,
    Credentials,
    CurrentUser,
    Desk,
    ExpectedVersion,
    Reader,
    Steps,
    UserId,
    Writer,
    principal,
)
from questlog.api.documented import public, refusing
from questlog.api.routing import HouseRouter
from questlog.core.exceptions import BadRequestError
from questlog.flows import register
from questlog.flows import verify_code as code_door
from questlog.flows.own_account import change_own_account, own_account
from questlog.game.state_schemas import OwnAccountResponse
from questlog.identity import (
    email_codes,
    emails,
    password_change,
    password_resets,
    sessions,
    sign_in,
)
from questlog.identity.reauthentication import Proof
from questlog.identity.schemas import (
    LoginForm,
    LoginRequest,
    LogoutRequest,
    LogoutResponse,
    MessageResponse,
    PasswordChangeRequest,
    PasswordForgotRequest,
    PasswordForgotResponse,
    PasswordResetRequest,
    SendCodeRequest,
    SendCodeResponse,
    SignupRequest,
    TokenRefreshRequest,
    TokenResponse,
    UserUpdate,
    VerifyRequest,
)
from questlog.identity.sign_in import SignedIn

router = HouseRouter(prefix="/auth", tags=["auth"])

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
LOGIN_BODIES = public(401) | {
    "parameters": [{"$ref": "#/components/parameters/AcceptLanguage"}],
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/LoginRequest"}},
            FORM: {"schema": {"$ref": "#/components/schemas/LoginForm"}},
        },
    },
}
MAIL_IS_ON_ITS_WAY = "If this address can be reached, a mail is on its way."
SIGNED_OUT = "You are signed out."
PASSWORD_SET = "Your new password is set."  # noqa: S105 - a sentence


class MalformedJsonError(BadRequestError):
    code: ClassVar[str] = "malformed_json"
    default_message = "The body is not valid JSON."


async def login_body(request: Request) -> LoginRequest:
    """Read JSON or the form of OAuth2's password grant, whichever the content type says."""
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind == JSON:
        try:
            given = await request.json()
        except JSONDecodeError as error:
            raise MalformedJsonError() from error
        return _valid(LoginRequest, given)
    if kind != FORM:
        raise HTTPException(415, f"The body must be {JSON} or {FORM}.")
    fields = (await request.form()).multi_items()
    if len(dict(fields)) != len(fields):
        fault = {"type": "repeated", "loc": ("body",), "msg": "A field is given twice."}
        raise RequestValidationError([fault])
    form = _valid(LoginForm, dict(fields))
    return LoginRequest(email=form.username, password=form.password)


def _valid[Model: BaseModel](model: type[Model], given: Any) -> Model:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**fault, "loc": ("body", *fault["loc"])} for fault in faults]
        ) from None


@router.post(
    "/register",
    status_code=201,
    response_model=TokenResponse,
    dependencies=[Counted],
    openapi_extra=public(403, 409),
)
@router.post(
    "/signup",
    status_code=201,
    response_model=TokenResponse,
    dependencies=[Counted],
    openapi_extra=public(403, 409),
    name="sign_up",
)
async def register_user(body: SignupRequest, desk: Desk, clues: Clues, database: Steps) -> SignedIn:
    """Open an account with a password and sign in to it. An address that is taken answers 409."""
    return await register.register(
        database, desk, body.email, body.password, name=body.name, clues=clues
    )


@router.post(
    "/login", response_model=TokenResponse, dependencies=[Counted], openapi_extra=LOGIN_BODIES
)
async def log_in(
    body: Annotated[LoginRequest, Depends(login_body)], desk: Desk, clues: Clues, database: Steps
) -> SignedIn:
    """Sign in with e-mail and password: as JSON, or as the form of OAuth2's password grant.

    A wrong password, an unknown address and a closed account get the same answer.
    """
    return await sign_in.with_password(database, desk, body.email, body.password, clues)


@router.post(
    "/refresh",
    response_model=TokenResponse,
    dependencies=[CountedLightly],
    openapi_extra=public(401),
)
async def refresh_tokens(
    body: TokenRefreshRequest, desk: Desk, clues: Clues, database: Steps
) -> SignedIn:
    """Exchange a refresh token for new tokens.

    It works once; for ten seconds more it gets the same answer again, in case the first was lost. Later use shows that
    the token was copied, and ends the session.
    """
    return await sign_in.refresh(database, desk, body.refresh_token, clues)


@router.post(
    "/logout",
    response_model=LogoutResponse,
    openapi_extra={"security": [{}], **refusing(401, 409, 429)},
)
async def log_out(
    request: Request,
    credentials: Credentials,
    desk: Desk,
    database: Steps,
    body: LogoutRequest | None = None,
) -> LogoutResponse:
    """End the session of a refresh token or, without one, of the access token.

    The token of another issuer has no session here: that is answered 409.
    """
    if body is not None and body.refresh_token is not None:
        await database.write(
            sessions.logout_by_refresh_token, body.refresh_token, keyring=desk.keyring
        )
    else:
        me = await principal(request, credentials)
        await database.write(sessions.end_own, me.user_id, me.session_id)
    return LogoutResponse(message=SIGNED_OUT)


@router.post(
    "/send-code", response_model=SendCodeResponse, dependencies=[Counted], openapi_extra=public()
)
async def send_code(
    body: SendCodeRequest, desk: Desk, clues: Clues, database: Steps
) -> SendCodeResponse:
    """Mail a code of six digits that is good for five minutes. The answer does not tell who has an account."""
    email = emails.normalise(body.email)
    shown = await database.write(email_codes.send, desk, email, body.purpose, clues)
    return SendCodeResponse(message=MAIL_IS_ON_ITS_WAY, dev_code=shown)


@router.post(
    "/verify", response_model=TokenResponse, dependencies=[Counted], openapi_extra=public(401, 403)
)
async def verify_code(body: VerifyRequest, desk: Desk, clues: Clues, database: Steps) -> SignedIn:
    """Sign in with a code sent by mail. Whoever has no account gets one."""
    return await code_door.verify_code(database, desk, body.email, body.code, clues)


@router.get("/me", response_model=OwnAccountResponse, name="get_signed_in_user")
async def get_me(user_id: UserId, session: Reader) -> dict[str, Any]:
    """Give one's own account, and where one stands in the game."""
    return await own_account(session, user_id)


@router.patch("/me", response_model=OwnAccountResponse, name="update_signed_in_user")
async def update_me(
    body: UserUpdate, expected: ExpectedVersion, user_id: UserId, session: Writer
) -> dict[str, Any]:
    """Change one's own account. `settings` are merged: `null` takes a name out.

    The server reads one of them: with `hearts` set to `false` the game is played without hearts.
    """
    return await change_own_account(session, user_id, body.changes, expected_version=expected)


@router.post("/password/change", response_model=MessageResponse)
async def change_password(
    body: PasswordChangeRequest, me: CurrentUser, desk: Desk, clues: Clues, database: Steps
) -> MessageResponse:
    """Set a new password, with the present one or with a code. All other sessions end, unless told otherwise."""
    await password_change.change(
        database,
        desk,
        me,
        Proof(body.current_password, body.code),
        body.new_password,
        clues=clues,
        revoke_others=body.revoke_others,
    )
    return MessageResponse(message=PASSWORD_SET)


@router.post(
    "/password/forgot",
    response_model=PasswordForgotResponse,
    dependencies=[Counted],
    openapi_extra=public(),
)
async def forgot_password(
    body: PasswordForgotRequest, desk: Desk, clues: Clues, database: Steps
) -> PasswordForgotResponse:
    """Mail a link that sets a new password. The answer does not tell who has an account."""
    email = emails.normalise(body.email)
    shown = await database.write(password_resets.request, desk, email, clues)
    return PasswordForgotResponse(message=MAIL_IS_ON_ITS_WAY, dev_token=shown)


@router.post(
    "/password/reset",
    response_model=MessageResponse,
    dependencies=[Counted],
    openapi_extra=public(404),
)
async def reset_password(
    body: PasswordResetRequest, desk: Desk, clues: Clues, database: Steps
) -> MessageResponse:
    """Set a new password with what the mailed link carries. All sessions end."""
    await password_resets.reset(database, desk, body.token, body.password, clues)
    return MessageResponse(message=PASSWORD_SET)
