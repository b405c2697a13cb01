"""The demonstrations that come with the program, and what a script that is none says."""

from pathlib import Path

import pytest

from questlog.clients.language import (
    Answered,
    Asked,
    ModelError,
    ModelSaid,
    Tool,
    ToolAnswered,
    Turn,
    UserSaid,
)
from questlog.clients.language_models import connect
from questlog.clients.scripted_model import BUNDLED, ScriptError, file_of, read
from questlog.coach.tools import TOOLS
from questlog.core.outside_settings import LlmSettings

DEMOS = sorted(path.stem for path in BUNDLED.glob("*.yaml"))
OFFERED = [Tool(name, "", {}) for name in TOOLS]
TODAY = {"demo": "What should I do today?", "demo.ru": "Что сделать сегодня?"}


async def said(name: str, thread: list[Turn]) -> ModelSaid:
    model = connect(LlmSettings(model=f"script/{name}"))
    assert model is not None
    pieces = [piece async for piece in model.stream(Asked("", thread, OFFERED))]
    answered = pieces[-1]
    assert isinstance(answered, Answered)
    return answered.said


@pytest.mark.parametrize("name", DEMOS)
async def test_a_demonstration_looks_proposes_and_ends(name: str) -> None:
    thread: list[Turn] = [UserSaid(TODAY[name])]
    called = []

    for _ in range(3):
        answer = await said(name, thread)
        called += [call.name for call in answer.calls]
        thread += [answer, *(ToolAnswered(one.id, one.name, "{}") for one in answer.calls)]

    assert called == ["todays_plan", "create_task"]
    assert isinstance(thread[-1], ModelSaid)


@pytest.mark.parametrize("name", DEMOS)
async def test_whatever_is_said_a_demonstration_has_an_answer(name: str) -> None:
    thread: list[Turn] = []
    for _ in range(5):
        thread.append(UserSaid("xyzzy"))
        thread.append(await said(name, thread))

    assert all(turn.text for turn in thread if isinstance(turn, ModelSaid))


@pytest.mark.parametrize("name", DEMOS)
def test_what_a_demonstration_calls_is_there(name: str) -> None:
    calls = [call for turn in read(file_of(name)) for call in turn.call]

    for call in calls:
        TOOLS[call.tool].takes.model_validate(call.with_)
    assert calls


def test_a_file_of_ones_own_comes_before_a_bundled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").write_text("- say: Mine")

    assert [turn.say for turn in read(file_of("demo"))] == ["Mine"]


async def test_asked_without_tools_a_talk_is_not_played_and_the_model_steps_aside() -> None:
    model = connect(LlmSettings(model="script/demo"))
    assert model is not None

    with pytest.raises(ModelError) as aside:
        _ = [piece async for piece in model.stream(Asked("Sort this.", [UserSaid("today")]))]

    assert (aside.value.trouble, aside.value.may_pass) == ("refused", False)
    assert model.breaker.failures == 0


@pytest.mark.parametrize("words", ["{", "- 7", "- say: a\n  tool: b", "- call: [{}]"])
def test_a_script_that_is_none_is_named(tmp_path: Path, words: str) -> None:
    (tmp_path / "mine.yaml").write_text(words)

    with pytest.raises(ScriptError, match=r"mine\.yaml"):
        connect(LlmSettings(model=f"script/{tmp_path / 'mine.yaml'}"))
