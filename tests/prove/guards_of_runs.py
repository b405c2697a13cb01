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
    Guard(
        "an answer closes the breaker, though nobody listens to what comes after it",
        "clients/language.py",
        "                        self.breaker.answered()  # before it is yielded: nobody listens after it\n",
        "                        pass\n",
        'tests/clients/test_language_at_rest.py -k "five_failures_among_answers"',
    ),
    Guard(
        "an endless line of a model takes no memory",
        "clients/bounded_transport.py",
        "body > LONGEST_BODY or event > LONGEST_EVENT",
        "body > 100 * LONGEST_BODY",
        'tests/clients/test_language.py -k "endless_line"',
    ),
    Guard(
        "a model that thinks aloud is alive",
        "clients/language_providers.py",
        '            return Sign(len(thought or ""))\n',
        "            return None\n",
        'tests/clients/test_language.py -k "thinks_aloud"',
    ),
    Guard(
        "OpenAI's key goes to OpenAI, whatever the environment says",
        "clients/language_openai.py",
        "OpenAIProvider(base_url=OPENAI, ",
        "OpenAIProvider(",
        'tests/clients/test_language_requests.py -k "openai_itself"',
    ),
)
