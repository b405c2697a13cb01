"""Calling the doors of quizzes."""

from typing import Any
from uuid import UUID

from httpx2 import AsyncClient

from tests.support.make import Person

QUIZZES = "/api/v1/quizzes"
KINDS: list[dict[str, Any]] = [
    {"kind": "mcq", "choices": ["a", "b", "c"], "answer": "b"},
    {"kind": "multi", "choices": ["a", "b", "c"], "answers": ["a", "c"]},
    {"kind": "true_false", "answer": False},
    {"kind": "numeric", "answer": 12.5, "tolerance": 0.1, "unit": "km"},
    {"kind": "short_text", "answers": ["fjord", "a fjord"]},
    {"kind": "ordering", "items": ["one", "two", "three"]},
    {"kind": "matching", "pairs": [{"left": "x", "right": "1"}, {"left": "y", "right": "2"}]},
    {"kind": "cloze", "stem": "{1} and {2}", "gaps": [["salt"], ["pepper", "chili"]]},
]


def address(lesson_id: UUID, *rest: str) -> str:
    return "/".join([QUIZZES, str(lesson_id), *rest])


async def asked(client: AsyncClient, user: Person, lesson_id: UUID) -> list[dict[str, Any]]:
    found = await client.get(address(lesson_id), headers=user.headers)
    assert found.status_code == 200, found.text
    questions: list[dict[str, Any]] = found.json()["questions"]
    return questions


async def handed_in(client: AsyncClient, user: Person, lesson_id: UUID, said: Any) -> Any:
    answers = [
        {"question_id": one["question_id"], "answer": said}
        for one in await asked(client, user, lesson_id)
    ]
    return await client.post(
        address(lesson_id, "submit"), json={"answers": answers}, headers=user.headers
    )
