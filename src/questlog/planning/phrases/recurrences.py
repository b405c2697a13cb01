"""Recurrence as people say it, in English and Russian: "every 2 weeks on mon, thu", "каждые! 3 дня". Pure.

A phrase begins with a head ("every 3 days", "по будням") and goes on with clauses in any order (days, months, a time,
a beginning, an end). Both languages are understood at once. What no rule of days can say is refused, never guessed.
"""

from dataclasses import dataclass
from datetime import date, datetime, time

from questlog.planning.phrases import recurrences_clauses, recurrences_heads
from questlog.planning.phrases.recurrences_draft import Draft
from questlog.planning.phrases.recurrences_lexicon import ADVERBS, ORDINALS
from questlog.planning.phrases.recurrences_tokens import (
    END,
    LONGEST_FOUND,
    Cursor,
    Token,
    folded,
    tokens,
)
from questlog.planning.rrule import RecurrenceError, Rule

LONGEST_TEXT = 500
LONGEST_QUOTE = 40

type WallTime = time


@dataclass(frozen=True, slots=True)
class FoundRecurrence:
    """`starting` is the first date the phrase names, `time` its wall clock; `start` and `end` are half open."""

    start: int
    end: int
    rule: Rule
    starting: date | None = None
    time: WallTime | None = None


def read(text: str, *, now: datetime) -> FoundRecurrence:
    """Return what the whole text means at `now`, a moment where the user lives.

    Raises `RecurrenceError`; its details name the place where the text is not understood any more.
    """
    if len(text) > LONGEST_TEXT:
        raise RecurrenceError("The recurrence is too long.")
    small = folded(text)
    pieces = tokens(small)
    while pieces and pieces[-1].text in (".", ";"):
        pieces.pop()
    cursor = Cursor(small, pieces, now, stop=len(pieces))
    draft = Draft()
    if not recurrences_heads.take(cursor, draft):
        raise _not_understood(text, pieces[0] if pieces else END)
    recurrences_clauses.take(cursor, draft)
    if cursor.peek() is not END:
        raise _not_understood(text, cursor.peek())
    return _found(cursor, draft, 0)


def find(text: str, *, now: datetime) -> FoundRecurrence | None:
    """Return the first recurrence in a line of other words.

    Words that are more often part of a title are left alone: "monthly report", "Sundays", "after 3 days".
    """
    small = folded(text)
    pieces = tokens(small)
    for place, piece in enumerate(pieces):
        if not _may_start(piece, pieces[place - 1] if place else END):
            continue
        stop = min(len(pieces), place + LONGEST_FOUND)
        cursor = Cursor(small, pieces, now, at=place, stop=stop, in_line=True)
        found = _tried(cursor, place)
        if found is not None:
            return found
    return None


def _may_start(piece: Token, before: Token) -> bool:
    """Tell whether a phrase may begin here; where "on the" could not begin one, neither can what follows it."""
    if piece.text in recurrences_heads.STARTS:
        return piece.text != "the" or before.text != "on"
    is_day = piece.text in ORDINALS or piece.number is not None
    return is_day and before.text not in ("on", "the", "в", "во")


def _tried(cursor: Cursor, place: int) -> FoundRecurrence | None:
    draft = Draft()
    try:
        if not recurrences_heads.take(cursor, draft):
            return None
        recurrences_clauses.take(cursor, draft)
        if _is_adjective(cursor, place):
            return None
        return _found(cursor, draft, place)
    except RecurrenceError:
        return None


def _is_adjective(cursor: Cursor, place: int) -> bool:
    """Tell whether a lone "monthly" belongs to the word behind it."""
    following = cursor.peek()
    is_alone = cursor.at == place + 1 and cursor.tokens[place].text in ADVERBS
    is_priority = following.text == "p" and cursor.peek(1).number is not None
    return is_alone and following.is_word and following.text.isascii() and not is_priority


def _found(cursor: Cursor, draft: Draft, place: int) -> FoundRecurrence:
    start, end = cursor.tokens[place].start, cursor.tokens[cursor.at - 1].end
    return FoundRecurrence(start, end, draft.rule(cursor.now.date()), draft.starting, draft.time)


def _not_understood(text: str, token: Token) -> RecurrenceError:
    position = max(token.start, 0)
    near = text[position : position + LONGEST_QUOTE]
    return RecurrenceError(details={"position": position, "near": near})
