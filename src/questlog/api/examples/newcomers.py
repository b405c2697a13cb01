"""Answers to somebody new: the talk that gets to know them, their profile, and a plan for the day."""

from typing import Any

from questlog.api.examples.proposals import EXAMPLES as OF_PROPOSALS
from questlog.api.examples.things import EVENT, MADE, SESSION, STAMPS, TASK

_statement = {
    "id": EVENT,
    "topic": "hours",
    "words": "Early in the morning",
    "source": "onboarding",
    "message_id": SESSION,
    "noted_on": "2026-11-24",
    "replaced_at": None,
    "replaced_by": None,
    "version": 1,
    **STAMPS,
}
_note = {
    **_statement,
    "words": "After nine at night",
    "replaced_at": MADE,
    "replaced_by": EVENT,
    "version": 2,
}
_planned = {
    "task_id": TASK,
    "title": "Water the plants",
    "due_date": "2026-11-24",
    "minutes": 30,
    "estimated": True,
    "because": ["due today"],
}
_proposal = {
    **OF_PROPOSALS["ProposalResponse"],
    "origin": "onboarding",
    "run_id": None,
}

EXAMPLES: dict[str, Any] = {
    "StatementResponse": _statement,
    "ProfileResponse": {
        "profile_text": "Ways of working: Early in the morning",
        "statements": [_statement],
        "notes": [_note],
    },
    "OnboardingResponse": {
        "conversation_id": SESSION,
        "reply": "What gets in your way most often?",
        "question": {"number": 6, "at_most": 6, "topic": "obstacle"},
        "done": False,
        "source": "rules",
        "model_trouble": None,
        "proposals": [],
        "profile_text": None,
        "profile_kept": False,
    },
    "PlanResponse": {
        "today": "2026-11-24",
        "reply": "For today: 1 task, about 30 minutes; there are 120. Begin with “Water the plants”: due today.",
        "source": "rules",
        "model_trouble": None,
        "removed": [],
        "minutes": 120,
        "planned_minutes": 30,
        "tasks": [_planned],
        "left": [],
        "proposals": [{**_proposal, "origin": "plan"}],
    },
}
