"""How far an onboarding has come, as it is stored with its conversation. Pure: it ends after six questions, whoever asks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from questlog.coach.onboarding_words import (
    ENDS,
    GREETINGS,
    NOTHINGS,
    SKIPS,
    TOPICS,
)

FEW = 4
AROUND = " \t\n.,!?…:;()«»\"'“”"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`asked` are the topics in the order of their questions, the present one last; `answers` what was said to them."""

    asked: tuple[str, ...] = ()
    answers: Mapping[str, str] | None = None
    left_out: frozenset[str] = frozenset()
    """Topics that earlier answers covered."""
    is_over: bool = False

    @property
    def topic(self) -> str | None:
        return None if self.is_over or not self.asked else self.asked[-1]

    @property
    def remaining(self) -> tuple[str, ...]:
        """What was neither asked nor covered."""
        return tuple(one for one in TOPICS if one not in self.asked and one not in self.left_out)

    @property
    def said(self) -> dict[str, str]:
        return dict(self.answers or {})

    def hear(self, message: str) -> "Dialogue":
        """Take what was said for the answer to the present question, or to the first one if nothing was asked yet."""
        if is_one_of(message, ENDS):
            return replace(self, is_over=True)
        if self.topic is None:
            if is_one_of(message, GREETINGS) or is_nothing(message):
                return self
            first = self.remaining[0]
            return replace(self, asked=(first,), answers={first: message})
        if is_nothing(message):
            return self
        return replace(self, answers={**self.said, self.topic: message})

    def go_on(self, covered: Collection[str] = ()) -> "Dialogue":
        """Turn to the next question, or end. Only topics that remain can be covered."""
        left_out = self.left_out | (set(covered) & set(self.remaining))
        ahead = replace(self, left_out=frozenset(left_out))
        if ahead.is_over or not ahead.remaining:
            return replace(ahead, is_over=True)
        return replace(ahead, asked=(*ahead.asked, ahead.remaining[0]))

    def stored(self) -> dict[str, Any]:
        return {
            "asked": list(self.asked),
            "answers": self.said,
            "left_out": sorted(self.left_out),
            "is_over": self.is_over,
        }


def of(stored: Mapping[str, Any]) -> Dialogue:
    return Dialogue(
        tuple(stored["asked"]),
        dict(stored["answers"]),
        frozenset(stored["left_out"]),
        stored["is_over"],
    )


def is_nothing(message: str) -> bool:
    """Tell whether a message says that there is nothing to say."""
    words = message.casefold().replace(",", " ").split()
    begins_so = bool(words) and len(words) <= FEW and words[0] in NOTHINGS
    return not words or begins_so or is_one_of(message, SKIPS)


def is_one_of(message: str, words: Collection[str]) -> bool:
    """Tell whether a message is nothing but one of these words."""
    bare = " ".join(message.casefold().replace("’", "'").strip(AROUND).split())
    return (bare or message.strip()) in words
