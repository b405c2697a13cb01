"""Numbers as people write them. Pure."""

import re
from decimal import Decimal

LONGEST = 64
MOST_BITS = 1024  # what a number in JSON can have as a fraction
MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
GROUPED = re.compile(r"\d{1,3}(?:[ '\u2019]\d{3})+(?=\D|$)")
COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
DECIMAL_COMMA = re.compile(r"[+-]?(?:\d+,\d*|,\d+)(?:e[+-]?\d{1,3})?")
PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?")


def of(value: object) -> Decimal | None:
    """Return a number that came as JSON exactly as it was written there, or None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return Decimal(value) if value.bit_length() <= MOST_BITS else Decimal("Infinity")
    number = Decimal(repr(value))
    return None if number.is_nan() else number


def readings(text: str) -> set[Decimal]:
    """Return what a text can mean as a number: `1,000` is a thousand to some and one to others. Empty for no number.

    `text` is folded already (`question_forms.folded`).
    """
    if len(text) > LONGEST:
        return set()
    whole = text.translate(MINUS).replace("- ", "-", 1)
    whole = GROUPED.sub(lambda found: re.sub(r"\D", "", found[0]), whole)
    found = set()
    if PLAIN.fullmatch(whole):
        found.add(Decimal(whole))
    if DECIMAL_COMMA.fullmatch(whole):
        found.add(Decimal(whole.replace(",", ".")))
    if COMMA_GROUPS.fullmatch(whole):
        found.add(Decimal(whole.replace(",", "")))
    return found
