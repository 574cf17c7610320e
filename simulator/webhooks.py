"""Webhooks: events, signed and delivered to whoever has registered for them."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
import hmac
from typing import Any

from aiohttp import ClientError, ClientSession, DummyCookieJar, web

from .events import Event
from .model import WebhookEndpoint
from .moments import now, to_api
from .world import World

SIGNATURE_HEADER = "X-Nomos-Signature"
RETRIES = 12
"""How often one event is delivered anew; with a minute at first, about three days."""

_NO_AGE = timedelta()
_DELIVERIES_KEPT = 10_000


def signature(secret: str, body: bytes, at: datetime) -> str:
    """Return the header that proves who has sent a body, and when."""
    seconds = int(at.timestamp())
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},v1={hmac.digest(secret.encode(), signed, 'sha256').hex()}"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt to deliver an event; without a status nobody has answered."""

    webhook: str
    event: str
    topic: str
    attempt: int
    at: datetime
    status: int | None
    error: str | None

    @property
    def succeeded(self) -> bool:
        """Whether the receiver has taken the event."""
        return self.status is not None and 200 <= self.status < 300

    def as_json(self) -> dict[str, Any]:
        """Return it as the control endpoints show it."""
        return asdict(self) | {"at": to_api(self.at)}


class Webhooks:
    """Delivers the events of a world while its application runs."""

    def __init__(self, world: World) -> None:
        """Prepare to deliver."""
        self.deliveries: deque[Delivery] = deque(maxlen=_DELIVERIES_KEPT)
        self._world = world
        self._session: ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, _app: web.Application) -> None:
        """Deliver each event from now on."""
        self._session = ClientSession(cookie_jar=DummyCookieJar())
        self._world.events.listeners.append(self._deliver_everywhere)

    async def stop(self, _app: web.Application) -> None:
        """Deliver nothing any more; what is under way is given up."""
        session, self._session = self._session, None
        if session is None:
            return
        self._world.events.listeners.remove(self._deliver_everywhere)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await session.close()

    async def send(
        self,
        endpoint: WebhookEndpoint,
        event: Event,
        *,
        secret: str | None = None,
        age: timedelta = _NO_AGE,
        attempt: int = 1,
    ) -> Delivery:
        """Deliver an event once, whatever becomes of it.

        Args:
            endpoint: Where to.
            event: What has happened.
            secret: What to sign with instead of the endpoint's own secret.
            age: How long ago it pretends to be signed.
            attempt: How often it has been tried, this time included.
        """
        at, body = now(), event.body()
        signed = signature(secret or endpoint.secret, body, at - age)
        status, error = await self._post(endpoint.url, body, signed)
        delivery = Delivery(
            webhook=endpoint.id,
            event=event.id,
            topic=event.topic,
            attempt=attempt,
            at=at,
            status=status,
            error=error,
        )
        self.deliveries.append(delivery)
        return delivery

    def _deliver_everywhere(self, event: Event) -> None:
        for endpoint in self._world.webhooks.values():
            if endpoint.automatic:
                self._start(self._deliver(endpoint, event))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, endpoint: WebhookEndpoint, event: Event) -> None:
        """Deliver an event until it is taken, later and later."""
        for retry in range(RETRIES + 1):
            if retry:
                backoff = self._world.settings.webhook_backoff
                await asyncio.sleep(backoff * 2 ** (retry - 1))
            if endpoint.id not in self._world.webhooks:
                return
            if (await self.send(endpoint, event, attempt=retry + 1)).succeeded:
                return

    async def _post(
        self, url: str, body: bytes, signed: str
    ) -> tuple[int | None, str | None]:
        """Return the status that a receiver answers with, or why there is none."""
        if self._session is None:
            return None, "The simulator does not run"
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signed}
        try:
            async with (
                asyncio.timeout(self._world.settings.webhook_timeout),
                self._session.post(
                    url, data=body, headers=headers, allow_redirects=False
                ) as response,
            ):
                return response.status, None
        except (ClientError, OSError, ValueError) as err:
            return None, f"{type(err).__name__}: {err}"
