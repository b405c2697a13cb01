"""What a language needs to tell the ledger."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Phrases:
    """Phrases with places in braces; none ends with a full stop."""

    deeds: Mapping[str, str]
    named: Mapping[str, str]
    """What was completed or bought, by its kind."""
    quantity: str
    boss: str
    some_boss: str
    day: Mapping[str, str]
    heart: Mapping[str, str]
    adjustment: str
    for_yesterday: str
    taken_back: str
    amounts: Mapping[str, str]
    nothing: str
    factors: Mapping[str, str]
    difficulties: Mapping[str, str]
    rounded: str
    half: str
    over: str
    ahead: str
    damage: str
    healed: str
    date: Callable[[date], str]
    number: Callable[[float], str]
