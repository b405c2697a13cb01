"""Course files: what a course is made of, as its author writes it. Pure.

A course is one YAML or JSON file, or a folder with `course.yaml` and `week-1.yaml`, `week-2.yaml`, … Whatever is wrong
is told at once, with file, line and remedy.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

import pydantic
from pydantic import Field, field_validator

from questlog.core.schemas import Strict, text, title, whole_number
from questlog.learning import marked_text
from questlog.learning.marked_text import BadFileError, Marked, Path, Problem
from questlog.learning.question_forms import AnyQuestion

LESSONS_A_WEEK = 7
WEEK_FILE = re.compile(r"week-(\d{1,3})\.ya?ml")
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", min_length=1, max_length=80)]
LessonCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", min_length=1, max_length=40)]
Language = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$", min_length=2, max_length=16)
]
ShortTitle = Annotated[str, title(200)]
Paragraph = Annotated[str, title(2000)]
Body = Annotated[str, title(50_000)]
REMEDIES: Mapping[str, str] = {
    "missing": "is missing. Add it.",
    "extra_forbidden": "is no field of this place. Correct its spelling, or take it out.",
    "string_type": "must be a text. Put it in quotes.",
    "string_pattern_mismatch": "has characters that do not belong there, or is empty. Correct it.",
    "bool_type": "must be true or false. Write one of them, without quotes.",
    "model_type": "must have fields. Indent them below it.",
    "model_attributes_type": "must have fields. Indent them below it.",
    "list_type": "must be a list. Begin its lines with a dash, or write it as [a, b].",
}


class Boss(Strict):
    name: ShortTitle
    story: Paragraph = ""


class LessonForm(Strict):
    code: LessonCode
    day: Annotated[int, whole_number(1, LESSONS_A_WEEK)]
    title: ShortTitle
    kind: Literal["lesson", "practice", "review", "capstone"] = "lesson"
    xp_reward: Annotated[int, whole_number(0, 1000)] = 20
    difficulty: Literal["trivial", "normal", "hard", "boss"] = "normal"
    minutes: Annotated[int, whole_number(1, 600)] = 15
    body: Body
    questions: Annotated[list[AnyQuestion], Field(max_length=100)] = Field(default_factory=list)


class WeekForm(Strict):
    number: Annotated[int, whole_number(1, 104)]
    title: ShortTitle
    focus: Paragraph
    milestone: Paragraph
    check_in: Paragraph
    boss: Boss | None = None
    lessons: list[LessonForm]

    @field_validator("lessons")
    @classmethod
    def _one_a_day(cls, lessons: list[LessonForm]) -> list[LessonForm]:
        days = [lesson.day for lesson in lessons]
        if days != list(range(1, LESSONS_A_WEEK + 1)):
            raise ValueError(
                f"has the days {days}. A week needs seven lessons, for the days 1 to 7 in order"
            )
        return lessons


class CourseForm(Strict):
    slug: Slug
    version: Annotated[int, whole_number(1, 1_000_000)]
    language: Language
    title: ShortTitle
    description: Annotated[str, text(1, 5000)]
    weeks: Annotated[list[WeekForm], Field(min_length=1, max_length=104)]

    @field_validator("weeks")
    @classmethod
    def _in_order(cls, weeks: list[WeekForm]) -> list[WeekForm]:
        numbers = [week.number for week in weeks]
        if numbers != list(range(1, len(weeks) + 1)):
            raise ValueError(f"has the numbers {numbers}. Number weeks from 1 on, in order")
        return weeks

    @property
    def lessons(self) -> list[LessonForm]:
        return [lesson for week in self.weeks for lesson in week.lessons]

    @property
    def digest(self) -> str:
        """Return what names this very content: the same for every file that says the same."""
        plain = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True)
class CourseFile:
    """A course and the files it came from, so that later findings can name a line too."""

    course: CourseForm
    head: Marked
    weeks: Sequence[Marked]
    """Empty where the weeks stand in the head."""

    def problem(self, path: Path, message: str) -> Problem:
        """Return a problem at a path of the course, such as `("weeks", 0, "title")`, in the file it stands in."""
        if self.weeks and len(path) > 1 and path[0] == "weeks":
            return self.weeks[cast(int, path[1])].problem(path[2:], message)
        return self.head.problem(path, message)


def read_text(source: str, file: str) -> CourseFile:
    """Read a course that stands in one file. Raises `BadFileError`."""
    return _validated(marked_text.read(source, file), [])


def read_files(sources: Mapping[str, str]) -> CourseFile:
    """Read a course from the files of a folder, by their names. Raises `BadFileError`."""
    heads = [name for name in sources if name in ("course.yaml", "course.yml", "course.json")]
    if len(heads) != 1:
        message = "A course needs one course.yaml. Add it, or name the file of a course."
        raise BadFileError([Problem("course.yaml", None, "", message)])
    head = marked_text.read(sources[heads[0]], heads[0])
    weeks = [marked_text.read(sources[name], name) for name in _weeks_among(sources)]
    return _validated(head, weeks)


def _weeks_among(names: Iterable[str]) -> list[str]:
    found = {name: WEEK_FILE.fullmatch(name) for name in names}
    return sorted(
        (name for name, match in found.items() if match),
        key=lambda name: int(cast(re.Match[str], found[name])[1]),
    )


def _validated(head: Marked, weeks: list[Marked]) -> CourseFile:
    value = head.value
    if isinstance(value, dict) and weeks:
        if "weeks" in value:
            message = "stands beside files of weeks. Keep the weeks in one of the two places."
            raise BadFileError([head.problem(("weeks",), message)])
        value = {**value, "weeks": [week.value for week in weeks]}
    try:
        course = CourseForm.model_validate(value)
    except pydantic.ValidationError as error:
        unread = CourseFile(cast(CourseForm, None), head, weeks)
        raise BadFileError([_told(unread, value, one) for one in error.errors()]) from error
    file = CourseFile(course, head, weeks)
    if problems := _twice(file):
        raise BadFileError(problems)
    return file


def _told(file: CourseFile, value: Any, error: Any) -> Problem:
    path = _path_in(value, error["loc"])
    return file.problem(path, _worded(error))


def _worded(error: Any) -> str:
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{message}."
    return REMEDIES.get(error["type"], f"{message}. Correct it.")


def _path_in(value: Any, location: Sequence[str | int]) -> Path:
    """Leave out of a location what names no part of the file: the kind of a question."""
    path: list[str | int] = []
    for n, part in enumerate(location):
        is_there = (isinstance(value, dict) and part in value) or (
            isinstance(value, list) and isinstance(part, int) and part < len(value)
        )
        if is_there:
            value = value[part]
        if is_there or n == len(location) - 1:
            path.append(part)
    return tuple(path)


def _twice(file: CourseFile) -> list[Problem]:
    """Codes name lessons and questions for good: what is done is remembered by them."""
    found: list[tuple[Path, str]] = []
    for w, week in enumerate(file.course.weeks):
        for n, lesson in enumerate(week.lessons):
            place: Path = ("weeks", w, "lessons", n)
            found.append(((*place, "code"), lesson.code))
            found += [
                ((*place, "questions", q, "code"), question.code)
                for q, question in enumerate(lesson.questions)
            ]
    counted = Counter(code for _, code in found)
    return [
        file.problem(path, f"“{code}” is used {counted[code]} times. Give each its own code.")
        for path, code in found
        if counted[code] > 1
    ]
