"""A client for the Nomos API (https://docs.nomos.energy), free of Home Assistant."""

from .auth import Authentication, ClientCredentials
from .client import NomosClient
from .errors import (
    NomosAuthenticationError,
    NomosConflictError,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
    NomosResponseError,
)
from .models import (
    Address,
    Meter,
    MeterOrder,
    Model,
    Page,
    Plan,
    PriceComponent,
    PriceItem,
    Prices,
    Subscription,
    SubscriptionSummary,
    Token,
)
from .transport import (
    API_VERSION_CURIE,
    API_VERSION_EDISON,
    PRODUCTION_URL,
    REQUEST_TIMEOUT,
    parse_base_url,
)

__all__ = [
    "API_VERSION_CURIE",
    "API_VERSION_EDISON",
    "PRODUCTION_URL",
    "REQUEST_TIMEOUT",
    "Address",
    "Authentication",
    "ClientCredentials",
    "Meter",
    "MeterOrder",
    "Model",
    "NomosAuthenticationError",
    "NomosClient",
    "NomosConflictError",
    "NomosConnectionError",
    "NomosError",
    "NomosNotFoundError",
    "NomosPermissionError",
    "NomosRateLimitError",
    "NomosResponseError",
    "Page",
    "Plan",
    "PriceComponent",
    "PriceItem",
    "Prices",
    "Subscription",
    "SubscriptionSummary",
    "Token",
    "parse_base_url",
]
