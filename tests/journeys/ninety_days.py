"""Somebody who takes a bundled course for ninety days, over HTTP; and what every rule says they must have by then."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import yaml
from httpx2 import AsyncClient, Response

from questlog.learning import bundled
from tests.game import reference_content
from tests.game.reference import Reference
from tests.game.reference_content import Rung
from tests.game.reference_deeds import DIFFICULTY, What
from tests.support.moving_clock import MovingClock

API = "/api/v1"
SLUG = "thinking-in-numbers"
FIRST_DAY = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday
PERSON = {"email": "vera@example.org", "password": "correct-horse-battery-9"}


def written_weeks() -> list[dict[str, Any]]:
    """Return the course as its author wrote it."""
    files = sorted((bundled.CONTENT / SLUG).glob("week-*.yaml"))
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]


def right_answer(question: dict[str, Any]) -> Any:
    kind = question["kind"]
    if kind in ("mcq", "true_false", "numeric"):
        return question["answer"]
    if kind == "short_text":
        return question["answers"][0]
    if kind == "cloze":
        return [str(gap[0]) for gap in question["gaps"]]
    return question[{"multi": "answers", "ordering": "items", "matching": "pairs"}[kind]]


@dataclass
class Learner:
    """`book` is the reference, told of everything that is done; `receipts` are what the server said."""

    client: AsyncClient
    clock: MovingClock
    book: Reference = field(init=False)
    headers: dict[str, str] = field(default_factory=dict)
    now: datetime = FIRST_DAY
    receipts: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.weeks = written_weeks()
        self.lessons = {lesson["code"]: lesson for week in self.weeks for lesson in week["lessons"]}
        self.answers = {
            question["stem"]: right_answer(question)
            for lesson in self.lessons.values()
            for question in lesson["questions"]
        }
        self.done: list[str] = []
        self.passed: set[str] = set()
        self.made = 0

    # the house's doors

    async def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer: Response = await self.client.request(
            method, f"{API}{path}", json=body, headers=self.headers
        )
        assert answer.status_code == status, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None

    async def sign_up(self) -> None:
        await self._sign_in("register", 201)
        self.book = Reference(self.now, "UTC", reference_content.read())

    async def move_to(self, moment: datetime) -> None:
        """Let it be that moment, and sign in anew."""
        self.now = moment
        self.clock.stop_at(moment)
        self.book.wait_until(moment)
        await self._sign_in("login", 200)

    async def _sign_in(self, door: str, status: int) -> None:
        tokens = await self.call("POST", f"/auth/{door}", PERSON, status)
        self.headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.call("GET", "/rpg/state")
        return found

    # what is done in a day

    async def enroll(self) -> None:
        found = await self.call("GET", "/courses")
        course = next(one for one in found["items"] if one["slug"] == SLUG)
        path = f"/courses/{course['id']}/enroll"
        taken = await self.call("POST", path, {"skip_weekdays": [6, 7]}, 201)
        assert taken["planned"] == len(self.lessons)
        self.project = taken["project_id"]
        self.meet_boss()

    async def due_lesson(self) -> dict[str, Any] | None:
        """Return the task of the first lesson that is due."""
        due = await self.call("GET", f"/tasks?project_id={self.project}&due_today=true")
        tasks: list[dict[str, Any]] = due["items"]
        return min(tasks, key=lambda task: task["due_date"], default=None)

    async def tick(self, task: dict[str, Any]) -> dict[str, Any]:
        """Complete a lesson's task without its quiz."""
        lesson: dict[str, Any] = await self.call("GET", f"/lessons/{task['lesson_id']}")
        answer = await self.call("POST", f"/tasks/{task['id']}/complete")
        self.note_lesson(lesson["code"], answer["receipt"])
        return lesson

    async def take_quiz(self, task: dict[str, Any], wrong: int = 0) -> bool:
        """Answer a quiz, so many of its questions wrong; return whether it was passed."""
        quiz = await self.call("GET", f"/quizzes/{task['lesson_id']}")
        asked = quiz["questions"]
        given = [
            {"question_id": one["question_id"], "answer": self.answers[one["stem"]]}
            for one in asked[wrong:]
        ]
        path = f"/quizzes/{task['lesson_id']}/submit"
        made = await self.call("POST", path, {"answers": given})
        assert (made["correct"], made["total"]) == (len(asked) - wrong, len(asked))
        self.note_quiz(quiz["code"], made)
        return bool(made["passed"])

    async def review(self, most: int) -> int:
        waiting = (await self.call("GET", "/reviews/daily"))["items"][:most]
        for card in waiting:
            body = {"answer": self.answers[card["stem"]]}
            made = await self.call("POST", f"/reviews/{card['id']}", body)
            ends = made["session_completed"]
            what = What("review", 2, counts={"review_sessions": int(ends)}, hearts=int(ends))
            self.note(("review", card["id"], self.book.life.day), what, made["receipt"])
        return len(waiting)

    async def work(self, difficulty: str = "normal", **more: Any) -> dict[str, Any]:
        """Make an own task and complete it at once."""
        body = {"title": "Mend the roof", "difficulty": difficulty, **more}
        task: dict[str, Any] = await self.call("POST", "/tasks", body, 201)
        await self.complete(task)
        return task

    async def complete(self, task: dict[str, Any]) -> None:
        answer = await self.call("POST", f"/tasks/{task['id']}/complete")
        what = What(difficulty=task["difficulty"], in_project=task["project_id"] is not None)
        self.note(task["id"], what, answer["receipt"])

    async def reopen(self, task: dict[str, Any]) -> None:
        answer = await self.call("POST", f"/tasks/{task['id']}/incomplete")
        moved = self.book.take_back(task["id"])
        assert (answer["receipt"]["xp"], answer["receipt"]["gold"]) == (moved.xp, moved.gold)
        self.receipts.append(answer["receipt"])

    async def reach_a_goal(self) -> None:
        """A goal has no receipt: what it brought is what the rules say, until the totals are counted."""
        goal = await self.call("POST", "/goals", {"title": "Count without fingers"}, 201)
        await self.work(goal_id=goal["id"])
        await self.call("POST", f"/goals/{goal['id']}/complete")
        moved = self.book.do(goal["id"], What("goal", base=0))
        self.receipts.append({"xp": moved.xp, "gold": moved.gold})

    async def buy(self, item: str) -> None:
        await self.call("POST", f"/rpg/shop/{item}/buy", {})
        assert self.book.buy(item)

    async def join(self, code: str) -> None:
        await self.call("POST", f"/rpg/challenges/{code}/join")
        assert self.book.join(code)

    # what the rules say of it

    def note(self, key: Any, what: What, receipt: dict[str, Any]) -> None:
        moved = self.book.do(key, what)
        assert (receipt["xp"], receipt["gold"]) == (moved.xp, moved.gold), (self.now, what, receipt)
        assert receipt["boss"]["damage"] == moved.damage
        self.receipts.append(receipt)

    def note_quiz(self, code: str, made: dict[str, Any]) -> None:
        is_first, right = made["number"] == 1, made["correct"]
        is_first_pass = made["passed"] and code not in self.passed
        wrong = made["total"] - right
        lost = min(wrong, self.book.life.hearts) if is_first else 0
        assert made["hearts_lost"] == lost
        counts = {
            "quizzes_passed": int(is_first_pass),
            "perfect_quizzes": int(is_first and not wrong),
        }
        if is_first or is_first_pass:
            base = 10 + right if is_first else 0
            what = What("quiz", base, counts=counts, hearts=-lost)
            self.note(("quiz", code, is_first), what, made["receipt"])
        if is_first_pass:
            self.passed.add(code)
            if made["lesson"]:
                self.note_lesson(code, made["lesson"])

    def note_lesson(self, code: str, receipt: dict[str, Any]) -> None:
        lesson = self.lessons[code]
        self.done.append(code)
        week = next(one for one in self.weeks if lesson in one["lessons"])
        whole = all(one["code"] in self.done for one in week["lessons"])
        counts = {
            "lessons_completed": 1,
            "weeks_completed": int(whole),
            "courses_completed": int(len(self.done) == len(self.lessons)),
        }
        what = What("lesson", lesson["xp_reward"], lesson["difficulty"], counts=counts)
        self.note(code, what, receipt)
        if whole:
            self.book.bosses.follow(None)
            self.meet_boss()

    def meet_boss(self) -> None:
        """The boss of the current week: HP are four fifths of what its lessons and quizzes pay, the bonus 0.4 of that."""
        for week in self.weeks:
            if all(one["code"] in self.done for one in week["lessons"]):
                continue
            worth = sum(
                int(one["xp_reward"] * DIFFICULTY[one["difficulty"]]) + 10 + len(one["questions"])
                for one in week["lessons"]
            )
            hp = int(worth * 4 / 5)
            self.book.bosses.follow(Rung(hp, hp * 2 // 5, f"{SLUG}/{week['number']}"))
            return
