"""The Nomos API, one method per endpoint."""

from collections.abc import Mapping
from datetime import date
from http import HTTPMethod
import re
from typing import Any

import aiohttp

from .auth import Authentication
from .errors import (
    NomosAuthenticationError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosResponseError,
)
from .models import (
    MeterOrder,
    Page,
    Plan,
    Prices,
    Subscription,
    SubscriptionSummary,
    Token,
)
from .transport import PRODUCTION_URL, Transport

PAGE_SIZE = 100
"""The most items that the API puts on a page."""


class NomosClient:
    """Reads what the credentials may see.

    Every method raises a kind of `NomosError`: it cannot be reached, it refuses the
    credentials, a scope is missing, the thing is unknown, too many requests were sent,
    or the answer cannot be understood.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        authentication: Authentication,
        base_url: str = PRODUCTION_URL,
    ) -> None:
        """Use a session that somebody else opens and closes.

        Raises:
            ValueError: The address is not HTTPS, nor HTTP on loopback.
        """
        self._transport = Transport(session, base_url)
        self._authentication = authentication
        self._useless_token: Token | None = None

    @property
    def api_version(self) -> str:
        """The API version in use."""
        return self._transport.api_version

    async def health(self) -> None:
        """Return if the API says that it is well; this needs no credentials."""
        body = await self._transport.request(HTTPMethod.GET, "health")
        if body.strip().upper() != b"OK":
            raise NomosResponseError("the health check is not OK")

    async def subscriptions(
        self, *, cursor: str | None = None
    ) -> Page[SubscriptionSummary]:
        """Return a page of up to 100 subscriptions, newest first."""
        return Page.read(SubscriptionSummary, await self._list("subscriptions", cursor))

    async def subscription(self, subscription_id: str) -> Subscription:
        """Return one subscription."""
        return await self._get(Subscription, "subscriptions", subscription_id)

    async def plan(self, plan_id: str) -> Plan:
        """Return one plan."""
        return await self._get(Plan, "plans", plan_id)

    async def meter_orders(
        self, *, subscription: str, cursor: str | None = None
    ) -> Page[MeterOrder]:
        """Return a page of up to 100 meter orders, newest first.

        Only orders of the subscription are returned, also where the API ignores the
        filter, as it does without a word with one that it does not know. Then a page
        can be empty and yet have a next one.
        """
        answer = await self._list(
            "meter-orders", cursor, {"filter[subscription][eq]": subscription}
        )
        return Page.read(MeterOrder, answer, where={"subscription": subscription})

    async def meter_order(self, order_id: str) -> MeterOrder:
        """Return one meter order."""
        return await self._get(MeterOrder, "meter-orders", order_id)

    async def prices(self, subscription_id: str, start: date, end: date) -> Prices:
        """Return the prices of a subscription.

        For feeding in they are what is paid out.

        Args:
            subscription_id: Which one.
            start: The first day, in local time (Europe/Berlin).
            end: The last day, inclusive.
        """
        path = f"{_item_path('subscriptions', subscription_id)}/prices"
        period = {"start": start.isoformat(), "end": end.isoformat()}
        prices = Prices.read(await self._read(path, period))
        if prices.subscription != subscription_id:
            raise NomosResponseError("prices of another subscription than asked for")
        return prices

    async def _list(
        self, path: str, cursor: str | None, filters: Mapping[str, str] | None = None
    ) -> Any:
        params = {"limit": str(PAGE_SIZE), **(filters or {})}
        if cursor is not None:
            params["cursor"] = cursor
        return await self._read(path, params)

    async def _get[ItemT: (Subscription, Plan, MeterOrder)](
        self, model: type[ItemT], collection: str, item_id: str
    ) -> ItemT:
        item = model.read(await self._read(_item_path(collection, item_id)))
        if item.id != item_id:
            raise NomosResponseError(f"another {model.__name__} than asked for")
        return item

    async def _read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Read with the token in use, and once more with a new one if it is refused."""
        token = await self._authentication.token(
            self._transport, refused=self._useless_token
        )
        try:
            return await self._read_with(token, path, params)
        except NomosAuthenticationError:
            token = await self._authentication.token(self._transport, refused=token)
            return await self._read_with(token, path, params)

    async def _read_with(
        self, token: Token, path: str, params: Mapping[str, str] | None
    ) -> Any:
        if not token.allows("read"):
            # The next attempt takes a new token, which may have been granted more.
            self._useless_token = token
            raise NomosPermissionError("read:*")
        return await self._transport.request_json(
            HTTPMethod.GET,
            path,
            authorization=f"Bearer {token.access_token}",
            params=params,
        )


def _item_path(collection: str, item_id: str) -> str:
    # An id may be typed by a person: what cannot be one is not put into an address.
    if not re.fullmatch(r"[\w-]+", item_id, re.ASCII):
        raise NomosNotFoundError
    return f"{collection}/{item_id}"
