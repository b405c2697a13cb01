"""Refresh tokens: numbered, derived when needed, stored nowhere (decision 0004)."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

from questlog.core.ids import parse_id
from questlog.core.security import Keyring, same

VERSION = "qr1"
PURPOSE = "refresh tokens"
LONGEST = 200
MOST_DIGITS = 9


@dataclass(frozen=True)
class RefreshToken:
    """A token as it was presented. Only `is_genuine` tells whether it is one of ours."""

    session_id: UUID
    number: int
    mac: bytes


def read(text: str) -> RefreshToken | None:
    """Return the parts of `qr1.<session>.<number>.<mac>`, or None for anything else."""
    parts = text.split(".") if len(text) <= LONGEST and text.isascii() else []
    if len(parts) != 4 or parts[0] != VERSION:
        return None
    session_id, number = parse_id(parts[1]), parts[2]
    if session_id is None or not number.isdecimal() or len(number) > MOST_DIGITS:
        return None
    try:
        mac = base64.urlsafe_b64decode(parts[3] + "=")
    except (ValueError, binascii.Error):
        return None
    found = RefreshToken(session_id, int(number), mac)
    return found if _write(found) == text else None  # one spelling a token


def make(keyring: Keyring, key: bytes, session_id: UUID, number: int) -> str:
    """Return token `number` of a session whose own key is `key`."""
    return _write(RefreshToken(session_id, number, _mac(keyring, key, session_id, number)))


def is_genuine(keyring: Keyring, key: bytes, token: RefreshToken) -> bool:
    made = [_mac(each, key, token.session_id, token.number) for each in keyring.readable]
    return any(same(token.mac, one) for one in made)


def _write(token: RefreshToken) -> str:
    mac = base64.urlsafe_b64encode(token.mac).rstrip(b"=").decode()
    return f"{VERSION}.{token.session_id}.{token.number}.{mac}"


def _mac(keyring: Keyring, key: bytes, session_id: UUID, number: int) -> bytes:
    return keyring.sign(PURPOSE, key + session_id.bytes + number.to_bytes(8))
