"""The guards that stand around the agent's socket."""

from tests.prove.guard import Guard

AGENT = (
    Guard(
        "who was signed out is told no more of an answer",
        "api/agent_talk.py",
        "                    await self._visitor.stay.recheck()\n                    await self._visitor.send(part.message(run_id))",
        "                    await self._visitor.send(part.message(run_id))",
        'tests/api/agent/test_strangers.py -k "s123_who_is_signed_out and sqlite"',
    ),
    Guard(
        "a conversation of somebody else's is not there",
        "coach/messages.py",
        ".where(columns.id == conversation_id, columns.user_id == user_id)",
        ".where(columns.id == conversation_id)",
        'tests/api/agent/test_strangers.py -k "s122_what_belongs and sqlite"',
    ),
    Guard(
        "nobody has more than a few runs at once",
        "coach/speaking.py",
        "or 0) >= RUNS_AT_ONCE:",
        "or 0) >= RUNS_AT_ONCE * 1000:",
        'tests/api/agent/test_strangers.py -k "s128_only_so_many and sqlite"',
    ),
)
