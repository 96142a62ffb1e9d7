"""How many workers a piece of work has ended in a row.

Revision ID: 0005
Revises: 0004
"""

from alembic import op
import sqlalchemy as sa

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A constant default is kept in the catalog: no row is written, and the release before goes on inserting.
    op.add_column("work", sa.Column("deaths", sa.Integer(), server_default="0", nullable=False))
