"""Cards: questions somebody got wrong, which come back until they are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Select, Table, case, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from questlog.automation import events
from questlog.core import clock, lines
from questlog.core.db import Session
from questlog.core.exceptions import (
    AuthorizationError,
    ConflictError,
    NotFoundError,
    QuestlogError,
    ValidationError,
)
from questlog.core.ids import new_id
from questlog.core.prepared import prepared
from questlog.learning import grading, recall
from questlog.learning.models import Review, ReviewCard
from questlog.learning.questions import ASKED, QUESTIONS
from questlog.learning.quizzes import AnswerMisfitError, as_asked

CARDS = cast(Table, ReviewCard.__table__)
REVIEWS = cast(Table, Review.__table__)
AGAIN, GOOD = 1, 3
type CardRow = dict[str, Any]

ITS_QUESTION = QUESTIONS.c.id == CARDS.c.question_id
SEEN = (
    CARDS.c.id,
    CARDS.c.user_id,
    CARDS.c.question_id,
    CARDS.c.memory,
    CARDS.c.due_at,
    CARDS.c.reviews,
    CARDS.c.lapses,
    CARDS.c.last_reviewed_at,
    CARDS.c.created_at,
    CARDS.c.version,
    QUESTIONS.c.lesson_id,
    QUESTIONS.c.kind,
    QUESTIONS.c.topic,
    QUESTIONS.c.stem,
    QUESTIONS.c.given.label("shown"),
    QUESTIONS.c.answer.label("key"),
    QUESTIONS.c.explanation,
    QUESTIONS.c.see,
)


class CardNotFoundError(NotFoundError):
    code = "card_not_found"
    default_message = "There is no such card."


class CardNotYoursError(AuthorizationError):
    code = "not_yours"
    default_message = "This belongs to somebody else."


class CardNotDueError(ConflictError):
    """`details` say when it is."""

    code = "card_not_due"
    default_message = "This card rests until it is due again."


class NothingSaidError(ValidationError):
    code = "nothing_said"
    default_message = "Give an answer, or say yourself how well you knew it."


@dataclass(frozen=True, slots=True)
class Today:
    """What a user did on a day with cards, before this review: all cards, and this one."""

    cards: int
    times: int
    times_right: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A card that was answered just now. `is_correct` is None where the user rated alone."""

    review_id: UUID
    card: CardRow
    rating: int
    is_correct: bool | None
    today: Today

    @property
    def pays(self) -> bool:
        """A card pays once a day, for a right answer that was graded here."""
        return bool(self.is_correct) and self.today.times_right == 0

    @property
    def key(self) -> str:
        """Return what tells this review from the card's others in the ledger."""
        day = self.card["reviewed_on"].isoformat()
        return day if self.pays else f"{day}/{self.today.times + 1}"

    def ends_session(self, cards: int) -> bool:
        """Return whether this was the card that made a session of so many: there is one a day."""
        return self.today.times == 0 and self.today.cards + 1 == cards


