"""Quick add on the wire."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from questlog.core.schemas import TEXT_PATTERN, Answer, Flag, Strict
from questlog.planning.phrases.quick_add import LONGEST_TEXT, MOST_LINES
from questlog.planning.task_schemas import TaskResponse

EXAMPLE = "Write report tomorrow 17:00 every fri #Work @deep p1 !2026-12-01 ~45m // notes"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


class QuickAddRequest(Strict):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"text": EXAMPLE, "create_missing": True}]}
    )

    # Line ends stay as they came, since spans count them.
    text: Annotated[str, AfterValidator(_composed)] = Field(
        min_length=1,
        max_length=LONGEST_TEXT,
        pattern=TEXT_PATTERN,
        description=f"One task a line, {MOST_LINES} at most; what is indented is a subtask.",
    )
    create_missing: Flag = Field(
        False,
        description="Make the projects that are not there. Otherwise their names stay in the titles.",
    )
    dry_run: Flag = Field(False, description="Only say what would be added.")


class QuickAddSpan(Answer):
    start: int = Field(
        description="Counted in characters (code points) of the text, composed (NFC)."
    )
    end: int
    kind: Literal[
        "due",
        "recurrence",
        "project",
        "unknown_project",
        "goal",
        "unknown_goal",
        "label",
        "priority",
        "deadline",
        "start",
        "duration",
        "difficulty",
        "description",
        "escape",
    ] = Field(
        description="What the words mean. An unknown project or goal stays in the title, everything else leaves it."
    )
    text: str
    value: str | int | None = Field(
        description="A date, a moment on the user's clock, a rule, a name, a priority from 0 to 4, or minutes."
    )


class QuickAddItem(Answer):
    task: TaskResponse
    spans: list[QuickAddSpan]


class QuickAddResponse(Answer):
    items: list[QuickAddItem] = Field(description="One per line, in the order of the text.")
