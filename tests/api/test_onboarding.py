"""Getting to know somebody over HTTP: by rules, and with a model that words questions and sorts answers."""

import asyncio
from typing import Any

from httpx2 import AsyncClient, Response

from questlog.coach.onboarding_dialogue import Dialogue
from questlog.coach.onboarding_words import SENTENCES, TOPICS
from questlog.core.ids import new_id
from tests.support.make import Make, Person

AT = "/api/v1/ai/onboarding"
ENGLISH = (
    "I am a nurse at a children's hospital",
    "speak Italian this year; run a half marathon",
    "skip",
    "pay the rent on Friday, call Mum tomorrow at 18:00 and buy shoes",
    "Early in the morning",
    "My phone",
)


async def say(client: AsyncClient, user: Person, message: str = "", **more: Any) -> dict[str, Any]:
    body = {"message": message, **more}
    answer = await client.post(AT, json=body, headers=user.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def post(client: AsyncClient, user: Person, **body: Any) -> Response:
    return await client.post(AT, json=body, headers=user.headers)


async def talk(client: AsyncClient, user: Person, *messages: str) -> list[dict[str, Any]]:
    return [await say(client, user, message) for message in messages]


async def profile(client: AsyncClient, user: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/api/v1/ai/profile", headers=user.headers)).json()
    return found


def calls(turn: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["tool"], one["arguments"]["title"]) for one in turn["proposals"]]


async def test_six_questions_lead_to_proposals_and_a_profile(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    turns = await talk(client, user, "Hello!", *ENGLISH)

    topics = [turn["question"]["topic"] for turn in turns[:-1]]
    end = turns[-1]
    assert topics == list(TOPICS)
    assert [turn["source"] for turn in turns] == ["rules"] * 7
    assert (end["done"], end["question"]) == (True, None)
    assert calls(end) == [
        ("create_goal", "Speak Italian this year"),
        ("create_goal", "Run a half marathon"),
        ("create_task", "Pay the rent"),
        ("create_task", "Call Mum"),
        ("create_task", "Buy shoes"),
    ]
    assert {one["state"] for one in end["proposals"]} == {"open"}
    assert {one["origin"] for one in end["proposals"]} == {"onboarding"}
    known = await profile(client, user)
    assert known["profile_text"] == end["profile_text"]
    assert [one["words"] for one in known["statements"]] == [
        "I am a nurse at a children's hospital",
        "Early in the morning",
        "My phone",
        "speak Italian this year",
        "run a half marathon",
    ]


async def test_nothing_is_added_before_a_yes_and_then_what_was_proposed(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    end = (await talk(client, user, "Hello", *ENGLISH))[-1]

    before = await client.get("/api/v1/tasks", headers=user.headers)
    for one in end["proposals"]:
        where = f"/api/v1/ai/proposals/{one['id']}/accept"
        assert (await client.post(where, headers=user.headers)).status_code == 200

    tasks = (await client.get("/api/v1/tasks", headers=user.headers)).json()["items"]
    goals = (await client.get("/api/v1/goals", headers=user.headers)).json()["items"]
    assert before.json()["items"] == []
    assert {task["title"] for task in tasks} == {"Pay the rent", "Call Mum", "Buy shoes"}
    assert [(goal["title"], goal["goal_type"]) for goal in goals] == [
        ("Speak Italian this year", "yearly"),
        ("Run a half marathon", "quarterly"),
    ]


async def test_it_speaks_the_language_of_its_user(client: AsyncClient, make: Make) -> None:
    user = await make.user(locale="ru", timezone="Europe/Moscow")

    turns = await talk(client, user, "Привет!", "медсестра", "хочу выучить итальянский", "хватит")

    russian = SENTENCES["ru"]
    assert [turn["reply"].splitlines()[-1] for turn in turns[:-1]] == [
        russian[topic] for topic in TOPICS[:3]
    ]
    assert calls(turns[-1]) == [("create_goal", "Выучить итальянский")]
    assert turns[-1]["profile_text"].startswith("Чем занимается: медсестра")


async def test_the_talk_goes_on_where_it_stood_and_is_a_conversation_like_others(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    first = await say(client, user, "Hello")

    again = await say(client, user)
    second = await say(client, user, "A gardener", conversation_id=first["conversation_id"])
    anew = await say(client, user, restart=True)

    assert again["question"] == first["question"]
    assert (second["question"]["number"], anew["question"]["number"]) == (2, 1)
    assert anew["conversation_id"] != first["conversation_id"]
    where = f"/api/v1/conversations/{first['conversation_id']}"
    kept = (await client.get(where, headers=user.headers)).json()
    assert kept["kind"] == "onboarding"
    assert [one["role"] for one in kept["messages"]] == ["user", "assistant", "user", "assistant"]


async def test_what_somebody_says_at_once_answers_the_first_question(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    first = await say(client, user, "I repair violins")
    end = await say(client, user, "enough")

    assert first["question"]["topic"] == "goals"
    assert end["profile_text"] == "Field of work: I repair violins"


async def test_who_says_nothing_gets_no_proposal_and_no_profile(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    turns = await talk(client, user, "", *["no"] * 6)

    assert (turns[-1]["done"], turns[-1]["proposals"]) == (True, [])
    assert turns[-1]["reply"] == SENTENCES["en"]["nothing"]
    assert (await profile(client, user))["statements"] == []


async def test_s122_a_talk_that_is_over_or_is_no_onboarding_is_not_gone_on_with(
    client: AsyncClient, make: Make
) -> None:
    user, other = await make.user(), await make.user()
    over = (await talk(client, user, "Hello", "enough"))[-1]["conversation_id"]
    chat = (await make.conversation(user)).id
    theirs = (await say(client, other, "Hello"))["conversation_id"]

    answers = [
        await client.post(
            AT, json={"message": "x", "conversation_id": str(id_)}, headers=user.headers
        )
        for id_ in (over, chat, theirs, new_id())
    ]

    codes = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert codes[:2] == [(409, "no_onboarding")] * 2
    assert codes[2] == codes[3] == (422, "not_found")
    assert (await say(client, other))["question"]["number"] == 1


async def test_two_answers_to_one_question_do_not_both_count(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    begun = await say(client, user, "Hello")
    body = {"message": "A baker", "conversation_id": begun["conversation_id"]}

    answers = await asyncio.gather(
        *(client.post(AT, json=body, headers=user.headers) for _ in range(4))
    )

    good = [answer.json() for answer in answers if answer.status_code == 200]
    refused = {answer.json()["code"] for answer in answers if answer.status_code != 200}
    numbers = [one["question"]["number"] for one in good]
    assert sorted(numbers) == list(range(2, 2 + len(good)))
    assert refused <= {"onboarding_moved_on"}


async def test_an_answer_that_names_its_question_counts_for_no_other(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()

    first = [await post(client, user, message="A baker", question=1) for _ in range(2)]
    second = await asyncio.gather(
        *(post(client, user, message="To rest", question=2) for _ in range(4))
    )

    assert [answer.status_code for answer in first] == [200, 409]
    assert first[1].json()["code"] == "onboarding_moved_on"
    assert sorted(answer.status_code for answer in second) == [200, 409, 409, 409]
    present = await say(client, user)
    assert present["question"]["number"] == 3
    assert (await post(client, user, message="x", question=7)).status_code == 422


async def test_many_at_once_begin_one_talk(client: AsyncClient, make: Make) -> None:
    user = await make.user()

    answers = await asyncio.gather(
        *(post(client, user, message="I am a nurse", question=1) for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    talks = (await client.get("/api/v1/conversations", headers=user.headers)).json()["items"]
    assert [one["kind"] for one in talks] == ["onboarding"]


def test_no_talk_has_more_than_six_questions_whatever_is_said() -> None:
    dialogue, asked = Dialogue().go_on(), 0

    while not dialogue.is_over and asked < 20:
        asked += 1
        dialogue = dialogue.hear("something").go_on(["goals", "work", "nonsense"])

    assert asked <= 6
