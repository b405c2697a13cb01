"""What there is to see of a player by the rules."""

from typing import Any

from tests.game.reference import Reference
from tests.game.reference_deeds import level_of


def shown(rules: Reference) -> dict[str, Any]:
    """Return what the real one must show."""
    return {
        "xp": rules.xp,
        "level": level_of(rules.xp),
        "gold": max(rules.purse, 0),
        "gold_debt": max(-rules.purse, 0),
        "hearts": rules.life.hearts,
        "streak": rules.life.streak,
        "best_streak": rules.life.best_streak,
        "streak_freezes": rules.life.freezes,
        "potion_left": rules.potion,
        "day": rules.life.day,
        "boss": (rules.boss.rung.code, rules.boss.round, rules.boss.lost),
        "badges": sorted(rules.badges),
        "strivings": sorted(
            (one.rule.kind, one.rule.code, one.round, one.state, sorted(one.done))
            for one in rules.strivings
        ),
    }
