"""Judging courses: the bundled ones pass, and each fault is found."""

from copy import deepcopy
from typing import Any

import pytest
import yaml

from questlog.learning import bundled, course_check, course_files
from questlog.learning.course_check import FEWEST_WORDS, KINDS, Prose
from questlog.learning.course_files import CourseFile
from questlog.learning.marked_text import BadFileError
from tests.support.school import Change

COURSES = {file.course.slug: file for file in bundled.courses()}
LONG = "thinking-in-numbers"


def spoilt(change: Change, slug: str = LONG) -> list[str]:
    """Return what is found after a fault was brought into a good course."""
    course = deepcopy(COURSES[slug].course.model_dump(mode="json"))
    change(course)
    file = course_files.read_text(yaml.safe_dump(course, allow_unicode=True), "spoilt.yaml")
    return [str(problem) for problem in course_check.check(file)]


def lesson(course: dict[str, Any], day: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = course["weeks"][0]["lessons"][day - 1]
    return found


@pytest.mark.parametrize("slug", COURSES)
def test_bundled_courses_have_nothing_to_find_fault_with(slug: str) -> None:
    file: CourseFile = COURSES[slug]

    assert [str(problem) for problem in course_check.check(file)] == []
    assert all(len(one.questions) >= 5 for one in file.course.lessons)


def test_there_are_a_week_about_the_product_and_a_long_course() -> None:
    weeks = {slug: len(file.course.weeks) for slug, file in COURSES.items()}

    assert weeks["questlog-in-a-week"] == 1
    assert weeks[LONG] >= 4
    assert all(week.boss is not None for week in COURSES[LONG].course.weeks)


def test_a_good_course_stays_good_in_one_file() -> None:
    assert spoilt(lambda course: None) == []


def _short(course: dict[str, Any]) -> None:
    body = lesson(course)["body"]
    lesson(course)["body"] = body[: len(body) // 2]


def _repeat_stem(course: dict[str, Any]) -> None:
    stem = lesson(course)["questions"][0]["stem"]
    lesson(course, 2)["questions"][0]["stem"] = stem.upper().rstrip("?.") + "!"


def _repeat_sentence(course: dict[str, Any]) -> None:
    lesson(course)["body"] += "\n\nThis very sentence stands in two places."
    lesson(course, 3)["body"] += "\n\nNew. This very sentence, stands in *two* places!"


def _repeat_short_sentence(course: dict[str, Any]) -> None:
    lesson(course)["body"] += "\n\nBirds sing."
    lesson(course, 3)["body"] += "\n\nNew it is: birds are mute. Birds *sing*!"


def _repeat_four_words_all_along(course: dict[str, Any]) -> None:
    question = lesson(course)["questions"][0]
    said = "Read what this says. " * FEWEST_WORDS
    lesson(course)["body"] = f"## {question['see']}\n\n{said}\n\n## Two\n\nThat is all."


def _repeat_explanation(course: dict[str, Any]) -> None:
    said = lesson(course)["questions"][0]["explanation"]
    lesson(course)["questions"][1]["explanation"] = said


def _point_to_nothing(course: dict[str, Any]) -> None:
    question = lesson(course)["questions"][0]
    question["explanation"] = "Zebras gallop beyond purple mountains, obviously."


def _say(course: dict[str, Any], read: str, explained: str) -> None:
    """Let the first question of a course point to `read` and explain `explained`."""
    question = lesson(course)["questions"][0]
    heading = f"## {question['see']}\n\n"
    assert heading in lesson(course)["body"]
    lesson(course)["body"] = lesson(course)["body"].replace(heading, f"{heading}{read} ")
    question["explanation"] = explained


def _share_function_words(course: dict[str, Any]) -> None:
    read = "What would that be with this from them?"
    _say(course, read, "That would be what this is, with them and from them.")


def _point_to_another_section(course: dict[str, Any]) -> None:
    lesson(course)["body"] += "\n\n## Whales\n\nWhales breathe through blowholes in icy water.\n"
    question = lesson(course)["questions"][0]
    question["explanation"] = "Blowholes let whales breathe in icy water, whatever comes."


def _see_nothing(course: dict[str, Any]) -> None:
    lesson(course)["questions"][0]["see"] = "A heading of another lesson"


def _say_nothing(course: dict[str, Any]) -> None:
    lesson(course)["questions"][0]["explanation"] = ""


def _ask_less(course: dict[str, Any]) -> None:
    del lesson(course)["questions"][4:]


def _leave_out_a_kind(course: dict[str, Any]) -> None:
    for one in course["weeks"][0]["lessons"]:
        one["questions"] = [q for q in one["questions"] if q["kind"] != "cloze"]


def _give_two_choices(course: dict[str, Any]) -> None:
    question = next(q for q in lesson(course)["questions"] if q["kind"] == "mcq")
    other = next(one for one in question["choices"] if one != question["answer"])
    question["choices"] = [question["answer"], other]


def _forget_headings(course: dict[str, Any]) -> None:
    lesson(course)["body"] = lesson(course)["body"].replace("## ", "")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_short, f"Write at least {FEWEST_WORDS}"),
        (_repeat_stem, "asks what another question asks"),
        (_repeat_sentence, "this very sentence stands in two places"),
        (_repeat_short_sentence, "“birds sing”"),
        (_repeat_four_words_all_along, "“read what this says”"),
        (_repeat_explanation, "has a sentence that stands elsewhere"),
        (_point_to_nothing, "Explain with what was read"),
        (_share_function_words, "shares 0 words"),
        (_point_to_another_section, "shares 0 words"),
        (_see_nothing, "names no heading of its lesson"),
        (_say_nothing, "shares 0 words"),
        (_ask_less, "Ask at least 5"),
        (_leave_out_a_kind, "has no question of the kinds cloze"),
        (_give_two_choices, "Give three to six"),
        (_forget_headings, "has 0 headings"),
    ],
)
def test_each_fault_is_found(change: Change, reason: str) -> None:
    found = spoilt(change)

    assert any(reason in one for one in found)
    assert all(one.startswith("spoilt.yaml:") for one in found)


