"""What getting to know somebody comes to: proposals, statements, and the text of a profile."""

from httpx2 import AsyncClient

from questlog.coach.profile_text import MOST
from questlog.coach.proposals import MOST_OPEN
from tests.api.test_onboarding import ENGLISH, calls, profile, say, talk
from tests.support.make import Make


async def test_statements_know_where_they_were_said(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    end = (await talk(client, user, "Hello", *ENGLISH))[-1]

    where = f"/api/v1/conversations/{end['conversation_id']}"
    talked = (await client.get(where, headers=user.headers)).json()["messages"]
    said = {one["id"]: one["content"] for one in talked}

    statements = (await profile(client, user))["statements"]
    assert len(statements) == 5
    assert all(one["words"] in said[one["message_id"]] for one in statements)


async def test_what_is_like_no_answer_is_one(client: AsyncClient, make: Make) -> None:
    user = await make.user(locale="ru")

    turns = await talk(client, user, "учитель", *["пропустить"] * 4, "Ничего не успеваю")
    anew = await talk(client, user, "Привет", *["нет"] * 5, "Всё")

    assert turns[-1]["profile_text"].endswith("Что мешает: Ничего не успеваю")
    assert "Что мешает: Всё" in anew[-1]["profile_text"].splitlines()


async def test_titles_keep_their_first_letters(client: AsyncClient, make: Make) -> None:
    user = await make.user(locale="ru")

    end = (await talk(client, user, "учитель", "Изучить английский", "Интернет-магазин", "хватит"))[
        -1
    ]

    assert calls(end) == [
        ("create_goal", "Изучить английский"),
        ("create_project", "Интернет-магазин"),
    ]


async def test_a_full_profile_takes_what_replaces_and_says_what_it_does_not_take(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    for number in range(MOST):
        await make.statement(user, words=f"s{number}", topic="other" if number else "work")

    end = (await talk(client, user, "I am a pilot", "to fly", "enough"))[-1]

    assert end["reply"].endswith("Not noted, because your profile is full: 1.")
    statements = (await profile(client, user))["statements"]
    assert len(statements) == MOST
    assert [one["words"] for one in statements if one["topic"] == "work"] == ["I am a pilot"]


async def test_the_end_counts_what_was_proposed(client: AsyncClient, make: Make) -> None:
    user = await make.user()
    for _ in range(MOST_OPEN - 1):
        await make.proposal(user)

    await talk(client, user, "I am a pilot", "to fly; to land", "skip", "buy a map")
    end = await say(client, user, "enough")

    assert len(end["proposals"]) == 1
    assert "Goals: 1, projects: 0, tasks: 0." in end["reply"]
    assert end["reply"].endswith("too many proposals wait for your decision: 2.")


async def test_a_second_talk_turns_what_it_contradicts_into_dated_notes(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await talk(client, user, "I am a nurse", "enough")

    end = (await talk(client, user, "I am a gardener", "enough"))[-1]

    known = await profile(client, user)
    assert [one["words"] for one in known["statements"]] == ["I am a gardener"]
    assert [one["words"] for one in known["notes"]] == ["I am a nurse"]
    assert known["notes"][0]["replaced_by"] == known["statements"][0]["id"]
    lines = end["profile_text"].splitlines()
    assert lines[0] == "Field of work: I am a gardener"
    assert lines[1].startswith("Held until 20")
    assert lines[1].endswith("I am a nurse")
    assert known["profile_text"] == end["profile_text"]


async def test_a_profile_written_by_hand_is_kept(client: AsyncClient, make: Make) -> None:
    user = await make.user(profile_text="I write this myself.")

    end = (await talk(client, user, "I am a nurse", "enough"))[-1]

    assert (end["profile_kept"], end["profile_text"]) == (True, "Field of work: I am a nurse")
    assert (await profile(client, user))["profile_text"] == "I write this myself."


async def test_a_second_talk_writes_anew_what_was_deleted_from_the_first(
    client: AsyncClient, make: Make
) -> None:
    user = await make.user()
    await talk(client, user, *ENGLISH[:2], "enough")
    work, goal, _ = (await profile(client, user))["statements"]
    for one in (work, goal):
        where = f"/api/v1/ai/profile/statements/{one['id']}"
        assert (await client.delete(where, headers=user.headers)).status_code == 204
    between = (await profile(client, user))["profile_text"]

    end = (await talk(client, user, "I am a pilot", "enough"))[-1]

    assert between == "Wants to reach: run a half marathon"
    assert end["profile_kept"] is False
    assert (await profile(client, user))["profile_text"] == (
        "Field of work: I am a pilot\nWants to reach: run a half marathon"
    )
