"""The guards of quizzes and reviews: what is graded is graded once, paid once, and not told before."""

from tests.prove.guard import Guard

QUIZZES = (
    Guard(
        "of several attempts at once the second sees the first",
        "learning/quizzes.py",
        "        .with_for_update()\n",
        "",
        'tests/flows/test_submit_quiz.py -k "twenty_submissions and postgresql"',
    ),
    Guard(
        "only the first attempt pays",
        "learning/quizzes.py",
        '"xp": 0 if before.attempts else rules.pay',
        '"xp": rules.pay',
        'tests/flows/test_submit_quiz.py -k "second_attempt_pays_nothing and sqlite"',
    ),
    Guard(
        "the last heart is for one quiz",
        "flows/submit_quiz.py",
        "before, timezone, is_held=True)",
        "before, timezone)",
        'tests/flows/test_quiz_hearts.py -k "last_heart and postgresql"',
    ),
    Guard(
        "a card is answered by one review at a time",
        "learning/cards.py",
        "        .with_for_update(of=CARDS)\n",
        "",
        'tests/flows/test_review_card.py -k "ten_reviews and postgresql"',
    ),
    Guard(
        "what is right is not shown with the question",
        "learning/quizzes.py",
        '        "stem": question["stem"],\n        **{name: shown',
        '        "stem": question["stem"],\n        "key": question.get("explanation"),\n        **{name: shown',
        'tests/flows/test_quiz_hearts.py -k "not_told_before and sqlite"',
    ),
    Guard(
        "a result that got lost is told, and no second attempt is taken",
        "cli/quizzes.py",
        '        result = remote.post(path, {"answers": answers}, key=key)',
        '        result = remote.post(path, {"answers": answers})',
        'tests/cli/test_quizzes.py -k "got_lost and sqlite"',
    ),
)
