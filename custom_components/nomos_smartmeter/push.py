"""Push: a webhook that Nomos calls when the contract or its meter order has changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, override

from aiohttp import web
from aiohttp.hdrs import METH_POST
from hass_nabucasa import NabuCasaBaseError
from homeassistant.components import cloud, webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import (
    CONF_CLOUDHOOK,
    CONF_SIGNING_KEY,
    CONF_WEBHOOK_ENABLED,
    DOMAIN,
)
from .coordinator import MeterOrderCoordinator
from .nomos import SIGNATURE_HEADER, NomosResponseError, Notice, is_signed
from .store import EntryStore

LARGEST_BODY = 65_536
"""Bytes of a notice; the true ones have a few hundred."""

IDS_KEPT = 2_000
"""How many events are remembered, so that each counts once."""

SAVE_DELAY = 1.0

CLOUD_FAILURES = (cloud.CloudNotAvailable, NabuCasaBaseError, TimeoutError, ValueError)
"""How Home Assistant Cloud fails to make an address, or to take it back."""


@dataclass(frozen=True)
class Received:
    """What has come from Nomos.

    Attributes:
        ids: Of the events, the newest last.
        at: When the last one came (UTC).
        topic: Of the last one.
    """

    ids: tuple[str, ...] = ()
    at: datetime | None = None
    topic: str | None = None


class PushStore(EntryStore[Received]):
    """The place of what has come for one config entry."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Open the place of a config entry."""
        super().__init__(hass, f"{entry_id}.push")

    @override
    def _read(self, stored: Any) -> Received:
        at = stored["at"]
        return Received(
            tuple(map(str, stored["ids"]))[-IDS_KEPT:],
            None if at is None else dt_util.as_utc(datetime.fromisoformat(at)),
            stored["topic"],
        )

    @override
    def _write(self, kept: Received) -> dict[str, Any]:
        at = None if kept.at is None else kept.at.isoformat()
        return {"ids": list(kept.ids), "at": at, "topic": kept.topic}


class Push:
    """Receives the notices of one contract.

    Polling goes on beside it, as deliveries can be lost.
    """

    def __init__(self, hass: HomeAssistant, meter_order: MeterOrderCoordinator) -> None:
        """Prepare to receive."""
        self._hass = hass
        self._meter_order = meter_order
        self._entry = meter_order.config_entry
        self._store = PushStore(hass, self._entry.entry_id)
        self._ids: dict[str, None] = {}
        self._last: tuple[datetime, str] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._unregister: Callable[[], None] | None = None

    @property
    def is_wanted(self) -> bool:
        """Tell whether the owner has turned it on."""
        return is_wanted(self._entry)

    @property
    def last(self) -> tuple[datetime, str] | None:
        """Return when something came last (UTC), and its topic."""
        return self._last

    @property
    def received(self) -> Received:
        """Return what has come so far."""
        return Received(tuple(self._ids), *(self._last or ()))

    async def async_start(self) -> None:
        """Receive from now on, if that is wanted."""
        if not self.is_wanted:
            return
        if stored := await self._store.async_load():
            self._ids = dict.fromkeys(stored.ids)
            if stored.at and stored.topic:
                self._last = stored.at, stored.topic
        webhook_id = self._entry.options[CONF_WEBHOOK_ID]
        webhook.async_register(
            self._hass,
            DOMAIN,
            f"Nomos ({self._entry.title})",
            webhook_id,
            self._async_receive,
            local_only=False,
            allowed_methods=[METH_POST],
        )
        self._unregister = partial(webhook.async_unregister, self._hass, webhook_id)

    async def async_close(self) -> None:
        """Receive no more, and keep what has come, at once."""
        if self._unregister:
            self._unregister()
            self._unregister = None
            await self._store.async_save(self.received)

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call somebody with each notice."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def _async_receive(
        self, hass: HomeAssistant, webhook_id: str, request: web.Request
    ) -> web.Response:
        try:
            body = await _read(request)
        except web.RequestPayloadError:
            # It is not encoded as it says, and so not signed.
            return _answer_to_unreadable(request)
        if body is None:
            return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if self._unregister is None:
            # Closed while the body was on its way.
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        now = dt_util.utcnow()
        if not is_signed(
            self._entry.options[CONF_SIGNING_KEY],
            request.headers.get(SIGNATURE_HEADER),
            body,
            now.timestamp(),
        ):
            # Whoever it was learns nothing, and costs us nothing.
            return web.Response(status=HTTPStatus.UNAUTHORIZED)
        try:
            notice = Notice.parse(body)
        except NomosResponseError:
            return web.Response(status=HTTPStatus.BAD_REQUEST)
        if notice.id not in self._ids:
            self._take(notice, now)
        return web.Response(status=HTTPStatus.OK)

    @callback
    def _take(self, notice: Notice, now: datetime) -> None:
        """Remember a notice, and look what has changed if it is about this contract."""
        self._ids[notice.id] = None
        if len(self._ids) > IDS_KEPT:
            del self._ids[next(iter(self._ids))]
        self._last = now, notice.topic
        self._store.async_delay_save(lambda: self.received, SAVE_DELAY)
        for listener in tuple(self._listeners):
            listener()
        if notice.is_about(str(self._entry.unique_id)):
            self._entry.async_create_background_task(
                self._hass, self._meter_order.async_poll_anew(), "look what has changed"
            )


def is_wanted(entry: ConfigEntry) -> bool:
    """Tell whether the owner of a contract has turned push on."""
    return entry.options.get(CONF_WEBHOOK_ENABLED) is True


async def async_remove_cloudhook(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Give the address in Home Assistant Cloud back, if there is one."""
    if entry.options.get(CONF_CLOUDHOOK):
        try:
            await cloud.async_delete_cloudhook(hass, entry.options[CONF_WEBHOOK_ID])
        except CLOUD_FAILURES:
            # Whoever has left the cloud has left its addresses, too.
            return


def _answer_to_unreadable(request: web.Request) -> web.Response:
    """Return the answer to a body that cannot be read, with which its sender must go.

    The rest of it is not read either, as that would only fail again.
    """
    response = web.Response(status=HTTPStatus.UNAUTHORIZED)
    response.force_close()
    request.content.feed_eof()
    return response


async def _read(request: web.Request) -> bytes | None:
    """Return the body of a request, None where it is larger than any notice."""
    # Through the cloud comes a request that begins anew whenever it is asked for this.
    content, body = request.content, b""
    while chunk := await content.read(LARGEST_BODY + 1 - len(body)):
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return body
