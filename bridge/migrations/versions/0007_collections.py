"""Which collection a listing was pulled from.

Safe on a live table: one nullable column without a default.
"""

from alembic import op
import sqlalchemy as sa

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listings", sa.Column("collection", sa.Text(), nullable=True))
