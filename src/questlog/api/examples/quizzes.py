"""Examples of answers about quizzes and reviews."""

from typing import Any

from questlog.api.examples.learning import LESSON
from questlog.api.examples.things import CHANGED, MADE, STAMPS, TASK, page_of

QUESTION = "019a9c3e-7a40-7000-8000-000000000041"
ATTEMPT = "019a9c3e-7a40-7000-8000-000000000042"
CARD = "019a9c3e-7a40-7000-8000-000000000043"

ASKED = {
    "question_id": QUESTION,
    "kind": "mcq",
    "topic": "bends",
    "stem": "Which knot joins a thick rope to a thin one?",
    "choices": ["Reef knot", "Sheet bend", "Bowline"],
    "items": None,
    "left": None,
    "right": None,
    "gaps": None,
    "unit": None,
}
TOLD = {
    "solution": "Sheet bend",
    "explanation": "The thin rope goes around the bight of the thick one and under itself.",
    "see": "Ropes of different thickness",
}
GRADED = {**ASKED, "answer": "Sheet bend", "is_correct": True, **TOLD}
ATTEMPTED = {
    "id": ATTEMPT,
    "lesson_id": LESSON,
    "number": 1,
    "correct": 1,
    "total": 1,
    "percent": 100,
    "passed": True,
    "xp": 11,
    "submitted_at": CHANGED,
    "answers": [GRADED],
}
RECEIPT = {
    "xp": 11,
    "gold": 1,
    "level_before": 1,
    "level_after": 1,
    "streak": 3,
    "boss": {"name": "The Granny", "damage": 11, "hp_left": 120, "defeated": False},
    "challenges": [],
    "quests": [],
    "badges": [{"code": "quiz-master", "title": "Quiz master"}],
    "capped": False,
}
CARD_SHOWN = {
    **ASKED,
    "id": CARD,
    "lesson_id": LESSON,
    "state": "new",
    "due_at": MADE,
    "reviews": 0,
    "lapses": 0,
    "last_reviewed_at": None,
    "version": 1,
}
OF_DAY = {"done_today": 4, "limit": 20, "left_today": 16}
KEPT = {
    "id": QUESTION,
    "lesson_id": LESSON,
    "code": "w1-d1-q1",
    "kind": "mcq",
    "topic": "bends",
    "difficulty": 2,
    "stem": ASKED["stem"],
    "explanation": TOLD["explanation"],
    "see": TOLD["see"],
    "choices": ASKED["choices"],
    "answer": "Sheet bend",
    "answers": None,
    "tolerance": None,
    "unit": None,
    "items": None,
    "pairs": None,
    "gaps": None,
    "position": 1024.0,
    "origin": "file",
    **STAMPS,
    "version": 1,
}
EXAMPLES: dict[str, Any] = {
    "QuizResponse": {
        "lesson_id": LESSON,
        "code": "w1-d1",
        "title": "Two ropes, one knot",
        "course": "knots",
        "pass_percent": 70,
        "attempts": 0,
        "best_percent": None,
        "passed": False,
        "again_at": None,
        "heart_back_at": None,
        "questions": [ASKED],
    },
    "QuizResult": {
        **ATTEMPTED,
        "pass_percent": 70,
        "hearts_lost": 0,
        "cards": 0,
        "new_cards": 0,
        "receipt": RECEIPT,
        "task_id": TASK,
        "lesson": {**RECEIPT, "xp": 20, "gold": 2, "badges": []},
    },
    "AttemptPage": page_of(ATTEMPTED),
    "QuestionResponse": KEPT,
    "QuestionPage": page_of(KEPT),
    "DailyReviews": {"items": [CARD_SHOWN], "next_due_at": None, **OF_DAY},
    "ReviewedCard": {
        **CARD_SHOWN,
        "state": "learning",
        "due_at": CHANGED,
        "reviews": 1,
        "last_reviewed_at": CHANGED,
        "version": 2,
        "rating": 3,
        "is_correct": True,
        **TOLD,
        "left_today": 15,
        "session_completed": True,
        "receipt": {**RECEIPT, "xp": 2, "gold": 0, "badges": []},
    },
    "ReviewStats": {
        "cards": 12,
        "new": 3,
        "learning": 2,
        "review": 6,
        "relearning": 1,
        "due": 5,
        "reviews": 48,
        "retention": 0.875,
        "forecast": [
            {"date": "2026-12-01", "due": 5},
            {"date": "2026-12-02", "due": 1},
            {"date": "2026-12-03", "due": 0},
            {"date": "2026-12-04", "due": 2},
            {"date": "2026-12-05", "due": 0},
            {"date": "2026-12-06", "due": 0},
            {"date": "2026-12-07", "due": 1},
        ],
        **OF_DAY,
    },
}
