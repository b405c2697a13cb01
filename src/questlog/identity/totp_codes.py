"""Time-based one-time passwords (RFC 6238): HMAC-SHA-1, six digits, steps of thirty seconds, as every app makes them."""

import base64
import hmac
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from questlog.core.security import same

PERIOD_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20  # what RFC 4226 § 4 recommends
DRIFT: Final = 1
ISSUER: Final = "Questlog"
LONGEST_LABEL: Final = 100


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def spelled(secret: bytes) -> str:
    """Return the secret as it is typed into an app: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // PERIOD_S


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """Return the code of one step (RFC 4226 § 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**digits:0{digits}}"


def matching_steps(secret: bytes, code: str, moment: datetime) -> Iterator[int]:
    """Yield the steps around `moment` that `code` belongs to, the newest first: clocks differ by up to a step."""
    now = step_at(moment)
    for step in range(now + DRIFT, now - DRIFT - 1, -1):
        if same(code, code_at(secret, step)):
            yield step


def uri(secret: bytes, account: str) -> str:
    """Return what a QR code carries (the Key URI Format of Google Authenticator).

    The account is a label for the eye: a long one is cut, or no code could hold it.
    """
    label = f"{quote(ISSUER)}:{quote(account[:LONGEST_LABEL], safe='')}"
    facts = {
        "secret": spelled(secret),
        "issuer": ISSUER,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": PERIOD_S,
    }
    return f"otpauth://totp/{label}?{urlencode(facts)}"
