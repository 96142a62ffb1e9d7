"""Units that are kept back from selling: per item, per partner. Both tables touched are new or small."""

from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "item_buffers",
        sa.Column("inventory_item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("units >= 0", name=op.f("ck_item_buffers_units")),
        sa.PrimaryKeyConstraint("inventory_item_id", name=op.f("pk_item_buffers")),
    )
    op.add_column("partners", sa.Column("stock_buffer", sa.Integer(), nullable=True))
    op.add_column("partners", sa.Column("stock_buffer_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_partners_stock_buffer"), "partners", "stock_buffer >= 0")
