"""Answers that look back at days and weeks."""

from typing import Any

from questlog.api.examples.things import EVENT, STAMPS, TASK, page_of

_DONE = (3, 2, 0, 4, 1, 2, 0)
_facts = {
    "first_day": "2026-11-16",
    "last_day": "2026-11-22",
    "days": 7,
    "done": 12,
    "xp": 180,
    "active_days": 5,
    "per_day": [
        {"date": f"2026-11-{day}", "done": done} for day, done in enumerate(_DONE, start=16)
    ],
    "by_weekday": [*_DONE],
    "by_hour": [0] * 8 + [5, 4, 0, 0, 0, 0, 0, 0, 2, 1] + [0] * 6,
    "best_weekday": {"number": 4, "done": 4},
    "best_hour": {"number": 8, "done": 5},
    "planned": 10,
    "on_time": 8,
    "on_time_percent": 80,
    "by_project": [{"title": "Home", "done": 7}, {"title": None, "done": 5}],
    "skipped": 0,
    "postponed": 3,
    "postponed_most": [{"title": "Call the dentist", "times": 3}],
    "finished": ["Paint the fence", "Water the plants"],
    "open_now": 14,
    "overdue_now": 1,
    "overdue_longest": [{"task_id": TASK, "title": "Call the dentist", "due": "2026-11-12"}],
    "overdue_at_end": 1,
    "due_not_done": 0,
    "streak": 5,
    "best_streak": 9,
    "level": 4,
    "weeks_before": [
        {"first_day": f"2026-{first}", "done": done, "active_days": days}
        for first, done, days in (
            ("11-09", 9, 4),
            ("11-02", 11, 6),
            ("10-26", 8, 4),
            ("10-19", 12, 5),
        )
    ],
    "done_in_four_weeks_before": 40,
    "per_week": 12.0,
    "per_week_before": 10.0,
    "change_percent": 20,
}
_told: dict[str, Any] = {"source": "rules", "model": None, "trouble": None, "removed": []}
_summary: dict[str, Any] = {
    **_told,
    "id": EVENT,
    "week_on": "2026-11-16",
    "achievements": ["12 tasks done on 5 days, worth 180 XP."],
    "difficulties": ["Put off: 3 times, most often “Call the dentist” (3)."],
    "improvements": ["“Call the dentist” was put off 3 times: make it smaller, or let it go."],
    "weekly_goals": [
        {
            "text": "Finish at least 12 tasks.",
            "measure": {"fact": "done", "at_least": 12, "at_most": None, "task_id": None},
            "met": None,
        }
    ],
    "edited_at": None,
    "version": 1,
    **STAMPS,
}

EXAMPLES: dict[str, Any] = {
    "AnalysisResponse": {
        **_told,
        "days": 7,
        "facts": _facts,
        "analysis": "12 tasks done on 5 days, worth 180 XP.",
    },
    "RetrospectivePage": page_of(_summary),
    "RetrospectiveResponse": {
        **_summary,
        "facts": _facts,
        "last_goals": [
            {
                "text": "Finish something on at least 5 days.",
                "measure": {"fact": "active_days", "at_least": 5, "at_most": None, "task_id": None},
                "met": True,
            }
        ],
    },
}
