"""The guards of courses."""

from tests.prove.guard import Guard

COURSES = (
    Guard(
        "two lessons finished at once finish their week once",
        "learning/lessons.py",
        "        .with_for_update(of=ENROLMENTS)\n    )\n    columns = ",
        "    )\n    columns = ",
        'tests/learning/test_lessons.py -k "two_last_lessons and postgresql"',
    ),
    Guard(
        "a course is taken once, however often one asks",
        "learning/enrolments.py",
        ".where(COURSES.c.id == course_id).with_for_update(key_share=True)",
        ".where(COURSES.c.id == course_id)",
        'tests/flows/test_courses.py -k "twice_even_at_once and postgresql"',
    ),
    Guard(
        "who left a course keeps what was done",
        "learning/enrolments.py",
        ".where(LESSONS.c.course_id == course_id, STANDING, COMPLETIONS.c.lesson_id.is_(None))",
        ".where(LESSONS.c.course_id == course_id, STANDING)",
        'tests/flows/test_courses.py -k "goes_on_where_they_stopped and sqlite"',
    ),
    Guard(
        "questions added by hand survive newer content",
        "learning/course_imports.py",
        'for row in rows if row.origin == "file"}',
        "for row in rows}",
        'tests/api/test_course_imports.py -k "added_by_hand_survive and sqlite"',
    ),
    Guard(
        "a file that grows without end is refused before it is built",
        "learning/marked_text.py",
        '        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):',
        "        if False:",
        'tests/learning/test_course_files.py -k "anchor"',
    ),
    Guard(
        "no sentence of a course stands in two places",
        "learning/course_check.py",
        "        if counted[text] > 1 and text in seen:",
        "        if False:",
        'tests/learning/test_course_check.py -k "_repeat_sentence or fault_is_found"',
    ),
)
