"""One example of every answer, by the name of its schema; those of bodies stand beside their fields."""

from http import HTTPStatus
from typing import Any

USER = "019a9c3e-7a40-7000-8000-00000000000a"
TASK = "019a9c3e-7a40-7000-8000-000000000001"
GOAL = "019a9c3e-7a40-7000-8000-000000000002"
PROJECT = "019a9c3e-7a40-7000-8000-000000000003"
LABEL = "019a9c3e-7a40-7000-8000-000000000004"
ITEM = "019a9c3e-7a40-7000-8000-000000000005"
IMPORT = "019a9c3e-7a40-7000-8000-000000000006"
OCCURRENCE = "019a9c3e-7a40-7000-8000-000000000007"
SESSION = "019a9c3e-7a40-7000-8000-000000000008"
BLOCKER = "019a9c3e-7a40-7000-8000-000000000010"
REQUEST = "019a9c3e-7a40-7000-8000-0000000000aa"
EVENT = "019a9c3e-7a40-7000-8000-0000000000ee"
MADE = "2026-11-24T08:15:00Z"
CHANGED = "2026-12-01T07:30:00Z"
STAMPS = {"created_at": MADE, "updated_at": CHANGED}


def of_problem(status: int, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "details": {},
        "errors": [],
        "request_id": REQUEST,
    }


def _page(item: dict[str, Any]) -> dict[str, Any]:
    return {"items": [item], "next_cursor": None}


_user = {
    "id": USER,
    "email": "ada@example.org",
    "name": "Ada",
    "role": "user",
    "is_active": True,
    "email_verified": True,
    "profile_text": None,
    "settings": {"theme": "dark"},
    "locale": "en",
    "timezone": "Europe/Rome",
    "last_login_at": CHANGED,
    **STAMPS,
}
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
_find = {
    "kind": "task",
    "id": TASK,
    "title": "Water the plants",
    "highlighted_title": "<mark>Water</mark> the plants",
    "fragments": ["The ferns need more <mark>water</mark> than the cactus &amp; the aloe"],
    "completed": False,
    "score": 2002,
}
_filter = {
    "id": "019a9c3e-7a40-7000-8000-00000000000f",
    "user_id": USER,
    "name": "Work now",
    "query": "(today | overdue) & #Work",
    "color": "#0ea5e9",
    "position": 1024.0,
    "version": 1,
    **STAMPS,
}
_explained = {
    "query": "p1, #Work",
    "canonical": "p1, #Work",
    "description": "Open tasks: urgent; or in the project “Work”",
    "tree": {
        "op": "lists",
        "of": [
            {
                "op": "is",
                "field": "word",
                "relation": "is",
                "value": "p1",
                "text": "p1",
                "position": 0,
                "length": 2,
            },
            {
                "op": "is",
                "field": "project",
                "relation": "named",
                "value": "Work",
                "text": "#Work",
                "position": 4,
                "length": 5,
            },
        ],
    },
    "warnings": [
        {
            "code": "lists_are_joined",
            "detail": "Lists with commas between them are shown as one list.",
        }
    ],
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
_session = {
    "id": SESSION,
    "created_at": MADE,
    "last_used_at": CHANGED,
    "expires_at": "2026-12-08T07:30:00Z",
    "address": "192.0.2.7",
    "user_agent": "questlog/0.1",
    "door": "password",
    "current": True,
}
_day = {"date": "2026-12-01", "count": 2, "xp": 0}
_share = {"id": PROJECT, "title": "Kitchen", "count": 2, "xp": 0}

_event = {
    "id": EVENT,
    "seq": 42,
    "type": "task.completed",
    "actor": f"user:{USER}",
    "subject_type": "task",
    "subject_id": TASK,
    "payload": {"title": "Water the plants"},
    "created_at": MADE,
    "undoable_until": "2026-11-25T08:15:00Z",
    "undone_by": None,
}

EXAMPLES: dict[str, Any] = {
    "AccountExport": {
        "format": "questlog",
        "version": 1,
        "exported_at": CHANGED,
        "user": {"id": USER, "email": "ada@example.org"},
        "goals": [],
        "projects": [],
        "labels": [],
        "tasks": [{"id": TASK, "title": "Water the plants"}],
        "occurrences": [],
        "items": [],
    },
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
    "DatabaseHealthResponse": {"status": "ok", "latency_ms": 0.4},
    "EventPage": _page(_event),
    "EventResponse": _event,
    "GoalPage": _page(_goal),
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
    "HealthResponse": {"status": "ok", "version": "0.1.0"},
    "HeatmapResponse": {"year": 2026, "total": 2, "best": 2, "days": [_day]},
    "ImportPage": _page(_import),
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
    "FilterExplanation": _explained,
    "FilterPage": _page(_filter),
    "FilterResponse": _filter,
    "ItemPage": _page(_item),
    "ItemResponse": _item,
    "SearchHit": _find,
    "SearchPage": _page(_find),
    "LabelPage": _page(_label),
    "LabelResponse": _label,
    "LogoutResponse": {"message": "You are signed out."},
    "MessageResponse": {"message": "Your new password is set."},
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
    "OccurrencePage": _page(_occurrence),
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
    "PasswordForgotResponse": {"message": "If this address can be reached, a mail is on its way."},
    "ProjectPage": _page(_project),
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
    "ReadyResponse": {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}},
    "SendCodeResponse": {"message": "If this address can be reached, a mail is on its way."},
    "SessionPage": _page(_session),
    "TaskCounts": {
        "today": 2,
        "inbox": 5,
        "upcoming": 3,
        "overdue": 0,
        "completed_today": 1,
        "completed": 41,
    },
    "TaskCountsResponse": {PROJECT: 4},
    "TaskPage": _page(_task),
    "TaskResponse": {**_task, "receipt": _receipt},
    "TokenResponse": {
        "access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA",
        "refresh_token": "qr1.01a1fd8f-7855-72c1-a5c9-c7b66efc8d0e.1.AAAA",
        "token_type": "bearer",
        "expires_in": 900,
        "user": _user,
    },
    "UndoResponse": {
        "event_id": "019a9c3e-7a40-7000-8000-0000000000ef",
        "undone": {"id": EVENT, "type": "task.completed"},
        "objects": [{"type": "task", "id": TASK, "version": 4}],
    },
    "UserPage": _page(_user),
    "UserResponse": _user,
    # Answers without a schema of their own, by operation.
    "get_productivity": [{**_day, "breakdown": {PROJECT: 1, "inbox": 1}}],
    "get_metrics": 'questlog_requests_total{method="GET",route="/api/v1/tasks",status="200"} 41.0\n',
}
# FastAPI drops a null from the examples that stand beside the fields.
BODIES_WITH_NULL: dict[str, Any] = {"TaskMove": {"project_id": None}}
