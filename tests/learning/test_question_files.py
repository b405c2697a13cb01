"""Questions from GIFT files and tables, against a table of cases."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from questlog.learning import gift, question_tables
from questlog.learning.marked_text import BadFileError
from questlog.learning.question_forms import QUESTION

DATA = Path(__file__).parents[1] / "data" / "questions"
READERS = {"gift": gift.read, "csv": question_tables.read}


def cases() -> list[Any]:
    return [
        pytest.param(kind, case, id=f"{kind}: {case['name']}")
        for kind in READERS
        for case in yaml.safe_load((DATA / f"{kind}.yaml").read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("kind", "case"), cases())
def test_a_file_is_read_as_the_table_says(kind: str, case: dict[str, Any]) -> None:
    refused = case.get("refused")

    if refused is None:
        forms = READERS[kind](case["text"], "questions")

        wanted = [
            {"code": form.code, **one} for one, form in zip(case["fields"], forms, strict=True)
        ]
        assert forms == [QUESTION.validate_python(one) for one in wanted]
    else:
        with pytest.raises(BadFileError) as caught:
            READERS[kind](case["text"], "questions")

        first = caught.value.problems[0]
        assert first.line == refused["line"]
        assert refused["reason"] in str(first)


@pytest.mark.parametrize("kind", READERS)
@given(text=st.text(st.sampled_from('ab1~=#{}%:.|,;"\\\n ->T$'), max_size=80))
def test_whatever_is_written_is_read_or_refused(kind: str, text: str) -> None:
    said: list[Any] = []

    try:
        said += READERS[kind](text, "questions")
    except BadFileError as error:
        said += error.problems

    assert said


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("sign", ["{", "=", "~%", "::", "#", "|", "\\", '"', "a\n\n"])
def test_long_files_of_one_sign_take_no_time(kind: str, sign: str) -> None:
    with pytest.raises(BadFileError):
        READERS[kind](sign * 50_000, "questions")


def test_the_same_question_has_the_same_code() -> None:
    text = "Whales are fish. {F}\n\nIce floats. {T}\n\nWhales are fish. {F}\n"

    first, again = gift.read(text, "a.gift"), gift.read(text, "b.gift")

    assert len(first) == 2
    assert [form.code for form in first] == [form.code for form in again]
