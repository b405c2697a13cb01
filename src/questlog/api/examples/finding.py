"""Answers about what was looked for, and how."""

from typing import Any

from questlog.api.examples.things import STAMPS, TASK, USER, page_of

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

EXAMPLES: dict[str, Any] = {
    "FilterExplanation": _explained,
    "FilterPage": page_of(_filter),
    "FilterResponse": _filter,
    "SearchPage": page_of(_find),
}
