"""Course files: what is read, and how what is wrong is told."""

import json
from copy import deepcopy
from typing import Any

import pytest
import yaml

from questlog.learning import course_files
from questlog.learning.course_files import CourseForm
from questlog.learning.marked_text import BadFileError
from questlog.learning.question_forms import QUESTION
from tests.support import school
from tests.support.school import Change


def written(change: Change | None = None) -> str:
    course = deepcopy(school.course())
    if change is not None:
        change(course)
    return yaml.safe_dump(course, sort_keys=False, allow_unicode=True)


def told(text: str, file: str = "knots.yaml") -> list[str]:
    with pytest.raises(BadFileError) as caught:
        course_files.read_text(text, file)
    return [str(problem) for problem in caught.value.problems]


def first_question(course: dict[str, Any]) -> dict[str, Any]:
    question: dict[str, Any] = course["weeks"][0]["lessons"][0]["questions"][0]
    return question


def test_a_course_reads_alike_from_yaml_from_json_and_from_a_folder() -> None:
    course = school.course(weeks=2)
    head = {name: value for name, value in course.items() if name != "weeks"}
    files = {"course.yaml": yaml.safe_dump(head), "notes.txt": "no part of it"}
    files |= {f"week-{week['number']}.yaml": yaml.safe_dump(week) for week in course["weeks"]}

    from_yaml = course_files.read_text(yaml.safe_dump(course), "towns.yaml").course
    from_json = course_files.read_text(json.dumps(course), "towns.json").course
    from_folder = course_files.read_files(files).course

    assert from_yaml == from_json == from_folder == CourseForm.model_validate(course)
    assert from_yaml.digest == from_folder.digest


def test_what_is_wrong_is_told_with_line_place_and_remedy() -> None:
    def break_it(course: dict[str, Any]) -> None:
        course["titel"] = course.pop("title")
        first_question(course)["answer"] = "Paris"

    text = written(break_it)
    line = text.splitlines().index("      answer: Paris") + 1

    found = told(text)

    assert "knots.yaml:1: title: is missing. Add it." in found
    assert any("titel: is no field of this place. Correct its spelling" in one for one in found)
    assert (
        f"knots.yaml:{line}: weeks[0].lessons[0].questions[0].answer: "
        "“Paris” is none of the choices. Write it exactly as there." in found
    )


def test_what_is_wrong_in_a_folder_is_told_with_its_file() -> None:
    course = school.course()
    course["weeks"][0]["lessons"][2]["minutes"] = "long"
    head = {name: value for name, value in course.items() if name != "weeks"}
    files = {"course.yaml": yaml.safe_dump(head), "week-1.yaml": yaml.safe_dump(course["weeks"][0])}

    with pytest.raises(BadFileError) as caught:
        course_files.read_files(files)

    (problem,) = caught.value.problems
    line = files["week-1.yaml"].splitlines().index("  minutes: long") + 1
    assert (problem.file, problem.line) == ("week-1.yaml", line)
    assert problem.place == "lessons[2].minutes"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda course: course["weeks"][0]["lessons"].pop(), "A week needs seven lessons"),
        (lambda course: course["weeks"][0].update(number=2), "Number weeks from 1 on"),
        (lambda course: course.update(weeks=[]), "weeks: "),
        (lambda course: course.update(slug="Not a slug"), "slug: "),
        (lambda course: course.update(slug="../up"), "slug: "),
        (lambda course: course.update(version=0), "version: "),
        (lambda course: course["weeks"][0]["lessons"][0].update(code="w1-d2"), "used 2 times"),
        (lambda course: first_question(course).update(code="w1-d2-q1"), "used 2 times"),
        (lambda course: first_question(course).update(kind="riddle"), "riddle"),
        (
            lambda course: first_question(course).update(choices=["Oslo", "oslo "]),
            "stands there twice",
        ),
        (lambda course: course["weeks"][0]["lessons"][0].update(xp_reward=5000), "xp_reward"),
        (lambda course: course["weeks"][0]["lessons"][0].update(body="\x07"), "knots.yaml"),
    ],
)
def test_a_course_that_is_none_is_refused(change: Change, reason: str) -> None:
    found = told(written(change))

    assert any(reason in one for one in found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &all [1]\nb: *all", "anchor"),
        ("[" * 100_000, "nested too deep"),
        ("a: 1\na: 2", "twice"),
        ("title: Knots: a course", "no YAML"),
        ("a: !!python/name:os.system", "no YAML"),
        ("a: 2026-13-45", "Put it in quotes"),
        ("? [a]\n: b", "a name that is no text"),
        ("", "must have fields"),
        ("- one\n- two", "must have fields"),
        ("a: \x00", "no YAML"),
        ("a: 1\n---\nb: 2", "no YAML"),
    ],
)
def test_a_file_that_harms_or_is_no_yaml_is_refused(text: str, reason: str) -> None:
    found = told(text)

    assert reason in found[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"a": 1, "a": 2}', "twice"),
        ('{"a": NaN}', "NaN"),
        ('{\n "a": }', "knots.json:2"),
        ('{"\\ud800": 1}', "half a character"),
        ('{\n\t"slug": "Bad Slug"\n}', "slug"),
    ],
)
def test_json_that_is_none_is_refused(text: str, reason: str) -> None:
    found = told(text, "knots.json")

    assert any(reason in one for one in found)


