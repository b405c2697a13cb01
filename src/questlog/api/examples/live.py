"""Answers to those who stay connected."""

from typing import Any

from questlog.api.examples.things import CHANGED

EXAMPLES: dict[str, Any] = {
    "SocketTicketResponse": {
        "ticket": "3Zr0pZ1mJvQy8kF2wT6uXc9LhNaEoSdRgBtYiPxKfWs",
        "expires_at": CHANGED,
    },
    "stream_events": (
        'retry: 2000\nevent: hello\ndata: {"seq":41}\n\n'
        'id: 42\ndata: {"id":"019a9c3e-7a40-7000-8000-0000000000ee","type":"task.created","seq":42}\n\n'
    ),
}
