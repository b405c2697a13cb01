"""Why a delivery did not arrive: the closed set of words in the log of attempts, and the one word others are shown."""

from typing import Final

UNKNOWN: Final = "unknown"
"""Whoever sent it was lost before an answer came: it may have arrived."""
BAD_STATUS: Final = "bad_status"
"""An answer that was no success: everything but 2xx. Redirects are not followed."""
GONE: Final = "gone"
"""410: the endpoint does not want to be told any more."""
TOO_SLOW: Final = "too_slow"
"""It did not answer in time."""
UNSIGNED: Final = "unsigned"
"""Its secret was sealed with a SECRET_KEY that is not here any more."""

WORDS: Final = frozenset(
    {
        "bad_url",
        "blocked_address",
        "dns",
        "refused",
        "reset",
        "timeout",
        "tls",
        "unreachable",
        BAD_STATUS,
        GONE,
        TOO_SLOW,
        UNSIGNED,
        UNKNOWN,
    }
)
ANSWERED: Final = frozenset({BAD_STATUS, GONE})
UNREACHABLE: Final = "unreachable"


def shown(word: str | None) -> str | None:
    """Return what the owner of an endpoint reads: that nobody answered, never how.

    Refused, timed out and blocked read alike, so that no endpoint can be used to look round a network (S-141).
    """
    if word is None or word in ANSWERED or word in (UNKNOWN, UNSIGNED):
        return word
    return UNREACHABLE
