"""The guards around tasks that repeat."""

from tests.prove.guard import Guard

RECURRENCE = (
    Guard(
        "what later dates were counted from is not taken back",
        "planning/occurrence_reopenings.py",
        'if found.outcome != "completed" or row["rule_from_completion"]:',
        "if False:",
        'tests/flows/test_reopen_occurrence.py -k "stays and sqlite"',
    ),
    Guard(
        "a date moved ahead does not come a second time",
        "planning/task_dates.py",
        "following = recurrence.next_due(rule, stands_for, today=today, anchor=anchor, done=done)",
        'following = recurrence.next_due(rule, row["due_on"], today=today, anchor=anchor, done=done)',
        'tests/planning/test_four_delays.py -k "second_time and sqlite"',
    ),
    Guard(
        "an adjective of a title is no recurrence",
        "planning/phrases/recurrences.py",
        "if _is_adjective(cursor, place):",
        "if False:",
        'tests/planning/phrases/test_recurrences.py -k "keeps_its_other_words"',
    ),
)
