"""How far a pursuit has come, thought through without a database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from questlog.game import metrics, objectives, pursuits
from questlog.game.content import content
from questlog.game.pursuits import CHALLENGE, QUEST

MORNING = datetime(2026, 11, 21, 8, tzinfo=UTC)
TODAY = MORNING.date()
STANDING = "seven-day-consistency"
BRISK = "brisk-week"
PLAYER: dict[str, Any] = {
    "counters": {},
    "streak": 0,
    "streak_on": None,
    "began_on": TODAY,
    "day_on": TODAY,
    "day_began": datetime(2026, 11, 21, tzinfo=UTC),
}


def test_progress_is_what_came_since_the_beginning() -> None:
    player = {**PLAYER, "counters": {"xp_earned": 250}}
    row = pursuits.begun_challenge(content().challenge[BRISK], player)

    later = metrics.values({**player, "counters": {"xp_earned": 300}})
    back = metrics.values({**player, "counters": {"xp_earned": 200}})
    much = metrics.values({**player, "counters": {"xp_earned": 9000}})

    assert row["baseline"] == {"xp_earned": 250}
    assert [pursuits.progress_of(row, each)[BRISK] for each in (later, back, much)] == [50, 0, 300]


@pytest.mark.parametrize(("streak_on", "counted"), [(TODAY, 1), (None, 0)])
def test_today_counts_for_what_begins_today(streak_on: date | None, counted: int) -> None:
    player = {**PLAYER, "counters": {"distinct_days": 4}, "streak_on": streak_on}

    row = pursuits.begun_challenge(content().challenge[STANDING], player)

    assert pursuits.progress_of(row, metrics.values(player)) == {STANDING: counted}


def test_a_streak_counts_as_it_stands_and_stays_reached() -> None:
    quest = content().quest["the-gardeners-month"]
    player = {**PLAYER, "streak": 8, "streak_on": TODAY}

    row = pursuits.begun_quest(quest, player)

    broken = metrics.values({**player, "streak": 0})
    assert row["steps_done"] == ["a-week-in-a-row"]
    assert pursuits.progress_of(row, broken)["a-week-in-a-row"] == 7
    assert objectives.progress(quest.objectives[3], broken, row["baseline"]) == 0


def test_the_same_day_brings_nothing() -> None:
    begun = [pursuits.begun_quest(content().first_quest, PLAYER)]
    begun += [pursuits.begun_challenge(one, PLAYER) for one in content().standing]
    rows = [{**row, "finished_at": None} for row in begun]

    changes = pursuits.at_rollover(PLAYER, rows, MORNING)

    assert (changes.ended, changes.begun) == ((), [])


def test_content_that_is_gone_has_no_progress() -> None:
    row: dict[str, Any] = {
        "id": UUID(int=1),
        "kind": CHALLENGE,
        "code": "long-gone",
        "state": "active",
        "baseline": {},
        "steps_done": [],
        "ends_on": TODAY - timedelta(days=1),
        "round": 1,
        "finished_at": None,
    }

    changes = pursuits.at_rollover(PLAYER, [row], MORNING)

    assert changes.ended[0].columns["progress"] == {}
    assert pursuits.progress_of({**row, "kind": QUEST}, {}) == {}
