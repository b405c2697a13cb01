"""Quick add: one line of text is one task. Pure; what projects and goals there are, the caller says afterwards.

`Write report tomorrow 17:00 every fri #Work @deep p1 !2026-12-01 ~45m // notes`. What is understood leaves the title and
is answered as spans; of a kind that a task has once, the last one counts and the others stay in the title. Places count
the characters (code points) of the whole text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from questlog.core.exceptions import ValidationError
from questlog.planning import recurrence
from questlog.planning.phrases import quick_add_lines
from questlog.planning.phrases.quick_add_dates import Times
from questlog.planning.phrases.quick_add_lines import ListLine
from questlog.planning.phrases.quick_add_marks import Mark, Reader
from questlog.planning.phrases.quick_add_titles import without
from questlog.planning.phrases.recurrences import FoundRecurrence

LONGEST_TEXT = 20_000
MOST_LINES = 100
DEEPEST = 5
LONGEST_TITLE = 1000
MOST_LABELS = 50
LONGEST_QUOTE = 100
# A task has one of these; `escape` and `label` may come as often as one likes.
SINGLE = ("priority", "deadline", "start", "duration", "difficulty", "description")
NAMED = ("project", "goal")

type Known = Callable[[str, str], str | None]
"""From a kind (`project`, `goal`) and a name as it was typed to the name of what is there, or None."""


class QuickAddError(ValidationError):
    """`details` name the line, counted from 1, and where it stands in the text."""

    code = "quick_add_failed"
    default_message = "Line {line} cannot be added."


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    kind: str
    text: str
    value: str | int | None


@dataclass(frozen=True)
class TaskLine:
    """A line with all that could be understood of it; `understood` says what was."""

    at: ListLine
    text: str
    marks: tuple[Mark, ...]
    recurrence: FoundRecurrence | None
    due: date | datetime | None

    def names(self, kind: str) -> list[str]:
        return [str(mark.value) for mark in self.marks if mark.kind == kind]

    def place(self) -> dict[str, int | str]:
        """Return where the line stands in the text, as the `details` of an error say it."""
        words = (
            self.text if len(self.text) <= LONGEST_QUOTE else f"{self.text[: LONGEST_QUOTE - 1]}…"
        )
        return {"line": self.at.number, "start": self.at.start, "end": self.at.end, "text": words}

    def error(self, message: str) -> QuickAddError:
        return QuickAddError(message, self.place(), pointer="/body/text")


@dataclass(frozen=True)
class Understood:
    """One task: its title, what its marks say, and where they stood."""

    line: TaskLine
    title: str
    marks: tuple[Mark, ...]
    spans: tuple[Span, ...]

    def value(self, kind: str) -> str | int | None:
        return next((mark.value for mark in self.marks if mark.kind == kind), None)

    @cached_property
    def labels(self) -> list[str]:
        return [str(mark.value) for mark in self.marks if mark.kind == "label"]

    @property
    def due(self) -> date | datetime | None:
        """A day, or a moment on the user's own clock."""
        return self.line.due

    @property
    def recurrence(self) -> str | None:
        """The words of the recurrence, as they were typed."""
        found = self.line.recurrence
        return None if found is None else self.line.text[found.start : found.end]


def read(text: str, *, now: datetime) -> list[TaskLine]:
    """Return the tasks a text describes, `now` being the moment where the user lives. Raises `QuickAddError`."""
    if len(text) > LONGEST_TEXT:
        raise QuickAddError(
            "A text has at most {most} characters.", {"most": LONGEST_TEXT}, pointer="/body/text"
        )
    lines = quick_add_lines.read(text)
    if not lines:
        raise QuickAddError("There is no title in this text.", pointer="/body/text")
    if len(lines) > MOST_LINES:
        raise QuickAddError(
            "A text has at most {most} lines.", {"most": MOST_LINES}, pointer="/body/text"
        )
    return [_read_line(text, line, now) for line in lines]


def _read_line(text: str, at: ListLine, now: datetime) -> TaskLine:
    line = text[at.start : at.end]
    reader = Reader(line)
    reader.read()
    times = Times(line, now)
    for gap in reader.gaps:
        times.read(gap)
    due, words = times.due()
    found = times.recurrence if due is not None else None
    marks = [*reader.marks, *times.marks]
    marks += [Mark(one.start, one.end, "due", _iso(due)) for one in words]
    if found is not None:
        marks.append(Mark(found.start, found.end, "recurrence", recurrence.wire_name(found.rule)))
    marks.sort(key=lambda mark: mark.start)
    read = TaskLine(at, line, tuple(marks), found, due)
    if at.depth > DEEPEST:
        raise read.error("Line {line} lies too deep: subtasks can be nested five deep.")
    return read


def _iso(due: date | datetime | None) -> str | None:
    if isinstance(due, datetime):
        return due.isoformat(timespec="minutes")
    return None if due is None else due.isoformat()


def understand(line: TaskLine, known: Known) -> Understood:
    """Return the task of a line. Raises `QuickAddError` when no title is left of it, or too much of one."""
    used, unknown = _settled(line.marks, known)
    title = without(line.text, used)
    if not title:
        raise line.error("Line {line} has no title.")
    if len(title) > LONGEST_TITLE:
        raise line.error("The title in line {line} is longer than 1000 characters.")
    if sum(mark.kind == "label" for mark in used) > MOST_LABELS:
        raise line.error("Line {line} has more than 50 labels.")
    spans = sorted([*used, *unknown], key=lambda mark: mark.start)
    return Understood(line, title, tuple(used), tuple(_span(line, mark) for mark in spans))


def _settled(marks: Iterable[Mark], known: Known) -> tuple[list[Mark], list[Mark]]:
    """Return the marks that count, and the names of nothing that is there; other marks are plain words."""
    last: dict[str, int] = {}
    unknown: list[Mark] = []
    found: list[Mark] = []
    for mark in marks:
        if mark.kind in NAMED:
            name = known(mark.kind, str(mark.value))
            if name is None:
                unknown.append(Mark(mark.start, mark.end, f"unknown_{mark.kind}", mark.value))
                continue
            mark = Mark(mark.start, mark.end, mark.kind, name)
        last[mark.kind] = len(found)
        found.append(mark)
    once = {*SINGLE, *NAMED}
    used = [
        mark
        for place, mark in enumerate(found)
        if mark.kind not in once or last[mark.kind] == place
    ]
    return used, unknown


def _span(line: TaskLine, mark: Mark) -> Span:
    offset = line.at.start
    words = line.text[mark.start : mark.end]
    return Span(offset + mark.start, offset + mark.end, mark.kind, words, mark.value)
