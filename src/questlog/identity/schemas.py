"""What the doors of identity take and answer."""

from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from questlog.core.schemas import Answer, Flag, Patch, Strict, absent, text

Locale = Literal["en", "ru"]
Role = Literal["user", "admin"]
Settings = dict[Annotated[str, text(1, 100)], Any]
MACHINE_ZONES = {"localtime", "Factory"}


@cache
def known_zones() -> frozenset[str]:
    return frozenset(available_timezones() - MACHINE_ZONES)


def _zone(name: str) -> str:
    if name not in known_zones():
        raise ValueError("must be a time zone of the IANA database, such as Europe/Rome")
    return name


TimezoneName = Annotated[
    str, text(1, 64), AfterValidator(_zone), Field(examples=["Europe/Rome", "UTC"])
]
Email = Annotated[
    str,
    Field(
        min_length=3,
        max_length=254,
        json_schema_extra={"format": "email"},
        examples=["ada@example.org"],
        description="Upper and lower case, and spaces around it, make no difference.",
    ),
]
_secret = {"format": "password", "writeOnly": True}
NewPassword = Annotated[
    str,
    text(8, 128),
    Field(
        json_schema_extra=_secret,
        examples=["correct horse battery"],
        description="8 to 128 characters. Widely known passwords are refused.",
    ),
]
Password = Annotated[
    str,
    text(1, 1024),
    Field(json_schema_extra=_secret, examples=["correct horse battery"]),
]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["042137"])]
RefreshTokenText = Annotated[str, text(1, 500), Field(examples=["qr1.…"])]


def example(body: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [body]})


class Confidential(Strict):
    """A body with a secret in it: its values never show in a log or a traceback."""

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return []


