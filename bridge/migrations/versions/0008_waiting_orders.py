"""Find the orders that wait for staff without reading all orders: every scrape counts them.

Revision ID: 0008
Revises: 0007
"""

from alembic import op
import sqlalchemy as sa

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEX = "ix_orders_attention"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # It waits for transactions of before, as long as they last; nobody waits for it.
        op.execute("SET lock_timeout = 0")
        # One that was interrupted is there and of no use.
        op.drop_index(INDEX, "orders", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            INDEX,
            "orders",
            ["created_at"],
            postgresql_where=sa.text("attention IS NOT NULL"),
            postgresql_concurrently=True,
        )
        op.execute("RESET lock_timeout")
