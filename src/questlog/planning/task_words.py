"""The words of a task on the wire: what people may type for a status or a priority, and what they read.

`completed_at` is the truth about being done; the status `completed` is only its name (contract.md § 4).
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, WithJsonSchema

from questlog.core.schemas import whole

PRIORITIES = ("none", "low", "medium", "high", "urgent")
OUTCOMES = ("completed", "skipped", "postponed")
STATUSES = ("pending", "in_progress", "completed", "cancelled")

type Scope = Literal["series", "this"]
type Difficulty = Literal["trivial", "normal", "hard", "boss"]


def read_status(value: Any) -> str:
    """Read a status in any letter case, also "In Progress"; raises ValueError."""
    word = (
        value.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(value, str) else ""
    )
    if word not in STATUSES:
        raise ValueError(f"must be one of {', '.join(STATUSES)}")
    return word


def read_priority(value: Any) -> int:
    """Read a priority by its number or its name in any letter case; raises ValueError."""
    if isinstance(value, str) and value.strip().lower() in PRIORITIES:
        return PRIORITIES.index(value.strip().lower())
    number = whole(value)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(PRIORITIES):
        raise ValueError(f"must be 0 to 4, or one of {', '.join(PRIORITIES)}")
    return number


def read_priority_of_query(value: Any) -> int:
    """As `read_priority`; the digits of an address are text."""
    return read_priority(int(value) if isinstance(value, str) and value in "01234" else value)


def status_of(state: str, *, is_completed: bool) -> str:
    return "completed" if is_completed else state


_PRIORITY_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": len(PRIORITIES) - 1},
            {"type": "string", "enum": list(PRIORITIES)},
        ],
        "description": "0 (none) to 4 (urgent), or the name in any letter case.",
    }
)
Status = Annotated[
    str,
    BeforeValidator(read_status),
    WithJsonSchema(
        {
            "type": "string",
            "enum": list(STATUSES),
            "description": 'In any letter case; "In Progress" is understood too.',
        }
    ),
]
Priority = Annotated[int, BeforeValidator(read_priority), _PRIORITY_SCHEMA]
QueriedPriority = Annotated[int, BeforeValidator(read_priority_of_query), _PRIORITY_SCHEMA]
