"""The guards of what people see and win in the game."""

from tests.prove.guard import Guard

GAME = (
    Guard(
        "a boss loses to one deed once, however often it is done again",
        "game/earning.py",
        "0 if payment.has_struck else min(worth.xp, turn.hp_left)",
        "min(worth.xp, turn.hp_left)",
        'tests/game/test_done_again.py -k "ladder and sqlite"',
    ),
    Guard(
        "only the boss that fell last rises again",
        "game/taking_back.py",
        "    if await session.scalar(hits.limit(1)) is not None:\n",
        "    if False:\n",
        'tests/game/test_done_again.py -k "behind and sqlite"',
    ),
    Guard(
        "no boss rises without HP",
        "game/taking_back.py",
        "not any(one.damage > 0 and one.boss_id == fallen.id for one in own)",
        "False",
        'tests/game/test_bosses_come_back.py -k "without_hp and sqlite"',
    ),
    Guard(
        "the boss of a week that is open again is back",
        "flows/rewards.py",
        "        if course_id is not None:\n",
        "        if False:\n",
        'tests/game/test_bosses_come_back.py -k "slip and sqlite"',
    ),
    Guard(
        "a boss that went away comes back",
        "game/bosses.py",
        'if known is not None and known.state != "gone":',
        "if known is not None:",
        'tests/game/test_bosses_come_back.py -k "takes_a_course_again and sqlite"',
    ),
    Guard(
        "what was paid before a challenge began does not move it",
        "game/earning.py",
        "    if payment.first is not None:\n",
        "    if False:\n",
        'tests/game/test_done_again.py -k "old_deeds and sqlite"',
    ),
    Guard(
        "a challenge is joined once a day",
        "game/pursuits.py",
        "    if rests(last, player):\n",
        "    if False:\n",
        'tests/api/test_game_views.py -k "g13_a_challenge and sqlite"',
    ),
    Guard(
        "what has expired is over",
        "game/pursuits.py",
        'row["ends_on"] is not None and row["ends_on"] < today',
        "False",
        'tests/game/test_new_days_of_pursuits.py -k "g13_what_expired and sqlite"',
    ),
    Guard(
        "a preview counts what was paid today",
        "game/turns.py",
        '        turn.player["day_tasks"] = turn.player["day_ahead"] = 0\n',
        "        pass\n",
        'tests/flows/test_preview_reward.py -k "limit and sqlite"',
    ),
    Guard(
        "what one cannot pay one does not get",
        "game/shop.py",
        '    if player["gold"] < price:\n',
        "    if False:\n",
        'tests/game/test_shop.py -k "g15_no_more and sqlite"',
    ),
    Guard(
        "a day has 20 to 28 hours",
        "game/days.py",
        "return min(max(midnight, self.began + SHORTEST), self.began + LONGEST)",
        "return midnight",
        "tests/game/test_days.py -k g08_no_hopping",
    ),
    Guard(
        "a zone holds for 24 hours",
        "game/days.py",
        "if day.zone_since is not None and day.ends - day.zone_since < ZONE_HOLDS_FOR:",
        "if False:",
        "tests/game/test_days.py -k zone_holds",
    ),
    Guard(
        "a change of clocks breaks no streak",
        "game/settling.py",
        "patience = timedelta() if over.is_usual and self.day.is_usual else PATIENCE",
        "patience = timedelta()",
        "tests/game/test_settling.py -k g09_no_streak_is_lost_within_28_hours_across",
    ),
    Guard(
        "who waits for a player sees what was settled",
        "game/turns.py",
        "return _mine(user_id).with_for_update(of=PLAYERS, key_share=True)",
        "return _mine(user_id)",
        'tests/game/test_roll_over.py -k "ten_who_come_first and postgresql"',
    ),
)
