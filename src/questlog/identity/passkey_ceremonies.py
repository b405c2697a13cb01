"""The two ceremonies of WebAuthn (Level 3 § 7), as far as they are the same for everybody: what is asked, what is good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from questlog.core.exceptions import AuthenticationError
from questlog.identity.relying_party import RelyingParty

TIMEOUT_MS = 300_000
LONGEST_ID = 1400
TRANSPORTS = frozenset({"usb", "nfc", "ble", "internal", "hybrid", "smart-card", "cable"})
VERIFIED = UserVerificationRequirement.REQUIRED
# What the library lets through when a hostile authenticator's bytes are no CBOR, no key or no certificate.
MALFORMED = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, OverflowError)

type Options = dict[str, Any]


class InvalidPasskeyError(AuthenticationError):
    code = "invalid_passkey"
    default_message = "This passkey cannot be accepted. Try again, or use another way."


@dataclass(frozen=True)
class NewKey:
    credential_id: str
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


@dataclass(frozen=True)
class Holder:
    """For whom a passkey is made: `label` and `name` are what their device shows."""

    user_id: UUID
    label: str
    name: str


def to_register(party: RelyingParty, holder: Holder, known: Sequence[str]) -> tuple[str, Options]:
    """Return a challenge and what `navigator.credentials.create` is given; devices in `known` are left out."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=holder.user_id.bytes,
        user_name=holder.label,
        user_display_name=holder.name,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=_descriptors(known),
    )
    return bytes_to_base64url(options.challenge), options_to_json_dict(options)


def to_sign_in(party: RelyingParty, allowed: Sequence[str]) -> tuple[str, Options]:
    """Return a challenge and what `navigator.credentials.get` is given; no `allowed` is any passkey of this site."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        timeout=TIMEOUT_MS,
        allow_credentials=_descriptors(allowed),
        user_verification=VERIFIED,
    )
    return bytes_to_base64url(options.challenge), options_to_json_dict(options)


def registered(party: RelyingParty, challenge: str, credential: Mapping[str, Any]) -> NewKey:
    """Verify what a device answered to `to_register`. Raises `InvalidPasskeyError`."""
    try:
        found = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise InvalidPasskeyError() from error
    credential_id = bytes_to_base64url(found.credential_id)
    if len(credential_id) > LONGEST_ID:
        raise InvalidPasskeyError()
    return NewKey(
        credential_id, found.credential_public_key, found.sign_count, _transports(credential)
    )


def signed(
    party: RelyingParty, challenge: str, credential: Mapping[str, Any], public_key: bytes
) -> int:
    """Verify what a device answered to `to_sign_in` and return its counter, which the caller compares.

    Raises `InvalidPasskeyError`.
    """
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=public_key,
            credential_current_sign_count=0,  # compared with the row, where nobody comes between
            require_user_verification=True,
        )
    except MALFORMED as error:
        raise InvalidPasskeyError() from error
    return found.new_sign_count


def handle_of(credential: Mapping[str, Any]) -> bytes | None:
    """Return whose passkey the device says it is, where it says so."""
    response = credential.get("response")
    handle = response.get("userHandle") if isinstance(response, dict) else None
    if not isinstance(handle, str):
        return None
    try:
        return base64url_to_bytes(handle)
    except ValueError:
        return b""


def _descriptors(ids: Sequence[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in ids]


def _transports(credential: Mapping[str, Any]) -> tuple[str, ...]:
    told = credential["response"].get("transports")
    named = told if isinstance(told, list) else []
    return tuple(sorted({each for each in named if isinstance(each, str)} & TRANSPORTS))
