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
        "        if counted[text] > 1 and text in seen and (path, text) not in told:",
        "        if False:",
        'tests/learning/test_course_check.py -k "_repeat_sentence or fault_is_found"',
    ),
    Guard(
        "an explanation is held against what it points to",
        "learning/course_check.py",
        "        there = _content_stems(prose.section(question.see), language)",
        "        there = _content_stems(prose.text, language)",
        'tests/learning/test_course_check.py -k "another_section"',
    ),
    Guard(
        "words that name nothing explain nothing",
        "learning/course_check.py",
        "sorted(words - function_words.OF.get(family, frozenset()))",
        "sorted(words)",
        'tests/learning/test_course_check.py -k "name_nothing or share_function_words"',
    ),
    Guard(
        "who enrolled meanwhile has each new lesson once",
        "flows/reach_learners.py",
        "    return [lesson for lesson in new if lesson.id not in planned]",
        "    return new",
        'tests/flows/test_reaching_learners.py -k "enrols_or_leaves and sqlite"',
    ),
    Guard(
        "a lesson that came back is not thrown away by the content before",
        "flows/reach_learners.py",
        "    gone = [id_ for id_ in edition.removed if id_ not in titles]",
        "    gone = list(edition.removed)",
        'tests/flows/test_reaching_learners.py -k "arrives_first and sqlite"',
    ),
    Guard(
        "one who cannot be reached holds up nobody",
        "flows/reach_learners.py",
        "        if not await database.write(_put_aside, job_id, user_id):",
        "        if True:",
        'tests/flows/test_reaching_learners.py -k "holds_up_nobody and sqlite"',
    ),
)
