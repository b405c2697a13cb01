"""Quizzes and their questions on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, WithJsonSchema

from questlog.core.schemas import (
    TEXT_PATTERN,
    Answer,
    Flag,
    Patch,
    Strict,
    absent,
    number,
    whole_number,
)
from questlog.learning.question_forms import (
    LARGEST,
    MOST_CHOICES,
    Accepted,
    Choice,
    Choices,
    Explanation,
    Heading,
    Pair,
    QuestionCode,
    Stem,
    Topic,
    Unit,
)

LONGEST_ANSWER = 2000
MOST_PARTS = 50
TEXT_SCHEMA = {"type": "string", "maxLength": LONGEST_ANSWER, "pattern": TEXT_PATTERN}
PAIR_SCHEMA = {
    "type": "object",
    "properties": {"left": TEXT_SCHEMA, "right": TEXT_SCHEMA},
    "required": ["left", "right"],
    "additionalProperties": False,
}
VALUE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        TEXT_SCHEMA,
        {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
        {"type": "boolean"},
        {
            "type": "array",
            "maxItems": MOST_PARTS,
            "items": {"anyOf": [TEXT_SCHEMA, PAIR_SCHEMA, {"type": "null"}]},
        },
        {"type": "null"},
    ],
    "description": (
        "By kind: the text of a choice (mcq), a list of such texts (multi), true or false (true_false), a number or "
        "a text with one (numeric), a text (short_text), the items in their order (ordering), a list of "
        "`{left, right}` (matching), a list of texts, one for each gap (cloze). `null` is no answer."
    ),
}

type Kind = Literal[
    "mcq", "multi", "true_false", "numeric", "short_text", "ordering", "matching", "cloze"
]


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_ANSWER
    return value is None


def _is_part(value: Any) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"left", "right"} and all(
            isinstance(side, str) and _is_plain(side) for side in value.values()
        )
    return _is_plain(value)


def _read(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) <= LARGEST:
            return value
    elif isinstance(value, list):
        if len(value) <= MOST_PARTS and all(_is_part(one) for one in value):
            return value
    elif isinstance(value, bool) or _is_plain(value):
        return value
    raise ValueError("must be a text, a number, true, false, or a list of texts or pairs")


AnswerValue = Annotated[Any, AfterValidator(_read), WithJsonSchema(VALUE_SCHEMA)]


class GivenAnswer(Strict):
    question_id: UUID
    answer: AnswerValue = None


class QuizSubmission(Strict):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answers": [
                        {
                            "question_id": "019a9c3e-7a40-7000-8000-000000000041",
                            "answer": "1200 litres",
                        }
                    ]
                }
            ]
        }
    )

    answers: Annotated[list[GivenAnswer], Field(max_length=200)] = Field(
        description="A question that is left out is not right."
    )


class AskedQuestion(Answer):
    question_id: UUID
    kind: Kind
    topic: str
    stem: str = Field(description="`{1}`, `{2}`, … are the gaps of a cloze.")
    choices: list[str] | None = Field(None, description="Of mcq and multi.")
    items: list[str] | None = Field(None, description="Of an ordering, mixed.")
    left: list[str] | None = Field(None, description="Of a matching.")
    right: list[str] | None = Field(None, description="Of a matching, mixed.")
    gaps: int | None = Field(None, description="How many a cloze has.")
    unit: str | None = Field(None, description="What a number is counted in.")


class QuizResponse(Answer):
    lesson_id: UUID
    code: str
    title: str
    course: str = Field(description="The slug of its course.")
    pass_percent: int
    attempts: int = Field(description="Yours so far. The first one pays.")
    best_percent: int | None
    passed: bool
    again_at: datetime | None = Field(description="Before this the next attempt is refused.")
    heart_back_at: datetime | None = Field(
        description="Without hearts a new quiz waits until then; null where it can be taken."
    )
    questions: list[AskedQuestion]


class GradedAnswer(AskedQuestion):
    answer: AnswerValue = Field(description="Yours.")
    is_correct: bool
    solution: AnswerValue = Field(description="An answer that is right.")
    explanation: str
    see: str | None = Field(description="The heading of the lesson to read again.")


class AttemptResponse(Answer):
    id: UUID
    lesson_id: UUID
    number: int
    correct: int
    total: int
    percent: int
    passed: bool
    xp: int
    submitted_at: datetime
    answers: list[GradedAnswer] = Field(description="Questions as they were when you answered.")


class AttemptPage(Answer):
    items: list[AttemptResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")


class QuizResult(AttemptResponse):
    pass_percent: int
    hearts_lost: int
    cards: int = Field(description="Questions that come back as review cards.")
    new_cards: int = Field(description="Those among them that were no cards yet.")
    receipt: dict[str, Any] = Field(description="What the attempt itself brought.")
    task_id: UUID | None = Field(description="The lesson's task that the pass completed.")
    lesson: dict[str, Any] | None = Field(
        description="The receipt of the lesson, when this pass completed it."
    )


class QuestionUpdate(Patch):
    model_config = ConfigDict(json_schema_extra={"examples": [{"difficulty": 3}]})

    kind: Kind = absent()
    code: QuestionCode = absent()
    topic: Topic = absent()
    difficulty: Annotated[int, whole_number(1, 3)] = absent()
    stem: Stem = absent()
    explanation: Explanation = absent()
    see: Heading | None = None
    choices: Choices = absent()
    answer: Choice | Flag | Annotated[float, number(-LARGEST, LARGEST)] = absent()
    answers: Accepted = absent()
    tolerance: Annotated[float, number(0, LARGEST)] = absent()
    unit: Unit | None = None
    items: Choices = absent()
    pairs: Annotated[list[Pair], Field(min_length=2, max_length=MOST_CHOICES)] = absent()
    gaps: Annotated[list[Accepted], Field(min_length=1, max_length=MOST_CHOICES)] = absent()


class QuestionCreate(QuestionUpdate):
    """The fields of a course file. Which ones a kind needs is told in the documentation of courses."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "numeric",
                    "topic": "volume",
                    "difficulty": 2,
                    "stem": "How many litres are 15 mm of rain on 80 m²?",
                    "answer": 1200,
                    "unit": "l",
                    "explanation": "A millimetre of rain on a square metre is one litre.",
                }
            ]
        }
    )

    kind: Kind
    stem: Stem


class QuestionResponse(Answer):
    """A question as its author sees it."""

    id: UUID
    lesson_id: UUID
    code: str
    kind: Kind
    topic: str
    difficulty: int
    stem: str
    explanation: str
    see: str | None
    choices: list[str] | None = None
    answer: str | bool | float | None = None
    answers: list[str] | None = None
    tolerance: float | None = None
    unit: str | None = None
    items: list[str] | None = None
    pairs: list[Pair] | None = None
    gaps: list[list[str]] | None = None
    position: float
    origin: Literal["file", "admin"] = Field(
        description="An import leaves alone what was added by hand."
    )
    created_at: datetime
    updated_at: datetime
    version: int


class QuestionPage(Answer):
    items: list[QuestionResponse]
    next_cursor: str | None
    total: int | None = Field(None, description="Only with `include_total`.")
