"""Whether a course teaches: what its form cannot say and a reader would notice. Pure.

Too short lessons, questions nobody explains, explanations that point to nothing in their lesson, anything said twice.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import batched
from typing import Any

import snowballstemmer

from questlog.learning import function_words
from questlog.learning.course_files import CourseFile, LessonForm, WeekForm
from questlog.learning.marked_text import Path, Problem
from questlog.learning.question_forms import Matching, OneOfSeveral, QuestionForm, SomeOfSeveral

FEWEST_WORDS = 300
FEWEST_QUESTIONS = 5
FEWEST_SHARED = 3
SHORTEST_PART = 5
CONTENT_LETTERS = 3
FEWEST_HEADINGS = 2
CHOICES = range(3, 7)
KINDS = frozenset(
    {"mcq", "multi", "true_false", "numeric", "short_text", "ordering", "matching", "cloze"}
)
STEMMERS = {"ru": "russian"}

FENCE = re.compile(r"^(```|~~~).*?^\1[^\S\n]*$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}[^\S\n]+(.+?)[^\S\n]*$", re.MULTILINE)
SECTION = re.compile(r"^##[^\S\n]+(.+?)[^\S\n]*$", re.MULTILINE)
ENDED = re.compile(r"[.!?…][\"'”»)*_]*\s*$")
BREAK = re.compile(r"(?<=[.!?…])[\"'”»)*_]*\s+|\n\s*\n|\n\s*(?:[-*+]|\d+\.)\s+")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
WORD_OR_SIGN = re.compile(rf"{WORD.pattern}|[+−×÷·=≠≤≥√^/%]")

type Found = tuple[Path, str]
"""A text, and where it stands."""


@dataclass(frozen=True)
class Prose:
    """A text as its reader meets it: without code, and with headings apart."""

    text: str

    @cached_property
    def without_code(self) -> str:
        return FENCE.sub("\n\n", self.text)

    @property
    def headings(self) -> list[str]:
        return SECTION.findall(self.without_code)

    @property
    def words(self) -> list[str]:
        """Every word but those in code; headings count, their marks do not."""
        return WORD.findall(self.without_code)

    def section(self, heading: str | None) -> str:
        """Return what stands under a heading (##), which is a part of it; the whole text where there is no such one."""
        _before, *parts = SECTION.split(self.without_code)
        under = [f"{name}\n{said}" for name, said in batched(parts, 2) if name == heading]
        return "\n".join(under) or self.without_code

    @property
    def sentences(self) -> Iterator[str]:
        """Yield each sentence as it is compared: its words in lower case. An item of a list may be none if it is short."""
        for part in BREAK.split(HEADING.sub("\n\n", self.without_code)):
            words = _compared(part)
            if words and (ENDED.search(part) or len(words) >= SHORTEST_PART):
                yield " ".join(words)


def check(file: CourseFile) -> list[Problem]:
    """Return what an editor would send back, in the order of the course."""
    found: list[Found] = []
    for w, week in enumerate(file.course.weeks):
        found += _of_week(week, ("weeks", w))
        for n, lesson in enumerate(week.lessons):
            place: Path = ("weeks", w, "lessons", n)
            found += _of_lesson(lesson, place)
            found += _of_questions(lesson, place, file.course.language)
    found += _twice(list(_stems(file)), "asks what another question asks. Ask something else.")
    found += _twice(list(_sentences(file)), "has a sentence that stands elsewhere, too: “{said}”.")
    return [file.problem(path, message) for path, message in found]


def _of_week(week: WeekForm, place: Path) -> Iterator[Found]:
    asked = {question.kind for question in _questions_of(week)}
    if missing := sorted(KINDS - asked):
        yield place, f"has no question of the kinds {', '.join(missing)}. Add one of each."


def _questions_of(week: WeekForm) -> list[Any]:
    return [question for lesson in week.lessons for question in lesson.questions]


def _of_lesson(lesson: LessonForm, place: Path) -> Iterator[Found]:
    prose = Prose(lesson.body)
    if (count := len(prose.words)) < FEWEST_WORDS:
        yield (*place, "body"), f"has {count} words. Write at least {FEWEST_WORDS}."
    if (count := len(prose.headings)) < FEWEST_HEADINGS:
        yield (*place, "body"), f"has {count} headings (##). Give it two at least."
    if (count := len(lesson.questions)) < FEWEST_QUESTIONS:
        yield place, f"has {count} questions. Ask at least {FEWEST_QUESTIONS}."


def _of_questions(lesson: LessonForm, place: Path, language: str) -> Iterator[Found]:
    prose = Prose(lesson.body)
    for q, question in enumerate(lesson.questions):
        here: Path = (*place, "questions", q)
        yield from _of_choices(question, here)
        if question.see not in prose.headings:
            yield (*here, "see"), "names no heading of its lesson. Write one exactly as it stands."
        there = _content_stems(prose.section(question.see), language)
        shared = there & _content_stems(question.explanation, language)
        if len(shared) < FEWEST_SHARED:
            yield (
                (*here, "explanation"),
                f"shares {len(shared)} words with what it points to. Explain with what was read.",
            )


def _of_choices(question: QuestionForm, here: Path) -> Iterator[Found]:
    if isinstance(question, OneOfSeveral | SomeOfSeveral) and len(question.choices) not in CHOICES:
        yield (*here, "choices"), f"has {len(question.choices)} choices. Give three to six."
    if isinstance(question, SomeOfSeveral) and len(question.answers) < 2:
        yield (*here, "answers"), "has one right choice. Make it an mcq, or add another."
    if isinstance(question, Matching) and len(question.pairs) not in CHOICES:
        yield (*here, "pairs"), f"has {len(question.pairs)} pairs. Give three to six."


def _content_stems(said: str, language: str) -> set[str]:
    """Return the stems of the words that name something."""
    family = language.partition("-")[0].casefold()
    words = {word.casefold() for word in WORD.findall(said) if len(word) >= CONTENT_LETTERS}
    stemmer = snowballstemmer.stemmer(STEMMERS.get(family, "english"))
    return set(stemmer.stemWords(sorted(words - function_words.OF.get(family, frozenset()))))


def _compared(said: str) -> list[str]:
    return [word.casefold() for word in WORD_OR_SIGN.findall(said)]


def _stems(file: CourseFile) -> Iterator[Found]:
    for path, question in _all_questions(file):
        yield (*path, "stem"), " ".join(_compared(question.stem))


def _sentences(file: CourseFile) -> Iterator[Found]:
    for w, week in enumerate(file.course.weeks):
        for n, lesson in enumerate(week.lessons):
            place: Path = ("weeks", w, "lessons", n, "body")
            yield from ((place, said) for said in Prose(lesson.body).sentences)
    for path, question in _all_questions(file):
        for name in ("stem", "explanation"):
            said = Prose(getattr(question, name)).sentences
            yield from (((*path, name), sentence) for sentence in said)


def _all_questions(file: CourseFile) -> Iterator[tuple[Path, QuestionForm]]:
    for w, week in enumerate(file.course.weeks):
        for n, lesson in enumerate(week.lessons):
            for q, question in enumerate(lesson.questions):
                yield ("weeks", w, "lessons", n, "questions", q), question


def _twice(said: Sequence[Found], message: str) -> Iterator[Found]:
    """Yield every place where something stands that stood before, once for each text."""
    counted = Counter(text for _, text in said)
    seen: set[str] = set()
    told: set[Found] = set()
    for path, text in said:
        if counted[text] > 1 and text in seen and (path, text) not in told:
            told.add((path, text))
            yield path, message.format(said=text)
        seen.add(text)
