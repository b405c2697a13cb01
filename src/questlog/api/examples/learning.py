"""Examples of answers about courses."""

from typing import Any

from questlog.api.examples.things import CHANGED, MADE, PROJECT, STAMPS, USER, page_of

COURSE = "019a9c3e-7a40-7000-8000-000000000c01"
WEEK = "019a9c3e-7a40-7000-8000-000000000c02"
LESSON = "019a9c3e-7a40-7000-8000-000000000c03"
ENROLMENT = "019a9c3e-7a40-7000-8000-000000000c04"
REFLECTION = "019a9c3e-7a40-7000-8000-000000000c05"

BRIEF = {
    "id": LESSON,
    "code": "w1-d1",
    "day": 1,
    "title": "Two ropes, one knot",
    "kind": "lesson",
    "xp_reward": 20,
    "difficulty": "normal",
    "minutes": 15,
}
WEEK_HEAD = {
    "id": WEEK,
    "course_id": COURSE,
    "number": 1,
    "title": "Bends",
    "focus": "Joining two ropes.",
    "milestone": "You can join two ropes of different thickness.",
    "check_in": "Which knot held, and which one slipped?",
    "boss": {"name": "The Granny", "story": "She slips when it matters."},
}
COURSE_HEAD = {
    "id": COURSE,
    "slug": "knots",
    "title": "Knots",
    "description": "Seven knots that hold.",
    "language": "en",
    "revision": 1,
    **STAMPS,
    "version": 1,
}
REFLECTED = {
    "id": REFLECTION,
    "user_id": USER,
    "week_id": WEEK,
    "text": "The sheet bend held, even with a thin rope.",
    "created_at": MADE,
    "updated_at": CHANGED,
    "version": 1,
}
EXAMPLES: dict[str, Any] = {
    "CoursePage": page_of({**COURSE_HEAD, "weeks": 1, "lessons": 7, "enrolment": "active"}),
    "CourseResponse": {**COURSE_HEAD, "weeks": [{**WEEK_HEAD, "lessons": [BRIEF]}]},
    "CourseImportResponse": {
        "course_id": COURSE,
        "slug": "knots",
        "title": "Knots",
        "change": "new",
        "lessons": 7,
        "questions": 35,
        "learners": 0,
    },
    "EnrolmentResponse": {
        "id": ENROLMENT,
        "user_id": USER,
        "course_id": COURSE,
        "project_id": PROJECT,
        "starts_on": "2026-12-01",
        "skipped_weekdays": [6, 7],
        "state": "active",
        "planned": 7,
        "created_at": MADE,
        "updated_at": MADE,
        "version": 1,
    },
    "WeekPage": page_of(
        {**WEEK_HEAD, "done": 1, "total": 7, "lessons": [{**BRIEF, "done_on": "2026-12-01"}]}
    ),
    "WeekResponse": {**WEEK_HEAD, "lessons": [BRIEF], "version": 1},
    "LessonResponse": {
        **BRIEF,
        "course_id": COURSE,
        "week_id": WEEK,
        "week": 1,
        "body": "## Two ropes\n\nBend the thicker rope back on itself first.",
        "removed_at": None,
        "updated_at": MADE,
        "version": 1,
    },
    "ProgressResponse": {
        "xp": 140,
        "level": 2,
        "xp_to_next_level": 189,
        "courses": [
            {
                "course_id": COURSE,
                "slug": "knots",
                "title": "Knots",
                "state": "active",
                "starts_on": "2026-12-01",
                "finished_at": None,
                "project_id": PROJECT,
                "done": 1,
                "total": 7,
                "current_week": {
                    "id": WEEK,
                    "number": 1,
                    "title": "Bends",
                    "done": 1,
                    "total": 7,
                },
                "next_lesson": {
                    "id": LESSON,
                    "code": "w1-d2",
                    "title": "A loop that stays",
                    "day": 2,
                },
            }
        ],
    },
    "CalendarResponse": {
        "start": "2024-12-02",
        "end": "2026-12-01",
        "days": [{"date": "2026-12-01", "lessons": 1, "quizzes": 1, "reviews": 5}],
    },
    "ReflectionPage": page_of(REFLECTED),
    "ReflectionResponse": REFLECTED,
    "QuestionImportResponse": {"lesson_id": LESSON, "added": 12, "unchanged": 0},
}
