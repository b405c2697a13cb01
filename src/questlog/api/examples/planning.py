"""Answers about what people plan."""

from typing import Any

from questlog.api.examples.things import (
    BLOCKER,
    CHANGED,
    EVENT,
    GOAL,
    IMPORT,
    ITEM,
    LABEL,
    MADE,
    OCCURRENCE,
    PROJECT,
    STAMPS,
    TASK,
    USER,
    of_problem,
    page_of,
)

_task = {
    "id": TASK,
    "user_id": USER,
    "title": "Water the plants",
    "description": None,
    "priority": 2,
    "priority_label": "medium",
    "status": "pending",
    "completed": False,
    "due_date": "2026-12-08",
    "due_at": None,
    "start_date": None,
    "deadline": None,
    "duration": 15,
    "project_id": PROJECT,
    "goal_id": None,
    "parent_task_id": None,
    "labels": ["home"],
    "difficulty": "normal",
    "recurrence": "weekly",
    "recurrence_text": "every week",
    "recurrence_next": ["2026-12-15", "2026-12-22", "2026-12-29", "2027-01-05", "2027-01-12"],
    "position": 1.0,
    "lesson_id": None,
    "completed_at": None,
    "deleted_at": None,
    "version": 3,
    **STAMPS,
}
_receipt = {
    "next_due": "2026-12-08",
    "subtasks_open": 0,
    "goals": [{"id": GOAL, "done": 3, "total": 4}],
    "event_id": EVENT,
}
_goal = {
    "id": GOAL,
    "user_id": USER,
    "title": "Learn Spanish",
    "color": "#6366f1",
    "goal_type": "yearly",
    "period": "2026",
    "parent_goal_id": None,
    "description": None,
    "position": 1.0,
    "completed_at": None,
    "deleted_at": None,
    "version": 1,
    **STAMPS,
}
_project = {
    "id": PROJECT,
    "user_id": USER,
    "title": "Kitchen",
    "color": "#8b5cf6",
    "goal_id": None,
    "position": 1.0,
    "archived": False,
    "archived_at": None,
    "deleted_at": None,
    "version": 1,
    **STAMPS,
}
_label = {
    "id": LABEL,
    "user_id": USER,
    "name": "home",
    "color": "#6b7280",
    "version": 1,
    **STAMPS,
}
_item = {
    "id": ITEM,
    "user_id": USER,
    "title": "An article on sleep",
    "description": None,
    "url": "https://example.org/sleep",
    "is_active": True,
    "task_id": None,
    "version": 1,
    **STAMPS,
}
_counts = {"new": 1, "changed": 0, "unchanged": 0}
_import = {
    "id": IMPORT,
    "source": "taskwarrior",
    "name": "backlog.json",
    "created_at": MADE,
    **_counts,
}
_occurrence = {
    "id": OCCURRENCE,
    "task_id": TASK,
    "title": "Water the plants",
    "project_id": PROJECT,
    "goal_id": None,
    "priority": 2,
    "scheduled_date": "2026-12-01",
    "outcome": "completed",
    "completed_at": CHANGED,
    "day": "2026-12-01",
    "receipt": _receipt,
}
_day = {"date": "2026-12-01", "count": 2, "xp": 0}
_share = {"id": PROJECT, "title": "Kitchen", "count": 2, "xp": 0}

EXAMPLES: dict[str, Any] = {
    "BatchResponse": {
        "applied": 1,
        "refused": 1,
        "temp_ids": {BLOCKER: TASK},
        "event_id": EVENT,
        "results": [
            {"index": 0, "op": "add", "status": "ok", "id": TASK, "task": _task},
            {
                "index": 1,
                "op": "skip",
                "status": "error",
                "problem": of_problem(
                    409, "task_not_recurring", "Only a task that repeats can skip a date."
                ),
            },
        ],
    },
    "DependenciesResponse": {
        "id": TASK,
        "blocked_by": [BLOCKER],
        "blocks": [],
        "blocked": True,
        "version": 3,
    },
    "GoalPage": page_of(_goal),
    "GoalProgressResponse": {
        "id": GOAL,
        "done": 3,
        "total": 4,
        "ratio": 0.75,
        "projects": [{"project_id": PROJECT, "title": "Kitchen", "done": 3, "total": 4}],
    },
    "GoalResponse": _goal,
    "GoalTreeResponse": {
        "items": [{**_goal, "done": 3, "total": 4, "ratio": 0.75, "children": []}]
    },
    "HeatmapResponse": {"year": 2026, "total": 2, "best": 2, "days": [_day]},
    "ImportPage": page_of(_import),
    "ImportResponse": {
        **_import,
        "dry_run": False,
        "refused": 0,
        "plan": None,
        "event_id": EVENT,
        "items": [
            {
                "line": 1,
                "kind": "task",
                "external_id": "2e171a47",
                "title": "Water the plants",
                "change": "new",
                "changes": [],
                "reason": None,
            }
        ],
        "warnings": [],
    },
    "ItemPage": page_of(_item),
    "ItemResponse": _item,
    "LabelPage": page_of(_label),
    "LabelResponse": _label,
    "NextTasksResponse": {
        "items": [
            {
                "task": _task,
                "urgency": 5.6,
                "parts": [
                    {
                        "name": "due",
                        "value": 0.4667,
                        "weight": 12,
                        "contribution": 5.6,
                        "words": "due in 7 days",
                    }
                ],
            }
        ]
    },
    "OccurrencePage": page_of(_occurrence),
    "OverviewResponse": {
        "totals": {"completed": 2, "xp": 0, "days": 1},
        "punctuality": {"planned": 2, "on_time": 1, "rate": 0.5},
        "streak": {"current": 1, "best": 1},
        "best_weekday": 2,
        "best_hour": 8,
        "by_weekday": [0, 2, 0, 0, 0, 0, 0],
        "by_hour": [0] * 8 + [2] + [0] * 15,
        "by_priority": [{"priority": 2, "count": 2, "xp": 0}],
        "by_project": [_share],
        "by_goal": [{**_share, "id": None, "title": None}],
    },
    "ProjectPage": page_of(_project),
    "ProjectResponse": _project,
    "QuickAddResponse": {
        "items": [
            {
                "task": {**_task, "due_date": "2026-12-04"},
                "spans": [
                    {
                        "start": 17,
                        "end": 23,
                        "kind": "due",
                        "text": "friday",
                        "value": "2026-12-04",
                    },
                    {"start": 24, "end": 26, "kind": "priority", "text": "p3", "value": 2},
                ],
            }
        ]
    },
    "TaskCounts": {
        "today": 2,
        "inbox": 5,
        "upcoming": 3,
        "overdue": 0,
        "completed_today": 1,
        "completed": 41,
    },
    "TaskCountsResponse": {PROJECT: 4},
    "TaskPage": page_of(_task),
    "TaskResponse": {**_task, "receipt": _receipt},
    "get_productivity": [{**_day, "breakdown": {PROJECT: 1, "inbox": 1}}],
}
