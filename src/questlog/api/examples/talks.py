"""Answers about talks with the coach."""

from typing import Any

from questlog.api.examples.proposals import PROPOSAL
from questlog.api.examples.things import EVENT, MADE, REQUEST, SESSION, USER, page_of

_conversation = {
    "id": SESSION,
    "user_id": USER,
    "title": "Plans for the week",
    "kind": "chat",
    "last_message_at": MADE,
    "created_at": MADE,
    "updated_at": MADE,
    "version": 3,
}
_message = {
    "id": EVENT,
    "conversation_id": SESSION,
    "seq": 2,
    "role": "assistant",
    "content": "Two things are due today. Shall I add the plants?",
    "state": "complete",
    "model": "openai/gpt-4o-mini",
    "tokens_in": 812,
    "tokens_out": 24,
    "tool_calls": [
        {
            "id": "call_1",
            "name": "todays_plan",
            "arguments": "{}",
            "result": {"today": "2026-11-24", "overdue": [], "due_today": [], "next": []},
            "status": "done",
            "duration_ms": 6,
        }
    ],
    "run_id": REQUEST,
    "created_at": MADE,
}

EXAMPLES: dict[str, Any] = {
    "ConversationResponse": _conversation,
    "ConversationPage": page_of(_conversation),
    "ConversationDetail": {**_conversation, "messages": [_message], "next_cursor": None},
    "SaidResponse": _message,
    "MessagePage": page_of(_message),
    "ChatResponse": {
        "reply": _message["content"],
        "conversation_id": SESSION,
        "run_id": REQUEST,
        "message_id": EVENT,
        "source": "model",
        "state": "complete",
        "proposals": [PROPOSAL],
    },
    "CoachStatusResponse": {
        "source": "model",
        "model": "openai/gpt-4o-mini",
        "available": True,
        "budget": {
            "requests": 4,
            "tokens": 3120,
            "daily_requests": 100,
            "daily_tokens": 200000,
        },
        "detail": "A language model answers.",
    },
}
