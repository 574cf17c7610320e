"""Scenarios: the state a simulated Nomos starts from, read from YAML."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from .consents import OAuthClient
from .fields import FieldError, build
from .generator import generate_subscriptions
from .market import Market
from .model import Credential, Customer, Plan, Subscription, WebhookEndpoint
from .settings import Settings
from .world import World

_SHIPPED = Path(__file__).parent / "scenarios"
_SECTIONS = {
    "about",
    "settings",
    "market",
    "plans",
    "customers",
    "credentials",
    "oauth_clients",
    "webhooks",
    "generate",
}


class ScenarioError(Exception):
    """A scenario that does not exist or does not make sense."""


def load_scenario(name: str | Path) -> World:
    """Return the world of a shipped scenario, by name, or of a YAML file."""
    path = Path(name)
    if path.suffix != ".yaml":
        path = _SHIPPED / f"{name}.yaml"
    if not path.is_file():
        shipped = ", ".join(sorted(file.stem for file in _SHIPPED.glob("*.yaml")))
        raise ScenarioError(f"There is no scenario {name}; shipped are {shipped}")
    try:
        return _world(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (FieldError, KeyError, TypeError, yaml.YAMLError) as err:
        raise ScenarioError(f"{path.name}: {err}") from err


def _world(document: Mapping[str, Any]) -> World:
    if not isinstance(document, Mapping):
        raise FieldError("expected sections")
    if unknown := document.keys() - _SECTIONS:
        raise FieldError(f"unknown section {', '.join(sorted(unknown))}")
    world = World(
        build(Settings, document.get("settings", {})),
        build(Market, document.get("market", {})),
    )
    for values in document["plans"]:
        plan = build(Plan, values)
        world.plans[plan.id] = plan
    for values in document.get("customers", ()):
        _add_customer(world, values)
    for values in document["credentials"]:
        credential = build(Credential, values)
        world.credentials[credential.client_id] = credential
    for values in document.get("oauth_clients", ()):
        client = build(OAuthClient, values)
        world.oauth_clients[client.client_id] = client
    for values in document.get("webhooks", ()):
        endpoint = build(WebhookEndpoint, values)
        world.webhooks[endpoint.id] = endpoint
    for values in document.get("generate", ()):
        generate_subscriptions(world, **values)
    _check_references(world)
    # What was there from the beginning has not just happened.
    world.events.forget()
    return world


def _add_customer(world: World, values: Mapping[str, Any]) -> None:
    own = dict(values)
    subscriptions = own.pop("subscriptions", ())
    customer = build(Customer, own)
    world.customers[customer.id] = customer
    for subscription in subscriptions:
        _add_subscription(world, customer, subscription)


def _add_subscription(
    world: World, customer: Customer, values: Mapping[str, Any]
) -> None:
    own = {"customer": customer.id, "updated_at": values["created_at"], **values}
    order = own.pop("meter_order", None)
    reductions = own.pop("grid_fee_reductions", ())
    readings = own.pop("meter_readings", ())
    subscription = build(Subscription, own)
    world.subscriptions[subscription.id] = subscription
    if order is not None:
        world.place_order(subscription, order)
    for fields in reductions:
        world.add_reduction(subscription, fields)
    for fields in readings:
        world.add_reading(subscription, fields)


def _check_references(world: World) -> None:
    references: list[tuple[str, Mapping[str, object]]] = [
        (s.plan, world.plans) for s in world.subscriptions.values()
    ]
    references += [
        (credential.customer, world.customers)
        for credential in world.credentials.values()
        if credential.customer is not None
    ]
    for reference, things in references:
        if reference not in things:
            raise FieldError(f"there is no {reference}")
