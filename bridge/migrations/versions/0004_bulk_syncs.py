"""What a sync costs, and the bulk operation it reads.

Safe on a live table: the columns are nullable or have a constant default, and the table has a row per run of
the last thirty days.
"""

from alembic import op
import sqlalchemy as sa

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sync_runs", sa.Column("method", sa.Text(), server_default="nodes", nullable=False))
    op.add_column("sync_runs", sa.Column("requests", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sync_runs", sa.Column("points", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sync_runs", sa.Column("bulk_operation_id", sa.BigInteger(), nullable=True))
    op.add_column("sync_runs", sa.Column("bulk_location_id", sa.BigInteger(), nullable=True))
    op.add_column("sync_runs", sa.Column("bulk_began_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sync_runs", sa.Column("bulk_told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("sync_runs", sa.Column("bulk_problem", sa.Text(), nullable=True))
