"""What an imported file asks for, whichever program wrote it. Nothing here knows a user or a database."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from questlog.core.exceptions import ValidationError
from questlog.core.translations import translated
from questlog.planning.recurrence import Rule


class UnreadableImportError(ValidationError):
    """A line, or the file as a whole, cannot be read. `line` counts from 1; None means the file as a whole.

    `said` fills the placeholders of the message.
    """

    code = "unreadable_import"
    default_message = "The file cannot be read."

    def __init__(
        self, message: str | None = None, line: int | None = None, **said: str | int
    ) -> None:
        super().__init__(message, {**said, **({} if line is None else {"line": line})})
        self.line = line
        self.said = said

    def __str__(self) -> str:
        text = translated(self.message, "en", self.said)
        return text if self.line is None else f"line {self.line}: {text}"


class WholeFileError(UnreadableImportError):
    """What is wrong at this line would be wrong at every other, so no line is refused by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTask:
    """A task as its file tells it.

    `external_id` names it in every export of the same list, so that importing again finds it. `due` is a day, or a
    moment with an offset. A `rule` without `due` starts on its first date after the import, at `wall_time` if there is
    one, by the clock of the user. `anchor` is the date that started the rhythm of `rule` where that is not `due`. `parent`
    is the `external_id` of another task of the plan, which comes before this one; `waits_for` names tasks that have to
    be done first. `done` without `completed_at` is a completion whose moment nobody knows.
    """

    line: int
    external_id: str
    title: str
    description: str | None = None
    priority: int = 0
    due: date | datetime | None = None
    start_on: date | None = None
    deadline_on: date | None = None
    duration_minutes: int | None = None
    project: str | None = None
    labels: tuple[str, ...] = ()
    parent: str | None = None
    waits_for: tuple[str, ...] = ()
    rule: Rule | None = None
    anchor: date | None = None
    wall_time: time | None = None
    done: bool = False
    completed_at: datetime | None = None
    in_progress: bool = False
    cancelled: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportNote:
    """Something of the file that Questlog has no place for; the import goes on without it.

    `sentence` is English and the key of its translation; `said` fills its placeholders.
    """

    line: int | None
    sentence: str
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return translated(self.sentence, "en", self.said)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A thing of the file that cannot come, the line it stands on, and why."""

    line: int
    title: str
    sentence: str
    said: Mapping[str, Any] = field(default_factory=dict)

    def as_error(self) -> UnreadableImportError:
        return UnreadableImportError(self.sentence, self.line, **self.said)


class Refusals(list[Refusal]):
    """What was refused so far. Damage that has no line of its own still ends the reading."""

    @contextmanager
    def catch(self, title: str = "") -> Iterator[None]:
        try:
            yield
        except UnreadableImportError as error:
            if error.line is None or isinstance(error, WholeFileError):
                raise
            self.append(Refusal(error.line, title, error.message, error.said))


@dataclass(frozen=True, slots=True)
class ImportPlan:
    source: str
    tasks: tuple[ImportedTask, ...]
    warnings: tuple[ImportNote, ...]
    refused: tuple[Refusal, ...] = ()
