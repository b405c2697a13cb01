"""What an imported file asks for, whichever program wrote it. Nothing here knows a user or a database."""

from dataclasses import dataclass
from datetime import date, datetime, time

from questlog.core.exceptions import ValidationError
from questlog.planning.recurrence import Rule


class UnreadableImportError(ValidationError):
    """The file is damaged, so nothing of it is imported. `line` counts from 1; None means the file as a whole."""

    code = "unreadable_import"
    default_message = "The file cannot be read."

    def __init__(self, message: str | None = None, line: int | None = None) -> None:
        super().__init__(message, {} if line is None else {"line": line})
        self.line = line

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedTask:
    """A task as its file tells it.

    `external_id` names it in every export of the same list, so that importing again finds it. `due` is a day, or a
    moment with an offset. A `rule` without `due` starts on its first date after the import, at `wall_time` if there is
    one, by the clock of the user. `anchor` is the date that started the rhythm of `rule` where that is not `due`. `parent`
    is the `external_id` of another task of the plan, which comes before this one.
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
    rule: Rule | None = None
    anchor: date | None = None
    wall_time: time | None = None
    completed_at: datetime | None = None
    cancelled: bool = False
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImportNote:
    """Something of the file that Questlog has no place for; the import goes on without it."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    source: str
    tasks: tuple[ImportedTask, ...]
    warnings: tuple[ImportNote, ...]
