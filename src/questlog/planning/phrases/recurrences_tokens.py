"""A line of text as words, numbers and marks, and a place in it from which they are taken."""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime

# A phrase found in a line is not longer, so that a long line of false starts costs no more than its length.
LONGEST_FOUND = 40
PIECE = re.compile(
    r"(?P<number>[0-9]+)(?:(?P<suffix>st|nd|rd|th|-?(?:го|му|ми|ое|ый|ой|ая|ую|м|х|е|й|я|ю))(?![^\W_]))?"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<mark>[^\s\w]|_)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the word in small letters; `number` is set for figures, `is_ordinal` for "1st" and "1-го"."""

    start: int
    end: int
    text: str
    number: int | None = None
    is_ordinal: bool = False
    is_word: bool = False


def folded(text: str) -> str:
    """Return `text` in small letters and without "ё", every character where it was."""
    small = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return small.replace("ё", "е")


def tokens(small: str) -> list[Token]:
    """Cut a folded text into pieces. A number too long to mean anything is a mark."""
    found = []
    for piece in PIECE.finditer(small):
        digits = piece["number"]
        number = int(digits) if digits and len(digits) <= 4 else None
        found.append(
            Token(
                piece.start(),
                piece.end(),
                piece[0],
                number,
                is_ordinal=number is not None and piece["suffix"] is not None,
                is_word=piece["word"] is not None,
            )
        )
    return found


END = Token(-1, -1, "")


@dataclass
class Cursor:
    """A place among the tokens of a line. `now` is the moment at which the line is read, where the reader lives."""

    small: str
    tokens: list[Token]
    now: datetime
    at: int = 0
    stop: int = 0
    """Where the tokens end for this cursor."""
    in_line: bool = False
    """Other words stand around the phrase, so it is read with more care."""

    def peek(self, ahead: int = 0) -> Token:
        place = self.at + ahead
        return self.tokens[place] if place < self.stop else END

    def take(self, words: Container[str]) -> Token | None:
        """Step over the next token if it is one of `words`."""
        token = self.peek()
        if token is END or token.text not in words:
            return None
        self.at += 1
        return token

    def take_all(self, *words: str) -> bool:
        """Step over the tokens that read `words`, or over none."""
        if any(self.peek(place).text != word for place, word in enumerate(words)):
            return False
        self.at += len(words)
        return True

    def take_one_of(self, *phrases: str) -> bool:
        """Step over the first of some phrases, each of them words with single spaces."""
        return any(self.take_all(*phrase.split()) for phrase in phrases)

    def look_up[Value](self, words: Mapping[str, Value]) -> Value | None:
        """Step over the next token if `words` knows it, and return what it stands for."""
        found = words.get(self.peek().text)
        if found is not None:
            self.at += 1
        return found

    def skip_to(self, position: int) -> None:
        """Step to the first token that begins at `position` of the text or later."""
        while self.peek() is not END and self.peek().start < position:
            self.at += 1
