"""Searching tasks and items over HTTP, by one table of cases on both engines."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from tests.support.make import Make, Person
from tests.support.search_cases import Case, cases, documents
from tests.support.sql import count_statements

ADDRESS = "/api/v1/search"


async def found_by(client: AsyncClient, user: Person, q: str, **options: Any) -> dict[str, Any]:
    answer = await client.get(ADDRESS, params={"q": q, **options}, headers=user.headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def titles_of(client: AsyncClient, user: Person, q: str, **options: Any) -> list[str]:
    return [hit["title"] for hit in (await found_by(client, user, q, **options))["items"]]


async def add(client: AsyncClient, user: Person, title: str, **more: Any) -> str:
    body = {"title": title, **more}
    answer = await client.post("/api/v1/tasks", json=body, headers=user.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def add_item(client: AsyncClient, user: Person, title: str, **more: Any) -> str:
    body = {"title": title, **more}
    answer = await client.post("/api/v1/items", json=body, headers=user.headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def add_documents(client: AsyncClient, user: Person) -> dict[str, str]:
    """Add what the table is about; return the name of each by its id."""
    names = {}
    for one in documents():
        told = {} if one.description is None else {"description": one.description}
        if one.kind == "item":
            id_ = await add_item(client, user, one.title, is_active=one.state != "archived", **told)
        else:
            if one.state in ("completed", "cancelled"):
                told["status"] = one.state
            id_ = await add(client, user, one.title, **told)
        if one.state == "trash":
            await client.delete(f"/api/v1/tasks/{id_}", headers=user.headers)
        names[id_] = one.name
    return names


def fault_of(case: Case, found: list[str]) -> str | None:
    """Say what is wrong with an answer, or nothing."""
    expected = [name for group in case.found for name in group]
    if sorted(found) != sorted(expected):
        return f"{case.query!r} {case.options}: found {found}, not {case.found}"
    at = 0
    for group in case.found:
        if set(found[at : at + len(group)]) != group:
            return f"{case.query!r} {case.options}: in the order {found}, not {case.found}"
        at += len(group)
    return None


async def test_the_table_of_searches_holds(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    names = await add_documents(client, user)

    answers = [
        (case, await found_by(client, user, case.query, limit=100, **case.options))
        for case in cases()
    ]

    faults = [
        fault_of(case, [names[hit["id"]] for hit in answer["items"]]) for case, answer in answers
    ]
    assert not any(faults), "\n".join(fault for fault in faults if fault)
    assert len(answers) >= 80
