"""What the doors of second factors take and answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self
from uuid import UUID

from pydantic import ConfigDict, Field, JsonValue, model_validator

from questlog.core.schemas import Answer, Patch, absent, text, title
from questlog.identity import factor_proofs
from questlog.identity.factor_proofs import FactorProof
from questlog.identity.schemas import Code, Confidential, Password, example

TICKET = "Zk9vR2Vyb3VzIHRpY2tldHMgYXJlIGxvbmcgYW5kIHNob3J0"
CREDENTIAL: dict[str, JsonValue] = {
    "id": "AAAA",
    "rawId": "AAAA",
    "type": "public-key",
    "response": {"clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA"},
    "clientExtensionResults": {},
}
NEW_CREDENTIAL: dict[str, JsonValue] = {
    **CREDENTIAL,
    "response": {"clientDataJSON": "AAAA", "attestationObject": "AAAA", "transports": ["internal"]},
}
TicketText = Annotated[
    str, text(1, 100), Field(description="Good for five minutes, once.", examples=[TICKET])
]
RecoveryCodeText = Annotated[
    str,
    text(1, 100),
    Field(
        examples=["7d1k-m4pz-0x9c-w2qa"],
        description="One of the ten shown when the first factor was added; case and hyphens make no difference.",
    ),
]
Credential = Annotated[
    dict[str, Any],
    Field(
        min_length=1,
        max_length=20,
        examples=[CREDENTIAL],
        description="What `PublicKeyCredential.toJSON()` gives in the browser.",
    ),
]
PasskeyName = Annotated[str, title(100), Field(examples=["Ada's phone"])]
Codes = Annotated[
    Sequence[str] | None,
    Field(description="Ten recovery codes, shown this once; null where there are some already."),
]


def _either(*choices: tuple[str, ...], body: dict[str, JsonValue]) -> ConfigDict:
    """Document a body that carries exactly one of several proofs."""
    # The properties tell readers of the document that what is required there is described here.
    one: list[JsonValue] = [
        {"required": list(names), "properties": {name: {} for name in names}} for names in choices
    ]
    return ConfigDict(json_schema_extra={"examples": [body], "oneOf": one})


class OneOf(Confidential):
    """A body with exactly one of the fields in `choices`."""

    choices: ClassVar[tuple[str, ...]]

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len(self.model_fields_set.intersection(self.choices)) != 1:
            raise ValueError(f"give one of {', '.join(f'`{name}`' for name in self.choices)}")
        return self


class SecondFactorRequest(OneOf):
    """The ticket of `second_factor_required`, and one factor."""

    model_config = _either(
        ("code",),
        ("recovery_code",),
        ("credential",),
        body={"ticket": TICKET, "code": "042137"},
    )
    choices = ("code", "recovery_code", "credential")

    ticket: TicketText
    code: Annotated[Code, Field(description="What the authenticator app shows.")] = absent()
    recovery_code: RecoveryCodeText = absent()
    credential: Credential = absent()

    @property
    def answer(self) -> factor_proofs.Answer:
        return factor_proofs.Answer(self.code, self.recovery_code, self.credential)


class FactorProofRequest(OneOf):
    """The password, or one of the account's factors: a code by mail is not enough here."""

    model_config = _either(
        ("password",),
        ("code",),
        ("recovery_code",),
        ("credential", "ticket"),
        body={"password": "correct horse battery"},
    )
    choices = ("password", "code", "recovery_code", "credential")

    password: Password = absent()
    code: Annotated[Code, Field(description="What the authenticator app shows.")] = absent()
    recovery_code: RecoveryCodeText = absent()
    credential: Credential = absent()
    ticket: Annotated[
        TicketText, Field(description="Of `POST /me/passkeys/proof`, beside `credential`.")
    ] = absent()

    @model_validator(mode="after")
    def _ticket_beside_credential(self) -> Self:
        if ("ticket" in self.model_fields_set) != ("credential" in self.model_fields_set):
            raise ValueError("`credential` and `ticket` go together")
        return self

    @property
    def proof(self) -> FactorProof:
        if self.password is not None:
            return FactorProof(password=self.password)
        answer = factor_proofs.Answer(self.code, self.recovery_code, self.credential)
        return FactorProof(answer=answer, ticket=self.ticket)


class TotpConfirmRequest(Confidential):
    model_config = example({"code": "042137"})

    code: Code


class TotpResponse(Answer):
    enabled: bool
    confirmed_at: datetime | None


class TotpBegunResponse(Answer):
    secret: Annotated[str, Field(description="Base32, to be typed into an app by hand.")]
    otpauth_uri: Annotated[str, Field(description="The same as an address, `otpauth://…`.")]
    qr_svg: Annotated[
        str, Field(description="The address as a QR code: an `<svg>` element for an HTML page.")
    ]


class RecoveryCodesResponse(Answer):
    """`recovery_codes` are shown this once."""

    recovery_codes: Codes


class RemainingCodesResponse(Answer):
    remaining: int
    made_at: datetime | None


class PasskeyAskedResponse(Answer):
    ticket: TicketText
    options: Annotated[
        dict[str, Any],
        Field(
            description="For `PublicKeyCredential.parseCreationOptionsFromJSON()` or `parseRequestOptionsFromJSON()`."
        ),
    ]


class PasskeyAskRequest(Confidential):
    model_config = example({"ticket": TICKET})

    ticket: Annotated[
        TicketText | None,
        Field(description="Of `second_factor_required`; without it, to sign in by passkey alone."),
    ] = None


class PasskeySignInRequest(Confidential):
    model_config = example({"ticket": TICKET, "credential": CREDENTIAL})

    ticket: TicketText
    credential: Credential


class PasskeyCreate(Confidential):
    model_config = example({"ticket": TICKET, "credential": NEW_CREDENTIAL, "name": "Ada's phone"})

    ticket: TicketText
    credential: Credential
    name: PasskeyName = "Passkey"


class PasskeyUpdate(Patch):
    model_config = example({"name": "Ada's phone"})

    name: PasskeyName


class PasskeyResponse(Answer):
    id: UUID
    name: str
    transports: Sequence[str]
    created_at: datetime
    last_used_at: datetime | None


class PasskeyCreatedResponse(PasskeyResponse):
    recovery_codes: Codes


class PasskeyList(Answer):
    items: Sequence[PasskeyResponse]
