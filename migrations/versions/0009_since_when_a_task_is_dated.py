"""since when a task is dated"""

import sqlalchemy as sa
from alembic import op

from questlog.core import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("dated_at", types.Moment(), nullable=True))
    # When the date came is not known of old tasks: no later than they were changed.
    op.execute(
        "UPDATE tasks SET dated_at = updated_at WHERE EXISTS (SELECT 1 FROM reminders"
        " WHERE reminders.user_id = tasks.user_id AND reminders.task_id = tasks.id)"
    )


def downgrade() -> None:
    op.drop_column("tasks", "dated_at")