class SignupRequest(Confidential):
    model_config = example(
        {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"}
    )

    email: Email
    password: NewPassword
    name: Annotated[str, text(0, 200)] = ""


class LoginRequest(Confidential):
    model_config = example({"email": "ada@example.org", "password": "correct horse battery"})

    email: Email
    password: Password


class LoginForm(Confidential):
    """The form of OAuth2's password grant (RFC 6749 § 4.3.2); what names a client is not needed and not read."""

    model_config = example({"username": "ada@example.org", "password": "correct horse battery"})

    username: Email
    password: Password
    grant_type: Literal["password"] = "password"
    scope: Annotated[str, text(0, 500)] = ""
    client_id: Annotated[str, text(0, 500)] | None = None
    client_secret: Annotated[str, text(0, 500)] | None = None


class TokenRefreshRequest(Confidential):
    model_config = example({"refresh_token": "qr1.01a1fd8f-7855-72c1-a5c9-c7b66efc8d0e.1.AAAA"})

    refresh_token: RefreshTokenText


class LogoutRequest(Confidential):
    model_config = example({"refresh_token": "qr1.01a1fd8f-7855-72c1-a5c9-c7b66efc8d0e.1.AAAA"})

    refresh_token: Annotated[
        RefreshTokenText | None,
        Field(description="Whose session ends; without it, the session of the access token."),
    ] = None


class SendCodeRequest(Strict):
    model_config = example({"email": "ada@example.org"})

    email: Email
    purpose: Annotated[
        Literal["sign_in", "delete_account", "change_password"],
        Field(description="What the code will be good for, and nothing else."),
    ] = "sign_in"


class VerifyRequest(Confidential):
    model_config = example({"email": "ada@example.org", "code": "042137"})

    email: Email
    code: Code


class PasswordForgotRequest(Strict):
    model_config = example({"email": "ada@example.org"})

    email: Email


class PasswordResetRequest(Confidential):
    model_config = example(
        {"token": "01a1fd8f-7855-72c1-a5c9-c7b66efc8d0e.AAAA", "password": "correct horse battery"}
    )

    token: Annotated[str, text(1, 500), Field(description="What the link carries.")]
    password: NewPassword


def one_of(*names: str, body: dict[str, JsonValue]) -> ConfigDict:
    """Document a body that carries exactly one of two proofs."""
    one: list[JsonValue] = [{"required": [name]} for name in names]
    return ConfigDict(json_schema_extra={"examples": [body], "oneOf": one})


class OneProof(Confidential):
    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        password = next(name for name in type(self).model_fields if name.endswith("password"))
        if (password in self.model_fields_set) == ("code" in self.model_fields_set):
            raise ValueError(f"give either `{password}` or `code`")
        return self


class PasswordChangeRequest(OneProof):
    """Either the present password, or a code that was sent with the purpose `change_password`."""

    model_config = one_of(
        "current_password",
        "code",
        body={
            "current_password": "correct horse battery",
            "new_password": "a better horse battery",
        },
    )

    current_password: Password = absent()
    code: Code = absent()
    new_password: NewPassword
    revoke_others: Annotated[
        Flag, Field(description="Whether all other sessions are signed out.")
    ] = True


class AccountDeleteRequest(OneProof):
    """Either the password, or a code that was sent with the purpose `delete_account`."""

    model_config = one_of("password", "code", body={"password": "correct horse battery"})

    password: Password = absent()
    code: Code = absent()


class UserUpdate(Patch):
    model_config = example(
        {"name": "Ada", "settings": {"theme": "dark"}, "timezone": "Europe/Rome"}
    )

    name: Annotated[str, text(0, 200)] = absent()
    profile_text: Annotated[str, text(0, 20_000)] | None = absent()
    settings: Annotated[
        Settings, Field(description="Merged into what is there (RFC 7396); 16 KiB in all.")
    ] = absent()
    locale: Locale = absent()
    timezone: TimezoneName = absent()


class UserAdminUpdate(Patch):
    model_config = example({"role": "admin"})

    name: Annotated[str, text(0, 200)] = absent()
    role: Role = absent()
    is_active: Annotated[
        Flag, Field(description="`false` closes the account and ends its sessions.")
    ] = absent()
    locale: Locale = absent()
    timezone: TimezoneName = absent()


class UserResponse(Answer):
    id: UUID
    email: str | None
    name: str
    role: Role
    is_active: bool
    email_verified: bool
    profile_text: str | None
    settings: dict[str, Any]
    locale: Locale
    timezone: str
    created_at: datetime
    updated_at: datetime
    last_login_at: datetime | None


class TokenResponse(Answer):
    model_config = ConfigDict(
        json_schema_extra={"description": "Tokens of a new or continued session."}
    )

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the type's name
    expires_in: Annotated[int, Field(description="Seconds until the access token expires.")]
    user: UserResponse


class MessageResponse(Answer):
    message: str


class LogoutResponse(MessageResponse):
    pass


class SendCodeResponse(MessageResponse):
    dev_code: Annotated[
        str | None,
        Field(
            exclude_if=lambda code: code is None,
            description="The code itself, on a developer's own machine without a mail server.",
        ),
    ] = None


class PasswordForgotResponse(MessageResponse):
    dev_token: Annotated[
        str | None,
        Field(
            exclude_if=lambda token: token is None,
            description="What the link would carry, on a developer's own machine without a mail server.",
        ),
    ] = None


class SocketTicketResponse(Answer):
    ticket: str = Field(description="Opens one WebSocket, as the subprotocol `ticket.<ticket>`.")
    expires_at: datetime


class SessionResponse(Answer):
    id: UUID
    created_at: datetime
    last_used_at: Annotated[datetime, Field(description="Exact to a minute.")]
    expires_at: datetime
    address: str | None
    user_agent: str | None
    door: Annotated[str, Field(description="How it was opened, such as `password` or `code`.")]
    current: Annotated[bool, Field(description="Whether this very request belongs to it.")]


class SessionPage(BaseModel):
    items: list[SessionResponse]
    next_cursor: str | None
    total: int | None = None
