"""Questions as their authors write them, in eight kinds. Pure.

Each form tells apart what the learner sees with the stem (`shown`, stored in `questions.given`) and what is right
(`key`, stored in `questions.answer`):

| kind       | shown                     | key                          |
|------------|---------------------------|------------------------------|
| mcq        | {choices}                 | {choice}                     |
| multi      | {choices}                 | {choices}                    |
| true_false | {}                        | {value}                      |
| numeric    | {unit}                    | {value, tolerance}           |
| short_text | {}                        | {accepted}                   |
| ordering   | {items}, mixed            | {items}, in the right order  |
| matching   | {left, right}, right mixed| {pairs: [[left, right], …]}  |
| cloze      | {gaps}: how many          | {gaps: [[accepted, …], …]}   |
"""

import hashlib
import re
import unicodedata
from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationInfo, field_validator

from questlog.core.schemas import Flag, Strict, number, text, title, whole_number

MOST_CHOICES = 10
LARGEST = 1e15
GAP = re.compile(r"\{(\d{1,2})\}")

type Shown = dict[str, Any]

QuestionCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", min_length=1, max_length=60)]
Topic = Annotated[str, title(80)]
Stem = Annotated[str, title(2000)]
Explanation = Annotated[str, text(0, 2000)]
Heading = Annotated[str, title(200)]
Choice = Annotated[str, title(500)]
Choices = Annotated[list[Choice], Field(min_length=2, max_length=MOST_CHOICES)]
Accepted = Annotated[list[Choice], Field(min_length=1, max_length=20)]
Unit = Annotated[str, title(40)]


def folded(said: str) -> str:
    """Return a text as answers are compared: without regard to case, forms of letters and spaces at the ends."""
    return " ".join(unicodedata.normalize("NFKC", said).casefold().split())


def mixed(items: Sequence[str], salt: str) -> list[str]:
    """Return the items in an order that is always the same and never the given one."""
    found = sorted(items, key=lambda item: hashlib.sha256(f"{salt}\n{item}".encode()).digest())
    return found if found != list(items) else [*found[1:], found[0]]


def _distinct(texts: list[str]) -> list[str]:
    seen: dict[str, str] = {}
    for one in texts:
        if folded(one) in seen:
            raise ValueError(f"“{one}” stands there twice. Change one of them or take it out")
        seen[folded(one)] = one
    return texts


class QuestionForm(Strict):
    """What all kinds have."""

    code: QuestionCode
    topic: Topic = "general"
    difficulty: Annotated[int, whole_number(1, 3)] = 1
    stem: Stem
    explanation: Explanation = ""
    see: Heading | None = None

    @property
    @abstractmethod
    def shown(self) -> Shown:
        """What the learner sees with the stem."""

    @property
    @abstractmethod
    def key(self) -> dict[str, Any]:
        """What is right."""


class OneOfSeveral(QuestionForm):
    kind: Literal["mcq"] = "mcq"
    choices: Choices
    answer: Choice

    distinct = field_validator("choices")(_distinct)

    @field_validator("answer")
    @classmethod
    def _among(cls, answer: str, info: ValidationInfo) -> str:
        return _among_choices([answer], info)[0]

    @property
    def shown(self) -> Shown:
        return {"choices": self.choices}

    @property
    def key(self) -> dict[str, Any]:
        return {"choice": self.answer}


class SomeOfSeveral(QuestionForm):
    kind: Literal["multi"] = "multi"
    choices: Choices
    answers: Annotated[list[Choice], Field(min_length=1, max_length=MOST_CHOICES)]

    distinct = field_validator("choices", "answers")(_distinct)

    @field_validator("answers")
    @classmethod
    def _among(cls, answers: list[str], info: ValidationInfo) -> list[str]:
        return _among_choices(answers, info)

    @property
    def shown(self) -> Shown:
        return {"choices": self.choices}

    @property
    def key(self) -> dict[str, Any]:
        return {"choices": self.answers}


