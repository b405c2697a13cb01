"""The tables of sentences with dates, and what each side reads in them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Self

from questlog.planning.phrases import dates
from questlog.planning.phrases.dates import FoundDate

PHRASES = Path(__file__).parents[1] / "data" / "phrases"
GOLDEN = PHRASES / "chrono.json"
MOMENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
LANGUAGES = {"en": "English", "ru": "Russian"}
WHOLE, NOTHING = "=", "-"


@dataclass(frozen=True, slots=True)
class Answer:
    """A day and, if one is said, a time; `day` is None where there is no date."""

    words: str = ""
    day: str | None = None
    time: str | None = None

    @classmethod
    def of(cls, said: Mapping[str, str | None] | None) -> Self:
        return cls() if said is None else cls(said["words"] or "", said["day"], said["time"])

    @classmethod
    def found(cls, text: str, date: FoundDate) -> Self:
        clock = None if date.time is None else date.time.isoformat("minutes")
        return cls(text[date.start : date.end], date.day.isoformat(), clock)

    def agrees(self, other: "Answer") -> bool:
        """Whether both name the same moment; which words around it belong to the date is a matter of taste."""
        return (self.day, self.time) == (other.day, other.time)

    def __str__(self) -> str:
        return "no date" if self.day is None else " ".join(filter(None, (self.day, self.time)))


@dataclass(frozen=True, slots=True)
class Sentence:
    text: str
    is_whole: bool
    meant: Answer


def ours(text: str) -> Answer:
    """Return the date the text is, else the first one that it contains."""
    try:
        return Answer.found(text, dates.read(text, now=MOMENT))
    except dates.DatePhraseError:
        found = dates.find(text, now=MOMENT)
    return Answer.found(text, found[0]) if found else Answer()


@cache
def told(language: str) -> tuple[Sentence, ...]:
    """The sentences whose meaning the table tells."""
    return tuple(_sentence(line) for line in _lines(f"dates.{language}.tsv"))


@cache
def untold(language: str) -> tuple[str, ...]:
    """The sentences that mean what chrono-node says."""
    return tuple(_lines(f"dates.rest.{language}.txt"))


@cache
def golden() -> dict[str, dict[str, Answer]]:
    kept = json.loads(GOLDEN.read_text(encoding="utf-8"))["answers"]
    return {
        language: {sentence: Answer.of(said) for sentence, said in answers.items()}
        for language, answers in kept.items()
    }


def texts(language: str) -> list[str]:
    return [sentence.text for sentence in told(language)] + list(untold(language))


def _sentence(line: str) -> Sentence:
    text, words, day, clock, _ = line.split("\t")
    if words == NOTHING:
        return Sentence(text, False, Answer())
    said = text if words == WHOLE else words
    return Sentence(text, words == WHOLE, Answer(said, day, clock or None))


def _lines(name: str) -> Iterator[str]:
    for line in (PHRASES / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line
