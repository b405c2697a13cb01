"""What people may type for a status and a priority."""

from typing import Any

import pytest
from pydantic import ValidationError

from questlog.planning.task_schemas import TaskCreate


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("pending", "pending"),
        ("In Progress", "in_progress"),
        ("IN_PROGRESS", "in_progress"),
        ("in-progress", "in_progress"),
        ("Completed", "completed"),
        ("cancelled", "cancelled"),
    ],
)
def test_a_status_in_any_case(typed: str, status: str) -> None:
    assert TaskCreate.model_validate({"title": "x", "status": typed}).status == status


@pytest.mark.parametrize(
    ("typed", "priority"),
    [(0, 0), (4, 4), (2.0, 2), ("none", 0), ("Low", 1), ("MEDIUM", 2), ("high", 3), ("Urgent", 4)],
)
def test_a_priority_by_number_or_name(typed: Any, priority: int) -> None:
    assert TaskCreate.model_validate({"title": "x", "priority": typed}).priority == priority


@pytest.mark.parametrize(
    "body",
    [
        {"status": "done"},
        {"status": None},
        {"status": 1},
        {"status": "completed", "completed": False},
        {"status": "cancelled", "completed": True},
        {"priority": 5},
        {"priority": -1},
        {"priority": True},
        {"priority": "3"},
        {"priority": 1.5},
        {"priority": None},
        {"priority": ["high"]},
        {"completed": 1},
        {"duration": 0},
        {"duration": True},
        {"position": -1},
        {"difficulty": "easy"},
        {"labels": "home"},
        {"labels": [" "]},
        {"labels": ["x"] * 51},
        {"due_date": 0},
        {"due_date": "1969-12-31"},
        {"due_date": "2026-02-30"},
        {"due_date": "tomorrow"},
        {"start_date": "2026-11-23T10:00:00"},
        {"title": " "},
        {"title": "x" * 1001},
        {"description": "x" * 20_001},
        {"completed_at": "2026-11-23T10:00:00Z"},
        {"xp": 5},
    ],
)
def test_s086_s102_what_is_not_understood_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TaskCreate.model_validate({"title": "x", **body})


def test_a_title_is_trimmed() -> None:
    assert TaskCreate.model_validate({"title": "  Read \n"}).title == "Read"
