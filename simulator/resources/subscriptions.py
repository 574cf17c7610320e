"""Subscriptions: with ids in the list, with everything they refer to when shown alone."""

from typing import Any

from aiohttp import web

from simulator.access import sees
from simulator.errors import not_found
from simulator.filters import Filterable, date_field, enum_field, string_field
from simulator.identifiers import stable_id
from simulator.keys import VERSION, world_of
from simulator.model import Customer, Subscription
from simulator.moments import to_api
from simulator.pages import page_response
from simulator.versions import EDISON

ROUTES = web.RouteTableDef()

_FIELDS: dict[str, Filterable[Subscription]] = {
    "status": enum_field(lambda subscription: subscription.status),
    "customer": string_field(lambda subscription: subscription.customer),
    "plan": string_field(lambda subscription: subscription.plan),
    "created_at": date_field(lambda subscription: subscription.created_at),
    "updated_at": date_field(lambda subscription: subscription.updated_at),
}


@ROUTES.get("/subscriptions")
async def list_subscriptions(request: web.Request) -> web.Response:
    """List the subscriptions that the client sees."""
    subscriptions = world_of(request).subscriptions.values()
    seen = [s for s in subscriptions if is_visible(request, s)]
    return page_response(request, seen, _FIELDS, lambda s: _summary(request, s))


@ROUTES.get("/subscriptions/{id}")
async def show_subscription(request: web.Request) -> web.Response:
    """Show a subscription."""
    subscription = visible_subscription(request, request.match_info["id"])
    return web.json_response(_details(request, subscription))


def is_visible(request: web.Request, subscription: Subscription) -> bool:
    """Whether the client sees a subscription in the version it speaks."""
    if subscription.type == "feed_in" and request[VERSION] == EDISON:
        return False
    return sees(request, subscription.customer)


def visible_subscription(request: web.Request, subscription_id: str) -> Subscription:
    """Return a subscription that the client sees."""
    subscription = world_of(request).subscriptions.get(subscription_id)
    if subscription is None or not is_visible(request, subscription):
        raise not_found()
    return subscription


def _summary(request: web.Request, subscription: Subscription) -> dict[str, Any]:
    supplier = subscription.supplier
    return _shared(request, subscription) | {
        "customer": subscription.customer,
        "address": _part_id("adr", subscription),
        "billing_address": _part_id("adr", subscription),
        "meter": _part_id("mtr", subscription),
        "payment_method": _part_id("pm", subscription),
        "supplier": supplier and stable_id("mp", supplier),
    }


def _details(request: web.Request, subscription: Subscription) -> dict[str, Any]:
    customer = world_of(request).customers[subscription.customer]
    return _shared(request, subscription) | {
        "customer": _customer(customer),
        "address": _address(subscription),
        "billing_address": _address(subscription),
        "meter": _meter(subscription),
        "payment_method": _payment_method(subscription, customer),
        "supplier": _supplier(subscription),
    }


def _shared(request: web.Request, subscription: Subscription) -> dict[str, Any]:
    shared = {
        "object": "subscription",
        "id": subscription.id,
        "plan": subscription.plan,
        "number": subscription.number,
        "status": subscription.status,
        "estimated_usage": subscription.estimated_usage,
        "created_at": to_api(subscription.created_at),
        "updated_at": to_api(subscription.updated_at),
        "start_at": to_api(subscription.start_at),
        "terminated_at": to_api(subscription.terminated_at),
        "end_at": to_api(subscription.end_at),
        "metadata": None,
    }
    return (
        shared if request[VERSION] == EDISON else shared | {"type": subscription.type}
    )


def _part_id(prefix: str, subscription: Subscription) -> str:
    return subscription.id.replace("sub", prefix, 1)


def _customer(customer: Customer) -> dict[str, Any]:
    person = {
        "object": "customer",
        "id": customer.id,
        "type": "person",
        "first_name": customer.first_name,
        "last_name": customer.last_name,
        "email": customer.email,
        "vat_id": customer.vat_id,
        "created_at": to_api(customer.created_at),
    }
    if customer.company_name is None:
        return person
    return person | {"type": "company", "company_name": customer.company_name}


def _address(subscription: Subscription) -> dict[str, Any]:
    return {
        "object": "address",
        "id": _part_id("adr", subscription),
        **vars(subscription.address),
        "created_at": to_api(subscription.created_at),
    }


def _meter(subscription: Subscription) -> dict[str, Any]:
    return {
        "object": "meter",
        "id": _part_id("mtr", subscription),
        **vars(subscription.meter),
        "created_at": to_api(subscription.created_at),
    }


def _payment_method(subscription: Subscription, customer: Customer) -> dict[str, Any]:
    return {
        "object": "payment_method",
        "id": _part_id("pm", subscription),
        "type": "sepa_debit",
        "sepa_debit": {
            "iban": customer.iban[:2] + "*" * 12 + customer.iban[-4:],
            "account_holder": f"{customer.first_name} {customer.last_name}",
        },
        "created_at": to_api(subscription.created_at),
    }


def _supplier(subscription: Subscription) -> dict[str, Any] | None:
    if subscription.supplier is None:
        return None
    return {
        "object": "supplier",
        "id": stable_id("mp", subscription.supplier),
        "name": subscription.supplier,
        "country": "DE",
        "created_at": to_api(subscription.created_at),
    }
