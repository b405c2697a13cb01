"""The guards of the coach's runs."""

from tests.prove.guard import Guard

RUNS = (
    Guard(
        "who lost a run writes nothing more of it",
        "coach/runs.py",
        '        RUNS.c.lease == bindparam("held_under"),\n',
        "",
        'tests/coach/test_runs_in_trouble.py -k "lost_a_run and sqlite"',
    ),
    Guard(
        "a turn has an end",
        "coach/agent.py",
        "self.held.rounds >= MOST_ROUNDS or self._is_out_of_hand",
        "self.held.rounds >= MOST_ROUNDS * 3 or self._is_out_of_hand",
        'tests/coach/test_thinking.py -k "s126_a_loop and sqlite"',
    ),
    Guard(
        "a day's budget is held against each request",
        "coach/model_uses.py",
        "    if over_requests or over_tokens:\n",
        "    if False:\n",
        'tests/api/test_chat.py -k "s128_a_used_up and sqlite"',
    ),
)
