"""Writing listings by the hundred: one statement per batch, in key order, so that two writers cannot deadlock."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from bridge.domain.shop_values import Variant

# A row that says nothing new is not rewritten.
_UPSERT = text("""
    WITH named AS (
        SELECT * FROM unnest(
            CAST(:skus AS text[]), CAST(:variants AS bigint[]), CAST(:products AS bigint[]),
            CAST(:items AS bigint[]), CAST(:titles AS text[])
        ) AS named (sku, variant_id, product_id, inventory_item_id, title)
    ), written AS (
        INSERT INTO listings AS held (partner_id, sku, variant_id, product_id, inventory_item_id, title)
        SELECT CAST(:partner AS uuid), named.* FROM named ORDER BY sku
        ON CONFLICT (partner_id, sku) DO UPDATE
        SET variant_id = excluded.variant_id, product_id = excluded.product_id,
            inventory_item_id = excluded.inventory_item_id, title = excluded.title,
            updated_at = now(), retired_at = NULL
        WHERE (held.variant_id, held.product_id, held.inventory_item_id, held.title)
              IS DISTINCT FROM
              (excluded.variant_id, excluded.product_id, excluded.inventory_item_id, excluded.title)
           OR held.retired_at IS NOT NULL
        RETURNING sku, xmax = 0 AS is_new
    )
    SELECT CASE WHEN is_new THEN 'added' WHEN NOT is_new THEN 'changed' ELSE 'unchanged' END
    FROM named LEFT JOIN written USING (sku)
""")
# Whose a SKU is does not make it another one: `updated_at` is for what a partner can notice.
_NOTE_COLLECTION = text("""
    UPDATE listings SET collection = :collection
    WHERE partner_id = :partner AND sku = ANY(CAST(:skus AS text[])) AND collection IS DISTINCT FROM :collection
""")
_RETIRE = text("""
    WITH gone AS (
        SELECT sku FROM listings
        WHERE partner_id = :partner AND retired_at IS NULL
          AND (CAST(:collection AS text) IS NULL OR collection = :collection)
          AND NOT EXISTS (SELECT FROM unnest(CAST(:skus AS text[])) AS named (sku) WHERE named.sku = listings.sku)
        ORDER BY sku FOR UPDATE
    )
    UPDATE listings SET retired_at = now(), updated_at = now()
    FROM gone WHERE listings.partner_id = :partner AND listings.sku = gone.sku
    RETURNING listings.sku
""")


def write_listings(
    session: Session, partner_id: UUID, variants: Mapping[str, Variant], *, collection: str | None = None
) -> Sequence[str]:
    """Map each SKU to its variant; a retired one is sold again.

    :param variants: SKU -> variant
    :param collection: the handle of the collection they come from; None: a file
    :returns: one word per SKU: added, changed or unchanged
    """
    named = list(variants.values())
    words = session.scalars(
        _UPSERT,
        {
            "partner": str(partner_id),
            "skus": list(variants),
            "variants": [variant.variant_id for variant in named],
            "products": [variant.product_id for variant in named],
            "items": [variant.inventory_item_id for variant in named],
            "titles": [variant.title for variant in named],
        },
    ).all()
    session.execute(
        _NOTE_COLLECTION, {"partner": partner_id, "skus": sorted(variants), "collection": collection}
    )
    return words


def retire_listings(
    session: Session, partner_id: UUID, *, keep: Collection[str], collection: str | None = None
) -> int:
    """Retire every SKU of the partner that is not in `keep`; return how many there were.

    :param collection: only what was pulled from this one; None: whatever it came from
    """
    values = {"partner": partner_id, "skus": sorted(keep), "collection": collection}
    return len(session.execute(_RETIRE, values).all())
