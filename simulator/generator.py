"""Many subscriptions without writing each one down, the same in every run."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from .identifiers import stable_id
from .meter_order import BLOCKED_REASON, CURIE_STATUS
from .model import Address, Customer, Meter, Subscription
from .moments import now
from .world import World

_FIRST_NAMES = ("Anke", "Bernd", "Canan", "Detlef", "Elif", "Frieda", "Gregor", "Hanna")
_LAST_NAMES = ("Albers", "Brandl", "Cordes", "Demir", "Ebert", "Fichtner", "Grothe")
_STREETS = (
    ("Ahornweg", "24103", "Kiel"),
    ("Bachstraße", "50858", "Köln"),
    ("Feldstraße", "04288", "Leipzig"),
    ("Gartenweg", "70599", "Stuttgart"),
    ("Lindenallee", "15366", "Hoppegarten"),
    ("Mühlenweg", "26127", "Oldenburg"),
    ("Schulstraße", "01257", "Dresden"),
    ("Talstraße", "79102", "Freiburg im Breisgau"),
    ("Waldstraße", "76133", "Karlsruhe"),
)
_STATUSES = ("active", "active", "active", "active", "pending", "ended")
_ORDER_STATUSES = (None, *CURIE_STATUS, *BLOCKED_REASON)
_SMART = ("activated", "pre_installed")


def generate_subscriptions(world: World, *, count: int, plan: str) -> None:
    """Add customers with one subscription each, in every state there is."""
    for index in range(count):
        customer = _customer(index)
        world.customers[customer.id] = customer
        order_status = _pick(_ORDER_STATUSES, index)
        subscription = _subscription(index, customer, plan, order_status)
        world.subscriptions[subscription.id] = subscription
        if order_status is not None:
            world.place_order(subscription, _order(index, order_status))


def _pick[T](choices: tuple[T, ...], index: int) -> T:
    return choices[index % len(choices)]


def _customer(index: int) -> Customer:
    first_name, last_name = _pick(_FIRST_NAMES, index), _pick(_LAST_NAMES, index)
    return Customer(
        id=stable_id("cus", f"customer {index}"),
        first_name=first_name,
        last_name=last_name,
        email=f"{first_name}.{last_name}.{index}@example.com".lower(),
        iban=f"DE{index:020}",
        created_at=now() - timedelta(days=400, hours=index),
    )


def _subscription(
    index: int, customer: Customer, plan: str, order_status: str | None
) -> Subscription:
    street, zip_code, city = _pick(_STREETS, index)
    status = _pick(_STATUSES, index // len(_ORDER_STATUSES))
    created_at = now() - timedelta(days=120, hours=index)
    return Subscription(
        id=stable_id("sub", f"subscription {index}"),
        customer=customer.id,
        plan=plan,
        address=Address(
            street=street, house_number=str(index + 1), zip=zip_code, city=city
        ),
        meter=Meter(
            number=f"1EMH00{index:08}",
            type="smart" if order_status in _SMART else "analog",
            malo=f"5{index:010}",
            melo=f"DE{index:031}",
        ),
        number=f"N{index:07}",
        status=status,
        estimated_usage=1800 + 100 * (index % 40),
        created_at=created_at,
        updated_at=created_at,
        start_at=created_at + timedelta(days=30 if status != "pending" else 180),
        end_at=now() - timedelta(days=1) if status == "ended" else None,
    )


def _order(index: int, status: str) -> Mapping[str, Any]:
    return {
        "id": stable_id("prdo", f"meter order {index}"),
        "status": status,
        "created_at": now() - timedelta(days=60, hours=index),
    }
