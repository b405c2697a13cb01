"""Answers about the game."""

from typing import Any

from questlog.api.examples.things import CHANGED, MADE, TASK, page_of

ENTRY = "019a9c3e-7a40-7000-8000-000000000d01"
BOSS = "019a9c3e-7a40-7000-8000-000000000d02"

_reward = {"xp": 60, "gold": 25, "streak_freezes": 0}
_entry = {
    "id": ENTRY,
    "entry": "grant",
    "source_kind": "task",
    "source_id": TASK,
    "day": "2026-12-01",
    "xp": 15,
    "gold": 1,
    "hearts": 0,
    "streak_freezes": 0,
    "potion": 0,
    "damage": 15,
    "boss_id": BOSS,
    "reverses_id": None,
    "rule_version": 1,
    "words": "Task “Water the plants” completed: +15 XP, +1 gold. 10 × 1.5 (difficulty hard) = 15. The Drawer of "
    "Someday lost 15 HP.",
    "created_at": CHANGED,
}
_quest = {
    "id": "first-steps",
    "title": "First steps",
    "story": "A new notebook has a certain smell, and most of them keep it because nobody writes in them.",
    "state": "active",
    "starts_after": None,
    "objectives": [
        {
            "code": "hundred-xp",
            "title": "Earn 100 XP",
            "hint": "A normal task is worth 10 XP, a hard one 15, a lesson 20 or more.",
            "metric": "xp_earned",
            "target": 100,
            "progress": 15,
            "reached": False,
        }
    ],
    "reward": {"xp": 50, "gold": 30, "streak_freezes": 1},
    "started_on": "2026-11-24",
    "finished_at": None,
}
_challenge = {
    "id": "brisk-week",
    "title": "A brisk week",
    "story": "Three hundred XP in seven days.",
    "state": "active",
    "metric": "xp_earned",
    "target": 300,
    "progress": 15,
    "reached": False,
    "window_days": 7,
    "standing": False,
    "can_join": False,
    "round": 1,
    "times_completed": 0,
    "reward": _reward,
    "started_on": "2026-12-01",
    "ends_on": "2026-12-07",
    "days_left": 7,
    "finished_at": None,
}
_boss = {
    "id": BOSS,
    "code": "drawer-of-someday",
    "kind": "ladder",
    "name": "The Drawer of Someday",
    "story": "It sticks a little, and so nobody opens it.",
    "state": "active",
    "round": 1,
    "hp_max": 70,
    "hp_left": 55,
    "bonus_xp": 30,
    "week_id": None,
    "defeated_at": None,
}
_badge = {
    "code": "first-task",
    "title": "The first tick",
    "text": "You completed your first task.",
    "icon": "✅",
    "metric": "tasks_completed",
    "target": 1,
    "progress": 1,
    "earned_on": "2026-11-24",
    "earned_at": MADE,
}
_advance = {"code": "brisk-week", "title": "A brisk week", "progress": 30, "target": 300}
_preview = {
    "task_id": TASK,
    "pays": True,
    "xp": 15,
    "gold": 1,
    "level_before": 1,
    "level_after": 1,
    "streak": 3,
    "boss": {"name": "The Drawer of Someday", "damage": 15, "hp_left": 40, "defeated": False},
    "challenges": [{**_advance, "completed": False}],
    "quests": [],
    "badges": [],
    "capped": False,
}


EXAMPLES: dict[str, Any] = {
    "LedgerPage": page_of(_entry),
    "QuestList": page_of(_quest),
    "ChallengeList": page_of(_challenge),
    "ChallengeResponse": _challenge,
    "BossList": page_of(_boss),
    "BadgeList": page_of(_badge),
    "PreviewResponse": _preview,
}
