"""What the examples are made of: one person, one of each thing, and the form of a problem."""

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
KEY = "019a9c3e-7a40-7000-8000-000000000009"
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


def page_of(item: dict[str, Any]) -> dict[str, Any]:
    return {"items": [item], "next_cursor": None}
