"""What a deed brought, as its receipt tells it: plain JSON, in the language of whoever did it."""

from collections.abc import Mapping, Sequence
from typing import Any

from questlog.game import bosses, ledger, levels
from questlog.game.badges import Earned as BadgeEarned
from questlog.game.deeds import Worth
from questlog.game.ledger import Entry
from questlog.game.pursuits import QUEST
from questlog.game.striving import Step
from questlog.game.turns import Boss, Turn

type Blow = dict[str, Any]


def blow(turn: Turn, faced: Boss, damage: int, hp_left: int) -> Blow:
    """Return what happened to the boss that was faced."""
    told = {
        "name": bosses.name_of(faced, turn.locale),
        "damage": damage,
        "hp_left": hp_left,
        "defeated": bool(damage) and hp_left == 0,
    }
    return {**told, "bonus_xp": faced.bonus_xp} if told["defeated"] else told


def shown(
    turn: Turn,
    worth: Worth,
    struck: Blow | None,
    came: Sequence[Step],
    given: Sequence[BadgeEarned],
) -> dict[str, Any]:
    """Return the receipt of a turn: everything it brought in all, what came nearer and what was reached."""
    return {
        "xp": ledger.total(turn.entries, "xp"),
        "gold": ledger.total(turn.entries, "gold"),
        "level_before": levels.level_of(turn.before["xp"]),
        "level_after": levels.level_of(turn.player["xp"]),
        "streak": turn.player["streak"],
        "boss": struck,
        "challenges": [_step(step, turn) for step in came if step.pursuit.kind != QUEST],
        "quests": [_step(step, turn) for step in came if step.pursuit.kind == QUEST],
        "badges": [_badge(one, turn) for one in given],
        "capped": worth.is_limited,
    }


def taken_back(
    turn: Turn,
    back: Sequence[Entry],
    stood: Boss | None,
    *,
    opened: Sequence[Step],
    gone: Sequence[BadgeEarned],
    kept: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the receipt of a reopening: negative amounts, what is open again, what is gone and what stays.

    `back` are the entries that took something back, `stood` is the boss that stood there before.
    """
    struck = None
    if turn.boss is not None:
        struck = blow(turn, turn.boss, ledger.total(back, "damage"), turn.hp_left)
        struck |= {"defeated": False, "risen": turn.boss != stood}
        struck.pop("bonus_xp", None)
    return {
        "xp": ledger.total(back, "xp"),
        "gold": ledger.total(back, "gold"),
        "level_before": levels.level_of(turn.before["xp"]),
        "level_after": levels.level_of(turn.player["xp"]),
        "streak": turn.player["streak"],
        "boss": struck,
        "challenges": [_step(step, turn) for step in opened if step.pursuit.kind != QUEST],
        "quests": [_step(step, turn) for step in opened if step.pursuit.kind == QUEST],
        "badges": [_badge(one, turn) for one in gone],
        "kept": [dict(one) for one in kept],
    }


def _badge(badge: BadgeEarned, turn: Turn) -> dict[str, str]:
    return {"code": badge.code, "title": badge.called(turn.locale)}


def _step(step: Step, turn: Turn) -> dict[str, Any]:
    rule = step.pursuit.rule
    told: dict[str, Any] = {
        "code": step.pursuit.code,
        "title": step.pursuit.code if rule is None else rule.title.in_(turn.locale),
        "progress": step.progress,
        "target": step.target,
        "completed": step.is_new,
    }
    return {**told, "objective": step.code} if step.pursuit.kind == QUEST else told
