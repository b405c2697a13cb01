"""Quests and challenges as people see them: what they tell, how far one has come, what they bring."""

from collections.abc import Mapping
from typing import Any

from questlog.core.db import Session
from questlog.game import metrics, pursuits
from questlog.game.content import content
from questlog.game.pursuits import CHALLENGE, QUEST, PursuitRow
from questlog.game.rules import After, Challenge, Quest, Reward
from questlog.game.turns import Turn

AHEAD = "ahead"
OPEN = "open"

type View = dict[str, Any]


async def _present(session: Session, turn: Turn) -> dict[tuple[str, str], PursuitRow]:
    return await pursuits.present(session, turn.user_id, turn.player, turn.now)


async def quests(session: Session, turn: Turn, locale: str) -> list[View]:
    """Return every quest in its order: completed, active, and those ahead."""
    known, values = await _present(session, turn), metrics.values(turn.player)
    return [
        quest_view(quest, known.get((QUEST, quest.code)), values, locale)
        for quest in content().quests
    ]


def quest_view(quest: Quest, row: PursuitRow | None, values: metrics.Counters, locale: str) -> View:
    reached = {} if row is None else pursuits.progress_of(row, values)
    return {
        "id": quest.code,
        "title": quest.title.in_(locale),
        "story": quest.story.in_(locale),
        "state": AHEAD if row is None else row["state"],
        "starts_after": quest.starts.after if isinstance(quest.starts, After) else None,
        "objectives": [
            {
                "code": step.code,
                "title": step.title.in_(locale),
                "hint": step.hint.in_(locale),
                **_measured(step.metric, step.target, reached.get(step.code, 0)),
            }
            for step in quest.objectives
        ],
        "reward": _reward(quest.reward),
        **_times(row),
    }


async def challenges(session: Session, turn: Turn, locale: str) -> list[View]:
    """Return every challenge with its last round; an `open` one was never begun."""
    known, values = await _present(session, turn), metrics.values(turn.player)
    return [
        challenge_view(challenge, known.get((CHALLENGE, challenge.code)), values, turn, locale)
        for challenge in content().challenges
    ]


def challenge_view(
    challenge: Challenge,
    row: PursuitRow | None,
    values: metrics.Counters,
    turn: Turn,
    locale: str,
) -> View:
    reached = {} if row is None else pursuits.progress_of(row, values)
    return {
        "id": challenge.code,
        "title": challenge.title.in_(locale),
        "story": challenge.story.in_(locale),
        "state": OPEN if row is None else row["state"],
        **_measured(challenge.metric, challenge.target, reached.get(challenge.code, 0)),
        "window_days": challenge.window_days,
        "standing": challenge.standing,
        "can_join": pursuits.can_join(challenge, row, turn.player),
        "round": 0 if row is None else row["round"],
        "times_completed": 0 if row is None else row["times_completed"],
        "reward": _reward(challenge.reward),
        "ends_on": None if row is None else row["ends_on"],
        "days_left": _days_left(row, turn),
        **_times(row),
    }


def _days_left(row: PursuitRow | None, turn: Turn) -> int | None:
    """Return how many days are left, today included."""
    if row is None or row["state"] != "active":
        return None
    return metrics.days_between(turn.today, row["ends_on"]) + 1


async def challenge(session: Session, turn: Turn, one: Challenge, locale: str) -> View:
    """Return one challenge as the list has it."""
    known, values = await _present(session, turn), metrics.values(turn.player)
    return challenge_view(one, known.get((CHALLENGE, one.code)), values, turn, locale)


def _measured(metric: str, target: int, progress: int) -> View:
    return {
        "metric": metric,
        "target": target,
        "progress": progress,
        "reached": progress >= target,
    }


def _reward(reward: Reward) -> View:
    return {"xp": reward.xp, "gold": reward.gold, "streak_freezes": reward.freezes}


def _times(row: Mapping[str, Any] | None) -> View:
    if row is None:
        return {"started_on": None, "finished_at": None}
    return {"started_on": row["started_on"], "finished_at": row["finished_at"]}
