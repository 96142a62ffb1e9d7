"""Keep with an attempt the shop order that names it, until it is settled what that is.

Safe on a live table: a column that may be null and has no default writes no row.

Revision ID: 0011
Revises: 0010
"""

from alembic import op
import sqlalchemy as sa

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push_attempts", sa.Column("shopify_order_id", sa.BigInteger(), nullable=True))
