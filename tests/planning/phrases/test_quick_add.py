"""What holds for every line of quick add."""

import gc
import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from questlog.planning.phrases import quick_add
from questlog.planning.phrases.quick_add import LONGEST_TEXT, QuickAddError, Understood

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))
CASES = json.loads((Path(__file__).parents[2] / "data/phrases/quick_add.json").read_text("utf-8"))[
    "lines"
]
PIECES = [
    *(case["line"] for case in CASES),
    *(span[1] for case in CASES for span in case["spans"]),
    *" \t\n\\\"'`«»“”#@$!>~%/().,:;-*[]p19é☕",
    "tomorrow",
    "every",
    "завтра",
    "каждый",
    "//",
    "://",
    "\u2028",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=12).map("".join)
# Words that say nothing to anybody: no word of any date has these letters.
DULL = st.text("qwxz фщэ", min_size=1, max_size=40).filter(str.strip)


def understood(text: str, known: Callable[[str, str], str | None]) -> list[Understood]:
    return [quick_add.understand(line, known) for line in quick_add.read(text, now=NOW)]


def understood_or_refused(text: str, known: Callable[[str, str], str | None]) -> list[Understood]:
    try:
        return understood(text, known)
    except QuickAddError:
        return []


def everything(_kind: str, name: str) -> str | None:
    return name


def nothing(_kind: str, _name: str) -> str | None:
    return None


@given(TEXTS, st.sampled_from([everything, nothing]))
@example("#\u037e p1", everything)
def test_any_text_is_read_or_refused(text: str, known: Callable[[str, str], str | None]) -> None:
    tasks = understood_or_refused(text, known)

    for task in tasks:
        assert task.title == " ".join(task.title.split()) != ""
        place = task.line.at.start
        for span in task.spans:
            assert place <= span.start < span.end <= task.line.at.end
            assert text[span.start : span.end] == span.text
            place = span.start if span.kind.startswith("unknown") else span.end


@given(TEXTS)
def test_what_was_left_in_the_title_means_nothing_more(text: str) -> None:
    tasks = understood_or_refused(text, nothing)

    for task in tasks:
        taken = sum(span.end - span.start for span in task.spans if span.kind in ("label", "due"))
        assert len(task.title) <= len(task.line.text) - taken


@given(DULL)
def test_a_text_that_says_nothing_special_is_its_own_title(text: str) -> None:
    [task] = understood(text, nothing)

    assert task.title == " ".join(text.split())
    assert task.spans == ()


def test_the_page_shows_what_is_understood() -> None:
    page = (Path(__file__).parents[3] / "docs/quick-add.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| .+ \| .+ \| (`.+) \|$", page)
    examples = [re.findall("`(.+?)`", row) for row in rows]

    kinds = [
        {span.kind for one in some for span in understood(f"Read {one}", everything)[0].spans}
        for some in examples
    ]

    assert [kind for (kind,) in kinds] == [
        "due", "recurrence", "project", "label", "priority", "deadline", "start", "duration", "difficulty", "goal",
        "description",
    ]  # fmt: skip


def test_the_answer_on_the_page_is_the_answer() -> None:
    page = (Path(__file__).parents[3] / "docs/quick-add.md").read_text("utf-8")
    [shown] = json.loads(re.findall("(?s)```json\n(.+?)```", page)[0])["items"]

    [task] = understood("Call Mum friday 19:00 @phone p2", everything)

    assert [asdict(span) for span in task.spans] == shown["spans"]
    assert task.title == shown["task"]["title"]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/#today?at=17:00",
        "(https://example.org/tomorrow)",
        "https://example.org/at,17:00",
        "www.example.org/(tomorrow)",
        "tomorrow@example.org",
        "@monday@example.social",
        "mailto:завтра@пример.рф",
    ],
)
def test_addresses_are_left_alone(address: str) -> None:
    [task] = understood(f"See {address} today", everything)

    assert task.title == f"See {address}"
    assert [span.text for span in task.spans] == ["today"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["line"][:30])
def test_quotation_marks_protect_everything(case: dict[str, str]) -> None:
    line = case["line"].replace("“", "").replace("”", "")

    [task] = understood(f"Say “{line}”", everything)

    assert task.title == " ".join(f"Say “{line}”".split())
    assert task.spans == ()


@pytest.mark.parametrize(
    "piece",
    [
        "#a ", "@a ", "!a ", ">1 ", "~1h ", "p1 ", "$a ", "\\a ", '"a ', '"', "«", "« ", "// ", "://", "a@", "a.b@",
        "tomorrow ", "every ", "every day ", "завтра ", "каждый ", "1 ", "12:00 ", "1.1.", "!tomorrow ", "(", "- ",
        "[ ] ", "\\", "#\\ ", "#a\\ ", "~1", "a", " ", "п1 ", "first ", "until ", "every other ",
    ],
)  # fmt: skip
def test_time_grows_with_the_length_alone(piece: str) -> None:
    text = "x " + (piece * LONGEST_TEXT)[: LONGEST_TEXT - 2]

    gc.disable()  # what other tests left behind is not this one's to look through
    try:
        started = time.thread_time()
        [line] = quick_add.read(text, now=NOW)
        took = time.thread_time() - started
    finally:
        gc.enable()

    assert len(line.marks) <= LONGEST_TEXT
    assert took < 2
