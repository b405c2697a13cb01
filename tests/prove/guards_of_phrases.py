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
    Guard(
        "an address is left alone",
        "planning/phrases/quick_add_marks.py",
        'if "://" in self.line[start:end] or ADDRESS.match(self.line, start, end):',
        "if False:",
        'tests/planning/phrases/test_quick_add.py -k "addresses"',
    ),
    Guard(
        "a project is found by its owner alone",
        "planning/names.py",
        "mine = (model.user_id == user_id, model.deleted_at.is_(None), is_open)",
        "mine = (model.deleted_at.is_(None), is_open)",
        'tests/api/test_quick_add.py -k "projects_of_others and sqlite"',
    ),
    Guard(
        "a dry run of quick add writes nothing",
        "flows/quick_add.py",
        "async with database.unit(writes=not dry_run) as session:",
        "async with database.unit(writes=True) as session:",
        'tests/api/test_quick_add.py -k "dry_run_says and sqlite"',
    ),
    Guard(
        "quick add makes all labels first",
        "flows/quick_add.py",
        "    if named:\n        await task_labels.ensure",
        "    if not named:\n        await task_labels.ensure",
        'tests/flows/test_quick_add.py -k "another_order and postgresql"',
    ),
)
