INSERT INTO partners (id, name, currency, status_names, auto_confirm, strict_totals, complete_after_days, rate_per_second, rate_burst) VALUES ('a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid::UUID, 'Zain', 'USD', 'current', true, false, NULL, NULL, NULL) RETURNING partners.enabled, partners.created_at
-- next
INSERT INTO api_keys (id, partner_id, label, key_hash, scopes, expires_at, revoked_at, last_used_at) VALUES ('kLNwTdp1fCWC', 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid::UUID, NULL, '\x9560d8a8f78f17b07978376fd3766e73f2c411bd7e189071f48e5fb9ba8e3085'::bytea, ARRAY['partner']::TEXT[], NULL, NULL, NULL) RETURNING api_keys.created_at
-- next
INSERT INTO listings (partner_id, sku, variant_id, product_id, inventory_item_id, title, retired_at) VALUES ('a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid::UUID, 'JDTQ1834', 44219312570580, 8951183442226, 8951183474994, 'Coffee', NULL) RETURNING listings.created_at, listings.updated_at
-- next
UPDATE sync_runs SET finished_at=now(), last_error=coalesce(sync_runs.last_error, 'interrupted') WHERE sync_runs.kind = 'inventory' AND sync_runs.finished_at IS NULL
-- next
INSERT INTO sync_runs (kind, started_at, finished_at, last_error) VALUES ('inventory', '2026-11-22T02:57:26.629325+00:00'::timestamptz, NULL, NULL) RETURNING sync_runs.id, sync_runs.pages, sync_runs.items, sync_runs.changed, sync_runs.missing, sync_runs.failed_pages, sync_runs.complete
-- next
INSERT INTO marks (name, at, value) VALUES ('location', '2026-11-22T02:57:26.668715+00:00'::timestamptz, '{"id": 8951183376690}'::JSONB) ON CONFLICT (name) DO UPDATE SET at = '2026-11-22T02:57:26.668715+00:00'::timestamptz, value = excluded.value
-- next
INSERT INTO inventory_levels (inventory_item_id, location_id, stocked, tracked, available,
                                  shopify_updated_at, observed_at, observed_by)
    SELECT * FROM 
    unnest(
        CAST(ARRAY[8951183474994] AS bigint[]), CAST(ARRAY[8951183376690] AS bigint[]), CAST(ARRAY[true] AS boolean[]),
        CAST(ARRAY[true] AS boolean[]), CAST(ARRAY[10000] AS integer[]), CAST(ARRAY['2026-11-22T02:57:25+00:00'::timestamptz] AS timestamptz[]),
        CAST(ARRAY['2026-11-22T02:57:26.785295+00:00'::timestamptz] AS timestamptz[]), CAST(ARRAY['read'] AS text[])
    ) AS new (item, location, stocked, tracked, available, changed_at, seen_at, seen_by)
 ORDER BY item, location
    ON CONFLICT DO NOTHING
    RETURNING inventory_item_id, location_id
-- next
UPDATE reservations
    SET state = 'handed_over', ended_at = now()
    WHERE state = 'in_shopify' AND committed_at <= '2026-11-22T02:57:16.785295+00:00'::timestamptz
      AND (inventory_item_id, location_id) IN
          (SELECT * FROM unnest(CAST(ARRAY[8951183474994] AS bigint[]), CAST(ARRAY[8951183376690] AS bigint[])))
-- next
UPDATE sync_runs SET pages=(sync_runs.pages + 1), items=(sync_runs.items + 1), changed=(sync_runs.changed + 1), missing=(sync_runs.missing + 0) WHERE sync_runs.id = 1
-- next
UPDATE sync_runs SET finished_at='2026-11-22T02:57:26.952634+00:00'::timestamptz, complete=true WHERE sync_runs.id = 1
-- next
WITH used AS (
    UPDATE api_keys SET last_used_at = now()
    WHERE id = (SELECT id FROM api_keys
                WHERE id = 'kLNwTdp1fCWC' AND key_hash = '\x9560d8a8f78f17b07978376fd3766e73f2c411bd7e189071f48e5fb9ba8e3085'::bytea
                  AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
                FOR UPDATE SKIP LOCKED))
SELECT k.key_hash, k.scopes, p.id::text, p.name, p.currency, p.status_names = 'legacy', p.auto_confirm,
    p.strict_totals, p.rate_per_second, p.rate_burst
FROM api_keys k JOIN partners p ON p.id = k.partner_id
WHERE k.id = 'kLNwTdp1fCWC' AND p.enabled AND k.revoked_at IS NULL
  AND (k.expires_at IS NULL OR k.expires_at > now())
-- next
INSERT INTO idempotency_keys AS k (partner_id, key, fingerprint, order_id, expires_at)
SELECT 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid, 'key-PO-1', '\x01d0506fd54e29b96bc29ac95680ac94ab7d9b35ab8f61f295f065d0033e6ca49b'::bytea, 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid, now() + interval '24 hours'
WHERE 'key-PO-1'::text IS NOT NULL
ON CONFLICT (partner_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint, status = NULL, body = NULL, order_id = excluded.order_id,
    created_at = now(), expires_at = excluded.expires_at
WHERE k.expires_at <= now();

INSERT INTO orders (id, partner_id, partner_order_id, cart_digest, status,
    currency, subtotal, tax, shipping, total, totals_mismatch, customer_name, customer_phone,
    shipping_street, shipping_city, shipping_state, shipping_postal_code, shipping_country,
    shipping_country_code, payment_status, payment_method, location_id)
SELECT 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid, 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid, 'PO-1', '\x01d0506fd54e29b96bc29ac95680ac94ab7d9b35ab8f61f295f065d0033e6ca49b'::bytea, 'INCOMPLETE_CAUTION',
    'USD', 79.97, 6.40, 5.00, 91.37, false, 'John Doe', '+1234567890',
    '123 Main Street', 'Amman', 'Khalda', '11118', 'JO',
    'JO', 'paid', 'Credit Card',
    -- Before the first sync there is no location: whatever is mapped then counts as never observed.
    coalesce((SELECT (value ->> 'id')::bigint FROM marks WHERE name = 'location'), 0)
 WHERE ('key-PO-1'::text IS NULL OR EXISTS (
    SELECT FROM idempotency_keys
    WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND key = 'key-PO-1' AND order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid
      AND status IS NULL))
ON CONFLICT (partner_id, partner_order_id) WHERE superseded_by IS NULL DO NOTHING;

SELECT set_config('bridge.locked_items', coalesce(string_agg(inventory_item_id::text, ','), ''), true)
FROM (
    SELECT inventory_item_id FROM inventory_levels
    WHERE location_id = (SELECT location_id FROM orders WHERE id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid)
      AND inventory_item_id IN (
          SELECT inventory_item_id FROM listings
          WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND sku = ANY(ARRAY['JDTQ1834','YOUR-SKU-123']::text[]) AND retired_at IS NULL)
    ORDER BY inventory_item_id, location_id
    FOR UPDATE) AS locked;

SELECT k.fingerprint, k.order_id::text, k.body, k.order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid AND k.status IS NULL,
    o.id::text, o.cart_digest, o.status, o.status_before_archive,
    EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id AND i.fulfilled_quantity > 0),
    (SELECT json_agg(json_build_array(sku, variant_id, inventory_item_id, retired_at IS NOT NULL))
     FROM listings WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND sku = ANY(ARRAY['JDTQ1834','YOUR-SKU-123']::text[])),
    (SELECT json_agg(json_build_array(
         l.inventory_item_id, l.stocked, l.tracked, l.available,
         (SELECT coalesce(sum(r.quantity), 0) FROM reservations r
          WHERE r.inventory_item_id = l.inventory_item_id AND r.location_id = l.location_id
            AND r.state IN ('held', 'in_shopify')),
         l.observed_at < now() - '0 days 21600.000000 seconds'::interval))
     FROM inventory_levels l
     WHERE l.location_id = o.location_id AND l.inventory_item_id = ANY(
         string_to_array(nullif(current_setting('bridge.locked_items', true), ''), ',')::bigint[]))
FROM (SELECT) AS one
LEFT JOIN idempotency_keys k ON k.partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND k.key = 'key-PO-1'
LEFT JOIN orders o ON o.partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND o.partner_order_id = 'PO-1'
    AND o.superseded_by IS NULL
-- next
UPDATE orders SET review_reasons = '{}'::text[], confirm_requested_by = 'auto_confirm',
    confirm_requested_at = CASE WHEN 'auto_confirm'::text IS NOT NULL THEN now() END
WHERE id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid;

INSERT INTO order_items (order_id, position, sku, title, price, quantity, product_url,
    is_supplier_item, custom_reason, variant_id, inventory_item_id)
SELECT 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid, * FROM unnest(ARRAY[0,1]::int[], ARRAY['JDTQ1834','YOUR-SKU-123']::text[], ARRAY['JafarShop Product','Your Product']::text[],
    ARRAY[29.99,19.99]::numeric[], ARRAY[2,1]::int[], '{NULL,NULL}'::text[], ARRAY[true,false]::boolean[],
    ARRAY[NULL,'unmapped']::text[], ARRAY[44219312570580,NULL]::bigint[], ARRAY[8951183474994,NULL]::bigint[]);
INSERT INTO reservations (order_id, inventory_item_id, location_id, quantity)
SELECT o.id, u.item, o.location_id, u.quantity
FROM orders o, unnest(ARRAY[8951183474994]::bigint[], ARRAY[2]::int[]) AS u (item, quantity)
WHERE o.id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid;
INSERT INTO order_events (order_id, partner_id, kind, actor, to_status)
SELECT id, partner_id, 'submitted', 'partner', status FROM orders WHERE id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid;
INSERT INTO work (job, key, ids, next_attempt_at) VALUES ('orders.push', '{"order_id": "e13c5a40-8938-43f1-81e6-1916f3537caa"}', '{"order_id": "e13c5a40-8938-43f1-81e6-1916f3537caa"}'::jsonb, now());

INSERT INTO decisions (id, partner_id, partner_order_id, made_order, currency, lines)
VALUES ('e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid, 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid, 'PO-1', 200 = 200, 'USD',
    '[{"sku": "JDTQ1834", "title": "JafarShop Product", "price": "29.99", "quantity": 2, "reason": null, "available": 10000}, {"sku": "YOUR-SKU-123", "title": "Your Product", "price": "19.99", "quantity": 1, "reason": "unmapped", "available": null}]'::jsonb);

UPDATE idempotency_keys SET status = 200, body = '\x7b22737570706c6965725f6f726465725f6964223a202265313363356134302d383933382d343366312d383165362d313931366633353337636161222c2022737461747573223a2022494e434f4d504c4554455f43415554494f4e227d'::bytea, order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid
WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND key = 'key-PO-1';
-- next
INSERT INTO idempotency_keys AS k (partner_id, key, fingerprint, order_id, expires_at)
SELECT 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid, 'key-3', '\x010b4d7e8f59e80affa6d0a3377697f6120b08ab6cf7146c2d0fe31e0acf0fd405'::bytea, 'a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid, now() + interval '24 hours'
WHERE 'key-3'::text IS NOT NULL
ON CONFLICT (partner_id, key) DO UPDATE
SET fingerprint = excluded.fingerprint, status = NULL, body = NULL, order_id = excluded.order_id,
    created_at = now(), expires_at = excluded.expires_at
WHERE k.expires_at <= now();

INSERT INTO orders (id, partner_id, partner_order_id, cart_digest, status,
    currency, subtotal, tax, shipping, total, totals_mismatch, customer_name, customer_phone,
    shipping_street, shipping_city, shipping_state, shipping_postal_code, shipping_country,
    shipping_country_code, payment_status, payment_method, location_id)
SELECT 'a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid, 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid, 'PO-3', '\x010b4d7e8f59e80affa6d0a3377697f6120b08ab6cf7146c2d0fe31e0acf0fd405'::bytea, 'INCOMPLETE_CAUTION',
    'USD', 79.97, 6.40, 5.00, 91.37, true, 'John Doe', '+1234567890',
    '123 Main Street', 'Amman', 'Khalda', '11118', 'JO',
    'JO', 'paid', 'Credit Card',
    -- Before the first sync there is no location: whatever is mapped then counts as never observed.
    coalesce((SELECT (value ->> 'id')::bigint FROM marks WHERE name = 'location'), 0)
 WHERE ('key-3'::text IS NULL OR EXISTS (
    SELECT FROM idempotency_keys
    WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND key = 'key-3' AND order_id = 'a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid
      AND status IS NULL))
ON CONFLICT (partner_id, partner_order_id) WHERE superseded_by IS NULL DO NOTHING;

SELECT set_config('bridge.locked_items', coalesce(string_agg(inventory_item_id::text, ','), ''), true)
FROM (
    SELECT inventory_item_id FROM inventory_levels
    WHERE location_id = (SELECT location_id FROM orders WHERE id = 'a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid)
      AND inventory_item_id IN (
          SELECT inventory_item_id FROM listings
          WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND sku = ANY(ARRAY['YOURS']::text[]) AND retired_at IS NULL)
    ORDER BY inventory_item_id, location_id
    FOR UPDATE) AS locked;

SELECT k.fingerprint, k.order_id::text, k.body, k.order_id = 'a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid AND k.status IS NULL,
    o.id::text, o.cart_digest, o.status, o.status_before_archive,
    EXISTS (SELECT FROM order_items i WHERE i.order_id = o.id AND i.fulfilled_quantity > 0),
    (SELECT json_agg(json_build_array(sku, variant_id, inventory_item_id, retired_at IS NOT NULL))
     FROM listings WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND sku = ANY(ARRAY['YOURS']::text[])),
    (SELECT json_agg(json_build_array(
         l.inventory_item_id, l.stocked, l.tracked, l.available,
         (SELECT coalesce(sum(r.quantity), 0) FROM reservations r
          WHERE r.inventory_item_id = l.inventory_item_id AND r.location_id = l.location_id
            AND r.state IN ('held', 'in_shopify')),
         l.observed_at < now() - '0 days 21600.000000 seconds'::interval))
     FROM inventory_levels l
     WHERE l.location_id = o.location_id AND l.inventory_item_id = ANY(
         string_to_array(nullif(current_setting('bridge.locked_items', true), ''), ',')::bigint[]))
FROM (SELECT) AS one
LEFT JOIN idempotency_keys k ON k.partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND k.key = 'key-3'
LEFT JOIN orders o ON o.partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND o.partner_order_id = 'PO-3'
    AND o.superseded_by IS NULL
-- next
DELETE FROM orders WHERE id = 'a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid;

INSERT INTO decisions (id, partner_id, partner_order_id, made_order, currency, lines)
VALUES ('a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid, 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid, 'PO-3', 204 = 200, 'USD',
    '[{"sku": "YOURS", "title": "Thing", "price": "10.00", "quantity": 1, "reason": "unmapped", "available": null}]'::jsonb);

UPDATE idempotency_keys SET status = 204, body = '\x'::bytea, order_id = 'a5f90eca-03e2-4bbc-95c8-5b742f7984ec'::uuid
WHERE partner_id = 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid AND key = 'key-3';
-- next
UPDATE work SET next_attempt_at='2026-11-22T02:58:28.135196+00:00'::timestamptz, leased_until='2026-11-22T02:58:28.135196+00:00'::timestamptz, attempts=1 WHERE work.id = 1
-- next
INSERT INTO marks (name, value) VALUES ('home', '{"home": "7710824496976583135/1/16773/16405", "restored": false}'::JSONB) ON CONFLICT (name) DO NOTHING
-- next
INSERT INTO push_attempts (order_id, number, started_at, gives_up_at, finished_at, outcome, error, draft_id) VALUES ('e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID, 1, '2026-11-22T02:57:28.265817+00:00'::timestamptz, '2026-11-22T02:57:41.265817+00:00'::timestamptz, NULL, NULL, NULL, NULL) RETURNING push_attempts.id
-- next
UPDATE orders SET updated_at='2026-11-22T02:57:28.412045+00:00'::timestamptz, draft_id=8951184326962, draft_name='#D1' WHERE orders.id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID
-- next
INSERT INTO order_events (order_id, partner_id, at, kind, actor, from_status, to_status, reason, detail) VALUES ('e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID, 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid::UUID, '2026-11-22T02:57:28.412045+00:00'::timestamptz, 'draft_created', 'bridge', NULL, NULL, NULL, '{"draft_id": 8951184326962, "draft_name": "#D1", "attempt": 1}'::JSONB) RETURNING order_events.id, order_events.transaction_id, order_events.unusual
-- next
UPDATE push_attempts SET finished_at='2026-11-22T02:57:28.412045+00:00'::timestamptz, outcome='placed', draft_id=8951184326962 WHERE push_attempts.id = 1
-- next
INSERT INTO work (job, key, ids, next_attempt_at) VALUES ('orders.confirm', '{"order_id": "e13c5a40-8938-43f1-81e6-1916f3537caa"}', '{"order_id": "e13c5a40-8938-43f1-81e6-1916f3537caa"}'::JSONB, now()) ON CONFLICT (job, key) DO UPDATE SET generation = (work.generation + 1), next_attempt_at = CASE WHEN (work.leased_until > now()) THEN work.next_attempt_at ELSE least(work.next_attempt_at, excluded.next_attempt_at) END, rung_at = CASE WHEN (work.leased_until > now()) THEN work.rung_at END, attempts = CASE WHEN (work.given_up_at IS NOT NULL) THEN 0 ELSE work.attempts END, given_up_at = NULL RETURNING work.id
-- next
DELETE FROM work WHERE work.id = 1 AND work.generation = 0 RETURNING work.id
-- next
UPDATE orders SET updated_at='2026-11-22T02:57:29.136111+00:00'::timestamptz, shopify_order_id=8951184785714, shopify_order_name='#1001' WHERE orders.id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID
-- next
UPDATE reservations SET state='in_shopify', committed_at='2026-11-22T02:57:29.136111+00:00'::timestamptz WHERE reservations.order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID AND reservations.state IN ('held') RETURNING reservations.inventory_item_id
-- next
INSERT INTO work (job, key, ids, next_attempt_at) VALUES ('inventory.read', '{"inventory_item_id": "8951183474994"}', '{"inventory_item_id": "8951183474994"}'::JSONB, '2026-11-22T02:57:40.136111+00:00'::timestamptz) ON CONFLICT (job, key) DO UPDATE SET generation = (work.generation + 1), next_attempt_at = CASE WHEN (work.leased_until > now()) THEN work.next_attempt_at ELSE least(work.next_attempt_at, excluded.next_attempt_at) END, rung_at = CASE WHEN (work.leased_until > now()) THEN work.rung_at END, attempts = CASE WHEN (work.given_up_at IS NOT NULL) THEN 0 ELSE work.attempts END, given_up_at = NULL RETURNING work.id
-- next
UPDATE orders SET status='UNFULFILLED' WHERE orders.id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID
-- next
INSERT INTO order_events (order_id, partner_id, at, kind, actor, from_status, to_status, reason, unusual, detail) VALUES ('e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID, 'a4e58973-50e6-4160-87e5-2d6c9442fd54'::uuid::UUID, '2026-11-22T02:57:29.136111+00:00'::timestamptz, 'status', 'auto_confirm', 'INCOMPLETE_CAUTION', 'UNFULFILLED', NULL, false, NULL::JSONB) RETURNING order_events.id, order_events.transaction_id
-- next
INSERT INTO shopify_orders (order_id, shopify_order_id, shopify_updated_at, cancelled_at, closed_at, financial_status, snapshot, source, stored_at) VALUES ('e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID, 8951184785714, '2026-11-22T02:57:29+00:00'::timestamptz, NULL, NULL, 'paid', '{}'::JSONB, 'read', '2026-11-22T02:57:29.533991+00:00'::timestamptz)
-- next
UPDATE order_items SET shopify_line_id=8951184818482, due_quantity=2 WHERE order_items.order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID AND order_items.position = 0
-- next
INSERT INTO webhook_events (webhook_id, event_id, topic, shop_domain, api_version, triggered_at, body) VALUES ('259f43ab-6acd-4717-9b04-4bdf6b87e8a8', 'be254027-37ad-43d3-ac38-d244b97a4841', 'draft_orders/create', 'jafarshop.myshopify.com', '2026-07', NULL, '\x7b7d'::bytea) ON CONFLICT (webhook_id) DO NOTHING RETURNING webhook_events.webhook_id
-- next
UPDATE webhook_events SET state='applied', subject='draft 8951184326962', note='its order is known', applied_at='2026-11-22T02:57:30.586392+00:00'::timestamptz WHERE webhook_events.webhook_id = '259f43ab-6acd-4717-9b04-4bdf6b87e8a8'
-- next
UPDATE webhook_events SET state='applied', subject='order 8951184785714', applied_at='2026-11-22T02:57:30.816405+00:00'::timestamptz WHERE webhook_events.webhook_id = 'ec13e04d-4ab1-4e04-9076-cad8a7c4e72e'
-- next
UPDATE inventory_levels AS held
    SET stocked = new.stocked, tracked = new.tracked, available = new.available,
        shopify_updated_at = new.changed_at, observed_at = new.seen_at, observed_by = new.seen_by
    FROM 
    unnest(
        CAST(ARRAY[8951183474994] AS bigint[]), CAST(ARRAY[8951183376690] AS bigint[]), CAST(ARRAY[true] AS boolean[]),
        CAST(ARRAY[true] AS boolean[]), CAST(ARRAY[9998] AS integer[]), CAST(ARRAY['2026-11-22T02:57:29+00:00'::timestamptz] AS timestamptz[]),
        CAST(ARRAY['2026-11-22T02:57:31.267616+00:00'::timestamptz] AS timestamptz[]), CAST(ARRAY['webhook'] AS text[])
    ) AS new (item, location, stocked, tracked, available, changed_at, seen_at, seen_by)

    WHERE held.inventory_item_id = new.item AND held.location_id = new.location
-- next
INSERT INTO shopify_fulfillments (fulfillment_id, order_id, status, shipment_status, shipment_status_at, shopify_created_at, shopify_updated_at, delivered_at, tracking_company, tracking_numbers, tracking_urls, lines) VALUES (8951185834290, 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID, 'success', NULL, '2026-11-22T02:57:29+00:00'::timestamptz, '2026-11-22T02:57:29+00:00'::timestamptz, '2026-11-22T02:57:29+00:00'::timestamptz, NULL, 'Aramex', ARRAY['1Z']::TEXT[], ARRAY['https://t.example/1Z']::TEXT[], '{"8951184818482": 2}'::JSONB) RETURNING shopify_fulfillments.is_closing
-- next
UPDATE orders SET updated_at='2026-11-22T02:57:31.352781+00:00'::timestamptz, status='FULFILLED' WHERE orders.id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID
-- next
UPDATE order_items SET fulfilled_quantity=2 WHERE order_items.order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID AND order_items.position = 0
-- next
UPDATE shopify_orders SET snapshot='{}'::JSONB, stored_at='2026-11-22T02:57:31.622065+00:00'::timestamptz WHERE shopify_orders.order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID
-- next
UPDATE work SET next_attempt_at='2026-11-22T02:57:31.622065+00:00'::timestamptz, leased_until=NULL, rung_at=NULL, attempts=0, last_error=NULL WHERE work.id = 29
-- next
UPDATE orders SET updated_at='2026-11-22T02:57:31.900917+00:00'::timestamptz WHERE orders.id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID
-- next
INSERT INTO shopify_fulfillments (fulfillment_id, order_id, status, shipment_status, shopify_created_at, shopify_updated_at, tracking_company, tracking_numbers, tracking_urls, lines, is_closing) VALUES (8951185998130, 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID, 'success', NULL, '2026-11-22T02:57:32+00:00'::timestamptz, '2026-11-22T02:57:32+00:00'::timestamptz, NULL, '{}'::TEXT[], '{}'::TEXT[], '{"8951184851250": 1, "8951184884018": 1}'::JSONB, true) ON CONFLICT (fulfillment_id) DO UPDATE SET is_closing = true
-- next
UPDATE shopify_orders SET shopify_updated_at='2026-11-22T02:57:32+00:00'::timestamptz, closed_at='2026-11-22T02:57:32+00:00'::timestamptz, snapshot='{}'::JSONB, stored_at='2026-11-22T02:57:32.318066+00:00'::timestamptz WHERE shopify_orders.order_id = 'e13c5a40-8938-43f1-81e6-1916f3537caa'::uuid::UUID
-- next
UPDATE orders SET updated_at='2026-11-22T02:57:32.402565+00:00'::timestamptz, intent='cancel', intent_reason='the customer called', intent_by='staff', intent_at='2026-11-22T02:57:32.402565+00:00'::timestamptz WHERE orders.id = '143228fa-9ed7-44a1-b0f3-69b9ff7deaaf'::uuid::UUID
-- next
UPDATE orders SET updated_at='2026-11-22T02:57:32.464282+00:00'::timestamptz, status='CANCELED', rejection_reason='the customer called' WHERE orders.id = '143228fa-9ed7-44a1-b0f3-69b9ff7deaaf'::uuid::UUID
-- next
UPDATE shopify_orders SET shopify_updated_at='2026-11-22T02:57:32+00:00'::timestamptz, cancelled_at='2026-11-22T02:57:32+00:00'::timestamptz, closed_at='2026-11-22T02:57:32+00:00'::timestamptz, financial_status='refunded', snapshot='{}'::JSONB, stored_at='2026-11-22T02:57:32.489316+00:00'::timestamptz WHERE shopify_orders.order_id = '143228fa-9ed7-44a1-b0f3-69b9ff7deaaf'::uuid::UUID
-- next
UPDATE order_items SET due_quantity=0 WHERE order_items.order_id = '143228fa-9ed7-44a1-b0f3-69b9ff7deaaf'::uuid::UUID AND order_items.position = 0
-- next
UPDATE shopify_orders SET stored_at='2026-11-22T02:57:32.585982+00:00'::timestamptz WHERE shopify_orders.order_id = '143228fa-9ed7-44a1-b0f3-69b9ff7deaaf'::uuid::UUID
-- next
INSERT INTO marks (name, at, value) VALUES ('turn:clean_up', '2026-11-22T02:57:32.599621+00:00'::timestamptz, '{}'::JSONB) ON CONFLICT (name) DO UPDATE SET at = '2026-11-22T02:57:32.599621+00:00'::timestamptz WHERE marks.at <= '2026-11-22T02:57:31.699621+00:00'::timestamptz RETURNING marks.name
-- next
DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE expires_at <= now() LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING 1
-- next
DELETE FROM webhook_events WHERE ctid IN (SELECT ctid FROM webhook_events WHERE state = 'foreign' AND received_at <= now() - interval '7 days' LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING 1
-- next
DELETE FROM decisions WHERE ctid IN (SELECT ctid FROM decisions WHERE created_at <= now() - interval '90 days' LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING 1
-- next
DELETE FROM sync_runs WHERE ctid IN (SELECT ctid FROM sync_runs WHERE finished_at <= now() - interval '30 days' LIMIT 1000 FOR UPDATE SKIP LOCKED) RETURNING 1
