"""What an endpoint wants to be told: exact types, everything of a noun (`task.*`), or everything (`*`). Pure."""

from collections.abc import Iterable
from typing import Final

EVERYTHING: Final = "*"
ANY_OF_NOUN: Final = ".*"


def matches(patterns: Iterable[str], type_: str) -> bool:
    """Say whether an endpoint with these patterns is told of events of this type."""
    noun = type_.partition(".")[0] + ANY_OF_NOUN
    return any(pattern in (type_, noun, EVERYTHING) for pattern in patterns)


def unknown(patterns: Iterable[str], types: Iterable[str]) -> list[str]:
    """Return the patterns that can match none of these types."""
    exact = frozenset(types)
    nouns = {type_.partition(".")[0] + ANY_OF_NOUN for type_ in exact}
    return [each for each in patterns if each not in exact | nouns | {EVERYTHING}]


def tidied(patterns: Iterable[str]) -> list[str]:
    """Return the patterns in order, without those that others contain."""
    wanted = set(patterns)
    if EVERYTHING in wanted:
        return [EVERYTHING]
    return sorted(
        each
        for each in wanted
        if each.endswith(ANY_OF_NOUN) or each.partition(".")[0] + ANY_OF_NOUN not in wanted
    )
