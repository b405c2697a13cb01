"""Searching tasks and items over HTTP, by one table of cases on both engines."""

from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from questlog.core.db import Database
from questlog.core.ids import new_id
from questlog.planning.search.conditions import WORDS
from tests.support.make import Make, Person
from tests.support.search_cases import Case, cases, documents
from tests.support.search_truth import false_words
from tests.support.sql import count_rows, count_statements

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


async def test_what_was_found_is_marked_and_the_rest_is_escaped(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await add(
        client,
        user,
        'Fix <b>"bugs"</b> & reports <i>',
        description="One report <script>alert('reported')</script>\n"
        + "filler " * 60
        + "RePorting!",
    )

    (hit,) = (await found_by(client, user, "report"))["items"]

    assert hit["title"] == 'Fix <b>"bugs"</b> & reports <i>'
    assert hit["highlighted_title"] == (
        "Fix &lt;b&gt;&quot;bugs&quot;&lt;/b&gt; &amp; <mark>reports</mark> &lt;i&gt;"
    )
    first, second = hit["fragments"]
    assert first.startswith(
        "One <mark>report</mark> &lt;script&gt;alert(&#x27;<mark>reported</mark>"
    )
    assert first.endswith("…")
    assert second.startswith("…filler")
    assert second.endswith("<mark>RePorting</mark>!")


async def test_s082_nobody_finds_what_others_wrote(client: AsyncClient, make: Make) -> None:
    me, other = await make.user(), await make.user()
    # Two users whose words begin with the same mark in the index.
    twin = await make.user(id=UUID(f"{str(new_id())[:-8]}{str(me.id)[-8:]}"))
    for each in (other, twin):
        await add(client, each, "A secret report")
        await add_item(client, each, "A secret idea")
    await add(client, me, "My report")

    mine = await titles_of(client, me, "report")
    secrets = await titles_of(client, me, "secret")
    listed = await client.get("/api/v1/tasks", params={"q": "secret"}, headers=me.headers)

    assert mine == ["My report"]
    assert secrets == []
    assert listed.json()["items"] == []


async def test_pages_follow_each_other_by_rank(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    for number in range(25):
        more = {"description": "train " * (number % 3)} if number % 3 else {}
        await add(client, user, f"{'Train' if number % 2 else 'Plane'} {number}", **more)
    whole = await titles_of(client, user, "train", limit=100)

    pages, cursor = [], None
    while True:
        options = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = await found_by(client, user, "train", **options)
        await add(client, user, "Train that comes meanwhile")
        pages.append([hit["title"] for hit in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break

    paged = [title for page in pages for title in page if "meanwhile" not in title]
    assert paged == whole
    assert {len(page) for page in pages[:-1]} == {4}


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WzEsMl0", "WyJ4IiwieSJd"])
async def test_a_cursor_of_another_list_is_refused(
    client: AsyncClient, make: Make, cursor: str
) -> None:
    user = await make.user()

    answer = await client.get(
        ADDRESS, params={"q": "report", "cursor": cursor}, headers=user.headers
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_a_search_is_two_statements_however_much_it_finds(
    client: AsyncClient, database: Database, make: Make
) -> None:
    user = await make.user()
    for number in range(30):
        await add(client, user, f"Report {number}")
    await found_by(client, user, "warm up")

    with count_statements(database) as found:
        await found_by(client, user, "report", limit=50)
    with count_statements(database) as missed:
        await found_by(client, user, "nothing of the kind")

    # Who asks is read now and then, too.
    assert len([one for one in found if "sessions" not in one]) == 2
    assert len([one for one in missed if "sessions" not in one]) == 1


async def test_words_follow_what_is_written(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    id_ = await add(client, user, "Buy apples")
    address = f"/api/v1/tasks/{id_}"

    found = [await titles_of(client, user, "apple")]
    await client.patch(address, json={"title": "Buy pears"}, headers=user.headers)
    found += [await titles_of(client, user, word) for word in ("apple", "pear")]
    await client.patch(address, json={"description": "and apples"}, headers=user.headers)
    found += [await titles_of(client, user, "apple")]
    await client.delete(address, headers=user.headers)
    found += [await titles_of(client, user, "pear")]
    await client.post(f"{address}/restore", headers=user.headers)
    found += [await titles_of(client, user, "pear")]

    assert found == [["Buy apples"], [], ["Buy pears"], ["Buy pears"], [], ["Buy pears"]]


@pytest.mark.parametrize(
    "q",
    [
        '"' * 200,
        "-" * 200,
        "*" * 200,
        "(" * 200,
        "a* " * 60,
        "NEAR(a b, 5) {title} : x ^ y",
        "title : x AND NOT",
        "~ ~a '~' :* <-> ! & |",
        "a:b\\'c''d",
        "\u2028\u200b\u0301",
        "٣ ½ ﷽ İ ẞ",
        "x" * 200,
        "1e5 -1 +1 0x1",
    ],
)
async def test_s103_no_query_is_refused_or_read_as_code(
    client: AsyncClient, make: Make, q: str
) -> None:
    user = await make.user()
    await add(client, user, "One task")

    found = await titles_of(client, user, q)

    assert found == []


async def test_a_task_list_takes_words_beside_other_filters(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    first = await add(client, user, "Write a report", priority=3)
    await add(client, user, "Read a report", priority=1)
    await add(client, user, "A part of it", description="Reports of others", parent_task_id=first)
    await add(client, user, "Something else", priority=3)

    async def listed(**query: Any) -> list[str]:
        answer = await client.get("/api/v1/tasks", params=query, headers=user.headers)
        return [task["title"] for task in answer.json()["items"]]

    assert await listed(q="report") == ["Write a report", "Read a report", "A part of it"]
    assert await listed(q="report", priority=3) == ["Write a report"]
    assert await listed(q="report -write", sort="title") == ["A part of it", "Read a report"]
    assert await listed(q="-write") == []
    assert await listed(q="report", trash="true") == []


async def test_an_erased_account_leaves_no_words(
    client: AsyncClient, database: Database, make: Make
) -> None:
    leaver, stayer = await make.user(password="correct-horse-battery-9"), await make.user()
    for user in (leaver, stayer):
        await add(client, user, "A secret report")
        await add_item(client, user, "A secret idea")

    answer = await client.request(
        "DELETE",
        "/api/v1/users/me",
        headers=leaver.headers,
        json={"password": "correct-horse-battery-9"},
    )

    assert answer.status_code == 204
    assert await count_rows(database, WORDS) == 2
    assert await false_words(database) == []
