"""Note at each level when what can be sold of it last changed, for partners who ask what changed.

By triggers: the release before goes on writing levels and ending promises while this one starts, and what
it writes has to be told too. A submit only inserts, and no trigger is about that.

Safe on a live table: now() is evaluated once and kept in the catalog, so that no row is written, and counts as
a change of everything, which nobody was told before. The tables are locked in the order in which a submit
takes them.

Revision ID: 0009
Revises: 0008
"""

from alembic import op
import sqlalchemy as sa

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Another number, or none where there was one, or the other way round.
LEVELS = """
CREATE FUNCTION note_changed_level() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sellable_changed_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER note_changed_level BEFORE UPDATE ON inventory_levels FOR EACH ROW
WHEN ((NEW.stocked, NEW.tracked, NEW.available) IS DISTINCT FROM (OLD.stocked, OLD.tracked, OLD.available))
EXECUTE FUNCTION note_changed_level();
"""

# A promise ended, or whether its draft holds the units is known or doubted: it may count no more, or again.
# Whoever writes that has locked the level before.
RESERVATIONS = """
CREATE FUNCTION note_changed_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory_levels SET sellable_changed_at = now()
    WHERE inventory_item_id = NEW.inventory_item_id AND location_id = NEW.location_id;
    RETURN NULL;
END $$;
CREATE TRIGGER note_changed_promise AFTER UPDATE ON reservations FOR EACH ROW
WHEN ((NEW.state IN ('held', 'in_shopify'), NEW.hold_seen_at)
    IS DISTINCT FROM (OLD.state IN ('held', 'in_shopify'), OLD.hold_seen_at))
EXECUTE FUNCTION note_changed_promise();
"""


def upgrade() -> None:
    op.add_column(
        "inventory_levels",
        sa.Column(
            "sellable_changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.execute(LEVELS)
    op.execute(RESERVATIONS)
