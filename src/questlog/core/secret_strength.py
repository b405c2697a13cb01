"""What makes a secret worth nothing: too short, a word from an example, one character repeated."""

import re
from collections.abc import Iterator

from pydantic import SecretStr

MIN_LENGTH = 32
MIN_DIFFERENT_CHARACTERS = 8

# The words of examples and tutorials; a random secret of 32 characters holds none of them by chance.
PLACEHOLDER = re.compile(
    r"your[-_ ]?(\w+[-_ ])?(secret|key|jwt)|change[-_ ]?(me|this|it|in[-_ ])|replace[-_ ]?(me|this|with)"
    r"|^(my[-_ ]|the[-_ ]|super[-_ ]|top[-_ ]|jwt[-_ ])*secret([-_ ]key)?[-_ ]?\d*$"
    r"|insecure|placeholder|generate[-_ ]|^<.*>$|0123456789|abcdefghij|qwertyuiop",
    re.IGNORECASE,
)


def complaints(name: str, secret: SecretStr, *, min_length: int = MIN_LENGTH) -> Iterator[str]:
    """Yield one line when the secret in the variable `name` is set and weak."""
    reason = weakness(secret.get_secret_value(), min_length=min_length) if secret else None
    if reason:
        yield f"{name} {reason}. Take: openssl rand -base64 48"


def weakness(secret: str, *, min_length: int = MIN_LENGTH) -> str | None:
    """Say why `secret` must not guard anything, or None when no reason is seen. The answer never quotes it."""
    if PLACEHOLDER.search(secret):
        return "is a placeholder from an example"
    if len(secret) < min_length:
        return f"has {len(secret)} characters, and {min_length} are the least"
    if len(set(secret)) < MIN_DIFFERENT_CHARACTERS or _is_repeated(secret):
        return "repeats itself"
    return None


def _is_repeated(secret: str) -> bool:
    """True when the whole is a shorter piece said several times (`abc1abc1abc1…`)."""
    return secret in (secret + secret)[1:-1]