def _among_choices(answers: list[str], info: ValidationInfo) -> list[str]:
    choices = info.data.get("choices")
    for answer in answers:
        if choices is not None and answer not in choices:
            raise ValueError(f"“{answer}” is none of the choices. Write it exactly as there")
    return answers


class TrueOrFalse(QuestionForm):
    kind: Literal["true_false"] = "true_false"
    answer: Flag

    @property
    def shown(self) -> Shown:
        return {}

    @property
    def key(self) -> dict[str, Any]:
        return {"value": self.answer}


class Numeric(QuestionForm):
    """`tolerance` is absolute: how far off an answer may be and still be right."""

    kind: Literal["numeric"] = "numeric"
    answer: Annotated[float, number(-LARGEST, LARGEST)]
    tolerance: Annotated[float, number(0, LARGEST)] = 0.0
    unit: Unit | None = None

    @property
    def shown(self) -> Shown:
        return {"unit": self.unit}

    @property
    def key(self) -> dict[str, Any]:
        return {"value": self.answer, "tolerance": self.tolerance}


class ShortText(QuestionForm):
    kind: Literal["short_text"] = "short_text"
    answers: Accepted

    distinct = field_validator("answers")(_distinct)

    @property
    def shown(self) -> Shown:
        return {}

    @property
    def key(self) -> dict[str, Any]:
        return {"accepted": self.answers}


class Ordering(QuestionForm):
    kind: Literal["ordering"] = "ordering"
    items: Choices = Field(description="In the right order.")

    distinct = field_validator("items")(_distinct)

    @property
    def shown(self) -> Shown:
        return {"items": mixed(self.items, self.code)}

    @property
    def key(self) -> dict[str, Any]:
        return {"items": self.items}


class Pair(Strict):
    left: Choice
    right: Choice


class Matching(QuestionForm):
    kind: Literal["matching"] = "matching"
    pairs: Annotated[list[Pair], Field(min_length=2, max_length=MOST_CHOICES)]

    @field_validator("pairs")
    @classmethod
    def _distinct_sides(cls, pairs: list[Pair]) -> list[Pair]:
        _distinct([pair.left for pair in pairs])
        _distinct([pair.right for pair in pairs])
        return pairs

    @property
    def shown(self) -> Shown:
        right = [pair.right for pair in self.pairs]
        return {"left": [pair.left for pair in self.pairs], "right": mixed(right, self.code)}

    @property
    def key(self) -> dict[str, Any]:
        return {"pairs": [[pair.left, pair.right] for pair in self.pairs]}


class Cloze(QuestionForm):
    """The stem names its gaps: `Half of {1} is {2}.`"""

    kind: Literal["cloze"] = "cloze"
    gaps: Annotated[list[Accepted], Field(min_length=1, max_length=MOST_CHOICES)]

    @field_validator("gaps")
    @classmethod
    def _named_in_the_stem(cls, gaps: list[list[str]], info: ValidationInfo) -> list[list[str]]:
        for accepted in gaps:
            _distinct(accepted)
        named = sorted(int(number) for number in GAP.findall(info.data.get("stem", "")))
        if "stem" in info.data and named != list(range(1, len(gaps) + 1)):
            raise ValueError(
                f"has {len(gaps)} gaps, so the stem needs {{1}} to {{{len(gaps)}}}, each once"
            )
        return gaps

    @property
    def shown(self) -> Shown:
        return {"gaps": len(self.gaps)}

    @property
    def key(self) -> dict[str, Any]:
        return {"gaps": self.gaps}


type AnyQuestion = Annotated[
    OneOfSeveral | SomeOfSeveral | TrueOrFalse | Numeric | ShortText | Ordering | Matching | Cloze,
    Field(discriminator="kind"),
]
QUESTION: TypeAdapter[QuestionForm] = TypeAdapter(AnyQuestion)