@pytest.mark.parametrize(
    ("fields", "shown", "key"),
    [
        (
            {"kind": "mcq", "choices": ["a", "b"], "answer": "b"},
            {"choices": ["a", "b"]},
            {"choice": "b"},
        ),
        (
            {"kind": "numeric", "answer": 12.5, "tolerance": 0.5, "unit": "km"},
            {"unit": "km"},
            {"value": 12.5, "tolerance": 0.5},
        ),
        ({"kind": "true_false", "answer": False}, {}, {"value": False}),
        ({"kind": "short_text", "answers": ["a"]}, {}, {"accepted": ["a"]}),
        (
            {"kind": "cloze", "stem": "{1} and {2}", "gaps": [["a"], ["b", "c"]]},
            {"gaps": 2},
            {"gaps": [["a"], ["b", "c"]]},
        ),
    ],
)
def test_what_is_shown_tells_nothing_of_what_is_right(
    fields: dict[str, Any], shown: dict[str, Any], key: dict[str, Any]
) -> None:
    form = QUESTION.validate_python({"code": "q", "stem": "Which?", **fields})

    assert form.shown == shown
    assert form.key == key


@pytest.mark.parametrize("count", range(2, 11))
def test_items_and_pairs_are_never_shown_in_the_right_order(count: int) -> None:
    items = [f"item {n}" for n in range(count)]
    pairs = [{"left": f"left {n}", "right": item} for n, item in enumerate(items)]
    common = {"code": "q", "stem": "Put in order."}

    ordering = QUESTION.validate_python({**common, "kind": "ordering", "items": items})
    matching = QUESTION.validate_python({**common, "kind": "matching", "pairs": pairs})

    assert ordering.shown["items"] != items
    assert matching.shown["right"] != items
    assert sorted(ordering.shown["items"]) == sorted(matching.shown["right"]) == sorted(items)


@pytest.mark.parametrize(
    ("stem", "gaps"),
    [("No gap.", [["a"]]), ("{1} and {1}", [["a"]]), ("{2}", [["a"]]), ("{1} {3}", [["a"], ["b"]])],
)
def test_a_cloze_names_each_gap_once(stem: str, gaps: list[list[str]]) -> None:
    fields = {"code": "q", "kind": "cloze", "stem": stem, "gaps": gaps}

    with pytest.raises(ValueError, match="gaps"):
        QUESTION.validate_python(fields)
