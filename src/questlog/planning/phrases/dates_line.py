"""A text cut into words, numbers and marks, with what each of them can mean."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property

from questlog.planning.phrases.kinds import Kind, Part
from questlog.planning.phrases.lexicon import MEANINGS

TOKEN = re.compile(r"[0-9]+|[^\W\d_]+|\S")
LONGEST_NUMBER = 4
NOTHING: Mapping[Kind, int] = {}

# What may stand directly before a date; "#today" and "!2026-12-01" belong to somebody else.
OPENINGS = frozenset(" \t\n\r\f\v\u00a0\u202f([{\"'«“‘„,;—–*>?")
JOINTS = frozenset(".,:/-'’+")
# Signs that begin a date; "now" needs no entry of its own in the lexicon.
STARTS = frozenset({"+", "-", "now", "сейчас", "half", "полтора", "полторы", "за"})
MEASURES = frozenset("_%°$€£₽@#&=")


@dataclass(frozen=True, slots=True)
class Token:
    start: int
    end: int
    word: str
    meanings: Mapping[Kind, int]

    @property
    def is_number(self) -> bool:
        return "0" <= self.word[0] <= "9"

    @property
    def is_word(self) -> bool:
        return self.word[0].isalpha()


@dataclass(frozen=True, slots=True)
class Reading:
    """What some words say: tokens up to `end` name a day, a time, a part of the day, or several of these."""

    end: int
    day: date | None = None
    clock: time | None = None
    part: Part | None = None
    # The hour was said without am or pm, so "tonight" may still move it.
    is_open: bool = False


def on(day: date | None, end: int) -> Reading | None:
    return None if day is None else Reading(end, day)


@dataclass(frozen=True)
class Line:
    """A text, and the moment at which it is read.

    `is_whole` says that the text is nothing but a date, so that words are believed which have other meanings
    elsewhere.
    """

    text: str
    now: datetime
    first_weekday: int = 0
    is_whole: bool = False

    @cached_property
    def tokens(self) -> list[Token]:
        return [
            Token(found.start(), found.end(), word, MEANINGS.get(word, NOTHING))
            for found in TOKEN.finditer(self.text)
            for word in (found[0].lower().replace("ё", "е"),)
        ]

    @cached_property
    def starts(self) -> list[int]:
        return [token.start for token in self.tokens]

    def at(self, position: int) -> int:
        """Return the number of the first token that starts at `position` of the text or after it."""
        return bisect_left(self.starts, position)

    @property
    def today(self) -> date:
        return self.now.date()

    def token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def word(self, at: int) -> str:
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""

    def meaning(self, at: int, kind: Kind) -> int | None:
        return self.tokens[at].meanings.get(kind) if 0 <= at < len(self.tokens) else None

    def means(self, at: int, kind: Kind) -> bool:
        return self.meaning(at, kind) is not None

    def plays(self, at: int, *kinds: Kind) -> bool:
        """Whether the token at `at` plays one of these parts."""
        if not 0 <= at < len(self.tokens):
            return False
        meanings = self.tokens[at].meanings
        return bool(meanings) and any(kind in meanings for kind in kinds)

    def number(self, at: int) -> int | None:
        token = self.token(at)
        if token is None or not token.is_number or len(token.word) > LONGEST_NUMBER:
            return None
        return int(token.word)

    def skip(self, at: int, *kinds: Kind) -> int:
        """Return the place after the token at `at` if it plays one of these parts, else `at`."""
        return at + 1 if self.plays(at, *kinds) else at

    def skip_mark(self, at: int, marks: str) -> int:
        word = self.word(at)
        return at + 1 if word and word in marks else at

    def joined(self, at: int) -> bool:
        """Whether the token at `at` touches the one before it."""
        return 0 < at < len(self.tokens) and self.tokens[at - 1].end == self.tokens[at].start

    def may_start(self, at: int) -> bool:
        """Whether a date may begin here: the token means something, and nothing is stuck to its front."""
        token = self.tokens[at] if at < len(self.tokens) else None
        if token is None or not (token.meanings or token.is_number or token.word in STARTS):
            return False
        return not token.start or self.text[token.start - 1] in OPENINGS

    def is_bounded(self, end: int) -> bool:
        """Whether nothing that belongs to the date, or takes it away, is stuck to the token before `end`."""
        after = self.tokens[end - 1].end
        rest = self.text[after : after + 2]
        if not rest:
            return True
        if rest[0].isalnum() or rest[0] in MEASURES:
            return False
        return not (rest[0] in JOINTS and rest[1:].isalnum())

    def ends_at(self, at: int) -> bool:
        """Whether no word and no number follows at `at`: the sentence, or this part of it, ends there."""
        token = self.token(at)
        return token is None or not (token.is_word or token.is_number)