async def make(session: Session, user_id: UUID, question_ids: Sequence[UUID]) -> int:
    """Let questions come back at once: as new cards, or as the cards they are already. Return how many are new."""
    if not question_ids:
        return 0
    now = clock.now()
    known = set(await session.scalars(*_known(user_id)))
    made = (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(CARDS)
    sooner = case(
        (CARDS.c.due_at < made.excluded.due_at, CARDS.c.due_at), else_=made.excluded.due_at
    )
    again = made.on_conflict_do_update(
        index_elements=["user_id", "question_id"],
        set_={"due_at": sooner, "version": CARDS.c.version + 1},
    )
    rows = [
        {
            "id": new_id(),
            "user_id": user_id,
            "question_id": question_id,
            "memory": dict(recall.NEW),
            "due_at": now,
            "reviews": 0,
            "lapses": 0,
            "last_reviewed_at": None,
            "created_at": now,
            "version": 1,
        }
        for question_id in sorted(question_ids)
    ]
    await session.execute(again, rows)
    return len(set(question_ids) - known)


@prepared
def _known(user_id: UUID) -> Executable:
    return select(CARDS.c.question_id).where(CARDS.c.user_id == user_id)


async def due(session: Session, user_id: UUID, *, most: int) -> list[CardRow]:
    """Return the cards that wait, those due longest first."""
    wanted = _waiting(user_id, *SEEN).order_by(CARDS.c.due_at, CARDS.c.id).limit(most)
    return [dict(row._mapping) for row in await session.execute(wanted)]


async def count_due(session: Session, user_id: UUID) -> int:
    return await session.scalar(_waiting(user_id, func.count())) or 0


def _waiting(user_id: UUID, *columns: ColumnElement[Any]) -> Select[Any]:
    mine = (CARDS.c.user_id == user_id, CARDS.c.due_at <= clock.now(), ASKED)
    return select(*columns).select_from(CARDS).join(QUESTIONS, ITS_QUESTION).where(*mine)


async def claim(session: Session, user_id: UUID, card_id: UUID) -> CardRow:
    """Return a card that is due, locked. Raises `CardNotFoundError`, `CardNotYoursError`, `CardNotDueError`."""
    wanted = (
        select(*SEEN)
        .join(QUESTIONS, ITS_QUESTION)
        .where(CARDS.c.id == card_id, CARDS.c.user_id == user_id)
        .with_for_update(of=CARDS)
    )
    await lines.wait(session, user_id)
    row = (await session.execute(wanted)).one_or_none()
    if row is None:
        raise await _missing(session, user_id, card_id)
    if row.due_at > clock.now():
        raise CardNotDueError(details={"due_at": row.due_at.isoformat()})
    return dict(row._mapping)


async def _missing(session: Session, user_id: UUID, card_id: UUID) -> QuestlogError:
    owner = await session.scalar(select(CARDS.c.user_id).where(CARDS.c.id == card_id))
    return CardNotFoundError() if owner in (None, user_id) else CardNotYoursError()


def verdict(card: CardRow, answer: Any, rating: int | None) -> tuple[bool | None, int]:
    """Return whether an answer is right and how the card is rated.

    What was answered is graded: wrong is `again`, right is `good` unless the user says how hard it was. Who only rates
    is believed. Raises `NothingSaidError`, `AnswerMisfitError`.
    """
    if answer is None:
        if rating is None:
            raise NothingSaidError()
        return None, rating
    fault = grading.misfit(card["kind"], card["shown"], answer)
    if fault is not None:
        raise AnswerMisfitError(fault, pointer="/body/answer")
    if not grading.is_right(card["kind"], card["shown"], card["key"], answer):
        return False, AGAIN
    return True, GOOD if rating is None else rating


async def review(
    session: Session,
    card: CardRow,
    answer: Any,
    rating: int | None,
    *,
    local_day: date,
    timezone: str,
) -> Reviewed:
    """Answer a claimed card and let it come back in its time. Raises as `verdict`."""
    is_correct, rated = verdict(card, answer, rating)
    now = clock.now()
    today = await _on_day(session, card, local_day)
    after = recall.recalled(card["memory"], rated, now=now, timezone=timezone)
    changed = {
        "memory": after.memory,
        "due_at": after.due_at,
        "reviews": card["reviews"] + 1,
        "lapses": card["lapses"] + after.is_lapse,
        "last_reviewed_at": now,
        "version": card["version"] + 1,
    }
    mine = (CARDS.c.user_id == card["user_id"], CARDS.c.id == card["id"])
    await session.execute(update(CARDS).where(*mine).values(**changed))
    review_id = new_id()
    kept = {
        "id": review_id,
        "user_id": card["user_id"],
        "card_id": card["id"],
        "rating": rated,
        "is_correct": is_correct,
        "answer": None if answer is None else {"value": answer},
        "local_day": local_day,
        "reviewed_at": now,
    }
    await session.execute(insert(REVIEWS), kept)
    seen = {**card, **changed, "reviewed_on": local_day}
    _record(session, seen, rated, is_correct)
    return Reviewed(review_id, seen, rated, is_correct, today)


async def _on_day(session: Session, card: CardRow, local_day: date) -> Today:
    row = (await session.execute(*_counted(card["user_id"], card["id"], local_day))).one()
    return Today(row.cards, row.times or 0, row.times_right or 0)


@prepared
def _counted(user_id: UUID, card_id: UUID, local_day: date) -> Executable:
    this = REVIEWS.c.card_id == card_id
    return select(
        func.count(REVIEWS.c.card_id.distinct()).label("cards"),
        func.sum(case((this, 1), else_=0)).label("times"),
        func.sum(case((this & REVIEWS.c.is_correct.is_(True), 1), else_=0)).label("times_right"),
    ).where(REVIEWS.c.user_id == user_id, REVIEWS.c.local_day == local_day)


def _record(session: Session, card: CardRow, rating: int, is_correct: bool | None) -> None:
    payload = {
        "question_id": str(card["question_id"]),
        "rating": rating,
        "is_correct": is_correct,
        "due_at": card["due_at"].isoformat(),
    }
    events.record(
        session,
        card["user_id"],
        "review.completed",
        ("card", card["id"]),
        payload=payload,
        touched=[("card", card["id"], card["version"])],
    )


def asked(card: CardRow) -> dict[str, Any]:
    """Return a card as it is shown before it is answered."""
    facts = ("id", "lesson_id", "due_at", "reviews", "lapses", "last_reviewed_at", "version")
    return {
        **as_asked(card),
        **{name: card[name] for name in facts},
        "state": recall.state_of(card["memory"]),
    }


def answered(card: CardRow) -> dict[str, Any]:
    """Return a card with what is right and why."""
    facts = {name: card[name] for name in ("explanation", "see")}
    return {**asked(card), "solution": grading.solution(card["kind"], card["key"]), **facts}


async def next_due(session: Session, user_id: UUID) -> datetime | None:
    """Return when the next card comes that rests now."""
    resting = (CARDS.c.user_id == user_id, CARDS.c.due_at > clock.now())
    found: datetime | None = await session.scalar(select(func.min(CARDS.c.due_at)).where(*resting))
    return found
