"""Reading what a model wrote where one JSON object was asked for."""

import time

import pytest
from pydantic import BaseModel

from questlog.clients.language import ModelError
from questlog.coach.asking import shaped


class Shape(BaseModel):
    a: int


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '```json\n{"a": 1}\n```',
        '```\n{"a": 1}\n```\n\n',
        'Here it is:\n```json\n{"a": 1}\n```\nI hope that helps.',
        '  {"a": 1}  ',
        '```json\n{"a": 1' + " " * 20_000 + "}\n```",
    ],
    ids=lambda text: text[:24],
)
def test_an_answer_is_found_in_its_wrapping(text: str) -> None:
    found = shaped(text, Shape)

    assert found == Shape(a=1)


@pytest.mark.parametrize(
    "text",
    [
        "```json" + "\n" * 20_000,
        "```" + "\n" * 20_000 + "x",
        "```json\n" + " " * 20_000 + "x",
        '```json\n{"a": 1' + "\n" * 20_000 + "x",
        '```json\n{"a": "' + "\n" * 20_000 + '"}\n```',
        "{" * 20_000 + "}" * 20_000,
        "",
    ],
    ids=["newlines", "then a word", "blanks", "unfinished", "no number", "deep", "nothing"],
)
def test_s126_a_looping_model_is_refused_at_once(text: str) -> None:
    began = time.process_time()

    with pytest.raises(ModelError):
        shaped(text, Shape)

    assert time.process_time() - began < 0.5
