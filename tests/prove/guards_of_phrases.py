"""The guards around what people write."""

from tests.prove.guard import Guard

PHRASES = (
    Guard(
        "a word that is stuck to something is no date",
        "planning/phrases/dates_line.py",
        "return not token.start or self.text[token.start - 1] in OPENINGS",
        "return True",
        'tests/planning/phrases/test_dates.py -k "table and monday"',
    ),
    Guard(
        "words of a title are left alone",
        "planning/phrases/dates_days.py",
        "if name == at and not preposition and not _is_believed(line, name):",
        "if False:",
        'tests/planning/phrases/test_dates.py -k "table and cream"',
    ),
    Guard(
        "every difference to chrono-node has its reason",
        "planning/phrases/dates_calendar.py",
        "if found is not None and found >= today:\n            return found\n    return None\n\n\ndef upcoming_number",
        "if found is not None:\n            return found\n    return None\n\n\ndef upcoming_number",
        "tests/interop/test_interop.py -k difference_to_chrono",
    ),
)
