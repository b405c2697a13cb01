"""The events of courses and of the game. Part of `event_types.py`."""

from questlog.automation.event_facts import (
    COUNT,
    DAY,
    FLAG,
    ID,
    MOMENT,
    NUMBER,
    TEXT,
    EventType,
    Schema,
    of,
    or_null,
    told,
)

_title: Schema = of(TEXT, "Its title as it was then.")
_course: Schema = of(TEXT, "The course, by its short name.")
_code: Schema = of(TEXT, "Which one, by its code.")
_hearts: Schema = of(COUNT, "How many there are now.")
_streak: Schema = of(COUNT, "How many days it is.")
_score: dict[str, Schema] = {
    "title": of(TEXT, "The lesson's title."),
    "code": of(TEXT, "The lesson's code."),
    "number": of(COUNT, "Which attempt it was."),
    "correct": of(COUNT, "How many answers were right."),
    "total": of(COUNT, "How many questions there were."),
}
_advance: dict[str, Schema] = {
    "code": _code,
    "progress": of(COUNT, "How far it is."),
    "target": of(COUNT, "How far it goes."),
}

_LEARNING = (
    told(
        "course.enrolled",
        "Somebody enrolled in a course.",
        title=_title,
        course=_course,
        lessons=of(COUNT, "How many lessons are ahead."),
    ),
    told(
        "course.updated",
        "A course that somebody takes was brought in anew.",
        title=_title,
        course=_course,
        lessons=of(COUNT, "How many lessons are new."),
    ),
    told("course.left", "Somebody left a course.", title=_title, course=_course),
    told("course.completed", "Every lesson of a course is done.", title=_title, course=_course),
    told(
        "lesson.completed",
        "A lesson was done.",
        title=_title,
        code=_code,
        course=_course,
        done=of(COUNT, "How many lessons of the course are done."),
        total=of(COUNT, "How many there are."),
    ),
    told("lesson.reopened", "A lesson is not done after all.", title=_title, code=_code),
    told(
        "week.completed",
        "Every lesson of a week is done.",
        title=_title,
        number=of(COUNT, "Which week it was."),
        course=_course,
    ),
    EventType(
        "quiz.submitted",
        "A quiz was answered.",
        {
            **_score,
            "passed": of(FLAG, "Whether enough was right."),
            "xp": of(COUNT, "What it brought."),
        },
    ),
    EventType("quiz.passed", "A quiz was passed for the first time.", _score),
    told(
        "review.completed",
        "A card was reviewed.",
        question_id=of(ID, "The question on the card."),
        rating=of(COUNT, "How well it was known, from 1 to 4."),
        is_correct=of(or_null(FLAG), "Whether the answer was right, if one was given."),
        due_at=of(MOMENT, "When it comes again."),
    ),
    told(
        "reflection.written",
        "Somebody wrote about their week.",
        length=of(COUNT, "How many characters; the words stay private."),
    ),
)
_HEARTS: dict[str, Schema] = {
    "by": of(TEXT, "Why."),
    "count": of(COUNT, "How many."),
    "hearts": _hearts,
}
_DAYS = (
    told("level.reached", "A level was reached.", level=of(COUNT, "Which one.")),
    told("streak.extended", "The first deed of a day counted.", streak=_streak),
    told(
        "streak.frozen",
        "A missed day cost a freeze and not the streak.",
        day=of(DAY, "The day."),
        streak=_streak,
        left=of(COUNT, "How many freezes are left."),
    ),
    told(
        "streak.broken",
        "A missed day ended the streak.",
        day=of(DAY, "The day."),
        streak=of(COUNT, "How many days it was."),
    ),
    EventType("heart.lost", "A heart was lost.", _HEARTS, {"day": of(DAY, "The day missed.")}),
    EventType("heart.regained", "A heart came back.", _HEARTS),
    told(
        "gold.spent",
        "Something was bought.",
        item=of(TEXT, "What, by its code."),
        quantity=of(COUNT, "How many."),
        gold=of(COUNT, "What it cost."),
        left=of(COUNT, "How much gold is left."),
    ),
    EventType(
        "player.adjusted",
        "The operator changed what somebody holds.",
        {"reason": of(TEXT, "Why.")},
        dict.fromkeys(("xp", "gold", "hearts", "freezes", "potion"), NUMBER),
    ),
)
_FEATS = (
    told("badge.earned", "A badge was earned.", code=_code),
    told("badge.lost", "A badge was taken back with what had earned it.", code=_code),
    told(
        "boss.hit",
        "A deed struck the boss.",
        damage=of(COUNT, "How hard."),
        hp_left=of(COUNT, "What it has left."),
    ),
    told(
        "boss.defeated",
        "The boss fell.",
        code=_code,
        bonus_xp=of(COUNT, "What that brought."),
    ),
    told(
        "boss.returned",
        "A boss that had fallen is there again.",
        hp_left=of(COUNT, "What it has left."),
    ),
    EventType(
        "quest.advanced",
        "An objective of a quest was reached.",
        {**_advance, "objective": of(TEXT, "Which one, by its code.")},
    ),
    told("quest.completed", "A quest was completed.", code=_code),
    told("quest.reopened", "A quest is open again.", code=_code),
    told("challenge.joined", "A challenge was taken up.", code=_code, ends_on=of(DAY, "Its end.")),
    EventType("challenge.advanced", "A challenge came on.", _advance),
    told("challenge.completed", "A challenge was won.", code=_code),
    told("challenge.reopened", "A challenge is open again.", code=_code),
    told("challenge.left", "A challenge was given up.", code=_code),
    told("challenge.expired", "The time of a challenge ran out.", code=_code),
)

TYPES: tuple[EventType, ...] = (*_LEARNING, *_DAYS, *_FEATS)
