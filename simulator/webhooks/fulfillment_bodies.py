"""The bodies of fulfillments/* and fulfillment_events/create."""

from simulator.fulfillment_state import shipment_status
from simulator.gids import gid
from simulator.records import Fulfillment, FulfillmentEvent
from simulator.state import Store
from simulator.webhooks.line_bodies import line_item
from simulator.webhooks.shapes import SHOP_ID, Json, address, when


def fulfillment(record: Fulfillment, store: Store) -> Json:
    """A parcel. `quantity` of its lines counts the units in this parcel alone."""
    order = record.order
    return {
        "id": record.id,
        "order_id": order.id,
        "status": record.status.lower(),
        "created_at": when(record.created_at),
        "service": "manual",
        "updated_at": when(record.updated_at),
        "tracking_company": record.tracking_company,
        "shipment_status": (shipment_status(record) or "").lower() or None,
        "location_id": record.location.id,
        "origin_address": None,
        "email": order.email,
        "destination": address(order.shipping_address),
        "line_items": [
            line_item(order, part.line, store) | {"quantity": part.quantity} for part in record.lines
        ],
        "tracking_number": next(iter(record.tracking_numbers), None),
        "tracking_numbers": list(record.tracking_numbers),
        "tracking_url": next(iter(record.tracking_urls), None),
        "tracking_urls": list(record.tracking_urls),
        "receipt": {},
        "name": f"{order.name}.{order.fulfillments.index(record) + 1}",
        "admin_graphql_api_id": gid("Fulfillment", record.id),
    }


def fulfillment_event(record: FulfillmentEvent, _store: Store) -> Json:
    """What a carrier reported of a parcel."""
    return {
        "id": record.id,
        "fulfillment_id": record.fulfillment.id,
        "status": record.status.lower(),
        "message": record.message,
        "happened_at": when(record.happened_at),
        "city": record.city,
        "province": record.province,
        "country": record.country,
        "zip": record.zip,
        "address1": record.address1,
        "latitude": record.latitude,
        "longitude": record.longitude,
        "shop_id": SHOP_ID,
        "created_at": when(record.created_at),
        "updated_at": when(record.updated_at),
        "estimated_delivery_at": when(record.estimated_delivery_at),
        "order_id": record.fulfillment.order.id,
        "admin_graphql_api_id": gid("FulfillmentEvent", record.id),
    }
