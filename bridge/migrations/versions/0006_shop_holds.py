"""What an order's draft holds in the shop itself. Nullable columns without a default: no row is rewritten."""

from alembic import op
import sqlalchemy as sa

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("hold_since", "hold_until", "hold_seen_at"):
        op.add_column("reservations", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
