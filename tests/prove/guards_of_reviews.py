"""The guards of looking back: nobody is told a number that was not counted."""

from tests.prove.guard import Guard

REVIEWS = (
    Guard(
        "a model's analysis is held against the facts",
        "coach/review_writing.py",
        "        found = checked(plain(text, LONGEST_ANALYSIS), facts)\n",
        "        found = checked(plain(text, LONGEST_ANALYSIS), facts, said=[text])\n",
        'tests/api/test_coach_reviews.py -k "lying_model and sqlite"',
    ),
    Guard(
        "a date confirms no count",
        "coach/number_check.py",
        "        frozenset(numbers),\n",
        "        frozenset([*numbers, *(Decimal(part) for day in days for part in day if part)]),\n",
        'tests/coach/test_number_check.py -k "another_number_goes"',
    ),
    Guard(
        "a goal is judged as of the end of its week",
        "coach/weekly_goals.py",
        'found = facts[AT_END.get(measure["fact"], measure["fact"])]',
        'found = facts[measure["fact"]]',
        'tests/coach/test_narratives.py -k "told_of_that_end and sqlite"',
    ),
    Guard(
        "a figure that can be read in two ways is not believed",
        "coach/number_check.py",
        "    if touch:\n",
        "    if not text:\n",
        'tests/coach/test_number_check.py -k "another_number_goes"',
    ),
    Guard(
        "a retrospective is somebody's own",
        "coach/retrospectives.py",
        "select(*SHOWN).where(KEPT.c.user_id == user_id, KEPT.c.week_on == week_on)",
        "select(*SHOWN).where(KEPT.c.week_on == week_on)",
        'tests/api/test_coach_reviews.py -k "no_one_elses_is_seen and sqlite"',
    ),
)
