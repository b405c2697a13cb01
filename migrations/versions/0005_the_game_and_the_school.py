"""the game and the school"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic import context, op

from questlog.core import types
from questlog.core.ids import new_id

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FIRST_BOSS = {"kind": "ladder", "code": "drawer-of-someday", "hp_max": 70, "bonus_xp": 30}
FIRST_QUEST = {"kind": "quest", "code": "first-steps"}
STANDING_CHALLENGE = {"kind": "challenge", "code": "seven-day-consistency"}
STANDING_DAYS = 7


def upgrade() -> None:
    op.create_table(
        "courses",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("slug", name=op.f("uq_courses_slug")),
    )
    op.create_table(
        "badges",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("cause_id", types.Id(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("earned_at", types.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_badges_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "code", name=op.f("pk_badges")),
    )
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.create_index("ix_badges_cause", ["user_id", "cause_id"], unique=False)

    op.create_table(
        "enrolments",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("course_id", types.Id(), nullable=False),
        sa.Column("project_id", types.Id(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("skipped_weekdays", types.Json, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("finished_at", types.Moment(), nullable=True),
        sa.Column("left_at", types.Moment(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'finished', 'left')", name=op.f("ck_enrolments_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_enrolments_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_enrolments_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("user_id", "course_id", name=op.f("uq_enrolments_user_id_course_id")),
        sa.UniqueConstraint("user_id", "id", name=op.f("uq_enrolments_user_id_id")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index("ix_enrolments_course", ["course_id", "state"], unique=False)

    op.create_table(
        "ledger",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("entry", sa.String(length=16), nullable=False),
        sa.Column("source_kind", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("occurrence_key", sa.String(length=40), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("cause_id", types.Id(), nullable=False),
        sa.Column("reverses_id", types.Id(), nullable=True),
        sa.Column("xp", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gold", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("hearts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("freezes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("potion", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("damage", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("boss_id", types.Id(), nullable=True),
        sa.Column("rule_version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("details", types.Json, nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.CheckConstraint(
            "(entry = 'reversal') = (reverses_id IS NOT NULL)",
            name=op.f("ck_ledger_reversal_names_grant"),
        ),
        sa.CheckConstraint(
            "entry IN ('grant', 'reversal', 'change')", name=op.f("ck_ledger_entry_known")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_ledger_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("user_id", "id", name=op.f("uq_ledger_user_id_id")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_cause", ["user_id", "cause_id"], unique=False)
        batch_op.create_index(
            "ix_ledger_day", ["user_id", "local_day", "source_kind"], unique=False
        )
        batch_op.create_index("ix_ledger_newest", ["user_id", "id"], unique=False)
        batch_op.create_index(
            "uq_ledger_grant",
            ["user_id", "source_kind", "source_id", "occurrence_key", "round"],
            unique=True,
            sqlite_where=sa.text("entry = 'grant'"),
            postgresql_where=sa.text("entry = 'grant'"),
        )
        batch_op.create_index(
            "uq_ledger_reversal",
            ["reverses_id"],
            unique=True,
            sqlite_where=sa.text("reverses_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_id IS NOT NULL"),
        )

    op.create_table(
        "player_bosses",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("hp_max", sa.Integer(), nullable=False),
        sa.Column("damage_before", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("bonus_xp", sa.Integer(), nullable=False),
        sa.Column("week_id", types.Id(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("defeated_at", types.Moment(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('ladder', 'week')", name=op.f("ck_player_bosses_kind_known")),
        sa.CheckConstraint(
            "state IN ('active', 'waiting', 'defeated', 'gone')",
            name=op.f("ck_player_bosses_state_known"),
        ),
        sa.CheckConstraint("hp_max > 0", name=op.f("ck_player_bosses_hp_positive")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_player_bosses_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_player_bosses")),
        sa.UniqueConstraint(
            "user_id", "code", "round", name=op.f("uq_player_bosses_user_id_code_round")
        ),
        sa.UniqueConstraint("user_id", "id", name=op.f("uq_player_bosses_user_id_id")),
    )
    with op.batch_alter_table("player_bosses", schema=None) as batch_op:
        batch_op.create_index(
            "uq_player_bosses_active",
            ["user_id"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "players",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("xp", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gold", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("gold_debt", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("hearts", sa.Integer(), server_default=sa.text("5"), nullable=False),
        sa.Column("hearts_at", types.Moment(), nullable=True),
        sa.Column("hearts_off", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("streak", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("best_streak", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("streak_on", sa.Date(), nullable=True),
        sa.Column("streak_freezes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("potion_left", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("boss_id", types.Id(), nullable=True),
        sa.Column("boss_damage", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("zone", sa.String(length=64), server_default="UTC", nullable=False),
        sa.Column("zone_since", types.Moment(), nullable=True),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("day_began", types.Moment(), nullable=False),
        sa.Column("day_tasks", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("day_ahead", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("reviews_on", sa.Date(), nullable=True),
        sa.Column("reviews_today", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("counters", types.Json, server_default="{}", nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint("boss_damage >= 0", name=op.f("ck_players_damage_not_negative")),
        sa.CheckConstraint("gold = 0 OR gold_debt = 0", name=op.f("ck_players_gold_pays_debt")),
        sa.CheckConstraint("gold >= 0", name=op.f("ck_players_gold_not_negative")),
        sa.CheckConstraint("gold_debt >= 0", name=op.f("ck_players_debt_not_negative")),
        sa.CheckConstraint("hearts >= 0", name=op.f("ck_players_hearts_not_negative")),
        sa.CheckConstraint("potion_left >= 0", name=op.f("ck_players_potion_not_negative")),
        sa.CheckConstraint("streak_freezes >= 0", name=op.f("ck_players_freezes_not_negative")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_players_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_players")),
    )
    op.create_table(
        "pursuits",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("baseline", types.Json, nullable=False),
        sa.Column("steps_done", types.Json, nullable=False),
        sa.Column("progress", types.Json, nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("finished_at", types.Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('quest', 'challenge')", name=op.f("ck_pursuits_kind_known")),
        sa.CheckConstraint(
            "state IN ('active', 'completed', 'expired', 'left')",
            name=op.f("ck_pursuits_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pursuits_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pursuits")),
        sa.UniqueConstraint("user_id", "id", name=op.f("uq_pursuits_user_id_id")),
        sa.UniqueConstraint(
            "user_id", "kind", "code", "round", name=op.f("uq_pursuits_user_id_kind_code_round")
        ),
    )
    with op.batch_alter_table("pursuits", schema=None) as batch_op:
        batch_op.create_index(
            "uq_pursuits_active",
            ["user_id", "kind", "code"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "settled_days",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("settled_at", types.Moment(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('kept', 'frozen', 'broken')", name=op.f("ck_settled_days_outcome_known")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_settled_days_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "local_day", name=op.f("pk_settled_days")),
    )
    op.create_table(
        "weeks",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("course_id", types.Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("focus", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("check_in", sa.Text(), nullable=False),
        sa.Column("boss_name", sa.String(length=200), nullable=True),
        sa.Column("boss_story", sa.Text(), nullable=True),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_weeks_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weeks")),
        sa.UniqueConstraint("course_id", "number", name=op.f("uq_weeks_course_id_number")),
    )
    op.create_table(
        "lessons",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("course_id", types.Id(), nullable=False),
        sa.Column("week_id", types.Id(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("xp_reward", sa.Integer(), nullable=False),
        sa.Column("difficulty", sa.String(length=16), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("removed_at", types.Moment(), nullable=True),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "difficulty IN ('trivial', 'normal', 'hard', 'boss')",
            name=op.f("ck_lessons_difficulty_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('lesson', 'practice', 'review', 'capstone')",
            name=op.f("ck_lessons_kind_known"),
        ),
        sa.CheckConstraint("day BETWEEN 1 AND 7", name=op.f("ck_lessons_day_of_a_week")),
        sa.CheckConstraint("xp_reward BETWEEN 0 AND 1000", name=op.f("ck_lessons_reward_bounded")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_lessons_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["week_id"], ["weeks.id"], name=op.f("fk_lessons_week_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lessons")),
        sa.UniqueConstraint("course_id", "code", name=op.f("uq_lessons_course_id_code")),
    )
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.create_index("ix_lessons_week", ["week_id", "day"], unique=False)

    op.create_table(
        "reflections",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("week_id", types.Id(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_reflections_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["week_id"], ["weeks.id"], name=op.f("fk_reflections_week_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reflections")),
        sa.UniqueConstraint("user_id", "id", name=op.f("uq_reflections_user_id_id")),
        sa.UniqueConstraint("user_id", "week_id", name=op.f("uq_reflections_user_id_week_id")),
    )
    op.create_table(
        "lesson_completions",
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("lesson_id", types.Id(), nullable=False),
        sa.Column("cause_id", types.Id(), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("completed_at", types.Moment(), nullable=False),
        sa.CheckConstraint("via IN ('task', 'quiz')", name=op.f("ck_lesson_completions_via_known")),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_lesson_completions_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_lesson_completions_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "lesson_id", name=op.f("pk_lesson_completions")),
    )
    with op.batch_alter_table("lesson_completions", schema=None) as batch_op:
        batch_op.create_index("ix_lesson_completions_day", ["user_id", "local_day"], unique=False)

    op.create_table(
        "questions",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("lesson_id", types.Id(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=80), nullable=False),
        sa.Column("difficulty", sa.Integer(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("given", types.Json, nullable=False),
        sa.Column("answer", types.Json, nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("see", sa.String(length=200), nullable=True),
        sa.Column("position", sa.Float(precision=53), nullable=False),
        sa.Column("origin", sa.String(length=8), server_default="file", nullable=False),
        sa.Column("removed_at", types.Moment(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("updated_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('mcq', 'multi', 'true_false', 'numeric', 'short_text', 'ordering', 'matching', 'cloze')",
            name=op.f("ck_questions_kind_known"),
        ),
        sa.CheckConstraint("origin IN ('file', 'admin')", name=op.f("ck_questions_origin_known")),
        sa.CheckConstraint(
            "difficulty BETWEEN 1 AND 3", name=op.f("ck_questions_difficulty_bounded")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_questions_lesson_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("lesson_id", "code", name=op.f("uq_questions_lesson_id_code")),
    )
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.create_index("ix_questions_order", ["lesson_id", "position", "id"], unique=False)

    op.create_table(
        "quiz_attempts",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("lesson_id", types.Id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", types.Json, nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("xp", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("submitted_at", types.Moment(), nullable=False),
        sa.CheckConstraint(
            "correct BETWEEN 0 AND total", name=op.f("ck_quiz_attempts_correct_bounded")
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"],
            ["lessons.id"],
            name=op.f("fk_quiz_attempts_lesson_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_quiz_attempts_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_attempts")),
        sa.UniqueConstraint("user_id", "id", name=op.f("uq_quiz_attempts_user_id_id")),
        sa.UniqueConstraint(
            "user_id", "lesson_id", "number", name=op.f("uq_quiz_attempts_user_id_lesson_id_number")
        ),
    )
    with op.batch_alter_table("quiz_attempts", schema=None) as batch_op:
        batch_op.create_index("ix_quiz_attempts_newest", ["user_id", "submitted_at"], unique=False)

    op.create_table(
        "review_cards",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("question_id", types.Id(), nullable=False),
        sa.Column("memory", types.Json, nullable=False),
        sa.Column("due_at", types.Moment(), nullable=False),
        sa.Column("reviews", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("lapses", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_reviewed_at", types.Moment(), nullable=True),
        sa.Column("created_at", types.Moment(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["questions.id"],
            name=op.f("fk_review_cards_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_review_cards_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_cards")),
        sa.UniqueConstraint("user_id", "id", name=op.f("uq_review_cards_user_id_id")),
        sa.UniqueConstraint(
            "user_id", "question_id", name=op.f("uq_review_cards_user_id_question_id")
        ),
    )
    with op.batch_alter_table("review_cards", schema=None) as batch_op:
        batch_op.create_index("ix_review_cards_due", ["user_id", "due_at", "id"], unique=False)

    op.create_table(
        "reviews",
        sa.Column("id", types.Id(), nullable=False),
        sa.Column("user_id", types.Id(), nullable=False),
        sa.Column("card_id", types.Id(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("is_correct", sa.Boolean(), nullable=True),
        sa.Column("answer", types.Json, nullable=True),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("reviewed_at", types.Moment(), nullable=False),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name=op.f("ck_reviews_rating_known")),
        sa.ForeignKeyConstraint(
            ["user_id", "card_id"],
            ["review_cards.user_id", "review_cards.id"],
            name=op.f("fk_reviews_user_id_card_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_reviews_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reviews_card", ["user_id", "card_id", "reviewed_at"], unique=False
        )
        batch_op.create_index("ix_reviews_day", ["user_id", "local_day"], unique=False)

    op.add_column("tasks", sa.Column("difficulty_changes", types.Json, nullable=True))
    op.create_index(
        "ix_tasks_lesson",
        "tasks",
        ["user_id", "lesson_id"],
        sqlite_where=sa.text("lesson_id IS NOT NULL"),
        postgresql_where=sa.text("lesson_id IS NOT NULL"),
    )
    if not context.is_offline_mode():  # after `--sql`: questlog game recompute
        let_everybody_play()


def let_everybody_play() -> None:
    """Give every account what a new one gets: a player, the first boss, the first quest, the standing challenge."""
    metadata = sa.MetaData()
    metadata.reflect(op.get_bind(), only=["users", "players", "player_bosses", "pursuits"])
    users, players, bosses, pursuits = (
        _typed(metadata.tables[name]) for name in ("users", "players", "player_bosses", "pursuits")
    )
    now = datetime.now(UTC)
    for user in op.get_bind().execute(sa.select(users.c.id, users.c.timezone)).all():
        zone = _zone(user.timezone)
        today = now.astimezone(zone).date()
        boss_id = new_id()
        same = {"user_id": user.id, "created_at": now}
        op.get_bind().execute(
            sa.insert(players).values(
                **same,
                updated_at=now,
                boss_id=boss_id,
                zone=zone.key,
                day_on=today,
                day_began=datetime.combine(today, time(), zone).astimezone(UTC),
                began_on=today,
                counters={},
            )
        )
        boss = {"id": boss_id, "state": "active", "damage_before": 0, "round": 1}
        op.get_bind().execute(sa.insert(bosses).values(**same, **boss, **FIRST_BOSS))
        for pursuit, days in ((FIRST_QUEST, None), (STANDING_CHALLENGE, STANDING_DAYS)):
            ends_on = None if days is None else today + timedelta(days=days - 1)
            op.get_bind().execute(
                sa.insert(pursuits).values(
                    **same,
                    **pursuit,
                    id=new_id(),
                    round=1,
                    state="active",
                    baseline={},
                    steps_done=[],
                    progress={},
                    started_on=today,
                    ends_on=ends_on,
                )
            )


def _typed(table: sa.Table) -> sa.Table:
    """Reflection does not know our types: ids, moments and JSON by the names of their columns."""
    for column in table.c:
        if column.name == "id" or column.name.endswith("_id"):
            column.type = types.Id()
        elif column.name.endswith("_at") or column.name in ("day_began", "zone_since"):
            column.type = types.Moment()
        elif column.name in ("counters", "baseline", "steps_done", "progress"):
            column.type = types.Json
        elif column.name.endswith("_on"):
            column.type = sa.Date()
    return table


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def downgrade() -> None:
    op.drop_index(
        "ix_tasks_lesson",
        "tasks",
        sqlite_where=sa.text("lesson_id IS NOT NULL"),
        postgresql_where=sa.text("lesson_id IS NOT NULL"),
    )
    op.drop_column("tasks", "difficulty_changes")

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.drop_index("ix_reviews_day")
        batch_op.drop_index("ix_reviews_card")

    op.drop_table("reviews")
    with op.batch_alter_table("review_cards", schema=None) as batch_op:
        batch_op.drop_index("ix_review_cards_due")

    op.drop_table("review_cards")
    with op.batch_alter_table("quiz_attempts", schema=None) as batch_op:
        batch_op.drop_index("ix_quiz_attempts_newest")

    op.drop_table("quiz_attempts")
    with op.batch_alter_table("questions", schema=None) as batch_op:
        batch_op.drop_index("ix_questions_order")

    op.drop_table("questions")
    with op.batch_alter_table("lesson_completions", schema=None) as batch_op:
        batch_op.drop_index("ix_lesson_completions_day")

    op.drop_table("lesson_completions")
    op.drop_table("reflections")
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.drop_index("ix_lessons_week")

    op.drop_table("lessons")
    op.drop_table("weeks")
    op.drop_table("settled_days")
    with op.batch_alter_table("pursuits", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_pursuits_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("pursuits")
    op.drop_table("players")
    with op.batch_alter_table("player_bosses", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_player_bosses_active",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("player_bosses")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_ledger_reversal",
            sqlite_where=sa.text("reverses_id IS NOT NULL"),
            postgresql_where=sa.text("reverses_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_ledger_grant",
            sqlite_where=sa.text("entry = 'grant'"),
            postgresql_where=sa.text("entry = 'grant'"),
        )
        batch_op.drop_index("ix_ledger_newest")
        batch_op.drop_index("ix_ledger_day")
        batch_op.drop_index("ix_ledger_cause")

    op.drop_table("ledger")
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_index("ix_enrolments_course")

    op.drop_table("enrolments")
    with op.batch_alter_table("badges", schema=None) as batch_op:
        batch_op.drop_index("ix_badges_cause")

    op.drop_table("badges")
    op.drop_table("courses")
