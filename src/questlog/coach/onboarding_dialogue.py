"""How far an onboarding has come, as it is stored with its conversation. Pure: it ends after six questions, whoever asks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from questlog.coach.onboarding_words import (
    ENDS,
    GREETINGS,
    SKIPS,
    TOPICS,
)

AROUND = " \t\n.,!?…:;()«»\"'“”"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """`asked` are the topics in the order of their questions, the present one last; `answers` what was said to them."""

    asked: tuple[str, ...] = ()
    answers: Mapping[str, str] | None = None
    left_out: frozenset[str] = frozenset()
    """Topics that earlier answers covered."""
    is_over: bool = False
    messages: Mapping[str, str] | None = None
    """Where each answer was given."""

    @property
    def topic(self) -> str | None:
        return None if self.is_over or not self.asked else self.asked[-1]

    @property
    def number(self) -> int:
        """The number of the present question; whoever speaks first answers the first."""
        return max(len(self.asked), 1)

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

    def placed(self, message_id: UUID) -> "Dialogue":
        """Remember where the answer was given that has no place yet."""
        places = {topic: str(message_id) for topic in self.said}
        return replace(self, messages={**places, **(self.messages or {})})

    @property
    def places(self) -> dict[str, UUID]:
        return {topic: UUID(place) for topic, place in (self.messages or {}).items()}

    def stored(self) -> dict[str, Any]:
        return {
            "asked": list(self.asked),
            "answers": self.said,
            "left_out": sorted(self.left_out),
            "is_over": self.is_over,
            "messages": dict(self.messages or {}),
        }


def of(stored: Mapping[str, Any]) -> Dialogue:
    return Dialogue(
        tuple(stored["asked"]),
        dict(stored["answers"]),
        frozenset(stored["left_out"]),
        stored["is_over"],
        dict(stored["messages"]),
    )


def is_nothing(message: str) -> bool:
    """Tell whether a message says that there is nothing to say, and nothing else."""
    return not message.replace(",", " ").strip() or is_one_of(message, SKIPS)


def is_one_of(message: str, words: Collection[str]) -> bool:
    """Tell whether a message is nothing but one of these words."""
    plain = message.casefold().replace("’", "'").replace(",", " ")
    bare = " ".join(plain.strip(AROUND).split())
    return (bare or message.strip()) in words
