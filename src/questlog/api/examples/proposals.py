"""Answers about what the coach proposes."""

from typing import Any

from questlog.api.examples.things import EVENT, MADE, REQUEST, SESSION, page_of

PROPOSAL = {
    "id": EVENT,
    "conversation_id": SESSION,
    "run_id": REQUEST,
    "tool": "create_task",
    "arguments": {"title": "Water the plants", "recurrence": "weekly"},
    "summary": "Add the task “Water the plants” (repeats: weekly)",
    "origin": "agent",
    "state": "open",
    "result": None,
    "expires_at": "2026-11-25T08:15:00Z",
    "decided_at": None,
    "created_at": MADE,
    "version": 1,
}
_tool = {
    "tool": "create_task",
    "description": "Add a task.",
    "can_be_allowed": True,
    "allowed": True,
    "allowed_since": MADE,
}

EXAMPLES: dict[str, Any] = {
    "AllowedToolList": {"items": [_tool]},
    "AllowedToolResponse": _tool,
    "ProposalPage": page_of(PROPOSAL),
    "ProposalResponse": PROPOSAL,
}
