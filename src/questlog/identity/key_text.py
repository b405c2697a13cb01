"""The text of an API key: `qlk_`, 291 random bits, and a checksum that tells a typo from a stranger.

What is shown of a key to know it by is six of its characters; more than 256 bits stay secret.
"""

import re
import secrets
import string
import zlib
from typing import Final

MARK: Final = "qlk_"
ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
SECRET_LENGTH: Final = 49
CHECKSUM_LENGTH: Final = 6
SHOWN: Final = len(MARK) + 6
SHAPE: Final = re.compile(rf"{MARK}[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}")


def make() -> str:
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
    return MARK + secret + _checksum(secret)


def looks_like_one(text: str) -> bool:
    return text.startswith(MARK)


def is_whole(text: str) -> bool:
    """Return whether this is a key as it was given out, nothing mistyped and nothing cut off."""
    if SHAPE.fullmatch(text) is None:
        return False
    secret = text[len(MARK) : -CHECKSUM_LENGTH]
    return text[-CHECKSUM_LENGTH:] == _checksum(secret)


def _checksum(secret: str) -> str:
    number, digits = zlib.crc32(secret.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
