"""endpoints that answered"""

import sqlalchemy as sa
from alembic import op

from questlog.core import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("webhooks", sa.Column("answered_at", types.Moment(), nullable=True))


def downgrade() -> None:
    op.drop_column("webhooks", "answered_at")
