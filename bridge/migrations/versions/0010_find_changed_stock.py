"""Find what changed lately without reading all stock and all promises. Built without keeping anybody from writing.

Revision ID: 0010
Revises: 0009
"""

from alembic import op
import sqlalchemy as sa

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEXES = [
    ("ix_inventory_levels_changes", "inventory_levels", ["location_id", "sellable_changed_at"], None),
    ("ix_reservations_taken", "reservations", ["created_at"], "state IN ('held', 'in_shopify')"),
    (
        "ix_reservations_held_until",
        "reservations",
        ["hold_until"],
        "state = 'held' AND hold_seen_at IS NOT NULL",
    ),
]


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # They wait for transactions of before, as long as they last; nobody waits for them.
        op.execute("SET lock_timeout = 0")
        for name, table, columns, which in INDEXES:
            # One that was interrupted is there and of no use.
            op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=which and sa.text(which),
                postgresql_concurrently=True,
            )
        op.execute("RESET lock_timeout")
