"""The guards that stand around what a model may do."""

from tests.prove.guard import Guard

COACH = (
    Guard(
        "a call that changes something waits for a yes",
        "coach/calling.py",
        'if state == "open" and tool.can_be_allowed and await',
        'if state == "open" or await',
        'tests/coach/test_tool_calls.py -k "s125_what_would_change and sqlite"',
    ),
    Guard(
        "what a call names is the user's own",
        "coach/named_things.py",
        "mine = (columns.id == UUID(str(arguments[name])), columns.user_id == user_id)",
        "mine = (columns.id == UUID(str(arguments[name])),)",
        'tests/coach/test_tool_calls.py -k "s124_what_belongs_to_others and sqlite"',
    ),
    Guard(
        "a yes is to the letter",
        "coach/proposals.py",
        'if tool is None or digest(row) != row["digest"]:',
        "if tool is None:",
        'tests/api/test_proposals.py -k "s125_a_row_that_somebody and sqlite"',
    ),
    Guard(
        "a key calls no tool it has no scope for",
        "coach/tools.py",
        "return scopes is None or self.needs <= scopes",
        "return True",
        'tests/api/test_mcp.py -k "s072_an_agent_sees and sqlite"',
    ),
    Guard(
        "a yes is for what stood there when it was proposed",
        "coach/proposals.py",
        'if standings.seal(standing) != row["seen"]:',
        "if standings.seal(standing) is Ellipsis:",
        'tests/api/test_outdated_proposals.py -k "s125_a_newer_edit and sqlite"',
    ),
    Guard(
        "a key reads no proposals but those of its like",
        "coach/proposal_log.py",
        "    if scopes is not None:\n        mine",
        "    if scopes is Ellipsis:\n        mine",
        'tests/api/test_proposals.py -k "s075_a_key_reads and sqlite"',
    ),
)