def test_words_that_name_nothing_explain_nothing_in_russian_either() -> None:
    def change(course: dict[str, Any]) -> None:
        _say(course, "Почему когда это такое будет?", "Потому что когда такое было, это будет.")

    found = spoilt(change, "questlog-za-nedelyu")

    assert len(found) == 1
    assert "questions[0].explanation: shares 0 words" in found[0]


def test_what_is_said_twice_at_one_place_is_told_once() -> None:
    found = spoilt(_repeat_four_words_all_along)

    assert sum("“read what this says”" in one for one in found) == 1


def test_short_items_and_sums_are_no_repeated_sentences() -> None:
    prose = Prose("Take two:\n\n- red\n- blue\n- red\n\nThen 3 + 4 = 7. But 3 · 4 = 12, not 7.\n")

    assert list(prose.sentences) == ["then 3 + 4 = 7", "but 3 · 4 = 12 not 7"]


def test_code_makes_no_lesson_longer() -> None:
    prose = Prose(
        "Three words here\n\n```bash\nquestlog add 'one two three'\n```\n\n## And a heading\n"
    )

    assert len(prose.words) == 6
    assert prose.headings == ["And a heading"]
    assert "questlog" not in " ".join(prose.sentences)


def test_every_week_of_the_bundled_courses_asks_in_all_kinds() -> None:
    asked = [
        {question.kind for one in week.lessons for question in one.questions}
        for file in COURSES.values()
        for week in file.course.weeks
    ]

    assert asked == [KINDS] * len(asked)


def test_what_is_no_utf8_is_refused_with_its_line(tmp_path: Any) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("slug: a\ntitle: Caf\xe9\n".encode("latin-1"))

    with pytest.raises(BadFileError) as caught:
        bundled.read(path)

    assert str(caught.value.problems[0]).startswith("latin.yaml:2: is not in UTF-8")
